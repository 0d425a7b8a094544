"""The demonstration: this machine's own sensors on the air, seen by a central."""
