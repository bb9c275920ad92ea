"""llama.cpp in a process of its own: OpenAI-style chat completions over a socket."""
