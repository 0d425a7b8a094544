/* Tells systemd how the service is. Does nothing when not run by systemd. */
#pragma once

#include <stddef.h>

void service_manager_ready(void);
void service_manager_stopping(void);
/* One line for `systemctl status`. Never waits. */
void service_manager_status(const char *text);

/* The listening Unix sockets that systemd hands over, by the name that each has there
 * (FileDescriptorName= in systemd.socket(5)): fds[i], owned by the caller, is that of names[i], or
 * -1. Whatever else it hands over is closed, with a warning. Only once. */
void service_manager_take_sockets(const char *const names[], int fds[], size_t n);
