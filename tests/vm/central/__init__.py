"""A Bluetooth LE central in user space, on btvirt's virtual controllers."""
