"""Engine processes: start, health, restart, and the pool of servers that one stage may use."""
