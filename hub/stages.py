"""The stages of a turn: what each promises (Protocols) and what flows between them (values).

Silence, no match and an unknown device are values here, never errors.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from wire.pcm import Pcm

# --- the house, as interpreters and actors see it


@dataclass(frozen=True, slots=True)
class Area:
    """A room. ``name`` as people wrote it; ``aliases`` are said instead of it."""

    name: str
    floor: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entity:
    """One device function, as last heard on the broker.

    entity_id: ``<domain>.<object_id>``. domain: Home Assistant's component (light, switch, cover, …; buttons are
    ``button``, scripts run through them). device_class: ``garage``, ``window``, ``humidity``, … or None.
    state: Home Assistant's state word in lower case (``on``, ``locked``, ``54``), None if never heard.
    attributes: brightness (0-255), position (0-100), temperature, current_temperature, …
    available: False when its availability topic says so. exposed: may be spoken about.
    """

    entity_id: str
    domain: str
    name: str
    area: str | None = None
    aliases: tuple[str, ...] = ()
    device_class: str | None = None
    state: str | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    unit: str | None = None
    available: bool = True
    sensitive: bool = False
    exposed: bool = True


class House(Protocol):
    """What is known of the house now. Cheap to ask; snapshots are immutable."""

    @property
    def names_version(self) -> int:
        """Grows whenever a name, alias, area or the set of entities changes (not when a state does)."""

    def areas(self) -> Sequence[Area]: ...

    def entities(self) -> Sequence[Entity]: ...


# --- wake and voice


@dataclass(frozen=True, slots=True)
class Wake:
    """A wake word was heard. score in [0, 1]; None if the peer gave none.

    word_ends_ms: where the word ends in the audio that the command's turn is given, as far as one can tell.
    late_ms: how long before it was noticed the word ended, likewise.
    """

    word: str
    score: float | None
    word_ends_ms: float = 0.0
    late_ms: float = 0.0


class WakeDetector(Protocol):
    async def process(self, samples: bytes) -> Wake | None:
        """Take any whole number of 16 kHz 16-bit mono samples, in order; the first word that they complete.

        Called again only when it has returned. Raises WakeFailed when the networks cannot be run.
        """

    def reset(self) -> None:
        """Forget all audio: the next word must be heard whole."""

    def close(self) -> None:
        """The room is gone."""


@dataclass(frozen=True, slots=True)
class ScoreTold:
    """What 80 ms of a room scored, for who watches. words: score in [0, 1] by word. heard: the word that counted."""

    room: str
    words: Mapping[str, float]
    heard: str | None


class VoiceDetector(Protocol):
    def process(self, window: bytes) -> float:
        """Probability of speech in [0, 1] for exactly 512 samples (32 ms) of 16 kHz 16-bit mono."""

    def reset(self) -> None: ...


# --- speech to text


@dataclass(frozen=True, slots=True)
class Partial:
    """What was heard while somebody still speaks; it takes the place of the partial before.

    text: of a sentence or its beginning; empty = nothing that makes sense. complete: the sentence may end here.
    goes_on: more words may follow. confidence in [0, 1].
    """

    text: str
    complete: bool
    goes_on: bool
    confidence: float


@dataclass(frozen=True, slots=True)
class Guess:
    """What may have been said. margin: nats by which it is less likely than the likeliest."""

    text: str
    confidence: float | None = None
    margin: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """text: NFC, empty = heard nothing that makes sense. confidence in [0, 1], None if the engine has none.

    others: texts that may as well have been said, likeliest first. For who asks why: guesses, likeliest first, also
    those that were not believed; needed: the confidence that is believed; before: what the transcriber said that
    handed this utterance on, or the code of its error.
    """

    text: str
    language: str
    engine: str
    model: str | None = None
    confidence: float | None = None
    others: tuple[str, ...] = ()
    guesses: tuple[Guess, ...] = field(default=(), compare=False)
    needed: float | None = field(default=None, compare=False)
    before: Transcript | str | None = field(default=None, compare=False)


ANY_LANGUAGE = "auto"  # of a transcriber that can tell which it was
TakePartial = Callable[[Partial], None]


class Transcriber(Protocol):
    async def transcribe(
        self, speech: AsyncIterator[Pcm], *, language: str, on_partial: TakePartial | None = None
    ) -> Transcript:
        """Turn one utterance into text.

        speech: s16le mono 16 kHz blocks, in order; ends when speech ends. language: or ANY_LANGUAGE. on_partial: is
        given what is heard meanwhile, by engines that can.
        Raises SttFailed on engine loss or deadline. Cancelling is safe: the engine takes the next call.
        """


# --- understanding


@dataclass(frozen=True, slots=True)
class Intent:
    """One recognised intent of home-assistant-intents.

    name: ``HassTurnOn``, … slots: values as the sentence gave them (numbers as numbers), keys as the intent's.
    response: key of the response template (``default``, ``lights_area``, …). text: the sentence.
    context_area: the speaker's room, when the sentence left the room to it.
    spoken: the words that stood for a slot ("windows" for device_class ``window``), for the reply.
    near: no sentence fits whole; this is what was probably said, and ``text`` says it. doubt: what may have been meant,
    this among it, to be asked back before anything is done; empty = it is sure enough.
    """

    name: str
    slots: Mapping[str, Any]
    response: str
    language: str
    text: str
    context_area: str | None = None
    spoken: Mapping[str, str] = field(default_factory=dict)
    near: bool = False
    doubt: tuple[Intent, ...] = ()


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """No sentence fits. unknown_name: what was said where a device's name belongs, if that much was understood.

    considered: sentences that nearly fit, the nearest first: their intent, and the words that stand where a name
    belongs.
    """

    text: str
    unknown_name: str | None = None
    nearest_names: tuple[str, ...] = ()
    considered: tuple[tuple[str, str], ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Several:
    """One sentence that says several things; they are done in this order."""

    intents: tuple[Intent, ...]


class Interpreter(Protocol):
    async def interpret(self, text: str, *, language: str, area: str | None) -> Intent | Several | NotUnderstood:
        """Match one sentence against the house. Raises IntentFailed (language-unknown)."""


# --- acting

ActionOutcome = Literal["confirmed", "sent", "refused", "failed"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The message that proves an action."""

    topic: str
    payload: str
    after_ms: float


@dataclass(frozen=True, slots=True)
class Action:
    """One command to one device and what came of it (DESIGN section 5). payload is what was published."""

    entity: str
    name: str
    command: str
    topic: str
    payload: str
    outcome: ActionOutcome
    evidence: Evidence | None = None


Granted = Literal["", "yes", "pin"]  # what somebody has shown, for what a voice alone may not do


@dataclass(frozen=True, slots=True)
class Told:
    """Something to say that is no device's state; ``hub/intent/wording.toml`` has the sentence.

    key: of the sentence. values: what stands in it: str, int, timedelta, datetime (local time), or a list of names.
    """

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What carrying out an intent came to; the reply is made from it and from nothing else.

    kind: ``acted`` (actions has one entry per target), ``answered`` (matched/unmatched hold the entities that a
    question was about), ``unknown_target``, ``ambiguous`` (choices: names to ask back with), ``unsure`` (nothing was
    done; choices: names or sentences that sound alike), ``unconfirmed`` (nothing was done; it would be after a "yes",
    problem ``needs-yes``, or a PIN, ``needs-pin``; choices: the names of what is to be done), ``refused`` (policy),
    ``unsupported`` (nothing here can do that). told: what is to be said besides, in order. problem: short lower-case
    reason for logs, None if none.
    """

    kind: Literal["acted", "answered", "unknown_target", "ambiguous", "unsure", "unconfirmed", "refused", "unsupported"]
    actions: tuple[Action, ...] = ()
    matched: tuple[Entity, ...] = ()
    unmatched: tuple[Entity, ...] = ()
    choices: tuple[str, ...] = ()
    told: tuple[Told, ...] = ()
    problem: str | None = None


class Actor(Protocol):
    async def carry_out(
        self, intent: Intent, *, area: str | None, satellite: str = "", granted: Granted = ""
    ) -> Result:
        """Resolve targets, act, wait for proof. Raises ActionFailed (broker-lost) when nothing could be sent.

        satellite: where it was said, empty if nowhere. granted: what who says it has shown.
        """


class Replier(Protocol):
    def reply(self, understood: Intent | NotUnderstood, result: Result | None, *, language: str) -> str:
        """One spoken sentence, made from the outcome. Never empty."""

    def apology(self, code: str, *, language: str) -> str:
        """One short sentence for a turn that failed with ``code``."""

    def moment(self, language: str) -> str:
        """A word for somebody who waits."""


# --- reasoning


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request to a language model. prompt: roles and texts. said: words it answered with. calls: function, JSON."""

    prompt: tuple[tuple[str, str], ...]
    said: str
    calls: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """What no sentence fits. area: where the speaker is. room: the satellite, whose conversation it belongs to.

    told: is given each request to the model and what came of it, for who asks why.
    """

    text: str
    language: str
    area: str | None
    room: str
    told: Callable[[Exchange], None] | None = field(default=None, compare=False)


Act = Callable[[Intent, Result | None], Awaitable[str]]
"""Carry an intent out, unless its result is given already; one sentence that tells what came of it."""


class Reasoner(Protocol):
    def answer(self, question: Question, act: Act) -> AsyncGenerator[str]:
        """Pieces to be spoken, each with a word in it, while the rest is still being thought of.

        Nothing is said to be done but by ``act``. Raises LlmFailed, also after some pieces. Closing it early is safe
        and ends the work.
        """

    def prepare(self, room: str) -> None:
        """Somebody is about to ask: read all that is known before the question."""

    def note(self, room: str, said: str, answered: str) -> None:
        """An exchange that somebody may refer to, whoever answered it."""


# --- text to speech


class Synthesizer(Protocol):
    def synthesize(self, text: str, *, language: str) -> AsyncIterator[Pcm]:
        """Speak ``text`` in blocks of one format as they are made.

        Raises TtsFailed on engine loss or deadline. Closing the iterator early is safe.
        """
