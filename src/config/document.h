/* One configuration file in memory, as it was written: names are not judged yet. */
#pragma once

#include "config/problems.h"
#include "util/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct DocumentEntry {
        char *key, *value; /* continuation lines joined, quotes removed */
        unsigned line;
        unsigned more_line; /* the first line that continues the value; 0: none */
        bool quoted;        /* there were quotes */
} DocumentEntry;

typedef struct DocumentSection {
        char *name;
        unsigned line;
        DocumentEntry *entries;
        size_t n_entries;
} DocumentSection;

typedef struct Document {
        const Source *source; /* borrowed */
        DocumentSection *sections;
        size_t n_sections;
} Document;

/* Reads file; lines that cannot be read become problems. -ENOMEM, or the errno of reading. */
int document_new(Document **ret, FILE *file, const Source *source, Problems *problems);
Document *document_free(Document *document);
DEFINE_CLEANUP(Document *, document_free);
