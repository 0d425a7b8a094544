/* Which program handles the writes to which characteristic: one each. */
#pragma once

#include "socket/session.h"

/* NULL: nobody, or one that has gone. */
Session *handlers_find(const SessionContext *context, const Characteristic *c);
/* Makes session the handler of c, which nobody handles. */
void handlers_add(SessionContext *context, Session *session, const Characteristic *c);
/* Ends it, and says so upwards: no verdict will come. */
void handlers_remove(SessionContext *context, const Characteristic *c);
/* Likewise for all that it handles. */
void handlers_remove_all(SessionContext *context, const Session *session);
