#include "loop/bus.h"

#include "util/cleanup.h"

#include <stdbool.h>
#include <string.h>

int bus_open(sd_bus **ret, const char *address) {
        _cleanup_(sd_bus_unrefp) sd_bus *bus = NULL;

        if (strcmp(address, "system") == 0)
                return sd_bus_open_system(ret);
        int r = sd_bus_new(&bus);
        if (r >= 0)
                r = sd_bus_set_address(bus, address);
        if (r >= 0)
                r = sd_bus_set_bus_client(bus, true);
        if (r >= 0)
                r = sd_bus_start(bus);
        if (r >= 0)
                *ret = STEAL(bus);
        return r;
}
