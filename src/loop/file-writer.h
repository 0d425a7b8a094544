/* Writes a whole file without making the loop wait for a disk: a forked child writes beside it and
 * renames. One child at a time; of what comes meanwhile only the newest is written. */
#pragma once

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct FileWriter FileWriter;

typedef struct FileWriterParameters {
        const char *path; /* copied; its directory must be there */
        unsigned mode;
        bool durable; /* as far as the disk is asked: a power cut loses nothing */
} FileWriterParameters;

typedef struct FileWriterEvents {
        /* Nothing is under way any more. error: of what was written last, logged; or 0. */
        void (*done)(int error, void *userdata);
} FileWriterEvents;

/* loop must be the default one, where children are waited for. */
int file_writer_new(FileWriter **ret, struct ev_loop *loop, const FileWriterParameters *parameters,
        const FileWriterEvents *events, void *userdata);
/* A child that is at it ends by itself. */
FileWriter *file_writer_free(FileWriter *writer);

/* Makes data, owned from here on, the content of the file. A negative errno, logged: nothing could
 * be started, and `done` does not follow. An error is logged again only when it has changed. */
int file_writer_write(FileWriter *writer, char *data, size_t size);
bool file_writer_busy(const FileWriter *writer);
