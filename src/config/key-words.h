/* The words of keys, each list with its end. */
#pragma once

#include "config/keys.h"

extern const KeyWord key_words_log_levels[];
extern const KeyWord key_words_agent_capabilities[];
extern const KeyWord key_words_policies[];
extern const KeyWord key_words_priorities[];
extern const KeyWord key_words_oversizes[];
extern const KeyWord key_words_on_writes[];
extern const KeyWord key_words_unhandleds[];
extern const KeyWord key_words_verdicts[];
extern const KeyWord key_words_on_stales[];
extern const KeyWord key_words_securities[];
extern const KeyWord key_words_notify_ways[];
extern const KeyWord key_words_write_ways[];
extern const KeyWord key_words_advertisement_types[];
extern const KeyWord key_words_secondary_channels[];
extern const KeyWord key_words_at_centrals[];
