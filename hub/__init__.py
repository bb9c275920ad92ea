"""The hub: listens to satellites, understands, acts and answers."""
