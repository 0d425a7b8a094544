/* libspored: talk to spored over its socket, see spored-socket(7) and libspored(3).
 *
 * A client never waits but in the calls that say so: requests are queued, answers and events come
 * from spored_client_process(). Everything that a callback is given is borrowed for the call. A
 * callback may make requests; it must not free the client, nor process, wait or call, which are
 * -EDEADLK there. No global state; one thread at a time for each client. Errors are negative errno
 * unless it says otherwise.
 *
 * A line of spored's that is longer than 16 MiB (-EMSGSIZE) or no JSON object (-EBADMSG) ends the
 * connection. Answers go to their requests by id. An error without an id, which spored gives to
 * what it could not read, goes to the oldest request that waits, because spored answers in order;
 * if none waits, or if spored will not serve this connection ("too_many", "unavailable"), see
 * spored_client_refusal(). Any other line is passed over, as are events that nobody watches. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct SporedClient SporedClient;

/* One line of spored's: an answer or an event. */
typedef struct SporedMessage SporedMessage;

enum {
        SPORED_CLIENT_RECONNECT = 1, /* lost or refused, it connects again after pauses that grow
                                      * from 0.1 to 5 s, and watches and handles as before */
};

/* Where this environment looks for spored, index counting from 0: at $SPORED_SOCKET_PATH alone if
 * that is set, else at $XDG_RUNTIME_DIR/spored.sock, then at /run/spored/spored.sock. 1: written to
 * path, of size bytes; 0: there are no more places; -ENAMETOOLONG. */
int spored_client_path(unsigned index, char *path, size_t size);

/* Makes a client and connects to path; NULL: to the first of the places of spored_client_path()
 * where spored listens. A socket file that nobody listens on does not hide the next place. 0 and an
 * owned *ret; or the errno of connect(), of the place that was tried last; -EAGAIN: too many others
 * are just connecting. With SPORED_CLIENT_RECONNECT only -ENOMEM and what no later try can mend are
 * errors. */
int spored_client_new(SporedClient **ret, const char *path, unsigned flags);
/* Closes and frees; what was not answered is not called back. Returns NULL, takes NULL. */
SporedClient *spored_client_free(SporedClient *client);

bool spored_client_connected(const SporedClient *client);
/* 0: connected. Else why it is not: of the loss, or of the last try. */
int spored_client_error(const SporedClient *client);
/* The error that spored gave unasked ("too_many"), on the connection there is or was last. NULL:
 * none. Valid until the next process. */
const SporedMessage *spored_client_refusal(const SporedClient *client);
/* Called at each change: error is 0 when connected, else why it no longer is (-ECONNRESET: spored
 * has closed), after the requests that waited have got their NULL. Not called for what
 * spored_client_new() itself has reached. */
typedef void (*SporedStateChanged)(SporedClient *client, int error, void *userdata);
void spored_client_on_state(SporedClient *client, SporedStateChanged changed, void *userdata);

/* For the caller's poll() or event loop: the same descriptor for the client's whole life, connected
 * or not. Readable: call spored_client_process(). Never written, read or closed by the caller. */
int spored_client_fd(const SporedClient *client);
/* Sends, reads, calls back, connects again: what can be done without waiting. 0; -ECONNRESET or
 * another errno once the connection is lost for good (without SPORED_CLIENT_RECONNECT). */
int spored_client_process(SporedClient *client);
/* Waits up to timeout_ms (-1: for ever) until there is something to do, and does it. 1: something
 * was done; 0: time is up; else as spored_client_process(). -EINTR: a signal came. */
int spored_client_wait(SporedClient *client, int timeout_ms);
/* Bytes that were asked to be sent and are not yet. */
size_t spored_client_unsent(const SporedClient *client);

/* The answer to a request. NULL: there will be none, the connection was lost. */
typedef void (*SporedAnswered)(SporedClient *client, const SporedMessage *answer, void *userdata);

/* Sends one JSON object without an "id"; one is put in. answered may be NULL: its answer is then
 * not looked at. -EINVAL: not a JSON object, or it has an id; -ENOTCONN; -ENOBUFS: more than 1 MiB
 * waits to be sent, or 65536 requests for an answer; -ENOMEM. */
int spored_client_request(
        SporedClient *client, const char *request, SporedAnswered answered, void *userdata);
/* Likewise, and waits for the answer, calling back for what comes meanwhile; signals do not end it.
 * *ret is the client's until its next process, wait or call. -ETIMEDOUT: the answer is not looked
 * at any more; -ECONNRESET or another errno of a loss. An answer that is an error is 0: see
 * spored_message_error(). */
int spored_client_call(
        SporedClient *client, const char *request, int timeout_ms, const SporedMessage **ret);

/* One field of a value, in its text form: "21.4", "ON", "FAN,MIST". name is NULL for a value that
 * is a single one. */
typedef struct SporedField {
        const char *name;
        const char *text;
} SporedField;

/* Sets a value: the fields that are given, the others stay. As spored_client_request(); -EINVAL: no
 * field, one twice, or a text that is not UTF-8. */
int spored_client_set(SporedClient *client, const char *characteristic, const SporedField *fields,
        size_t n_fields, SporedAnswered answered, void *userdata);
int spored_client_set_bytes(SporedClient *client, const char *characteristic, const void *data,
        size_t size, SporedAnswered answered, void *userdata);
int spored_client_get(
        SporedClient *client, const char *characteristic, SporedAnswered answered, void *userdata);

typedef void (*SporedEvent)(SporedClient *client, const SporedMessage *event, void *userdata);

/* This, and handle, before it is connected: asked for then, with SPORED_CLIENT_RECONNECT; else
 * -ENOTCONN. A write that is both watched and handled comes to both.
 *
 * Calls back for each event: of these kinds ("write", "descriptor-write", "stale", "status",
 * "connection"; NULL-terminated; NULL: writes) and of these characteristics (likewise; NULL: all).
 * Again: in place of the one before. It lasts over reconnections. spored's refusal comes as an
 * event with spored_message_error(); so does "gone": a reload has taken a characteristic away that
 * was named. What is left is watched on; one that comes back is not, until it is asked for again.
 */
int spored_client_watch(SporedClient *client, const char *const *events,
        const char *const *characteristics, SporedEvent called, void *userdata);
/* Calls back for each write of a central to this characteristic, as its one handler. It lasts over
 * reconnections. Refusals ("busy": there is one) come as an event with spored_message_error(), and
 * so does "gone": a reload has ended it, which the next connection may not know;
 * after busy it is asked for again every 5 s, and not told again before it has changed. */
int spored_client_handle(
        SporedClient *client, const char *characteristic, SporedEvent called, void *userdata);
/* No longer. -ENOENT: it is not handled. */
int spored_client_unhandle(
        SporedClient *client, const char *characteristic, SporedAnswered answered, void *userdata);
/* Answers a write that spored_message_wants_verdict(), on the connection it came by: the next
 * spored gives the same numbers to other writes. code: what the central gets if not accept:
 * 0x80 to 0x9f, or 0 for spored's own. */
int spored_client_verdict(SporedClient *client, uint64_t number, bool accept, unsigned code,
        SporedAnswered answered, void *userdata);

/* The whole line, without its newline. */
const char *spored_message_line(const SporedMessage *message);
/* The word of the error ("queue_full"), NULL if it is none; and the sentence to it, "" if none. */
const char *spored_message_error(const SporedMessage *message);
const char *spored_message_detail(const SporedMessage *message);
/* A member that is a string; NULL: there is none. "event", "characteristic", "device", "hex". */
const char *spored_message_string(const SporedMessage *message, const char *member);
/* A member that is a whole number: 1 and *ret, or 0. "seq", "number". */
int spored_message_integer(const SporedMessage *message, const char *member, int64_t *ret);
/* Likewise any number. "age_s". */
int spored_message_real(const SporedMessage *message, const char *member, double *ret);
/* Whether a member is true. "subscribed", "stale", "on_air". */
bool spored_message_true(const SporedMessage *message, const char *member);
bool spored_message_wants_verdict(const SporedMessage *message);
/* The value in an answer to get or in a write event: how many fields it has (a single value has
 * one; 0: none), and each by index, in its text form; a name is NULL for a single value. */
size_t spored_message_fields(const SporedMessage *message);
SporedField spored_message_field(const SporedMessage *message, size_t index);
/* A field as a number, by name, or NULL for a single value: 1 and *ret; 0: no such field, or it is
 * not a number. */
int spored_message_number(const SporedMessage *message, const char *field, double *ret);
/* The value's bytes, at most size of them: how many there are; -EBADMSG: it has none. */
int spored_message_bytes(const SporedMessage *message, void *data, size_t size);

#ifdef __cplusplus
}
#endif
