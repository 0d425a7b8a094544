/* What a reload has come to, for the log, for whoever has asked for it, and for status. */
#pragma once

#include "daemon/owner.h"

/* Forgets the last one's changes and problems, but not how it ended. */
void reload_report_clear(Reload *reload);
/* Counted and logged. */
void reload_report_done(Reload *reload);
/* Likewise; error is SERVER_E_INVALID or a negative errno. */
void reload_report_failed(Reload *reload, int error);
/* Borrows from it, until the next one. */
void reload_report_fill(const Reload *reload, ServerReload *ret);
