"""What every engine that speaks has in common: texts, voices to choose from, and its side of the wire."""
