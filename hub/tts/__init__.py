"""Text to speech stage: one Wyoming client for every engine, and the embedded engine process."""
