/* On the air and off it: the bus connection, and everything on it, comes and goes here. */
#pragma once

#include "daemon/owner.h"

/* The connection to the bus, if there is one, is closed at once, and with it what is registered:
 * for a profile that goes. While leaving that is the end of it, told from the loop. */
void air_disconnect(Daemon *d);
/* After it: connects anew, if it is to be on the air and does not come there by itself. */
void air_resume(Daemon *d);
/* Another retry_min and retry_max. */
void air_reconfigure(Daemon *d);
/* It is of no use any more: tried again later. */
void air_failed(Daemon *d, int error);
/* Before anything else. */
void air_init(Daemon *d);
/* Connects to the bus, now and whenever it is there again, and registers. */
void air_connect(Daemon *d);
/* Unregisters what is registered, within shutdown_timeout, and closes the connection to the bus;
 * daemon_end_if_done() follows, from the loop. What BlueZ has not answered by then is left and
 * logged: it drops that by itself once it sees the connection closed. */
void air_leave(Daemon *d);
/* What air_leave() has not got unregistered yet is left now, and logged. */
void air_give_up(Daemon *d);

/* Off the air until air_activate(), or the end of the daemon: as air_leave(). Values stay and
 * programs are served. Nothing happens if it is so already, or on the way there. */
void air_deactivate(Daemon *d);
/* While it is still leaving: it comes back after that. */
void air_activate(Daemon *d);
