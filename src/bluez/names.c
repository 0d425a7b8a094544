#include "bluez/names.h"

#include <stdio.h>

void advertisement_path(size_t index, unsigned side, char out[static ADVERTISEMENT_PATH_MAX]) {
        const char *base = side == 0 ? ADVERTISEMENT_PATH : ADVERTISEMENT_PATH "_b";

        if (index == 0)
                (void)snprintf(out, ADVERTISEMENT_PATH_MAX, "%s", base);
        else
                (void)snprintf(out, ADVERTISEMENT_PATH_MAX, "%s/%zu", base, index);
}
