/* Names of D-Bus and BlueZ, and our object paths. */
#pragma once

#include <stddef.h>

#define BLUEZ_SERVICE        "org.bluez"
#define BLUEZ_PATH           "/org/bluez"
#define BLUEZ_AGENT          "org.bluez.Agent1"
#define BLUEZ_AGENT_MANAGER  "org.bluez.AgentManager1"
#define BLUEZ_ADAPTER        "org.bluez.Adapter1"
#define BLUEZ_DEVICE         "org.bluez.Device1"
#define BLUEZ_GATT_MANAGER   "org.bluez.GattManager1"
#define BLUEZ_ADVERTISING    "org.bluez.LEAdvertisingManager1"
#define BLUEZ_GATT_SERVICE   "org.bluez.GattService1"
#define BLUEZ_CHARACTERISTIC "org.bluez.GattCharacteristic1"
#define BLUEZ_DESCRIPTOR     "org.bluez.GattDescriptor1"
#define BLUEZ_ADVERTISEMENT  "org.bluez.LEAdvertisement1"

#define BLUEZ_ERROR_ALREADY_EXISTS       "org.bluez.Error.AlreadyExists"
#define BLUEZ_ERROR_DOES_NOT_EXIST       "org.bluez.Error.DoesNotExist"
#define BLUEZ_ERROR_FAILED               "org.bluez.Error.Failed"
#define BLUEZ_ERROR_INVALID_ARGUMENTS    "org.bluez.Error.InvalidArguments"
#define BLUEZ_ERROR_INVALID_OFFSET       "org.bluez.Error.InvalidOffset"
#define BLUEZ_ERROR_INVALID_VALUE_LENGTH "org.bluez.Error.InvalidValueLength"
#define BLUEZ_ERROR_NOT_PERMITTED        "org.bluez.Error.NotPermitted"
#define BLUEZ_ERROR_NOT_SUPPORTED        "org.bluez.Error.NotSupported"
#define BLUEZ_ERROR_REJECTED             "org.bluez.Error.Rejected"

/* The text of BLUEZ_ERROR_FAILED when the table cannot be as it was asked for
 * (src/gatt-database.c): with pinned handles, another service has one of them. */
#define BLUEZ_TEXT_NO_ENTRY "Failed to create entry in database"

/* The text of BLUEZ_ERROR_FAILED when a property of an advertisement is not as it has to be, or
 * does not fit (src/advertising.c); "Failed to register advertisement" is the kernel's refusal, and
 * NotPermitted means that there are as many as there may be. */
#define BLUEZ_TEXT_NOT_PARSED "Failed to parse advertisement."

/* The text of BLUEZ_ERROR_FAILED that BlueZ takes for an ATT code of the application's. */
#define ATT_CODE_TEXT "0x%02x"

#define DBUS_SERVICE        "org.freedesktop.DBus"
#define DBUS_PATH           "/org/freedesktop/DBus"
#define DBUS_INTERFACE      "org.freedesktop.DBus"
#define DBUS_OBJECT_MANAGER "org.freedesktop.DBus.ObjectManager"
#define DBUS_PROPERTIES     "org.freedesktop.DBus.Properties"
#define DBUS_PEER           "org.freedesktop.DBus.Peer"

/* The advertisement stands beside the application, or GetManagedObjects would list it. */
#define APPLICATION_PATH   "/spored/application"
#define ADVERTISEMENT_PATH "/spored/advertisement"
#define AGENT_PATH         "/spored/agent"

#define ADVERTISEMENT_PATH_MAX 64

/* Where an advertisement of the profile is. It has two paths, side 0 and 1, so that another content
 * can be registered before the old one is unregistered. */
void advertisement_path(size_t index, unsigned side, char out[static ADVERTISEMENT_PATH_MAX]);
