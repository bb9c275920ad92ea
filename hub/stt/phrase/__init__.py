"""The embedded recogniser: the sentences of one house by our own network, in a process of its own."""
