"""hub.toml: every key, its default and its bounds. Parts receive just their own section; nothing reads it later."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

Port = Annotated[int, Meta(ge=0, le=65535)]
Ratio = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]
Milliseconds = Annotated[int, Meta(ge=0, le=600_000)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]


class HubSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """name: shown to people and in Home Assistant. language: ISO 639-1, with region where voices need it."""

    name: Name = "Earshot"
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}([-_][A-Za-z]{2,4})?$")] = "en"


class SatelliteSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One satellite by address, beside those that zeroconf finds; or the room of one that was found."""

    name: Name
    address: Annotated[str, Meta(pattern=r"^(tcp://.+:\d+|unix:///.+)$")] | None = None
    area: Name | None = None


class LinksSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How satellites are found and how long a silent one is believed."""

    discover: bool = True
    connect_seconds: Seconds = 2.0
    ping_seconds: Seconds = 2.0
    silent_seconds: Seconds = 5.0
    retry_min_seconds: Seconds = 0.5
    retry_max_seconds: Seconds = 2.0


class LimitsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a peer may send: nothing longer is ever read."""

    line_bytes: Annotated[int, Meta(ge=256, le=1 << 20)] = 65_536
    data_bytes: Annotated[int, Meta(ge=256, le=1 << 24)] = 1 << 20
    payload_bytes: Annotated[int, Meta(ge=2048, le=1 << 26)] = 1 << 22
    queue_events: Annotated[int, Meta(ge=8, le=65_536)] = 512
    write_seconds: Seconds = 5.0


class WakeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Wake words heard by the hub for satellites that stream. threshold: score; trigger_level: frames above it."""

    words: list[Name] = msgspec.field(default_factory=lambda: ["okay_nabu"])
    threshold: Ratio = 0.5
    trigger_level: Annotated[int, Meta(ge=1, le=20)] = 1
    refractory_seconds: Annotated[float, Meta(ge=0, le=60)] = 2.0


class EndpointSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When an utterance begins and ends (docs/endpointing.md)."""

    speech_threshold: Ratio = 0.5
    start_ms: Milliseconds = 96
    silence_ms: Milliseconds = 700
    no_speech_seconds: Seconds = 5.0
    max_seconds: Seconds = 20.0


class EngineSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A speech engine. uris empty: the embedded one, a process of the hub; else Wyoming servers, least busy first."""

    uris: list[Annotated[str, Meta(pattern=r"^(tcp://.+:\d+|unix:///.+)$")]] = msgspec.field(default_factory=list)
    deadline_seconds: Seconds = 15.0
    voice: Name | None = None


class MqttSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The broker. host empty: the hub runs its own mosquitto on loopback. password_file: one line, mode 0600."""

    host: str = ""
    port: Port = 0  # 0: 1883, or 8883 with tls
    username: str | None = None
    password_file: str | None = None
    tls: bool = False
    tls_ca_file: str | None = None
    discovery_prefix: Name = "homeassistant"
    proof_seconds: Seconds = 2.0


class ServicesSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Our speech services for other programs (Home Assistant). A port of 0 is closed; all are closed by default."""

    bind: str = "127.0.0.1"
    stt_port: Port = 0
    tts_port: Port = 0
    wake_port: Port = 0
    handle_port: Port = 0


class WebSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The local status page. It has no login yet, so it stays on loopback: other binds are refused."""

    port: Port = 8765
    bind: Annotated[str, Meta(pattern=r"^(127\.\d+\.\d+\.\d+|::1|localhost)$")] = "127.0.0.1"


class StoreSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is kept. turns: newest records kept; 0 keeps none. transcripts: words of a turn are kept with it."""

    turns: Annotated[int, Meta(ge=0, le=1_000_000)] = 1000
    transcripts: bool = True


class PrivacySection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """publish_transcripts: turn records on MQTT carry the words that were said."""

    publish_transcripts: bool = False


class HubConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. ``[[satellite]]`` may repeat."""

    hub: HubSection = HubSection()
    satellite: list[SatelliteSection] = msgspec.field(default_factory=list)
    links: LinksSection = LinksSection()
    limits: LimitsSection = LimitsSection()
    wake: WakeSection = WakeSection()
    endpoint: EndpointSection = EndpointSection()
    stt: EngineSection = EngineSection()
    tts: EngineSection = EngineSection()
    mqtt: MqttSection = MqttSection()
    services: ServicesSection = ServicesSection()
    web: WebSection = WebSection()
    store: StoreSection = StoreSection()
    privacy: PrivacySection = PrivacySection()
