"""Sentences that sound alike and mean different things: what to ask back with, instead of doing one of them."""

from __future__ import annotations

from collections.abc import Iterable

from hub.stages import Intent, NotUnderstood, Several


def choices(best: Intent, others: Iterable[Intent | Several | NotUnderstood]) -> tuple[str, ...]:
    """What tells ``best`` from the likeliest other that means something else: two names, or else two sentences.

    Nothing where all of them mean the same ("turn on bed light", "turn on the bed light") or are not understood, nor
    for a plural: nobody can say whether it was "hall light" or "hall lights".
    """
    for other in others:
        if not isinstance(other, Intent) or _singular(other.text) == _singular(best.text):
            continue
        if (other.name, other.slots) != (best.name, best.slots):
            return _names(best, other) or (best.text, other.text)
    return ()


def _names(one: Intent, other: Intent) -> tuple[str, ...]:
    """Values of the one slot in which two commands of a kind differ, if it is the name of something."""
    if one.name != other.name or one.slots.keys() != other.slots.keys():
        return ()
    differing = [key for key, value in one.slots.items() if other.slots[key] != value]
    if len(differing) != 1 or differing[0] not in {"name", "area", "floor"}:
        return ()
    return str(one.slots[differing[0]]), str(other.slots[differing[0]])


def _singular(text: str) -> list[str]:
    return [word.removesuffix("s") for word in text.casefold().split()]
