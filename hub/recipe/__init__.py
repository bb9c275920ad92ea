"""What the recipes of models/ are given: sentences, voices and pronunciations. Only training uses this."""
