/* What spored counts, as Prometheus reads it. The names are promised: spored(8) lists them. */
#pragma once

#include "core/profile.h"
#include "socket/server.h"

typedef struct FiguresSource {
        const Profile *profile; /* NULL: nothing declared */
        ServerStatus status;
        ServerCounts counts;
        /* As in ServerEvents. */
        void (*characteristic_status)(
                const Characteristic *c, ServerCharacteristicStatus *ret, void *userdata);
        void *userdata;
} FiguresSource;

/* The text is owned by the caller. -ENOMEM. */
int figures_text(char **ret, const FiguresSource *source);
