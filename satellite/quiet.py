"""Keeps the C audio libraries quiet and small: they print pages and load codecs for devices that nobody uses."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
from collections.abc import Iterator

_log = logging.getLogger(__name__)

_STDERR = 2
_KEPT_BYTES = 4096  # of what was said; the rest repeats itself

_AlsaErrorHandler = ctypes.CFUNCTYPE(
    None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p
)


_ignore = _AlsaErrorHandler(lambda _file, _line, _function, _error, _format: None)  # kept: ALSA holds its address


def silence_alsa() -> None:
    """Stop ALSA's own printing for the life of the process, where ALSA is installed."""
    os.environ.setdefault("JACK_NO_START_SERVER", "1")
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(_ignore)


def unload_probed_plugins() -> None:
    """Give back what ALSA loaded to list every device that could be (its AC-3 plugin brings all of libavcodec).

    15 MB resident on Debian 12. Only without an open stream: ALSA reads its configuration again for the next one.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libasound.so.2").snd_config_update_free_global()
        ctypes.CDLL(None).malloc_trim(0)  # glibc only


@contextlib.contextmanager
def captured_stderr() -> Iterator[None]:
    """What C code prints to stderr inside the block goes to our log at debug level.

    File descriptor 2 belongs to the whole process: keep the block short and enter it from one thread at a time.
    """
    saved, caught = os.dup(_STDERR), os.memfd_create("earshot-stderr")
    os.dup2(caught, _STDERR)
    try:
        yield
    finally:
        os.dup2(saved, _STDERR)
        os.close(saved)
        text = os.pread(caught, _KEPT_BYTES, 0).decode("utf-8", "replace").strip()
        os.close(caught)
        if text:
            _log.debug("audio libraries: %s", text.replace("\n", " | "))
