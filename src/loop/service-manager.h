/* Tells systemd how the service is, by sd_notify(3)'s protocol, and feeds its watchdog. Nothing
 * here waits: what its socket does not take is sent when it does. Does nothing when not run by
 * systemd.
 */
#pragma once

#include <ev.h>
#include <stddef.h>

typedef struct ServiceManager ServiceManager;

/* Feeds the watchdog while the loop turns, if systemd has one for this process (WATCHDOG_USEC and
 * WATCHDOG_PID, sd_watchdog_enabled(3)): twice in its time, and never from anywhere else. -ENOMEM.
 */
int service_manager_new(ServiceManager **ret, struct ev_loop *loop);
ServiceManager *service_manager_free(ServiceManager *manager);

void service_manager_ready(ServiceManager *manager);
/* The configuration is being read anew; service_manager_ready() follows, whatever becomes of it. */
void service_manager_reloading(ServiceManager *manager);
void service_manager_stopping(ServiceManager *manager);
/* One line for `systemctl status`, copied; told only if it is another one. */
void service_manager_status(ServiceManager *manager, const char *text);

/* A start that succeeds and ends at once, and why: for a process that has no loop. May wait. */
void service_manager_stood_aside(const char *text);

/* The listening Unix sockets that systemd hands over, by the name that each has there
 * (FileDescriptorName= in systemd.socket(5)): fds[i], owned by the caller, is that of names[i], or
 * -1. Whatever else it hands over is closed, with a warning. Only once. */
void service_manager_take_sockets(const char *const names[], int fds[], size_t n);
