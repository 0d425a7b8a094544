/* Sockets that systemd listens on, and starts spored for when somebody connects. */
#pragma once

typedef struct Activation {
        int socket, read_only; /* -1: spored binds it itself, if at all */
} Activation;

/* Takes what systemd hands over, once. */
void activation_take(Activation *ret);
/* spored will not serve: tells whoever waits why, in one line, and closes. Else they would stay
 * unanswered, and systemd start spored for them again and again. why is put into JSON as it is. */
void activation_turn_away(const Activation *activation, const char *why);
void activation_done(Activation *activation);
