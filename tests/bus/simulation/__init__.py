"""The world that is sporesim: a simulated BlueZ with its centrals on a private bus."""
