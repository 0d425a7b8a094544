"""Whether sporesim does what the real bluetoothd of the same version does."""
