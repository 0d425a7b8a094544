/* Profiles that must be the same, part by part. */
#pragma once

#include "fixture.h"

#include <cmocka.h>

static void expect_same_format(const Format *a, const Format *b) {
        assert_true(!a == !b);
        if (!a)
                return;
        assert_int_equal(a->n_fields, b->n_fields);
        for (size_t i = 0; i < a->n_fields; i++) {
                assert_string_equal(a->fields[i].name, b->fields[i].name);
                assert_int_equal(a->fields[i].type, b->fields[i].type);
                assert_int_equal(a->fields[i].n_labels, b->fields[i].n_labels);
        }
}

static void expect_same_queue(const Characteristic *a, const Characteristic *b) {
        assert_int_equal(a->put_timeout_usec, b->put_timeout_usec);
        assert_int_equal(a->stall_after_usec, b->stall_after_usec);
        assert_int_equal(a->notify_on_change, b->notify_on_change);
        assert_int_equal(a->min_interval_usec, b->min_interval_usec);
        assert_int_equal(a->priority, b->priority);
        assert_int_equal(a->oversize, b->oversize);
        assert_true(a->rate.per_second >= b->rate.per_second);
        assert_true(a->rate.per_second <= b->rate.per_second);
        assert_int_equal(a->rate.burst, b->rate.burst);
}

static void expect_same_descriptor(const Descriptor *a, const Descriptor *b) {
        assert_true(uuid_equal(&a->uuid, &b->uuid));
        assert_int_equal(a->handle, b->handle);
        assert_int_equal(a->flags, b->flags);
        assert_int_equal(a->size_max, b->size_max);
        expect_same_format(a->format, b->format);
        assert_int_equal(a->size, b->size);
        assert_memory_equal(a->data, b->data, a->size);
}

static void expect_same_service(const Service *a, const Service *b) {
        assert_true(uuid_equal(&a->uuid, &b->uuid));
        assert_int_equal(a->primary, b->primary);
        assert_int_equal(a->handle, b->handle);
        assert_int_equal(a->n_includes, b->n_includes);
        for (size_t i = 0; i < a->n_includes; i++)
                assert_string_equal(a->includes[i]->name, b->includes[i]->name);
}

static void expect_same_characteristic(const Characteristic *a, const Characteristic *b) {
        assert_string_equal(a->name, b->name);
        assert_true(uuid_equal(&a->uuid, &b->uuid));
        assert_int_equal(a->flags, b->flags);
        assert_int_equal(a->single_value, b->single_value);
        assert_int_equal(a->size_min, b->size_min);
        assert_int_equal(a->size_max, b->size_max);
        assert_int_equal(a->initial_size, b->initial_size);
        assert_memory_equal(a->initial, b->initial, a->initial_size);
        assert_int_equal(a->on_write, b->on_write);
        assert_int_equal(a->policy, b->policy);
        assert_int_equal(a->depth, b->depth);
        assert_int_equal(a->notify_on_subscribe, b->notify_on_subscribe);
        expect_same_queue(a, b);
        assert_int_equal(a->unhandled, b->unhandled);
        assert_int_equal(a->verdict, b->verdict);
        assert_int_equal(a->max_age_usec, b->max_age_usec);
        assert_int_equal(a->on_stale, b->on_stale);
        assert_int_equal(a->persist, b->persist);
        expect_same_format(a->format, b->format);
        assert_int_equal(a->handle, b->handle);
        assert_int_equal(a->notify_by, b->notify_by);
        assert_int_equal(a->write_by, b->write_by);
        assert_int_equal(a->n_descriptors, b->n_descriptors);
        for (size_t i = 0; i < a->n_descriptors; i++)
                expect_same_descriptor(a->descriptors[i], b->descriptors[i]);
}

static void expect_same_data(const AdvertisedData *a, const AdvertisedData *b) {
        assert_int_equal(a->services.n, b->services.n);
        assert_int_equal(a->solicit.n, b->solicit.n);
        for (size_t i = 0; i < a->services.n; i++)
                assert_true(uuid_equal(&a->services.items[i], &b->services.items[i]));
        for (size_t i = 0; i < a->solicit.n; i++)
                assert_true(uuid_equal(&a->solicit.items[i], &b->solicit.items[i]));
        assert_int_equal(a->n_manufacturer, b->n_manufacturer);
        for (size_t i = 0; i < a->n_manufacturer; i++) {
                assert_int_equal(a->manufacturer[i].company, b->manufacturer[i].company);
                assert_int_equal(a->manufacturer[i].size, b->manufacturer[i].size);
                assert_memory_equal(
                        a->manufacturer[i].data, b->manufacturer[i].data, a->manufacturer[i].size);
        }
        assert_int_equal(a->n_service, b->n_service);
        for (size_t i = 0; i < a->n_service; i++) {
                assert_true(uuid_equal(&a->service[i].uuid, &b->service[i].uuid));
                assert_int_equal(a->service[i].size, b->service[i].size);
                assert_memory_equal(a->service[i].data, b->service[i].data, a->service[i].size);
        }
        assert_int_equal(a->n_other, b->n_other);
        for (size_t i = 0; i < a->n_other; i++) {
                assert_int_equal(a->other[i].type, b->other[i].type);
                assert_int_equal(a->other[i].size, b->other[i].size);
                assert_memory_equal(a->other[i].data, b->other[i].data, a->other[i].size);
        }
}

static void expect_same_text(const char *a, const char *b) {
        assert_true(!a == !b);
        if (a)
                assert_string_equal(a, b);
}

static void expect_same_advertisement(const Advertisement *a, const Advertisement *b) {
        expect_same_text(a->section, b->section);
        expect_same_text(a->name, b->name);
        assert_int_equal(a->advertise, b->advertise);
        assert_int_equal(a->type, b->type);
        assert_int_equal(a->include_name, b->include_name);
        expect_same_data(&a->data, &b->data);
        expect_same_data(&a->response, &b->response);
        assert_int_equal(a->has_appearance, b->has_appearance);
        assert_int_equal(a->appearance, b->appearance);
        assert_int_equal(a->include_tx_power, b->include_tx_power);
        assert_int_equal(a->include_rsi, b->include_rsi);
        assert_int_equal(a->has_tx_power, b->has_tx_power);
        assert_int_equal(a->tx_power, b->tx_power);
        assert_int_equal(a->interval_min_usec, b->interval_min_usec);
        assert_int_equal(a->interval_max_usec, b->interval_max_usec);
        assert_int_equal(a->discoverable, b->discoverable);
        assert_int_equal(a->discoverable_timeout_usec, b->discoverable_timeout_usec);
        assert_int_equal(a->duration_usec, b->duration_usec);
        assert_int_equal(a->timeout_usec, b->timeout_usec);
        assert_int_equal(a->secondary_channel, b->secondary_channel);
        assert_int_equal(a->n_ladder, b->n_ladder);
        for (size_t i = 0; i < a->n_ladder; i++)
                assert_int_equal(a->ladder[i], b->ladder[i]);
}

static void expect_same_profile(const Profile *a, const Profile *b) {
        assert_int_equal(a->n_services, b->n_services);
        assert_int_equal(a->n_characteristics, b->n_characteristics);
        for (size_t i = 0; i < a->n_services; i++)
                expect_same_service(a->services[i], b->services[i]);
        for (size_t i = 0; i < a->n_characteristics; i++)
                expect_same_characteristic(profile_at(a, i), profile_at(b, i));
        assert_int_equal(a->n_advertisements, b->n_advertisements);
        for (size_t i = 0; i < a->n_advertisements; i++)
                expect_same_advertisement(a->advertisements[i], b->advertisements[i]);
}
