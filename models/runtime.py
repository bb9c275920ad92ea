"""onnxruntime as small networks need it: one thread, the caller's, which never spins, and no memory kept ahead."""

from __future__ import annotations

import ctypes

import onnxruntime


def open_session(model: bytes) -> onnxruntime.InferenceSession:
    """A network that is run every few milliseconds.

    Spinning between runs costs more than running: 243 % of a Cortex-A53 core for 23 % of work (EchoMuse).
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def open_large_session(model: str, threads: int) -> onnxruntime.InferenceSession:
    """A network that is run now and then and should be quick. model: path. threads: that share its work.

    They spin while it runs, which is quicker, and not between runs.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.force_spinning_stop", "1")
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def give_back_memory() -> None:
    """Hand what loading networks left over back to the system: 4 MB of a satellite. glibc alone keeps it."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)
