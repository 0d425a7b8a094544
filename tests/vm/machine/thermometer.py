"""Thermometers: an LM75, which the kernel shows by hwmon, and an MLX90614, by IIO."""

from .stub import Chip


class Thermometer:
    """Appears in /sys/class/hwmon; says what it was told."""

    pattern = "/sys/class/hwmon/hwmon*/temp1_input"
    source = "scale = 0.001\n"

    def __init__(self):
        self._chip = Chip("lm75", 0x48)

    def set(self, celsius):
        """Register 0: big-endian, in 1/256 of a degree, steps of a half."""
        raw = round(celsius * 2) << 7 & 0xFFFF
        self._chip.write_word(0, raw >> 8 | (raw & 0xFF) << 8)

    def celsius(self):
        """What the driver's file says."""
        return int(self._chip.file("hwmon/hwmon*/temp1_input").read_text(encoding="ascii")) / 1000

    def unplug(self):
        self._chip.unplug()

    def plug(self):
        self._chip.plug()


class Infrared:
    """Appears in /sys/bus/iio/devices; says what it was told."""

    chip = "mlx90614"
    file = "in_temp_ambient_raw"
    pattern = f"/sys/bus/iio/devices/iio:device*/{file}"
    source = "scale = 0.02\noffset = -273.15\n"  # Kelvin, in fiftieths

    def __init__(self):
        self._chip = Chip(self.chip, 0x5a)

    def set(self, celsius):
        """Register 6: the temperature of the chip itself."""
        self._chip.write_word(6, round((celsius + 273.15) * 50))

    def celsius(self):
        """What the driver's file says."""
        raw = int(self._chip.file(f"iio:device*/{self.file}").read_text(encoding="ascii"))
        return round(raw / 50 - 273.15, 2)
