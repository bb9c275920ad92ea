"""Engine processes: start, health, restart."""
