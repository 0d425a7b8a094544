/* The numbers that the Bluetooth SIG has assigned, and their names. */
#include "core/assigned-tables.h"
#include "util/cleanup.h"
#include "util/parse.h"

#include <stdio.h>

static const AssignedNumber services[] = {
        {0x1800, "generic_access"},
        {0x1801, "generic_attribute"},
        {0x1802, "immediate_alert"},
        {0x1803, "link_loss"},
        {0x1804, "tx_power"},
        {0x1805, "current_time"},
        {0x1806, "reference_time_update"},
        {0x1807, "next_dst_change"},
        {0x1808, "glucose"},
        {0x1809, "health_thermometer"},
        {0x180A, "device_information"},
        {0x180D, "heart_rate"},
        {0x180E, "phone_alert_status"},
        {0x180F, "battery"},
        {0x1810, "blood_pressure"},
        {0x1811, "alert_notification"},
        {0x1812, "human_interface_device"},
        {0x1813, "scan_parameters"},
        {0x1814, "running_speed_and_cadence"},
        {0x1815, "automation_io"},
        {0x1816, "cycling_speed_and_cadence"},
        {0x1818, "cycling_power"},
        {0x1819, "location_and_navigation"},
        {0x181A, "environmental_sensing"},
        {0x181B, "body_composition"},
        {0x181C, "user_data"},
        {0x181D, "weight_scale"},
        {0x181E, "bond_management"},
        {0x181F, "continuous_glucose_monitoring"},
        {0x1820, "internet_protocol_support"},
        {0x1821, "indoor_positioning"},
        {0x1822, "pulse_oximeter"},
        {0x1823, "http_proxy"},
        {0x1824, "transport_discovery"},
        {0x1825, "object_transfer"},
        {0x1826, "fitness_machine"},
        {0x1827, "mesh_provisioning"},
        {0x1828, "mesh_proxy"},
        {0x1829, "reconnection_configuration"},
        {0x183A, "insulin_delivery"},
        {0x183B, "binary_sensor"},
        {0x183C, "emergency_configuration"},
        {0x183E, "physical_activity_monitor"},
        {0x1843, "audio_input_control"},
        {0x1844, "volume_control"},
        {0x1845, "volume_offset_control"},
        {0x1846, "coordinated_set_identification"},
        {0x1847, "device_time"},
        {0x1848, "media_control"},
        {0x1849, "generic_media_control"},
        {0x184A, "constant_tone_extension"},
        {0x184B, "telephone_bearer"},
        {0x184C, "generic_telephone_bearer"},
        {0x184D, "microphone_control"},
        {0x184E, "audio_stream_control"},
        {0x184F, "broadcast_audio_scan"},
        {0x1850, "published_audio_capabilities"},
        {0x1851, "basic_audio_announcement"},
        {0x1852, "broadcast_audio_announcement"},
        {0x1853, "common_audio"},
        {0x1854, "hearing_access"},
        {0x1855, "telephony_and_media_audio"},
        {0x1856, "public_broadcast_announcement"},
        {0x1857, "electronic_shelf_label"},
        {0x1858, "gaming_audio"},
        {0x1859, "mesh_proxy_solicitation"},
        {0x185A, "industrial_measurement_device"},
        {0x185B, "ranging"},
        {0x185C, "hid_iso"},
        {0x185D, "cookware"},
        {0x185E, "voice_assistant"},
        {0x185F, "generic_voice_assistant"},
        {0x1860, "tire_pressure_monitoring_system"},
};

static const AssignedNumber descriptors[] = {
        {0x2900, "characteristic_extended_properties"},
        {0x2901, "characteristic_user_description"},
        {0x2902, "client_characteristic_configuration"},
        {0x2903, "server_characteristic_configuration"},
        {0x2904, "characteristic_presentation_format"},
        {0x2905, "characteristic_aggregate_format"},
        {0x2906, "valid_range"},
        {0x2907, "external_report_reference"},
        {0x2908, "report_reference"},
        {0x2909, "number_of_digitals"},
        {0x290A, "value_trigger_setting"},
        {0x290B, "environmental_sensing_configuration"},
        {0x290C, "environmental_sensing_measurement"},
        {0x290D, "environmental_sensing_trigger_setting"},
        {0x290E, "time_trigger_setting"},
        {0x290F, "complete_br_edr_transport_block_data"},
        {0x2910, "observation_schedule"},
        {0x2911, "valid_range_and_accuracy"},
        {0x2912, "measurement_description"},
        {0x2913, "manufacturer_limits"},
        {0x2914, "process_tolerances"},
        {0x2915, "imd_trigger_setting"},
        {0x2916, "cooking_sensor_info"},
        {0x2917, "cooking_trigger_setting"},
};

static AssignedTable table_of(AssignedKind kind) {
        switch (kind) {
        case ASSIGNED_SERVICE:
                return (AssignedTable){services, ELEMENTS(services)};
        case ASSIGNED_CHARACTERISTIC:
                return assigned_2a;
        case ASSIGNED_DESCRIPTOR:
                return (AssignedTable){descriptors, ELEMENTS(descriptors)};
        }
        return (AssignedTable){0};
}

const AssignedNumber *assigned_number_at(AssignedKind kind, size_t i) {
        AssignedTable table = table_of(kind);

        if (i >= table.n && kind == ASSIGNED_CHARACTERISTIC) {
                i -= table.n;
                table = assigned_2b;
        }
        return i < table.n ? &table.rows[i] : NULL;
}

/* A service may be called by its name with "service" behind, as most others' tables have it. */
static bool is_called(AssignedKind kind, const char *name, const char *text) {
        static const char suffix[] = "_service";
        char with_suffix[ASSIGNED_NAME_SIZE + sizeof suffix];

        if (parse_same_word(name, text))
                return true;
        if (kind != ASSIGNED_SERVICE)
                return false;
        snprintf(with_suffix, sizeof with_suffix, "%s%s", name, suffix);
        return parse_same_word(with_suffix, text);
}

uint16_t assigned_number_find(AssignedKind kind, const char *name) {
        const AssignedNumber *row;

        for (size_t i = 0; (row = assigned_number_at(kind, i)); i++)
                if (is_called(kind, row->name, name))
                        return row->number;
        return 0;
}

const char *assigned_number_name(AssignedKind kind, uint16_t number) {
        const AssignedNumber *row;

        for (size_t i = 0; (row = assigned_number_at(kind, i)); i++)
                if (row->number == number)
                        return row->name;
        return NULL;
}
