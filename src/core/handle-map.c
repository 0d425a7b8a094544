#include "core/handle-map.h"

#include <errno.h>

/* BlueZ makes 0x2902 from these, */
#define CONFIGURED (CHARACTERISTIC_NOTIFY | CHARACTERISTIC_INDICATE)
/* and 0x2900 from these, but not from extended-properties alone. */
#define EXTENDED (CHARACTERISTIC_RELIABLE_WRITE | CHARACTERISTIC_WRITABLE_AUXILIARIES)

/* From the value's handle to that of the first descriptor of our own. */
static size_t value_span(const Characteristic *c) {
        return 1u + ((c->flags & CONFIGURED) != 0) + ((c->flags & EXTENDED) != 0);
}

size_t handle_map_count(const Service *service) {
        size_t n = 1 + service->n_includes;

        for (size_t i = 0; i < service->n_characteristics; i++) {
                const Characteristic *c = service->characteristics[i];

                n += 1 + value_span(c) + c->n_descriptors;
        }
        return n;
}

static size_t assign_characteristic(Characteristic *c, size_t next) {
        c->handle = (uint16_t)(next + 1);
        next = c->handle + value_span(c);
        for (size_t i = 0; i < c->n_descriptors; i++)
                c->descriptors[i]->handle = (uint16_t)next++;
        return next;
}

static void assign_service(Service *service, size_t first) {
        size_t next = first + 1 + service->n_includes;

        service->handle = (uint16_t)first;
        for (size_t i = 0; i < service->n_characteristics; i++)
                next = assign_characteristic(service->characteristics[i], next);
}

static void clear_service(Service *service) {
        service->handle = 0;
        for (size_t i = 0; i < service->n_characteristics; i++) {
                Characteristic *c = service->characteristics[i];

                c->handle = 0;
                for (size_t k = 0; k < c->n_descriptors; k++)
                        c->descriptors[k]->handle = 0;
        }
}

int handle_map_assign(Profile *profile, uint16_t base) {
        size_t next = base;

        for (size_t i = 0; i < profile->n_services; i++) {
                size_t n = handle_map_count(profile->services[i]);

                if (next > HANDLE_LAST || n > HANDLE_LAST + 1 - next) {
                        for (; i < profile->n_services; i++)
                                clear_service(profile->services[i]);
                        return -ERANGE;
                }
                assign_service(profile->services[i], next);
                next += n;
        }
        return 0;
}
