/* A few links: looked through one by one. */
#include "core/link-mtus.h"

#include <string.h>

static LinkMtu *find(LinkMtus *mtus, const char *device) {
        for (size_t i = 0; i < mtus->n; i++)
                if (strcmp(mtus->links[i].device, device) == 0)
                        return &mtus->links[i];
        return NULL;
}

void link_mtus_note(LinkMtus *mtus, const char *device, uint16_t mtu) {
        LinkMtu *link = find(mtus, device);

        if (mtu < ATT_MTU_MIN || strlen(device) >= LINK_DEVICE_SIZE)
                return;
        if (!link) {
                if (mtus->n == LINK_MTUS_MAX)
                        return;
                link = &mtus->links[mtus->n++];
                strcpy(link->device, device);
        }
        link->mtu = mtu;
}

void link_mtus_rename(LinkMtus *mtus, const char *was, const char *device) {
        LinkMtu *link = find(mtus, was);

        if (link && strlen(device) < LINK_DEVICE_SIZE)
                strcpy(link->device, device);
}

void link_mtus_end(LinkMtus *mtus, const char *device) {
        LinkMtu *link = find(mtus, device);

        if (link)
                *link = mtus->links[--mtus->n];
}

uint16_t link_mtus_smallest(const LinkMtus *mtus) {
        uint16_t smallest = 0;

        for (size_t i = 0; i < mtus->n; i++)
                if (smallest == 0 || mtus->links[i].mtu < smallest)
                        smallest = mtus->links[i].mtu;
        return smallest;
}
