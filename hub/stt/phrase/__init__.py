"""The embedded recogniser: pocketsphinx over the closed grammar of one house, in a process of its own."""
