"""Voice activity stage: Silero probabilities, and the endpointer that ends an utterance."""
