"""What was asked back in a room, and what was last meant there: the next sentence may be an answer to it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, Protocol, TypeVar

from hub.stages import Granted, Intent, Interpreter, NotUnderstood, Result, Several, Told

ANSWER_SECONDS = 45.0  # from the question's end of making; then a sentence is no answer to it any more
LAST_SECONDS = 300.0  # "it" is what was meant in the last five minutes

ALSO = "EarshotAlso"  # an intent: the last one again, with another name or room
MOST_ROOMS = 256
MOST_LAST = 4  # commands of a room that "it" may go back to
_MISSING = frozenset({"time-missing", "length-missing"})  # problems of results that ask for the rest of the sentence
_Lacking = Literal["yes", "pin", "code"]
_LACKING: Mapping[str, _Lacking] = {"needs-pin": "pin", "needs-code": "code"}
_WORDS_BESIDE = 2  # of an answer, beside the choice: "the … one", "I mean …"
_NEGATIONS = frozenset({"no", "not", "nein", "nee", "nicht", "kein", "keine", "non", "pas", "niet", "geen"})
_WHICH = frozenset({"name", "area", "floor", "refers", "entity_ids", "except_names", "except_area"})

T = TypeVar("T")
Verdict = Literal["right", "wrong", "locked", "none"]  # none: no PIN was said at all


@dataclass(frozen=True, slots=True)
class Shown:
    """What a sentence is as a PIN. person: whose it is, where it is right and somebody's own."""

    verdict: Verdict
    person: str = ""


class Answers(Protocol):
    """Tells answers from other sentences."""

    def is_yes(self, text: str, language: str) -> bool: ...

    def is_no(self, text: str, language: str) -> bool: ...

    def pin(self, text: str, satellite: str) -> Shown: ...

    def code(self, text: str, satellite: str) -> Literal["given", "locked", "none"]:
        """Whether it is the code of a device; then it waits for the command, which is carried out next."""


class NoAnswers:
    """Where nothing is ever asked back."""

    def is_yes(self, text: str, language: str) -> bool:  # noqa: ARG002 Answers' signature
        return False

    def is_no(self, text: str, language: str) -> bool:  # noqa: ARG002 likewise
        return False

    def pin(self, text: str, satellite: str) -> Shown:  # noqa: ARG002 likewise
        return Shown("none")

    def code(self, text: str, satellite: str) -> Literal["given", "locked", "none"]:  # noqa: ARG002 likewise
        return "none"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence comes to in its room.

    granted: what was shown with it. person: who showed it, if that is known. told: to be said, nothing to be done.
    secret: the words were a PIN or a code.
    """

    understood: Intent | Several | NotUnderstood
    granted: Granted = ""
    told: tuple[Told, ...] = ()
    secret: bool = False
    person: str = ""

    @property
    def shown(self) -> str:
        """As records have it; empty where nothing was shown that counts."""
        code = self.secret and not self.told and not self.granted
        return "code" if code else self.granted


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question that is open. intents: what is done after the answer. ids: of the choices, where they are known.

    granted, person: what was shown already, and by whom.
    """

    kind: Literal["which", "more", "yes", "pin", "code"]
    until: float
    intents: tuple[Intent, ...] = ()
    choices: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    text: str = ""
    unknown: str = ""
    granted: Granted = ""
    person: str = ""


# What "it" can be in a command that does not name the kinds of device itself; others are about anything.
_FITTING = {
    "HassLightSet": ("light",),
    "HassSetPosition": ("cover", "valve"),
    "HassFanSetSpeed": ("fan",),
    "HassClimateSetTemperature": ("climate", "water_heater"),
}
_FITTING_RESPONSE = {"cover": ("cover",), "lock": ("lock",)}


@dataclass(frozen=True, slots=True)
class _Last:
    """What was said in a room, and to which devices it was done; none where nothing was found."""

    until: float
    intent: Intent
    ids: tuple[str, ...]


class Dialogue:
    """One per hub; forgets a room's question with the first sentence that is no answer to it."""

    def __init__(self, answers: Answers | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._answers, self._clock = answers or NoAnswers(), clock
        self._asked: dict[str, _Asked] = {}
        self._last: dict[str, tuple[_Last, ...]] = {}  # newest first
        self._shown: dict[str, tuple[Granted, str]] = {}  # with the sentence that is carried out now, and by whom

    def answer_with(self, answers: Answers) -> None:
        """Another PIN, from the next answer on."""
        self._answers = answers

    def forget(self) -> None:
        """What was asked back and what was acted on, in all rooms."""
        self._asked.clear()
        self._last.clear()

    def awaits_answer(self, satellite: str) -> bool:
        """The hub has asked something in this room just now."""
        return satellite in self._asked

    def awaits_secret(self, satellite: str) -> bool:
        """What is said next in this room may be a PIN or a code."""
        asked = self._asked.get(satellite)
        return asked is not None and asked.kind in {"pin", "code"} and self._clock() < asked.until

    def check_pin(self, typed: str, satellite: str) -> Shown:
        """As a PIN that was not said, with the same bound on guesses."""
        return self._answers.pin(typed, satellite)

    def take_code(self, typed: str, satellite: str) -> Literal["given", "locked", "none"]:
        """The code of a device for the command that is carried out next there."""
        return self._answers.code(typed, satellite)

    async def read(
        self, text: str, interpreter: Interpreter, *, language: str, area: str | None, satellite: str
    ) -> Reading:
        """The sentence as an answer, if it is one, else by itself. Raises IntentFailed."""
        reading = await self._read(text, interpreter, language=language, area=area, satellite=satellite)
        _put(self._shown, satellite, (reading.granted, reading.person))
        return reading

    async def _read(
        self, text: str, interpreter: Interpreter, *, language: str, area: str | None, satellite: str
    ) -> Reading:
        asked = self._asked.pop(satellite, None)
        if asked is not None and self._clock() < asked.until:
            reading = self._granted(asked, text, language, satellite)
            if reading is not None:
                return reading
        else:
            asked = None
        understood = await interpreter.interpret(text, language=language, area=area)
        if asked is not None and isinstance(understood, NotUnderstood):
            answered = await self._chosen(asked, text, interpreter, language=language, area=area)
            understood = answered or understood
        return Reading(self._meant(understood, satellite))

    def note(self, satellite: str, intent: Intent, result: Result | None) -> None:
        """Remember what an outcome asks back, and what was acted on."""
        if result is None:
            return
        if result.kind == "unconfirmed":
            kind: _Lacking = _LACKING.get(result.problem or "", "yes")
            before = self._asked.get(satellite)
            others = before.intents if before and before.kind == kind else ()
            granted, person = self._shown.get(satellite, ("", ""))
            asked = _Asked(kind, self._until(), (*others, intent), granted=granted, person=person)
            self._ask(satellite, asked)
        elif result.kind in {"ambiguous", "unsure"}:
            choices = tuple(entity.entity_id for entity in result.matched)
            self._ask(satellite, _Asked("which", self._until(), intent.doubt or (intent,), result.choices, choices))
        elif result.problem in _MISSING:
            self._ask(satellite, _Asked("more", self._until(), text=intent.text))
        meant = tuple(dict.fromkeys([*(action.entity for action in result.actions), *_ids(result)]))
        if (meant and result.kind in {"acted", "answered"}) or result.kind == "unknown_target":
            ids = meant if result.kind != "unknown_target" else ()
            earlier = self._last.get(satellite, ())[: MOST_LAST - 1]
            _put(self._last, satellite, (_Last(self._clock() + LAST_SECONDS, intent, ids), *earlier))

    def note_unknown(self, satellite: str, understood: NotUnderstood) -> None:
        """The nearest names were asked back: they may be answered, too."""
        if understood.unknown_name and understood.nearest_names:
            asked = _Asked(
                "which",
                self._until(),
                choices=understood.nearest_names,
                text=understood.text,
                unknown=understood.unknown_name,
            )
            self._ask(satellite, asked)

    def _ask(self, satellite: str, asked: _Asked) -> None:
        _put(self._asked, satellite, asked)

    def _until(self) -> float:
        return self._clock() + ANSWER_SECONDS

    def _granted(self, asked: _Asked, text: str, language: str, satellite: str) -> Reading | None:
        """What a yes, a no or a PIN comes to; None for anything else."""
        if self._answers.is_no(text, language):
            return Reading(Intent("HassNevermind", {}, "default", language, text))
        if asked.kind == "yes" and asked.intents and self._answers.is_yes(text, language):
            return Reading(_all(asked.intents), "yes")
        if asked.kind == "code":
            return self._coded(asked, self._answers.code(text, satellite))
        return self._pinned(asked, text, satellite) if asked.kind == "pin" else None

    def _pinned(self, asked: _Asked, text: str, satellite: str) -> Reading | None:
        shown = self._answers.pin(text, satellite)
        verdict = shown.verdict
        if verdict == "none":
            return None
        if verdict == "right":
            return Reading(_all(asked.intents), "pin", secret=True, person=shown.person)
        if verdict == "wrong":
            self._ask(satellite, replace(asked, until=self._until()))
        return Reading(_all(asked.intents), told=(Told(f"pin_{verdict}"),), secret=True)

    def _coded(self, asked: _Asked, said: Literal["given", "locked", "none"]) -> Reading | None:
        if said == "none":
            return None
        told = (Told("code_locked"),) if said == "locked" else ()
        return Reading(_all(asked.intents), asked.granted, told, secret=True, person=asked.person)

    async def _chosen(
        self, asked: _Asked, text: str, interpreter: Interpreter, *, language: str, area: str | None
    ) -> Intent | Several | NotUnderstood | None:
        """What was asked for, about the one that was chosen, or with what was missing."""
        if asked.kind == "more":
            completed = await interpreter.interpret(f"{asked.text} {text}", language=language, area=area)
            return None if isinstance(completed, NotUnderstood) else completed
        only = asked.choices[0] if len(asked.choices) == 1 else None
        chosen = only if only and self._answers.is_yes(text, language) else choice(text, asked.choices)
        if chosen is None:
            return None
        if asked.unknown:
            word = rf"{re.escape(asked.unknown)}\w*"  # "Decken" of "Deckenlampen": the rest of it is no word
            whole = re.sub(word, lambda _: chosen, asked.text, count=1, flags=re.IGNORECASE)
            return await interpreter.interpret(whole, language=language, area=area)
        intent, *_ = asked.intents
        if intent.near:
            return next(replace(may, doubt=()) for may in asked.intents if may.text == chosen)
        if len(asked.ids) != len(asked.choices) and intent.text in asked.choices:  # two sentences that sound alike
            return (
                intent if chosen == intent.text else await interpreter.interpret(chosen, language=language, area=area)
            )
        return _about(intent, asked, chosen)

    def _meant(self, understood: Intent | Several | NotUnderstood, satellite: str) -> Intent | Several | NotUnderstood:
        """With "it" replaced by what was last meant in this room."""
        if isinstance(understood, Several):
            return Several(tuple(self._referred(intent, satellite) for intent in understood.intents))
        return self._referred(understood, satellite) if isinstance(understood, Intent) else understood

    def _referred(self, intent: Intent, satellite: str) -> Intent:
        known = [last for last in self._last.get(satellite, ()) if self._clock() < last.until]
        if intent.name == ALSO:
            return _also(known[0].intent, intent) if known else intent
        if "refers" not in intent.slots:
            return intent
        fitting = _fitting(intent)
        told = [ids for last in known if (ids := _of_kinds(last.ids, fitting))] or [
            last.ids for last in known if last.ids
        ]
        return _with(intent, "entity_ids", list(told[0])) if told else intent


def _fitting(intent: Intent) -> tuple[str, ...]:
    """Kinds of device that a command about "it" can be about; none: any."""
    said = intent.slots.get("domain")
    if said:
        return (said,) if isinstance(said, str) else tuple(said)
    return _FITTING_RESPONSE.get(intent.response, ()) or _FITTING.get(intent.name, ())


def _of_kinds(ids: Sequence[str], kinds: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in ids if not kinds or one.partition(".")[0] in kinds)


def _about(intent: Intent, asked: _Asked, chosen: str) -> Intent:
    """The command, about the one of several things that was chosen."""
    if len(asked.ids) == len(asked.choices):
        return _with(intent, "entity_ids", [asked.ids[asked.choices.index(chosen)]])
    slot = next((slot for slot, value in intent.slots.items() if value in asked.choices), "name")
    return replace(_with(intent, slot, chosen), spoken={**intent.spoken, slot: chosen})


def _put(rooms: dict[str, T], satellite: str, what: T) -> None:
    """As the newest; the oldest is forgotten where there are too many, since peers can make up names."""
    rooms.pop(satellite, None)
    rooms[satellite] = what
    if len(rooms) > MOST_ROOMS:
        del rooms[next(iter(rooms))]


def _also(last: Intent, more: Intent) -> Intent:
    """The last command again, to something else: "and the fan too"."""
    kept = {slot: value for slot, value in last.slots.items() if slot not in _WHICH}
    told = {slot: value for slot, value in more.slots.items() if slot != "refers"}
    if "name" in told and "name" not in last.slots:  # "the fans in the kitchen", "and the hall light too"
        kept = {slot: value for slot, value in kept.items() if slot not in {"domain", "device_class"}}
        last = replace(last, response="default")
    context = more.context_area if "name" not in told else None
    return replace(last, slots={**kept, **told}, spoken=more.spoken, text=more.text, context_area=context)


def choice(text: str, choices: Sequence[str]) -> str | None:
    """The one of ``choices`` that the answer tells from all others: "the kitchen one" of two lamps in two rooms.

    An answer is little more than the choice itself: "is it the bed light that hums" is another sentence.
    """
    said = _words(text)
    found = [one for one in choices if _own_words(one, choices) & said]
    if len(found) != 1:
        return None
    beside = said - _words(found[0])
    return found[0] if len(beside) <= _WORDS_BESIDE and not beside & _NEGATIONS else None


def _own_words(one: str, choices: Sequence[str]) -> set[str]:
    """Words of a choice that no other has; all of its words where it is the only one."""
    others = set().union(*(_words(other) for other in choices if other != one))
    return _words(one) - others


def _words(text: str) -> set[str]:
    return {word.strip(".,!?") for word in text.casefold().split()} - {""}


def _with(intent: Intent, slot: str, value: object) -> Intent:
    return replace(intent, slots={**intent.slots, slot: value})


def _ids(result: Result) -> list[str]:
    return [entity.entity_id for entity in result.matched]


def _all(intents: tuple[Intent, ...]) -> Intent | Several:
    return intents[0] if len(intents) == 1 else Several(intents)
