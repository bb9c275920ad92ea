"""What goes into the voice network and stays of it, for who writes it and who runs it."""

AUDIO_SAMPLES = 576  # 64 of the window before, 512 of this one
STATE_VALUES = 256  # the cell's output and memory
