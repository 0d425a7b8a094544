"""What spored promises, told by bluetoothd and by centrals. A story gets a World (world.py) and is
told in two: in the virtual machine with a real bluetoothd (tests/vm/machine), and with sporesim
on a private bus (tests/bus/simulation)."""
