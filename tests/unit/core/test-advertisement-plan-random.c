/* Many advertisements: what is planned is what an encoder builds, and the first rung of which the
 * bytes fit is the one that is taken. */
#include "core/advertisement-plan.h"

#include "util/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "random.h"

DEFINE_CLEANUP(Advertisement *, advertisement_free);

#define ROUNDS      20000
#define PACKET_SIZE 4096

/* Packets as they go on the air, however long. */
typedef struct Packet {
        uint8_t bytes[PACKET_SIZE];
        size_t size;
} Packet;

static void push(Packet *p, uint8_t type, const void *head, size_t head_size, const void *data,
        size_t size) {
        p->bytes[p->size++] = (uint8_t)(1 + head_size + size);
        p->bytes[p->size++] = type;
        memcpy(p->bytes + p->size, head, head_size);
        p->size += head_size;
        if (size > 0)
                memcpy(p->bytes + p->size, data, size);
        p->size += size;
}

/* As bluetoothd shortens 36 characters. */
static size_t air_size(const Uuid *uuid) {
        return uuid_size(uuid) == 2 ? 2 : 16;
}

static void push_uuids(Packet *p, const AdvertisedUuids *uuids, size_t each, uint8_t type) {
        uint8_t list[1024];
        size_t size = 0;

        for (size_t i = 0; i < uuids->n; i++)
                if (air_size(&uuids->items[i]) == each) {
                        memcpy(list + size, uuids->items[i].bytes, each);
                        size += each;
                }
        if (size > 0)
                push(p, type, "", 0, list, size);
}

static void push_data(Packet *p, const AdvertisedData *d, unsigned without) {
        static const uint8_t types[][3] = {{2, 0x03, 0x14}, {16, 0x07, 0x15}};

        for (size_t i = 0; i < ELEMENTS(types); i++) {
                if (!(without & ADVERTISEMENT_ITEM_SERVICES))
                        push_uuids(p, &d->services, types[i][0], types[i][1]);
                if (!(without & ADVERTISEMENT_ITEM_SOLICIT))
                        push_uuids(p, &d->solicit, types[i][0], types[i][2]);
        }
        for (size_t i = 0;
                !(without & ADVERTISEMENT_ITEM_MANUFACTURER_DATA) && i < d->n_manufacturer; i++)
                push(p, 0xff, &d->manufacturer[i].company, 2, d->manufacturer[i].data,
                        d->manufacturer[i].size);
        for (size_t i = 0; !(without & ADVERTISEMENT_ITEM_SERVICE_DATA) && i < d->n_service; i++)
                push(p, 0x16, d->service[i].uuid.bytes, air_size(&d->service[i].uuid),
                        d->service[i].data, d->service[i].size);
}

static bool knows_response(const AdvertisementTask *task) {
        return !task->traits || task->traits->scan_response_data;
}

/* All but the name. */
static void encode(
        const AdvertisementTask *task, unsigned without, Packet *data, Packet *response) {
        const Advertisement *a = task->advertisement;

        data->size = response->size = 0;
        push(data, 0x01, "\x06", 1, NULL, 0);
        push_data(data, &a->data, without);
        if (a->has_appearance && !(without & ADVERTISEMENT_ITEM_APPEARANCE))
                push(data, 0x19, &a->appearance, 2, NULL, 0);
        if (a->include_tx_power && !(without & ADVERTISEMENT_ITEM_INCLUDE_TX_POWER) &&
                !(task->limits->knows_includes && !task->limits->includes_tx_power))
                push(data, 0x0a, "", 1, NULL, 0);
        if (!(without & ADVERTISEMENT_ITEM_SCAN_RESPONSE) && knows_response(task))
                push_data(response, &a->response, 0);
}

static size_t room(size_t known, bool extended) {
        if (!extended)
                return 31;
        return known > 0 && known < 251 ? known : 251;
}

/* Builds it without these items as an ASCII name allows; true: BlueZ, the kernel and the
 * controller take it, with as much of the name as there is room for. */
static bool builds(const AdvertisementTask *task, unsigned without, Packet *data, Packet *response,
        size_t *ret_name) {
        const Advertisement *a = task->advertisement;
        bool channel = a->secondary_channel != SECONDARY_CHANNEL_NONE &&
                       !(without & ADVERTISEMENT_ITEM_SECONDARY_CHANNEL);
        bool extended = channel && (!task->traits || task->traits->long_advertising);
        bool named = a->include_name && !(without & ADVERTISEMENT_ITEM_NAME);
        size_t data_room = room(task->limits->max_data, extended);
        size_t response_room = room(task->limits->max_response, extended), left;
        Packet *place = channel ? data : response;

        *ret_name = 0;
        encode(task, without, data, response);
        if (channel && task->limits->knows_channels &&
                !(task->limits->channels & 1u << a->secondary_channel))
                return false;
        if (channel && (response->size > 0 || (named && a->type == ADVERTISEMENT_BROADCAST)))
                return false;
        if (data->size > data_room || response->size > response_room)
                return false;
        left = (channel ? data_room : response_room) - place->size;
        if (named && task->name) {
                if (left < 3)
                        return false;
                *ret_name = strlen(task->name) < left - 2 ? strlen(task->name) : left - 2;
                push(place, 0x09, "", 0, task->name, *ret_name);
        } else if (named && !channel) {
                if (left < 13)
                        return false;
                push(place, 0x09, "", 0, "0123456789", 11);
        }
        return true;
}

static void add_uuids(Random *random, AdvertisedUuids *uuids, uint32_t below) {
        for (uint32_t n = random_below(random, below); n > 0; n--) {
                Uuid uuid = uuid_short((uint16_t)(0x1800 + random_below(random, 60)));
                uint32_t kind = random_below(random, 5);

                if (kind == 0)
                        uuid.bytes[15] ^= 1;
                if (kind == 1)
                        uuid.bytes[0] = 0x12;
                (void)advertised_uuids_add(uuids, &uuid);
        }
}

static void add_data(Random *random, AdvertisedData *data, uint32_t below) {
        static const uint8_t zeros[64] = {0};

        add_uuids(random, &data->services, below);
        if (random_below(random, 3) == 0)
                add_uuids(random, &data->solicit, below);
        for (uint32_t n = random_below(random, below); n > 0; n--)
                (void)advertised_data_add_manufacturer(
                        data, (uint16_t)random_below(random, 4), zeros, random_below(random, 12));
        for (uint32_t n = random_below(random, below); n > 0; n--) {
                Uuid uuid = uuid_short((uint16_t)(0x1800 + random_below(random, 4)));

                (void)advertised_data_add_service(data, &uuid, zeros, random_below(random, 8));
        }
}

static Advertisement *make(Random *random) {
        Advertisement *a = advertisement_new(NULL);

        assert_non_null(a);
        a->type = random_below(random, 4) == 0 ? ADVERTISEMENT_BROADCAST : ADVERTISEMENT_PERIPHERAL;
        a->include_name = random_below(random, 4) > 0;
        a->has_appearance = random_below(random, 2);
        a->include_tx_power = random_below(random, 2);
        a->has_tx_power = random_below(random, 2);
        if (random_below(random, 3) == 0)
                a->secondary_channel = (SecondaryChannel)random_below(random, 4);
        add_data(random, &a->data, 4);
        if (random_below(random, 3) == 0)
                add_data(random, &a->response, 3);
        for (uint32_t n = random_below(random, 8); n > 0; n--)
                (void)advertisement_add_rung(
                        a, (AdvertisementItem)(1u << random_below(random, 11)));
        return a;
}

static const BluezTraits *random_traits(Random *random) {
        static const unsigned minors[] = {66, 72, 77, 82, 87};
        uint32_t i = random_below(random, ELEMENTS(minors) + 1);

        return i == ELEMENTS(minors) ? NULL : bluez_traits((BluezVersion){5, minors[i]});
}

static AdvertisementLimits random_limits(Random *random) {
        static const size_t sizes[] = {0, 31, 64, 251, 1650};

        return (AdvertisementLimits){
                .max_data = sizes[random_below(random, ELEMENTS(sizes))],
                .max_response = sizes[random_below(random, ELEMENTS(sizes))],
                .knows_channels = random_below(random, 2),
                .channels = random_below(random, 16),
                .knows_includes = random_below(random, 2),
                .includes_tx_power = random_below(random, 2),
        };
}

/* The first rung that builds; -1: none. */
static int first_rung(
        const AdvertisementTask *task, Packet *data, Packet *response, size_t *ret_name) {
        const Advertisement *a = task->advertisement;
        unsigned without = 0;

        for (size_t rung = 0; rung <= a->n_ladder; rung++) {
                if (builds(task, without, data, response, ret_name))
                        return (int)rung;
                if (rung < a->n_ladder)
                        without |= a->ladder[rung];
        }
        return -1;
}

static void check(const AdvertisementTask *task, unsigned *fitting, unsigned *stepped) {
        static Packet data, response;
        AdvertisementPlan plan;
        char why[ADVERTISEMENT_WHY_SIZE];
        size_t name;
        int rung = first_rung(task, &data, &response, &name);
        int r = advertisement_plan(&plan, task, why);

        if (rung < 0) {
                assert_int_equal(r, ADVERTISEMENT_E_SIZE);
                assert_string_not_equal(why, "");
                assert_int_equal(plan.rung, task->advertisement->n_ladder);
                return;
        }
        assert_int_equal(r, 0);
        assert_int_equal(plan.rung, rung);
        assert_int_equal(plan.data, data.size);
        assert_int_equal(plan.response, response.size);
        assert_int_equal(plan.name_shown, name);
        assert_true(plan.name_size >= name);
        *fitting += 1;
        *stepped += rung > 0;
}

static void test_what_is_planned_is_what_is_built(void **state) {
        Random random = {20260101};
        unsigned fitting = 0, stepped = 0;

        for (size_t i = 0; i < ROUNDS; i++) {
                _cleanup_(advertisement_freep) Advertisement *a = make(&random);
                const AdvertisementLimits limits = random_limits(&random);
                char name[ADVERTISEMENT_NAME_MAX + 1] = "";
                AdvertisementTask task = {
                        .advertisement = a, .limits = &limits, .traits = random_traits(&random)};

                memset(name, 'n', 1 + random_below(&random, random_below(&random, 4) ? 20 : 240));
                task.name = random_below(&random, 4) > 0 ? name : NULL;
                check(&task, &fitting, &stepped);
        }
        /* Both ends are met. */
        assert_in_range(fitting, ROUNDS / 10, ROUNDS - ROUNDS / 10);
        assert_in_range(stepped, ROUNDS / 50, ROUNDS);
}

/* Each step says less, fits, and the ladder ends. */
static void test_every_ladder_ends(void **state) {
        Random random = {7};

        for (size_t i = 0; i < ROUNDS; i++) {
                _cleanup_(advertisement_freep) Advertisement *a = make(&random);
                const AdvertisementLimits limits = random_limits(&random);
                const AdvertisementTask task = {.advertisement = a, .name = "n", .limits = &limits};
                AdvertisementPlan plan;
                char why[ADVERTISEMENT_WHY_SIZE];
                size_t steps = 0;

                if (advertisement_plan(&plan, &task, why) != 0)
                        continue;
                for (unsigned before = plan.left_out;
                        advertisement_plan_next(&plan, &task, why) == 0; before = plan.left_out) {
                        assert_true((plan.left_out & before) == before && plan.left_out != before);
                        assert_true(plan.data <= plan.data_max);
                        assert_true(plan.response <= plan.response_max);
                        steps++;
                }
                assert_true(steps <= a->n_ladder);
        }
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_what_is_planned_is_what_is_built),
                cmocka_unit_test(test_every_ladder_ends),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
