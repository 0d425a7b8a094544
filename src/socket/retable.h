/* Another profile for the programs that are connected. */
#pragma once

#include "socket/session.h"

/* As server_reconfigure(): what programs handle, watch and wait for goes on by name in profile, and
 * who handles or watches what is no more is told. -ENOMEM: nothing has changed. */
int retable(SessionContext *context, Session *sessions, const Profile *profile);
