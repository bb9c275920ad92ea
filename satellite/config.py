"""satellite.toml: every key, its default and its bounds. Parts receive just their own section."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from models.wake.settings import Refractory, Threshold, TriggerLevel, WordName, WordSection
from wire.wake_words import PRE_ROLL_MS

Name = Annotated[str, Meta(min_length=1, max_length=64)]
DeviceName = Annotated[str, Meta(min_length=1, max_length=256)]
Ratio = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]


class SatelliteSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """name: shown to people and to Home Assistant. area: the room it stands in.

    uri: ``auto`` is port 10700 on the address of the local network and on loopback (docs/satellite.md, "The open
    port"); else tcp://ADDRESS:PORT or unix:///PATH. zeroconf_name: empty is the network card's address in hex.
    zeroconf: announce the satellite, so that hubs find it.
    """

    name: Name = "Earshot satellite"
    area: Name | None = None
    uri: Annotated[str, Meta(pattern=r"^(auto|tcp://.+:\d+|unix:///.+)$")] = "auto"
    zeroconf: bool = True
    zeroconf_name: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,63}$")] = ""


class MicSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """device: ``default``, part of a device's name, or ``wav:PATH`` (a file, or a directory in name order).

    channel: which channel of the device, from 0. gain_db: amplification. pre_roll_ms: audio from before the end
    of a local wake word that is kept for the command.
    """

    device: DeviceName = "default"
    channel: Annotated[int, Meta(ge=0, le=15)] = 0
    gain_db: Annotated[float, Meta(ge=-40, le=40)] = 0.0
    pre_roll_ms: Annotated[int, Meta(ge=0, le=2000)] = PRE_ROLL_MS


class SpeakerSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """device: ``default``, part of a device's name, ``wav:DIR`` (each sound becomes a file there) or ``none``.

    keep_open_seconds: silence is played for so long after a sound, so that the next one is not clipped by a
    sleeping device. volume: factor for every sound, 1 is as it came.
    """

    device: DeviceName = "default"
    volume: Annotated[float, Meta(ge=0, le=2)] = 1.0
    keep_open_seconds: Annotated[float, Meta(ge=0, le=86_400)] = 30.0


class WakeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """local: listen for the words here; else audio is streamed and the hub listens.

    words: okay_nabu, hey_jarvis, alexa, hey_mycroft, hey_rhasspy, one of the wake folder, or the path of a .tflite or
    .onnx head. threshold: score that counts; not set is the word's own, or 0.5. trigger_level: 80 ms steps in a row
    above it. refractory_seconds: pause before the same word counts again. word: what is different for one word, by its
    name.
    """

    local: bool = True
    words: Annotated[list[WordName], Meta(min_length=1, max_length=8)] = msgspec.field(
        default_factory=lambda: ["okay_nabu"]
    )
    threshold: Threshold | None = None
    trigger_level: TriggerLevel = 1
    refractory_seconds: Refractory = 5.0
    word: dict[WordName, WordSection] = msgspec.field(default_factory=dict)


class VadSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """For ``wake.local = false``. gate: send audio only when somebody speaks.

    threshold: probability that counts as speech. ring_ms: audio from before that is sent first. silence_seconds: the
    stream ends when no speech and no wake word came for so long.
    """

    gate: bool = True
    threshold: Ratio = 0.5
    ring_ms: Annotated[int, Meta(ge=0, le=10_000)] = 2000
    silence_seconds: Seconds = 5.0


class CuesSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which of our own short sounds are played.

    awake: the wake word was heard. done: the command was heard to its end. error: something failed. timer: a timer
    ended. volume: factor for these sounds, beside the speaker's.
    """

    awake: bool = True
    done: bool = False
    error: bool = True
    timer: bool = True
    volume: Ratio = 0.5


class LimitsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """stream_seconds: longest command. reply_seconds: longest answer kept; what is beyond is dropped.

    silent_seconds: a hub that says nothing for so long is lost. device_silent_seconds: so is a microphone or speaker.
    retry_min_seconds: first pause before a lost device is tried again; each further one is twice as long.
    retry_max_seconds: longest such pause. peers: connections at once.
    """

    stream_seconds: Seconds = 60.0
    reply_seconds: Seconds = 300.0
    silent_seconds: Annotated[float, Meta(gt=2, le=3600)] = 5.0  # above the 2 s between pings
    device_silent_seconds: Seconds = 3.0
    retry_min_seconds: Seconds = 0.5
    retry_max_seconds: Seconds = 10.0
    peers: Annotated[int, Meta(ge=2, le=64)] = 8


class SatelliteConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    satellite: SatelliteSection = SatelliteSection()
    mic: MicSection = MicSection()
    speaker: SpeakerSection = SpeakerSection()
    wake: WakeSection = WakeSection()
    vad: VadSection = VadSection()
    cues: CuesSection = CuesSection()
    limits: LimitsSection = LimitsSection()
