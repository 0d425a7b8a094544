/* One line of spored's, understood. What is asked of it is in spored/client.h. */
#pragma once

#include "spored/client.h"
#include "util/cleanup.h"

#include <jansson.h>

/* line, of size bytes, is copied. -EBADMSG: no JSON object; -ENOMEM. */
int spored_message_new(SporedMessage **ret, const char *line, size_t size);
SporedMessage *spored_message_free(SporedMessage *message);
DEFINE_CLEANUP(SporedMessage *, spored_message_free);

/* A member as it is; NULL: there is none. Borrowed. */
json_t *spored_message_member(const SporedMessage *message, const char *member);
