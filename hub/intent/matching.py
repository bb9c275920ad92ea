"""One sentence against one house: matching as Home Assistant's own agent does it, and the search for unknown names."""

from __future__ import annotations

from typing import Any

from hassil.models import UnmatchedEntity, UnmatchedTextEntity
from hassil.recognize import MISSING_ENTITY, RecognizeResult, recognize_all, recognize_best

from hub.intent.language import Sentences
from hub.intent.names import HouseNames
from hub.stages import Intent, NotUnderstood

TEXT_LENGTH = 250  # characters; nobody says more in a command, and matching slows with length

# Devices that the house cannot have yet: asked of one, we say what we cannot do instead of "no such device".
_BEYOND_DOMAINS = frozenset({"media_player", "weather", "vacuum", "lawn_mower", "todo"})
_ANYWHERE = "\N{REPLACEMENT CHARACTER}anywhere"  # a room for sentences that need one, where nobody knows the room
_READINGS = 4  # readings of one sentence in which a name is looked for
_LITERALS = 4  # fewer matched letters are no sign that a command was meant


def match(text: str, sentences: Sentences, names: HouseNames, area: str | None) -> Intent | NotUnderstood:
    """Match one sentence: literally, in the templates' spelling, without a room if none is known; else say why not."""
    if len(text) > TEXT_LENGTH:
        return NotUnderstood(text)
    for spelling in dict.fromkeys((text, sentences.respelled(text))):
        for room in (area,) if area is not None else (None, _ANYWHERE):
            found = _recognise(spelling, sentences, names, room)
            if found is not None:
                return _intent(found, text, sentences.language, area)
    return _unknown_name(text, sentences, names, area)


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
    slots = {name: _value(entity.value) for name, entity in found.entities.items() if entity.value != _ANYWHERE}
    for unmatched in found.unmatched_entities_list:
        if isinstance(unmatched, UnmatchedTextEntity) and _is_said(unmatched):
            slots[unmatched.name] = unmatched.text.strip()
    from_room = "area" in found.entities and not found.entities["area"].text
    return Intent(
        name=found.intent.name,
        slots=slots,
        response=found.response or "default",
        language=language,
        text=text,
        context_area=area if from_room else None,
    )


def _value(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _unknown_name(text: str, sentences: Sentences, names: HouseNames, area: str | None) -> Intent | NotUnderstood:
    """Find the words that stand where a name belongs, in the sentence that fits best but for them."""
    results = recognize_all(
        text,
        sentences.targeted,
        slot_lists=names.lists_for(text),
        intent_context={"area": area if area is not None else _ANYWHERE},
        language=sentences.language,
        allow_unmatched_entities=True,
    )
    ranked = sorted((result for result in results if _is_usable(result)), key=_rank)
    if not ranked:
        return NotUnderstood(text)
    best = ranked[0]
    if best.intent_data.domains and best.intent_data.domains <= _BEYOND_DOMAINS:
        return _intent(best, text, sentences.language, area)
    unknown = list(dict.fromkeys(_unmatched_text(result) for result in ranked))[:_READINGS]
    for name in unknown:  # "the bad light" may be a light called "bad", or something like the Bed Light
        if nearest := names.nearest(name):
            return NotUnderstood(text, name, nearest)
    return NotUnderstood(text, unknown[0])


def _rank(result: RecognizeResult) -> tuple[int, int]:
    """Most said literally first, then the fewest unknown words."""
    return (-result.text_chunks_matched, len(_unmatched_text(result)))


def _is_usable(result: RecognizeResult) -> bool:
    """Whether nothing but one name is unknown, and a command was meant."""
    unmatched = [entity for entity in result.unmatched_entities_list if _is_said(entity)]
    names = [entity for entity in unmatched if entity.name in ("name", "area", "floor")]
    return len(unmatched) == 1 == len(names) and result.text_chunks_matched >= _LITERALS


def _is_said(entity: UnmatchedEntity) -> bool:
    """False for context that a template asks for and the sentence leaves out."""
    return not (isinstance(entity, UnmatchedTextEntity) and entity.text == MISSING_ENTITY)


def _unmatched_text(result: RecognizeResult) -> str:
    """The words that stand where a name belongs; empty if there are none."""
    said = [entity for entity in result.unmatched_entities_list if _is_said(entity)]
    return " ".join(entity.text.strip() for entity in said if isinstance(entity, UnmatchedTextEntity))
