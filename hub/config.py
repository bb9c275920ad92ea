"""hub.toml: every key, its default and its bounds. Parts receive just their own section; nothing reads it later."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from hub.rules.hours import HOURS
from models.wake.settings import Refractory, Threshold, TriggerLevel, WordName, WordSection

Port = Annotated[int, Meta(ge=0, le=65535)]
Ratio = Annotated[float, Meta(ge=0, le=1)]
Seconds = Annotated[float, Meta(gt=0, le=3600)]
Milliseconds = Annotated[int, Meta(ge=0, le=600_000)]
Name = Annotated[str, Meta(min_length=1, max_length=64)]
EngineUris = list[Annotated[str, Meta(pattern=r"^(tcp://.+:\d+|unix:///.+)$")]]
EntityId = Annotated[str, Meta(pattern=r"^[a-z_]+\.[a-z0-9_]+$", max_length=200)]
HostName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]{1,253}$")]
_BASE_TOPIC = r"^([^/+#$\s][^/+#]{0,63}(/[^/+#]{1,64})*)?$"
TopicPrefix = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64})*$")]


class HubSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """name: shown to people and in Home Assistant. language: ISO 639-1, with region where voices need it."""

    name: Name = "Earshot"
    language: Annotated[str, Meta(pattern=r"^[a-z]{2,3}([-_][A-Za-z]{2,4})?$")] = "en"


class HomeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Where the house stands and who lives there, for rules (docs/rules.md) and reminders (docs/time.md).

    latitude: degrees, north is positive; not set: rules know no sunset. longitude: degrees, east is positive.
    timezone: as ``Europe/Berlin``; empty is the system's. people: entities that are ``home`` or ``on`` while somebody
    is in. quiet: hours in which reminders, and rules with ``quiet = true``, wait, as ``22:00-07:00``; empty is none.
    """

    latitude: Annotated[float, Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, Meta(ge=-180, le=180)] | None = None
    timezone: Annotated[str, Meta(max_length=64)] = ""
    people: Annotated[list[EntityId], Meta(max_length=32)] = msgspec.field(default_factory=list)
    quiet: Annotated[str, Meta(pattern=f"^({HOURS})?$")] = ""


class RoomWakeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Wake words of one room whose satellite streams; what is not set is as in ``[wake]``.

    words: instead of those of ``[wake]``. threshold: score that counts, of each. trigger_level: 80 ms steps in a row
    above it. refractory_seconds: pause before the same word counts again.
    """

    words: Annotated[list[WordName], Meta(max_length=16)] = msgspec.field(default_factory=list)
    threshold: Threshold | None = None
    trigger_level: TriggerLevel | None = None
    refractory_seconds: Refractory | None = None


class SatelliteSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One satellite by address, beside those that zeroconf finds; or the room of one that was found.

    name: as it is called in records; of one that was found, its own name. address: where it listens, if zeroconf does
    not find it. area: the room it stands in, which "the light" without a room means. language: that is spoken there,
    if not the hub's; ``auto`` is whichever the speech to text recognises (a whisper.cpp model without .en in its name).
    voice: that answers there, another one of what speaks anyway (``NAME#SPEAKER`` of a Piper voice). wake: its wake
    words.
    """

    name: Name
    address: Annotated[str, Meta(pattern=r"^(tcp://.+:\d+|unix:///.+)$")] | None = None
    area: Name | None = None
    language: Annotated[str, Meta(pattern=r"^([a-z]{2,3}([_-][A-Za-z0-9]{2,8})*|auto)$")] | None = None
    voice: Name | None = None
    wake: RoomWakeSection = RoomWakeSection()


class LinksSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How satellites are found and how long a silent one is believed.

    discover: look for satellites by zeroconf. connect_seconds: deadline of one try to connect. ping_seconds: pause
    between pings. silent_seconds: a satellite that sends nothing for so long is lost. retry_min_seconds: first pause
    before connecting again; each further one is longer. retry_max_seconds: longest such pause.
    """

    discover: bool = True
    connect_seconds: Seconds = 2.0
    ping_seconds: Seconds = 2.0
    silent_seconds: Seconds = 5.0
    retry_min_seconds: Seconds = 0.5
    retry_max_seconds: Seconds = 2.0


class LimitsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a peer may send: nothing longer is ever read.

    line_bytes: an event's header line. data_bytes: its JSON block. payload_bytes: its audio. queue_events: events of
    one peer that wait in each direction. write_seconds: a peer that takes nothing for so long is dropped.
    """

    line_bytes: Annotated[int, Meta(ge=256, le=1 << 20)] = 65_536
    data_bytes: Annotated[int, Meta(ge=256, le=1 << 24)] = 1 << 20
    payload_bytes: Annotated[int, Meta(ge=2048, le=1 << 26)] = 1 << 22
    queue_events: Annotated[int, Meta(ge=8, le=65_536)] = 512
    write_seconds: Seconds = 5.0


class WakeSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Wake words heard by the hub for satellites that stream.

    words: names of built-in words, of those in the wake folder, or paths of .tflite or .onnx heads. threshold: score
    that counts; not set is the word's own, or 0.5. trigger_level: 80 ms steps in a row above it. refractory_seconds:
    pause before the same word counts again. word: what is different for one word, by its name.
    """

    words: Annotated[list[WordName], Meta(min_length=1, max_length=16)] = msgspec.field(
        default_factory=lambda: ["okay_nabu"]
    )
    threshold: Threshold | None = None
    trigger_level: TriggerLevel = 1
    refractory_seconds: Refractory = 2.0
    word: dict[WordName, WordSection] = msgspec.field(default_factory=dict)


class EndpointSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """When an utterance begins and ends (docs/endpointing.md).

    speech_threshold: probability that counts as speech. start_ms: voice shorter than this is a click. silence_ms: pause
    that ends an utterance. complete_silence_ms: pause after a sentence that the embedded recogniser knows to be whole,
    if shorter. incomplete_silence_ms: pause after one that it knows to go on, if longer. no_speech_seconds: wait for
    the first word after the wake word. max_seconds: longest utterance; what is beyond is cut.
    """

    speech_threshold: Ratio = 0.5
    start_ms: Milliseconds = 96
    silence_ms: Milliseconds = 700
    complete_silence_ms: Milliseconds = 300
    incomplete_silence_ms: Milliseconds = 900
    no_speech_seconds: Seconds = 5.0
    max_seconds: Seconds = 20.0


class SttSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Speech to text.

    uris: Wyoming servers, the least busy is asked first; empty is the embedded recogniser alone, a process of the hub's
    own. model: with no uris, the whisper.cpp model for what the embedded recogniser does not know; empty is the largest
    that was fetched, has the language and fits this box, ``none`` is none. threads: of a transcription; 0 is up to 4.
    early_pause_ms: of silence after which the model begins, before the end; 0 is only at the end.
    deadline_seconds: from the end of speech to the transcript. first_pass: with uris or a model, the embedded one
    listens too; what it knows is done at once, and the others are for the rest.
    """

    uris: EngineUris = msgspec.field(default_factory=list)
    model: Annotated[str, Meta(max_length=80)] = ""
    threads: Annotated[int, Meta(ge=0, le=64)] = 0
    early_pause_ms: Annotated[float, Meta(ge=0, le=5000)] = 128.0
    deadline_seconds: Seconds = 15.0
    first_pass: bool = True


class TtsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Text to speech.

    uris: Wyoming servers, the least busy is asked first; empty is the best Piper voice that was fetched for the
    language, and the embedded engine where there is none; each a process of the hub's own. deadline_seconds: to the
    first sound, and from block to block. voice: its name (of a Piper voice with several speakers: ``NAME#SPEAKER``);
    not set is the engine's own choice for the language. speed: of Piper's voices, 2 is twice as fast. loudness: of
    Piper's voices, 1 is as loud as can be.
    """

    uris: EngineUris = msgspec.field(default_factory=list)
    deadline_seconds: Seconds = 15.0
    voice: Name | None = None
    speed: Annotated[float, Meta(ge=0.5, le=2)] = 1.0
    loudness: Annotated[float, Meta(ge=0.05, le=1)] = 1.0


class LlmSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A language model, for what no sentence fits.

    url: of a server with OpenAI's API (llama-server, vLLM, Ollama), as ``http://box:8080/v1``; what is said goes there.
    Empty is a model of the hub's own, a process with llama.cpp. model: with no url, of those that were fetched; empty
    is the largest that fits this box, ``none`` is none; with a url, as that server calls it. key_file: holds that
    server's key as one line, mode 0600. threads: of the hub's own; 0 is up to 4. context_tokens: house, conversation
    and answer together. answer_tokens: of one answer. steps: requests to the model for one answer. deadline_seconds:
    for all of it.
    """

    url: Annotated[str, Meta(pattern=r"^(https?://[^\s/]+(/\S*)?)?$")] = ""
    model: Annotated[str, Meta(max_length=120)] = ""
    key_file: str | None = None
    threads: Annotated[int, Meta(ge=0, le=64)] = 0
    context_tokens: Annotated[int, Meta(ge=512, le=131_072)] = 4096
    answer_tokens: Annotated[int, Meta(ge=16, le=2048)] = 160
    steps: Annotated[int, Meta(ge=1, le=8)] = 3
    deadline_seconds: Seconds = 20.0


class CalendarSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One calendar of the household: files, or a CalDAV server.

    name: as people say it. path: an .ics file, or a folder of them. url: instead of path, the calendar's address on a
    CalDAV server, as ``http://nas:5232/anna/home/``; of a server alone, the calendar there that is called ``name`` is
    looked for. username: for its login. password_file: holds the password as one
    line, mode 0600. allow_internet: the server may be outside the private addresses. writable: events may be added, to
    a server or a folder. person: whose it is; not set is everybody's. remind_minutes: before events with a time of day;
    empty is what each event asks for itself.
    """

    name: Name
    path: str | None = None
    url: Annotated[str, Meta(pattern=r"^https?://[^\s/@]+(/\S*)?$", max_length=500)] | None = None
    username: Name | None = None
    password_file: str | None = None
    allow_internet: bool = False
    writable: bool = False
    person: Name | None = None
    remind_minutes: Annotated[list[Annotated[int, Meta(ge=0, le=40_320)]], Meta(max_length=5)] = msgspec.field(
        default_factory=list
    )


class MqttSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The broker.

    host: empty is the hub's own mosquitto on loopback. port: 0 is 1883, or 8883 with tls. username: for the login.
    password_file: holds the password as one line, mode 0600. tls: encrypt and check the broker's certificate.
    tls_ca_file: PEM certificate that signs it; not set is the system's list. discovery_prefix: Home Assistant's topic.
    zigbee2mqtt_topic: base topic of zigbee2mqtt; empty finds up to eight whose topic has one level, as it has by
    default. tasmota_prefix: of the topics on which Tasmota devices announce themselves.
    proof_seconds: a device that has not shown its new state for so long has failed.
    """

    host: str = ""
    port: Port = 0
    username: str | None = None
    password_file: str | None = None
    tls: bool = False
    tls_ca_file: str | None = None
    discovery_prefix: TopicPrefix = "homeassistant"
    zigbee2mqtt_topic: Annotated[str, Meta(pattern=_BASE_TOPIC)] = ""
    tasmota_prefix: TopicPrefix = "tasmota/discovery"
    proof_seconds: Seconds = 2.0


class ServicesSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Our speech services for other programs (Home Assistant). A port of 0 is closed; all are closed by default.

    bind: address that the ports listen on; they have no login. stt_port: speech to text. tts_port: text to speech.
    wake_port: wake words. handle_port: understanding and acting.
    """

    bind: str = "127.0.0.1"
    stt_port: Port = 0
    tts_port: Port = 0
    wake_port: Port = 0
    handle_port: Port = 0


EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - of [web] bind: every network of this machine


class WebSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The page and its API (docs/web.md).

    port: 0 is any free one. bind: the address to listen on; ``0.0.0.0`` is every IPv4 network of this machine, ``::``
    also IPv6, ``127.0.0.1`` this machine alone. names: by which the page may be opened beside this machine's own, as
    ``box.lan``. announce: other machines find it as ``earshot.local``, if ``[links] discover`` allows zeroconf. https:
    the page is encrypted, and ``port`` leads there. https_port: 0 is any free one.
    """

    port: Port = 8765
    bind: Annotated[str, Meta(pattern=r"^(\d{1,3}(\.\d{1,3}){3}|[0-9A-Fa-f:]{2,39}|localhost)$")] = "0.0.0.0"  # noqa: S104
    names: Annotated[list[HostName], Meta(max_length=16)] = msgspec.field(default_factory=list)
    announce: bool = True
    https: bool = False
    https_port: Port = 8443


class StoreSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is kept.

    turns: newest records kept, 0 keeps none. transcripts: the words of a turn are kept with it. audit_days: age at
    which an entry of the audit log goes (docs/audit.md).
    """

    turns: Annotated[int, Meta(ge=0, le=1_000_000)] = 1000
    transcripts: bool = True
    audit_days: Annotated[int, Meta(ge=1, le=36_500)] = 730


MOST_COMMANDS = 6000  # a minute
Guard = Literal["yes", "pin", "refuse"]
Decision = Literal["allow", "yes", "pin", "refuse"]


class PolicyRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One exception; the first that fits decides, be it stricter or looser than ``[policy]``.

    satellites: where it was said; empty is anywhere, and what nobody said. hours: local time, also over midnight, as
    ``22:00-07:00``; not set is always. domains: kinds of devices it is about. entities: single devices, by id; with no
    domains either, it is about all. off_too: it is also about off, close, lock, arm and stop, which are else always
    allowed. decision: what is needed; ``allow`` is nothing.
    """

    satellites: Annotated[list[Name], Meta(max_length=64)] = msgspec.field(default_factory=list)
    hours: Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$")] | None = None
    domains: Annotated[list[Annotated[str, Meta(pattern=r"^[a-z_]{1,40}$")]], Meta(max_length=40)] = msgspec.field(
        default_factory=list
    )
    entities: Annotated[list[Annotated[str, Meta(pattern=r"^[a-z_]+\.[a-z0-9_]{1,200}$")]], Meta(max_length=500)] = (
        msgspec.field(default_factory=list)
    )
    off_too: bool = False
    decision: Decision


class PolicySection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a voice alone may not do (docs/house.md): it needs a ``yes``, a ``pin``, or is refused.

    pin_file: holds 4 to 12 digits as one line, mode 0600. unlock: a lock; not set is ``pin`` where there is a PIN, else
    ``refuse``. open_door: a cover that is a garage or gate; not set likewise. open_valve: a valve; not set
    likewise. disarm: an alarm panel; not set likewise. sensitive: all but off, close and lock of what house.toml marks
    so. pins: file of a person's own PIN, by name, so that the audit log tells whose was said. codes: file of the code
    of a lock or alarm panel, by entity, that the hub sends by itself; for that of others it asks. attempts: wrong PINs
    or codes of one room in any lock_minutes; twice as many of all rooms together. lock_minutes: for so long after too
    many, none is right. commands_per_minute: of one room; more are refused.
    """

    pin_file: str | None = None
    unlock: Guard | None = None
    open_door: Guard | None = None
    open_valve: Guard | None = None
    disarm: Guard | None = None
    sensitive: Guard = "yes"
    pins: Annotated[dict[Name, str], Meta(max_length=32)] = msgspec.field(default_factory=dict)
    codes: Annotated[dict[EntityId, str], Meta(max_length=64)] = msgspec.field(default_factory=dict)
    attempts: Annotated[int, Meta(ge=1, le=20)] = 3
    lock_minutes: Annotated[float, Meta(gt=0, le=1440)] = 15.0
    commands_per_minute: Annotated[int, Meta(ge=1, le=MOST_COMMANDS)] = 300
    rule: Annotated[list[PolicyRule], Meta(max_length=100)] = msgspec.field(default_factory=list)

    def __post_init__(self) -> None:
        """A PIN that is asked for must be there."""
        decisions = (self.unlock, self.open_door, self.open_valve, self.disarm, self.sensitive)
        if not self.has_pin and "pin" in (*decisions, *(rule.decision for rule in self.rule)):
            raise ValueError("'pin' needs a pin_file, or pins")

    @property
    def has_pin(self) -> bool:
        return self.pin_file is not None or bool(self.pins)


class PrivacySection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is kept or published of what people say.

    publish_transcripts: turn records on MQTT carry the words that were said. keep_speech: the sound of the last 500
    commands stays on this box, so that you can correct what was misheard (``earshot stt turns``).
    """

    publish_transcripts: bool = False
    keep_speech: bool = False


class ModelsSection(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How models are fetched, when you ask for one; nothing is fetched otherwise.

    mirror: ``https://HOST/PATH`` is fetched as ``MIRROR/HOST/PATH``. proxy: an HTTP proxy, as a URL.
    """

    mirror: Annotated[str, Meta(pattern=r"^(https?://\S+)?$")] = ""
    proxy: Annotated[str, Meta(pattern=r"^(http://\S+)?$")] = ""


class HubConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. ``[[satellite]]`` and ``[[calendar]]`` may repeat."""

    hub: HubSection = HubSection()
    home: HomeSection = HomeSection()
    satellite: list[SatelliteSection] = msgspec.field(default_factory=list)
    links: LinksSection = LinksSection()
    limits: LimitsSection = LimitsSection()
    models: ModelsSection = ModelsSection()
    wake: WakeSection = WakeSection()
    endpoint: EndpointSection = EndpointSection()
    stt: SttSection = SttSection()
    tts: TtsSection = TtsSection()
    llm: LlmSection = LlmSection()
    calendar: Annotated[list[CalendarSection], Meta(max_length=50)] = msgspec.field(default_factory=list)
    mqtt: MqttSection = MqttSection()
    services: ServicesSection = ServicesSection()
    web: WebSection = WebSection()
    store: StoreSection = StoreSection()
    policy: PolicySection = PolicySection()
    privacy: PrivacySection = PrivacySection()
