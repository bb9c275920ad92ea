"""A guess as an intent, or as a question: what is sure enough to be done, and what is asked back."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace
from typing import Any, Literal

from hub.intent.near.aligning import Aligned
from hub.intent.near.guessing import Guess
from hub.intent.near.repertoire import PLACES, is_guessable
from hub.stages import Entity, Intent

Certainty = Literal["near", "asked"]
_DOWN = "_down"  # of a slot: "by thirty percent", of less
_OF_MANY = frozenset(
    {
        "HassTurnOn",
        "HassTurnOff",
        "HassToggle",
        "HassLightSet",
        "HassSetPosition",
        "HassFanSetSpeed",
        "HassClimateSetTemperature",
    }
)


def read(guess: Guess, language: str, area: str | None, guarded: Container[str]) -> Intent | None:
    """What is to be done, or asked back; None for what is too far from anything.

    guarded: names of devices that nobody may set off by a word that was misheard.
    """
    sure = certainty(guess, guarded)
    if sure is None:
        return None
    best = intent_of(guess.best, language, area)
    if sure == "near":
        return best
    other = guess.other
    is_open = other is not None and guess.margin < ASK_MARGIN and other.text != best.text and is_guessable(other.shape)
    others = (intent_of(other, language, area),) if other is not None and is_open else ()
    return replace(best, doubt=(best, *others))


def guarded(entities: Iterable[Entity]) -> frozenset[str]:
    """Names of what a misheard word must not set off."""
    return frozenset(
        entity.name
        for entity in entities
        if entity.sensitive or entity.domain in _GUARDED_DOMAINS or entity.device_class in _GUARDED_CLASSES
    )


def intent_of(aligned: Aligned, language: str, area: str | None) -> Intent:
    shape = aligned.shape
    slots: dict[str, Any] = {slot: list(value) if isinstance(value, tuple) else value for slot, value in shape.fixed}
    for slot, filled in aligned.filled.items():
        slots[slot.removesuffix(_DOWN)] = -filled.meant if slot.endswith(_DOWN) else filled.meant
    context = area if shape.here and "area" not in slots else None
    if context is not None:
        slots["area"] = context
    spoken = {slot: filled.spoken for slot, filled in aligned.filled.items()}
    return Intent(
        shape.intent, slots, shape.response, language, aligned.text, context_area=context, spoken=spoken, near=True
    )


ACT, ACT_MARGIN = 0.91, 0.15  # chosen and judged by tests/measure_fuzzy.py: docs/understanding.md
ASK, ASK_MARGIN = 0.72, 0.05

_GUARDED_DOMAINS = frozenset({"lock", "alarm_control_panel", "siren", "valve", "button", "script", "scene"})
_GUARDED_CLASSES = frozenset({"door", "garage", "gate"})
_ASKING = ("HassGet", "HassTimerStatus", "HassClimateGet")


def certainty(guess: Guess, guarded: Container[str], act: float = ACT, margin: float = ACT_MARGIN) -> Certainty | None:
    """guarded: names of what nobody may set off by a word that was misheard."""
    best = guess.best
    if best.score < ASK or not best.matched or not is_guessable(best.shape):
        return None
    if best.score < act or guess.margin < margin:
        return "asked"
    return "asked" if _is_guarded(best, guarded) or _is_wide(best) else "near"


def _is_guarded(aligned: Aligned, guarded: Container[str]) -> bool:
    if aligned.shape.intent.startswith(_ASKING):
        return False
    name = aligned.filled.get("name")
    fixed = dict(aligned.shape.fixed).get("domain", ())
    domains = {fixed} if isinstance(fixed, str) else set(fixed)
    classes = [value for slot, value in aligned.shape.fixed if slot == "device_class"]
    classes += [filled.meant for slot, filled in aligned.filled.items() if slot == "device_class"]
    return (
        (name is not None and name.meant in guarded)
        or not _GUARDED_DOMAINS.isdisjoint(domains)
        or any(not _GUARDED_CLASSES.isdisjoint({one} if isinstance(one, str) else one) for one in classes)
    )


def _is_wide(aligned: Aligned) -> bool:
    """Whether a whole house would do something."""
    told = aligned.filled.keys() & set(PLACES)
    if any(slot == "domain" and isinstance(value, tuple) for slot, value in aligned.shape.fixed):  # "everything"
        return aligned.shape.intent in _OF_MANY
    return not told and not aligned.shape.here and aligned.shape.intent in _OF_MANY
