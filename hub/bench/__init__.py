"""Measurements of this machine: what a hub costs and how fast it answers."""
