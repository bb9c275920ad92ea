"""Piper's voices, in a process of their own: the package is GPL-3 and an extra (docs/piper.md)."""
