"""Wake words, for all rooms at once: 80 ms of sound → mel → speech embedding, streamed → a score for each word."""
