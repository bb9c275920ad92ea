"""The engine process for open speech: whisper.cpp, begun before somebody has finished (docs/whisper.md)."""
