"""What the recogniser's network looks like, for who trains it and who writes it as a graph."""

CONV_FRAMES = 5  # of 40 ms
AHEAD_FRAMES = 2  # of those: what is spoken later
OUTPUTS_PER_FRAME = 2  # of 20 ms
HEARS = "hears/"  # before every name of the network below, in the file of the first look
