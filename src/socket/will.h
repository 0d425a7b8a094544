/* A will: values to set when a program's connection ends. */
#pragma once

#include "socket/session.h"

/* Sets the values of the session's will; what can no longer be set is logged. */
void will_carry_out(SessionContext *context, Session *session);
