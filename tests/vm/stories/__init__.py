"""What spored promises, told by a real bluetoothd and a central on the air."""
