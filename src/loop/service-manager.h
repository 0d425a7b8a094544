/* Tells systemd how the service is. Does nothing when not run by systemd. */
#pragma once

void service_manager_ready(void);
void service_manager_stopping(void);
/* One line for `systemctl status`. Never waits. */
void service_manager_status(const char *text);
