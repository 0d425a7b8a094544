"""The mushpi profile as its phone app knows it."""

BASE = "12345678-1234-5678-1234-56789abcde"

NAME = "MushPi-Init"
SERVICE = BASE + "f0"
ENV_MEASUREMENTS = BASE + "f1"
CONTROL_TARGETS = BASE + "f2"
STAGE_STATE = BASE + "f3"
OVERRIDE_BITS = BASE + "f4"
STATUS_FLAGS = BASE + "f5"
ACTUATOR_STATUS = BASE + "f6"
STAGE_THRESHOLDS = BASE + "f9"

READ, WRITE, NOTIFY = 0x02, 0x08, 0x10

# UUID and properties byte, in the order of the profile.
TABLE = [
    (ENV_MEASUREMENTS, READ | NOTIFY),
    (CONTROL_TARGETS, READ | WRITE),
    (STAGE_STATE, READ | WRITE),
    (OVERRIDE_BITS, WRITE),
    (STATUS_FLAGS, READ | NOTIFY),
    (ACTUATOR_STATUS, READ | NOTIFY),
    (STAGE_THRESHOLDS, READ | WRITE),
]

# 18.0 to 22.0 C, 90 %, 1000 ppm, CYCLE 960/480 min
CONTROL_EXAMPLE = bytes.fromhex("b400dc008403e80302c003e0010000")
CONTROL_EXAMPLE_FIELDS = {
    "temperature_min_c": 18.0, "temperature_max_c": 22.0, "humidity_min_pct": 90.0,
    "co2_max_ppm": 1000, "light_mode": "CYCLE", "light_on_min": 960, "light_off_min": 480,
}
