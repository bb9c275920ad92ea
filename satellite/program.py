"""Puts the satellite together from its configuration: the composition root."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from wyoming.event import Event

from models.voice.detector import VoiceStream, load_voice_network
from satellite.choosing import WakeChooser
from satellite.config import SatelliteConfig
from satellite.door import Door, serve_hubs
from satellite.ears import Ears
from satellite.introduction import introduction
from satellite.listening import AlwaysListening, GatedListening, Listening, LocalListening
from satellite.microphone import DeviceMicrophone, Microphone
from satellite.mouth import Mouth
from satellite.noticing import Analyser, NoAnalyser, VoiceAnalyser, WakeAnalyser
from satellite.portaudio import AudioSystem
from satellite.recordings import WavMicrophone, WavSpeaker
from satellite.room import Room
from satellite.session import Link, Session
from satellite.speaker import DeviceSpeaker, NoSpeaker, Speaker
from satellite.troubles import Troubles
from satellite.wake import open_detector
from wire.address import parse_uri
from wire.places import places
from wire.tasks import Tasks

_FILE = "wav:"


class Satellite:
    """The program. Constructing it reads models and recordings: do that before the event loop runs.

    Raises ConfigError, DeviceLost or AudioInvalid for what cannot be used. A sound device that is missing is no error:
    it may come.
    """

    def __init__(self, config: SatelliteConfig) -> None:
        if config.satellite.uri != "auto":
            parse_uri(config.satellite.uri)
        self._config = config
        self._connected = asyncio.Event()
        self._system = AudioSystem()
        self._microphone = _microphone(config, self._system, self._connected)
        self._speaker = _speaker(config, self._system)
        self._analyser, self._wakes = _analyser(config)

    async def run(self, ready: Callable[[str], None]) -> None:
        """Serve until cancelled; ``ready`` is called with the first URI once hubs can connect."""
        limits, troubles = self._config.limits, Troubles()
        ears = Ears(
            self._microphone,
            self._analyser,
            retry_min_seconds=limits.retry_min_seconds,
            retry_max_seconds=limits.retry_max_seconds,
            reopen=lambda: self._system.held_by_one,
        )
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(asyncio.to_thread, self._system.close)
            if isinstance(self._speaker, DeviceSpeaker):
                await stack.enter_async_context(self._speaker.opened())
            mouth = await stack.enter_async_context(Mouth(self._speaker, self._config.cues, troubles))
            local = self._config.wake.local
            room = Room(ears, mouth, troubles, listen_alone=local, connected=self._connected)
            tasks = await stack.enter_async_context(Tasks())
            tasks.start(ears.listen(room), name="satellite.ears")
            door = Door(
                room,
                lambda link: self._session(link, ears, mouth),
                self._introduction,
                troubles,
            )
            await serve_hubs(self._config.satellite, limits, door.admit, ready)

    def _session(self, link: Link, ears: Ears, mouth: Mouth) -> Session:
        seconds = self._config.limits.reply_seconds
        return Session(link, ears, mouth, _listening(self._config), reply_seconds=seconds, wakes=self._wakes)

    def _introduction(self) -> Event:
        own = self._config.satellite
        return introduction(own.name, own.area, self._wakes.words if self._wakes else [])


def _microphone(config: SatelliteConfig, system: AudioSystem, connected: asyncio.Event) -> Microphone:
    mic = config.mic
    if mic.device.startswith(_FILE):
        return WavMicrophone(Path(mic.device.removeprefix(_FILE)), begin=connected)
    return DeviceMicrophone(
        system,
        mic.device,
        channel=mic.channel,
        gain_db=mic.gain_db,
        silent_seconds=config.limits.device_silent_seconds,
    )


def _speaker(config: SatelliteConfig, system: AudioSystem) -> Speaker:
    speaker = config.speaker
    if speaker.device == "none":
        return NoSpeaker()
    if speaker.device.startswith(_FILE):
        return WavSpeaker(Path(speaker.device.removeprefix(_FILE)))
    return DeviceSpeaker(
        system,
        speaker.device,
        volume=speaker.volume,
        keep_open_seconds=speaker.keep_open_seconds,
        silent_seconds=config.limits.device_silent_seconds,
    )


def _analyser(config: SatelliteConfig) -> tuple[Analyser, WakeChooser | None]:
    """What looks into the audio, and what changes the wake words that are heard here."""
    wake = config.wake
    if not wake.local and config.vad.gate:
        voice = VoiceStream(load_voice_network(places().cache / "voice"))
        return VoiceAnalyser(config.vad.threshold, voice), None
    if not wake.local:
        return NoAnalyser(), None
    detector = open_detector(wake, places())
    analyser = WakeAnalyser(detector)
    return analyser, WakeChooser(wake, detector, analyser, places())


def _listening(config: SatelliteConfig) -> Listening:
    stream_seconds = config.limits.stream_seconds
    if config.wake.local:
        return LocalListening(
            pre_roll_ms=config.mic.pre_roll_ms,
            stream_seconds=stream_seconds,
            trigger_level=config.wake.trigger_level,
        )
    if not config.vad.gate:
        return AlwaysListening()
    return GatedListening(
        ring_ms=config.vad.ring_ms, silence_seconds=config.vad.silence_seconds, stream_seconds=stream_seconds
    )
