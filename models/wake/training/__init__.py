"""A wake word of the household's own: synthetic speech → rooms and noise → embeddings → a small head → its figures."""
