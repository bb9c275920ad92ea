"""What this hub keeps of its household: how much, how long, as a file to take away, and how it is deleted."""
