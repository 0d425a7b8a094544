/* A producer, and a spored that is played by the test. */
#pragma once

#include "fixture.h"

#include "config/config.h"
#include "sense/producer.h"

/* Sections of sources. */
#define FIRST  "[source first]\nfile = %s/first\nscale = 0.001\ntarget = temperature\n"
#define CO2    "[source co2]\nfile = %s/co2\ntarget = air.co2\n"
#define DAMP   "[source damp]\nfile = %s/damp\ninterval = 20s\ntarget = air.humidity\n"
#define SWITCH "[source switch]\nfile = %s/switch\ntarget = air.mode\n"

#define SEC UINT64_C(1000000)

typedef struct Play {
        Config *config;
        Producer *producer;
        SporedClient *client;
        char *path;    /* of the socket */
        int listen_fd; /* spored's */
        int fd;        /* spored's, of the connection */
} Play;

/* Loads a profile with two characteristics and the sections, where each %s becomes the root, and
 * connects. */
void play(const Fixture *f, const char *sections, Play *ret);
void play_done(Play *p);

/* Spored's lines, which are taken at once. */
void answer(Play *p, const char *lines);
void lose_spored(Play *p);
/* Exactly this was asked since the last time. */
void expect_asked(const Play *p, const char *expected);
void read_and_send(Play *p, uint64_t now_usec);
/* What is left to be asked for once answers have come. */
void send_more(Play *p);
void expect_summary(const Play *p, const char *expected);

#define SET(id, characteristic, what)                                                              \
        "{\"op\":\"set\",\"characteristic\":\"" characteristic "\"," what ",\"id\":" #id "}\n"
#define VALUE(text)      "\"value\":\"" text "\""
#define CO2_IS(text)     "\"co2\":\"" text "\""
#define DAMP_IS(text)    "\"humidity\":\"" text "\""
#define SWITCH_IS(text)  "\"mode\":\"" text "\""
#define FIELDS(fields)   "\"fields\":{" fields "}"
#define OK(id)           "{\"id\":" #id ",\"ok\":true}\n"
#define REFUSED(id, why) "{\"id\":" #id ",\"error\":\"" why "\",\"detail\":\"no\"}\n"
