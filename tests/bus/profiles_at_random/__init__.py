"""Profiles made at random from a seed, what a central must find of them, and wrong ones."""
