/* Errors of ATT that are spored's own: a central is told them. Any code from 0x80 to 0x9f is the
 * application's (Core Specification, Vol 3, Part F, 3.4.1.1); spored.conf(5) lists these. */
#pragma once

#define ATT_CODE_MIN 0x80
#define ATT_CODE_MAX 0x9f

enum {
        ATT_OUT_OF_RANGE = 0x80, /* a field holds what its format forbids */
        ATT_UNHANDLED = 0x81,    /* unhandled = refuse, and there is no handler */
        ATT_REFUSED = 0x82,      /* by the handler, which named no code of its own */
        ATT_NO_VERDICT = 0x83,   /* none came in time, its handler is gone, or too many wait */
        ATT_STALE = 0x84,        /* the value is, and on_stale = refuse */
};
