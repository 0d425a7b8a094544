#include "config/advertised-data.h"

#include "config/uuid-text.h"
#include "util/bytes.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <errno.h>
#include <string.h>

/* One list that is being read. */
typedef struct Reader {
        ProfileBuilder *b;
        const Section *section;
        const char *key;
} Reader;

/* "WORD" why */
static void refuse(const Reader *r, const char *word, const char *why) {
        problems_add(r->b->problems, section_origin(r->section, r->key), r->section->label, r->key,
                "\"%.60s\" %s", word, why);
}

/* A name of a service, else a UUID. 1: *ret; 0: refused, or a service that is switched off. */
static int find_uuid(const Reader *r, const char *word, Uuid *ret) {
        const Section *service = section_list_find(r->b->sections, SECTION_SERVICE, word);

        if (service && !section_is_enabled(service))
                return 0;
        if (!service && uuid_text_parse(ret, SECTION_SERVICE, word) < 0) {
                builder_find_or_refuse(
                        r->b->sections, r->section, r->key, SECTION_SERVICE, word, r->b->problems);
                return 0;
        }
        if (service && !builder_has_uuid(service))
                return 0;
        if (service)
                uuid_text_parse(ret, SECTION_SERVICE, section_value(service, "uuid"));
        return 1;
}

static int add_uuid(const Reader *r, AdvertisedUuids *uuids, const char *word) {
        Uuid uuid;
        int e;

        if (strchr(word, ',')) {
                problems_add(r->b->problems, section_origin(r->section, r->key), r->section->label,
                        r->key, "names are separated by spaces: \"%.60s\"", word);
                return 0;
        }
        if (find_uuid(r, word, &uuid) == 0)
                return 0;
        e = advertised_uuids_add(uuids, &uuid);
        if (e != -EEXIST)
                return e;
        refuse(r, word, "is there twice: its UUID is advertised once");
        return 0;
}

int advertised_uuids_build(
        ProfileBuilder *b, AdvertisedUuids *uuids, const Section *section, const char *key) {
        const Reader reader = {b, section, key};
        const char *cursor = section_value(section, key);
        int r = 1;

        while (cursor && r > 0) {
                _cleanup_free_ char *word = NULL;

                r = parse_next_word(&word, &cursor);
                if (r > 0 && add_uuid(&reader, uuids, word) < 0)
                        r = -ENOMEM;
        }
        return r < 0 ? r : 0;
}

/* What stands before the ':' and the bytes behind it. */
typedef struct Item {
        char *name; /* owned */
        uint8_t bytes[ADVERTISEMENT_DATA_MAX];
        size_t size;
        bool refused;
} Item;

static void item_clear(Item *item) {
        free(item->name);
        *item = (Item){0};
}

static void add_bytes(const Reader *r, Item *item, const char *word) {
        size_t size = 0;
        int e = bytes_from_hex(
                item->bytes + item->size, sizeof(item->bytes) - item->size, word, &size);

        if (e == 0)
                item->size += size;
        else if (!item->refused)
                refuse(r, word,
                        e == -EMSGSIZE ? "is more than an advertisement can hold"
                                       : "is not hex: two digits for each byte");
        item->refused = item->refused || e < 0;
}

/* Splits "0x0059: 01 02, 0x004c: 03" at the words that have a ':', with or without commas and
 * lines between. 1: an item, to be cleared; 0: none is left; -ENOMEM. */
static int next_item(const Reader *r, Item *item, const char **cursor) {
        static const char gap[] = " \t,";
        const char *p = *cursor + strspn(*cursor, gap);
        bool first = true;

        for (; *p != '\0'; p += strspn(p, gap)) {
                size_t size = strcspn(p, gap);
                const char *colon = memchr(p, ':', size);
                _cleanup_free_ char *word = NULL;

                if (colon && !first)
                        break;
                word = strndup(p, size);
                if (!word)
                        return -ENOMEM;
                if (first && !colon)
                        refuse(r, word, "has no name and ':' before its bytes");
                item->refused = item->refused || (first && !colon);
                if (first) {
                        item->name = strndup(word, strcspn(word, ":"));
                        if (!item->name)
                                return -ENOMEM;
                }
                if (!item->refused)
                        add_bytes(r, item, first ? word + (colon - p) + 1 : word);
                first = false;
                p += size;
        }
        *cursor = p;
        return first ? 0 : 1;
}

/* bluetoothd takes an empty array for no array (parse_manufacturer_data() and its like in bluez
 * src/advertising.c). */
static void refuse_empty(const Reader *r, Item *item) {
        if (item->refused || item->size > 0)
                return;
        refuse(r, item->name, "has no bytes behind it, and BlueZ refuses that");
        item->refused = true;
}

/* Reads each item and gives it to add, which returns as advertised_data_add_service(). */
static int read_items(const Reader *reader, AdvertisedData *data,
        int (*add)(const Reader *reader, AdvertisedData *data, const Item *item)) {
        const char *cursor = section_value(reader->section, reader->key);
        int r = cursor ? 1 : 0;

        while (r > 0) {
                __attribute__((cleanup(item_clear))) Item item = {0};
                int e = 0;

                r = next_item(reader, &item, &cursor);
                if (r > 0)
                        refuse_empty(reader, &item);
                if (r > 0 && !item.refused)
                        e = add(reader, data, &item);
                if (e == -EEXIST)
                        refuse(reader, item.name, "is there twice");
                else if (e < 0)
                        r = e;
        }
        return r;
}

static int add_manufacturer(const Reader *r, AdvertisedData *data, const Item *item) {
        const char *name = item->name;
        uint64_t company;

        /* The SIG's list has 0059, which is not 59. */
        if (name[0] == '0' && name[1] >= '0' && name[1] <= '9') {
                refuse(r, name, "is neither decimal nor hex: a company's number is 89 or 0x0059");
                return 0;
        }
        if (parse_unsigned(&company, name, 0, UINT16_MAX) < 0) {
                refuse(r, name, "is not the number of a company, such as 89 or 0x0059");
                return 0;
        }
        return advertised_data_add_manufacturer(data, (uint16_t)company, item->bytes, item->size);
}

static int add_service(const Reader *r, AdvertisedData *data, const Item *item) {
        Uuid uuid;

        if (find_uuid(r, item->name, &uuid) == 0)
                return 0;
        return advertised_data_add_service(data, &uuid, item->bytes, item->size);
}

static int add_other(const Reader *r, AdvertisedData *data, const Item *item) {
        uint64_t type;

        if (item->name[0] == '0' && item->name[1] >= '0' && item->name[1] <= '9') {
                refuse(r, item->name, "is neither decimal nor hex: a type is 36 or 0x24");
                return 0;
        }
        if (parse_unsigned(&type, item->name, 0, UINT8_MAX) < 0) {
                refuse(r, item->name, "is not the number of a type, such as 36 or 0x24");
                return 0;
        }
        if (!advertised_other_type_is_free((uint8_t)type)) {
                refuse(r, item->name,
                        "is a type that BlueZ refuses here: another key says it, or BlueZ itself");
                return 0;
        }
        return advertised_data_add_other(data, (uint8_t)type, item->bytes, item->size);
}

int advertised_manufacturer_build(
        ProfileBuilder *b, AdvertisedData *data, const Section *section, const char *key) {
        return read_items(&(Reader){b, section, key}, data, add_manufacturer);
}

int advertised_service_build(
        ProfileBuilder *b, AdvertisedData *data, const Section *section, const char *key) {
        return read_items(&(Reader){b, section, key}, data, add_service);
}

int advertised_other_build(
        ProfileBuilder *b, AdvertisedData *data, const Section *section, const char *key) {
        return read_items(&(Reader){b, section, key}, data, add_other);
}
