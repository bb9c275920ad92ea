"""The satellite: microphone and speaker of one room, a Wyoming server that one hub owns."""
