"""One sentence against one house: matching as Home Assistant's own agent does it, and the search for unknown names."""

from __future__ import annotations

from functools import partial
from typing import Any

from hassil.intents import WildcardSlotList
from hassil.recognize import RecognizeResult, recognize_all, recognize_best

from hub.intent.exceptions import excepting
from hub.intent.language import Sentences
from hub.intent.names import HouseNames
from hub.stages import Intent, NotUnderstood

TEXT_LENGTH = 250  # characters; nobody says more in a command, and matching slows with length

# Things that the house cannot do yet: asked for one of an unknown name, we say that, not "no such device".
_BEYOND_INTENTS = ("HassMedia", "HassSetVolume", "HassGetWeather", "HassVacuumCleanArea", "HassList")

_DOWN = "_down"  # of a slot: "by thirty percent", of less
_NAMED = (("name",), ("area", "floor"))  # what may be unknown in a sentence, the rest being known
_ANYWHERE = "\N{REPLACEMENT CHARACTER}anywhere"  # a room for sentences that need one, where nobody knows the room
_NAME_LENGTHS = range(4, 41)  # letters; shorter words that fit nowhere are articles, longer ones are talk
_READINGS = 4  # readings of one sentence in which a name is looked for
_TOLD = 8  # readings that are told to who asks why
_LITERALS = 2  # fewer matched letters ("is") are no sign that a command was meant


def match(text: str, sentences: Sentences, names: HouseNames, area: str | None) -> Intent | NotUnderstood:
    """Match one sentence: literally, in the templates' spelling, without a room if none is known; as a group but for
    some of it; else say why not.
    """
    if len(text) > TEXT_LENGTH:
        return NotUnderstood(text)
    return _read(text, sentences, names, area) or _unknown_name(text, sentences, names, area)


def reading(text: str, sentences: Sentences, names: HouseNames, area: str | None) -> Intent | None:
    """What ``match`` understands, without the search for what may have been meant where it does not."""
    found = _read(text, sentences, names, area) if len(text) <= TEXT_LENGTH else None
    return found if isinstance(found, Intent) else None


def _read(text: str, sentences: Sentences, names: HouseNames, area: str | None) -> Intent | NotUnderstood | None:
    exactly = partial(_exact, sentences=sentences, names=names, area=area)
    return exactly(text) or excepting(text, names, exactly)


def _exact(text: str, sentences: Sentences, names: HouseNames, area: str | None) -> Intent | None:
    for spelling in dict.fromkeys((text, sentences.respelled(text))):
        for room in (area,) if area is not None else (None, _ANYWHERE):
            found = _recognise(spelling, sentences, names, room)
            if found is not None:
                return _intent(found, text, sentences.language, area)
    return None


def _recognise(text: str, sentences: Sentences, names: HouseNames, area: str | None) -> RecognizeResult | None:
    return recognize_best(
        text,
        sentences.intents,
        slot_lists=names.lists_for(text),
        intent_context={"area": area} if area is not None else {},
        language=sentences.language,
        best_slot_name="name",
    )


def _intent(found: RecognizeResult, text: str, language: str, area: str | None) -> Intent:
    said = ((name, _value(entity.value)) for name, entity in found.entities.items() if entity.value != _ANYWHERE)
    slots = {name.removesuffix(_DOWN): -value if name.endswith(_DOWN) else value for name, value in said}
    from_room = "area" in found.entities and not found.entities["area"].text
    return Intent(
        name=found.intent.name,
        slots=slots,
        response=found.response or "default",
        language=language,
        text=text,
        context_area=area if from_room else None,
        spoken={name: entity.text_clean for name, entity in found.entities.items() if entity.text_clean},
    )


def _value(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _unknown_name(text: str, sentences: Sentences, names: HouseNames, area: str | None) -> Intent | NotUnderstood:
    """Find the words that stand where a name belongs, in the sentence that fits best but for them."""
    context = {"area": area if area is not None else _ANYWHERE}
    lists = names.lists_for(text)
    readings: list[RecognizeResult] = []
    for unknown in _NAMED:
        anything = {name: WildcardSlotList(name=name) for name in unknown}
        readings += recognize_all(
            text,
            sentences.targeted,
            slot_lists={**lists, **anything},
            intent_context=context,
            language=sentences.language,
        )
    ranked = sorted((reading for reading in readings if _is_usable(reading, text, names)), key=_rank)
    if not ranked:
        return NotUnderstood(text)
    if _is_beyond(ranked[0].intent.name):
        return _intent(ranked[0], text, sentences.language, area)
    heard = list(dict.fromkeys(_unknown_text(reading) for reading in ranked))[:_READINGS]
    considered = tuple(dict.fromkeys((reading.intent.name, _unknown_text(reading)) for reading in ranked))[:_TOLD]
    for name in heard:  # "the bad light" may be a light called "bad", or something like the Bed Light
        if nearest := names.nearest(name):
            return NotUnderstood(text, name, nearest, considered)
    return NotUnderstood(text, heard[0], considered=considered)


def _rank(reading: RecognizeResult) -> tuple[int, int]:
    """Most understood first, then the shortest unknown name."""
    known = sum(len(entity.text.strip()) for entity in reading.entities_list if not entity.is_wildcard)
    return (-reading.text_chunks_matched - known, len(_unknown_text(reading)))


def _is_usable(reading: RecognizeResult, text: str, names: HouseNames) -> bool:
    """Whether words beside an unknown name say that something was to be done with it.

    A sentence that opens with it ("what a nice light") is talk: too many templates only end in a known word.
    """
    unknown = _unknown_text(reading)
    if not unknown or text.lower().removeprefix("the ").startswith(unknown.lower()):
        return False
    is_name = len(unknown) in _NAME_LENGTHS or names.has(unknown)  # has: something that this cannot be done with
    return is_name and reading.text_chunks_matched >= _LITERALS


def _unknown_text(reading: RecognizeResult) -> str:
    """The words that stand where a name belongs; empty if there are none."""
    return next((entity.text.strip() for entity in reading.entities_list if entity.is_wildcard), "")


def _is_beyond(intent: str) -> bool:
    return "Timer" in intent or intent.startswith(_BEYOND_INTENTS)
