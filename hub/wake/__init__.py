"""Wake word stage: openWakeWord models through pyopen-wakeword, in the audio worker thread."""
