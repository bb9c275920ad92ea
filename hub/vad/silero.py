"""Silero voice detection for the hub's rooms: one network, loaded with the first room, a past for each."""

from __future__ import annotations

from pathlib import Path

from models.voice.detector import VoiceNetwork, VoiceStream, load_voice_network


class SileroVoices:
    """Makes VoiceDetectors. Called, as these are, in the audio worker."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache
        self._network: VoiceNetwork | None = None

    def __call__(self) -> VoiceStream:
        """Blocks while the network is loaded, once. Raises ModelInvalid."""
        self._network = self._network or load_voice_network(self._cache)
        return VoiceStream(self._network)
