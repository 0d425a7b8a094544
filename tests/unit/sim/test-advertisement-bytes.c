/* Many advertisements, from what is configured to the bytes on the air: what is planned, what is
 * exported and what the simulated bluetoothd reads of that and builds of it are the same bytes as
 * an encoder of its own makes. What is said not to fit is refused by it too. */
#include "bluez/le-advertisement.h"
#include "bluez/names.h"
#include "sim/bluetoothd/advertisement-data.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "../core/random.h"

DEFINE_CLEANUP(Advertisement *, advertisement_free);
DEFINE_CLEANUP(LeAdvertisement *, le_advertisement_free);

#define ROUNDS 1500
#define PATH   "/spored/advertisement"
#define CHANNELS                                                                                   \
        (1U << SECONDARY_CHANNEL_1M | 1U << SECONDARY_CHANNEL_2M | 1U << SECONDARY_CHANNEL_CODED)
#define ADAPTER    "box"
#define ROOM_LARGE 251

/* spored at one end, bluetoothd at the other. */
typedef struct Ends {
        sd_bus *ours, *theirs;
        sd_bus_message *reply;
} Ends;

static sd_bus *begin(int fd, bool server) {
        sd_id128_t id = SD_ID128_MAKE(1, 2, 3, 4, 5, 6, 7, 8, 9, 0a, 0b, 0c, 0d, 0e, 0f, 10);
        sd_bus *bus;

        assert_true(sd_bus_new(&bus) >= 0);
        assert_true(sd_bus_set_fd(bus, fd, fd) >= 0);
        if (server)
                assert_true(sd_bus_set_server(bus, true, id) >= 0);
        assert_true(sd_bus_set_anonymous(bus, true) >= 0);
        assert_true(sd_bus_start(bus) >= 0);
        return bus;
}

static int setup(void **state) {
        Ends *e = calloc(1, sizeof(*e));
        int pair[2];

        assert_non_null(e);
        assert_int_equal(
                socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair), 0);
        e->ours = begin(pair[0], true);
        e->theirs = begin(pair[1], false);
        *state = e;
        return 0;
}

static int teardown(void **state) {
        Ends *e = *state;

        sd_bus_message_unref(e->reply);
        sd_bus_close(e->theirs);
        sd_bus_unref(e->theirs);
        sd_bus_close(e->ours);
        sd_bus_unref(e->ours);
        free(e);
        return 0;
}

static int on_reply(sd_bus_message *m, void *userdata, sd_bus_error *error) {
        Ends *e = userdata;

        e->reply = sd_bus_message_ref(m);
        return 0;
}

/* What bluetoothd asks for when one is registered. */
static sd_bus_message *listed(Ends *e) {
        e->reply = sd_bus_message_unref(e->reply);
        assert_true(sd_bus_call_method_async(e->theirs, NULL, NULL, PATH, DBUS_PROPERTIES, "GetAll",
                            on_reply, e, "s", BLUEZ_ADVERTISEMENT) >= 0);
        while (!e->reply) {
                int r = sd_bus_process(e->ours, NULL);
                assert_true(r >= 0);
                int s = sd_bus_process(e->theirs, NULL);
                assert_true(s >= 0);
                if (r == 0 && s == 0)
                        assert_true(sd_bus_wait(e->theirs, 1000) >= 0);
        }
        assert_false(sd_bus_message_is_method_error(e->reply, NULL) > 0);
        return e->reply;
}

/* One that is shown at one path. */
static void on_released(unsigned side, void *userdata) {
        fail();
}

static void on_power_told(int16_t dbm, void *userdata) {
        fail();
}

static const LeAdvertisementEvents events = {.released = on_released, .power_told = on_power_told};

static void push(AdPacket *p, uint8_t type, const void *head, size_t head_size, const void *data,
        size_t size) {
        assert_true(p->size + 2 + head_size + size <= sizeof(p->bytes));
        p->bytes[p->size++] = (uint8_t)(1 + head_size + size);
        p->bytes[p->size++] = type;
        if (head_size > 0)
                memcpy(p->bytes + p->size, head, head_size);
        p->size += head_size;
        if (size > 0)
                memcpy(p->bytes + p->size, data, size);
        p->size += size;
}

/* Backwards, in 2 bytes or in 16. */
static size_t turn(uint8_t out[static 16], const Uuid *uuid) {
        size_t size = uuid_number(uuid) > 0 ? 2 : 16;

        for (size_t i = 0; i < size; i++)
                out[i] = uuid->bytes[size == 2 ? 3 - i : 15 - i];
        return size;
}

static void push_uuids(AdPacket *p, const AdvertisedUuids *uuids, size_t each, uint8_t type) {
        uint8_t list[512], one[16];
        size_t size = 0;

        for (size_t i = 0; i < uuids->n; i++)
                if (turn(one, &uuids->items[i]) == each) {
                        memcpy(list + size, one, each);
                        size += each;
                }
        if (size > 0)
                push(p, type, NULL, 0, list, size);
}

/* In the order of bt_ad_generate() in bluez src/shared/ad.c; without: bits of AdvertisementItem. */
static void push_front(AdPacket *p, const AdvertisedData *d, unsigned without) {
        uint8_t uuid[16];

        for (size_t each = 2; each <= 16; each += 14)
                if (!(without & ADVERTISEMENT_ITEM_SERVICES))
                        push_uuids(p, &d->services, each, each == 2 ? 0x03 : 0x07);
        for (size_t each = 2; each <= 16; each += 14)
                if (!(without & ADVERTISEMENT_ITEM_SOLICIT))
                        push_uuids(p, &d->solicit, each, each == 2 ? 0x14 : 0x15);
        for (size_t i = 0;
                i < d->n_manufacturer && !(without & ADVERTISEMENT_ITEM_MANUFACTURER_DATA); i++) {
                const ManufacturerData *m = &d->manufacturer[i];
                const uint8_t company[] = {(uint8_t)m->company, (uint8_t)(m->company >> 8)};
                push(p, 0xff, company, sizeof(company), m->data, m->size);
        }
        for (size_t i = 0; i < d->n_service && !(without & ADVERTISEMENT_ITEM_SERVICE_DATA); i++) {
                size_t size = turn(uuid, &d->service[i].uuid);
                push(p, size == 2 ? 0x16 : 0x21, uuid, size, d->service[i].data,
                        d->service[i].size);
        }
}

static void push_other(AdPacket *p, const AdvertisedData *d) {
        for (size_t i = 0; i < d->n_other; i++)
                push(p, d->other[i].type, NULL, 0, d->other[i].data, d->other[i].size);
}

static uint8_t flags_of(const Advertisement *a, const AdContext *context) {
        if (a->type == ADVERTISEMENT_PERIPHERAL && a->discoverable)
                return a->discoverable_timeout_usec > 0 ? 0x05 : 0x06;
        return 0x04;
}

/* The kernel's own come first: of a broadcast, and of a no before 5.69. */
static bool flags_first(const Advertisement *a, const AdContext *context) {
        return a->type == ADVERTISEMENT_BROADCAST ||
               (!a->discoverable && context->version.minor < 69);
}

static void push_name(AdPacket *p, const AdvertisementTask *task, const AdvertisementPlan *plan) {
        /* Cut by bluetoothd, it says so; cut by spored it cannot. */
        push(p, plan->name_size > plan->name_shown ? 0x08 : 0x09, NULL, 0, task->name,
                plan->name_shown);
}

static void encode(AdPacket *data, AdPacket *response, const AdvertisementTask *task,
        const AdvertisementPlan *plan, const AdContext *context) {
        const Advertisement *a = task->advertisement;
        const unsigned without = plan->left_out | plan->ignored;
        const uint8_t flags = flags_of(a, context);
        const uint8_t appearance[] = {(uint8_t)a->appearance, (uint8_t)(a->appearance >> 8)};
        bool named = a->include_name && !(without & ADVERTISEMENT_ITEM_NAME);
        bool secondary = a->secondary_channel != SECONDARY_CHANNEL_NONE &&
                         !(without & ADVERTISEMENT_ITEM_SECONDARY_CHANNEL);
        bool asked = a->has_tx_power && !(without & ADVERTISEMENT_ITEM_TX_POWER);
        const uint8_t power = asked && context->extended ? (uint8_t)plan->tx_power : 0;

        data->size = response->size = 0;
        if (flags_first(a, context))
                push(data, 0x01, &flags, 1, NULL, 0);
        push_front(data, &a->data, without);
        if (named && task->name && secondary)
                push_name(data, task, plan);
        if (a->has_appearance && !(without & ADVERTISEMENT_ITEM_APPEARANCE))
                push(data, 0x19, appearance, sizeof(appearance), NULL, 0);
        if (a->include_rsi && !(without & ADVERTISEMENT_ITEM_INCLUDE_RSI))
                push(data, 0x2e, NULL, 0, "\1\2\3\4\5\x40", 6);
        if (!(without & ADVERTISEMENT_ITEM_DATA))
                push_other(data, &a->data);
        if (!flags_first(a, context))
                push(data, 0x01, &flags, 1, NULL, 0);
        if (a->include_tx_power && !(without & ADVERTISEMENT_ITEM_INCLUDE_TX_POWER))
                push(data, 0x0a, &power, 1, NULL, 0);
        if (!(without & ADVERTISEMENT_ITEM_SCAN_RESPONSE))
                push_front(response, &a->response, 0);
        if (named && task->name && !secondary)
                push_name(response, task, plan);
        if (!(without & ADVERTISEMENT_ITEM_SCAN_RESPONSE))
                push_other(response, &a->response);
        if (named && !task->name && !secondary)
                push(response, 0x09, NULL, 0, ADAPTER, strlen(ADAPTER));
}

static void fill(Random *random, uint8_t *bytes, size_t size) {
        for (size_t i = 0; i < size; i++)
                bytes[i] = (uint8_t)random_below(random, 256);
}

static Uuid random_uuid(Random *random) {
        Uuid uuid = uuid_short((uint16_t)(0x1800 + random_below(random, 60)));
        uint32_t kind = random_below(random, 6);

        if (kind == 0)
                fill(random, uuid.bytes, sizeof(uuid.bytes));
        if (kind == 1)
                uuid.bytes[random_below(random, 2)] = 0x12;
        return uuid;
}

static void add_uuids(Random *random, AdvertisedUuids *uuids, uint32_t below) {
        for (uint32_t n = random_below(random, below); n > 0; n--) {
                Uuid uuid = random_uuid(random);
                (void)advertised_uuids_add(uuids, &uuid);
        }
}

static void add_data(Random *random, AdvertisedData *data, uint32_t below, uint32_t size_below) {
        uint8_t bytes[64];

        fill(random, bytes, sizeof(bytes));
        add_uuids(random, &data->services, below);
        add_uuids(random, &data->solicit, below - 1);
        for (uint32_t n = random_below(random, below); n > 0; n--)
                (void)advertised_data_add_manufacturer(data, (uint16_t)random_below(random, 1000),
                        bytes, 1 + random_below(random, size_below));
        for (uint32_t n = random_below(random, below); n > 0; n--) {
                Uuid uuid = random_uuid(random);
                (void)advertised_data_add_service(
                        data, &uuid, bytes, 1 + random_below(random, size_below));
        }
        for (uint32_t n = random_below(random, below); n > 0; n--)
                (void)advertised_data_add_other(data, (uint8_t)(0x24 + random_below(random, 3)),
                        bytes, 1 + random_below(random, size_below));
}

static Advertisement *make(Random *random) {
        Advertisement *a = advertisement_new(NULL);

        assert_non_null(a);
        a->type = random_below(random, 4) == 0 ? ADVERTISEMENT_BROADCAST : ADVERTISEMENT_PERIPHERAL;
        a->include_name = random_below(random, 4) > 0;
        a->discoverable = a->type == ADVERTISEMENT_PERIPHERAL && random_below(random, 3) > 0;
        if (a->discoverable && random_below(random, 3) == 0)
                a->discoverable_timeout_usec = 5 * USEC_PER_SEC;
        a->has_appearance = random_below(random, 3) == 0;
        a->appearance = (uint16_t)random_below(random, 0xffff);
        a->include_tx_power = random_below(random, 3) == 0;
        a->include_rsi = random_below(random, 4) == 0;
        a->has_tx_power = random_below(random, 3) == 0;
        a->tx_power = (int16_t)(random_below(random, 148) - 127);
        if (random_below(random, 3) == 0)
                a->interval_min_usec = a->interval_max_usec = 20 * USEC_PER_MSEC;
        if (random_below(random, 3) == 0)
                a->secondary_channel = (SecondaryChannel)random_below(random, 4);
        if (random_below(random, 5) > 0)
                add_data(random, &a->data, 2 + random_below(random, 2),
                        1 + random_below(random, 12));
        if (random_below(random, 3) == 0)
                add_data(random, &a->response, 2, 1 + random_below(random, 12));
        for (uint32_t n = random_below(random, 8); n > 0; n--)
                (void)advertisement_add_rung(
                        a, (AdvertisementItem)(1U << random_below(random, 13)));
        return a;
}

/* Characters of one to four bytes. */
static void make_name(Random *random, char name[static ADVERTISEMENT_NAME_MAX + 1]) {
        static const char *const characters[] = {"a", "Z", " ", "é", "水", "🍄"};
        size_t length = 1 + random_below(random, random_below(random, 4) ? 34 : 240), size = 0;

        do {
                const char *c = characters[random_below(random, ELEMENTS(characters))];
                strcpy(name + size, c);
                size += strlen(c);
        } while (size < length && size + 4 <= ADVERTISEMENT_NAME_MAX);
}

/* As LEAdvertisingManager1 of the simulated one says it. */
static AdvertisementLimits limits_of(const AdContext *context) {
        bool tells = context->version.minor >= 77;
        size_t room = context->extended ? ROOM_LARGE : PACKET_SIZE_LEGACY;

        return (AdvertisementLimits){
                .max_data = tells ? room : 0,
                .max_response = tells ? room : 0,
                .knows_channels = true,
                .channels = context->extended ? CHANNELS : 0,
                .knows_includes = true,
                .includes_tx_power = true,
                .includes_rsi = context->in_set,
                .knows_features = tells,
                .can_set_tx_power = tells && context->extended,
                .knows_tx_power = tells && context->extended,
                .tx_power_min = -34,
                .tx_power_max = 7,
        };
}

/* What bluetoothd makes of it: false: it refuses it. */
static bool builds(Ends *e, const LeAdvertisementContent *content, const AdContext *context,
        AdPacket *data, AdPacket *response) {
        _cleanup_(le_advertisement_freep) LeAdvertisement *object = NULL;
        AdvertisementData read;

        assert_int_equal(
                le_advertisement_new(&object, e->ours, PATH, 0, content, &events, NULL), 0);
        return advertisement_data_parse(&read, context, listed(e)) >= 0 &&
               advertisement_data_write(&read, context, data, response) >= 0;
}

static void expect_built(Ends *e, const AdvertisementTask *task,
        const LeAdvertisementContent *content, const AdContext *context) {
        static AdPacket data, response, expected, expected_response;

        assert_true(builds(e, content, context, &data, &response));
        encode(&expected, &expected_response, task, &content->plan, context);
        assert_int_equal(data.size, expected.size);
        assert_memory_equal(data.bytes, expected.bytes, data.size);
        assert_int_equal(response.size, expected_response.size);
        assert_memory_equal(response.bytes, expected_response.bytes, response.size);
        assert_int_equal(content->plan.data, data.size);
        /* The adapter's own is counted as the longest that it may be. */
        assert_true(task->name ? content->plan.response == response.size
                               : content->plan.response >= response.size);
}

/* What bluetoothd would take, and would then be sent in another way than it was meant. */
static bool goes_astray(const AdvertisementTask *task, const AdvertisementPlan *plan,
        const AdPacket *data, const AdPacket *response) {
        const Advertisement *a = task->advertisement;

        if (advertisement_plan_says(plan, a, ADVERTISEMENT_ITEM_SECONDARY_CHANNEL))
                return plan->response > 0; /* there is none */
        /* The adapter's own name is left out, or not even one character of another is there. */
        return data->size > PACKET_SIZE_LEGACY || response->size > PACKET_SIZE_LEGACY ||
               (response->size < plan->response && (!task->name || plan->name_shown <= 4));
}

static void expect_unfit(Ends *e, const AdvertisementTask *task,
        const LeAdvertisementContent *content, const AdContext *context) {
        static AdPacket data, response;

        if (builds(e, content, context, &data, &response))
                assert_true(goes_astray(task, &content->plan, &data, &response));
}

static void check(Ends *e, Random *random, unsigned *fitting) {
        static const unsigned minors[] = {66, 72, 77, 82, 87};
        _cleanup_(advertisement_freep) Advertisement *a = make(random);
        char name[ADVERTISEMENT_NAME_MAX + 1], why[ADVERTISEMENT_WHY_SIZE];
        const AdContext context = {
                .version = {5, minors[random_below(random, ELEMENTS(minors))]},
                .extended = random_below(random, 2),
                .in_set = random_below(random, 2),
                .adapter_name = ADAPTER,
        };
        const AdvertisementLimits limits = limits_of(&context);
        LeAdvertisementContent content = {.advertisement = a};

        make_name(random, name);
        const AdvertisementTask task = {
                .advertisement = a,
                .name = random_below(random, 5) > 0 ? name : NULL,
                .limits = &limits,
                .traits = bluez_traits(context.version),
        };
        int r = advertisement_plan(&content.plan, &task, why);
        content.name = task.name ? strndup(task.name, content.plan.name_size) : NULL;
        assert_true(!task.name || content.name);
        if (r == 0)
                expect_built(e, &task, &content, &context);
        else
                expect_unfit(e, &task, &content, &context);
        *fitting += r == 0;
        free(content.name);
}

static void test_what_is_planned_is_on_the_air(void **state) {
        Random random = {20261120};
        unsigned fitting = 0;

        for (size_t i = 0; i < ROUNDS; i++)
                check(*state, &random, &fitting);
        /* Both ends are met. */
        assert_in_range(fitting, ROUNDS / 10, ROUNDS - ROUNDS / 10);
}

int main(void) {
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(
                        test_what_is_planned_is_on_the_air, setup, teardown),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
