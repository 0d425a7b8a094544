"""The world that is a virtual machine: systemd, a real bluetoothd, a controller of btvirt's and
centrals on HCI."""
