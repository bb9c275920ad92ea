"""Which names stand in a text: whole words, whatever signs are beside them. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from hub.stages import Entity

_WORD = re.compile(r"\w+")
_POSSESSIVE = re.compile(r"'s(?!\w)")
_ENDS = " .,!?;:…¿¡\"'"


def flat(text: str) -> str:
    """Lower case, straight apostrophes, single spaces, no signs at the ends."""
    straight = unicodedata.normalize("NFC", text).casefold().replace("\u2019", "'").replace("ß", "ss")
    return " ".join(straight.split()).strip(_ENDS)


def worded(text: str) -> str:
    """Its words alone, to look for names in: "the kitchen's, please" has a kitchen."""
    return " ".join(_WORD.findall(_POSSESSIVE.sub("", flat(text))))


def is_said(text: str, *names: str) -> bool:
    """One of ``names`` stands in it."""
    spoken = f" {worded(text)} "
    return any(name and f" {name} " in spoken for name in map(worded, names))


def said(text: str, entities: Iterable[Entity]) -> list[Entity]:
    """Whose name or alias stands in the text; not those whose name is only a part of a longer one there."""
    known = list(entities)
    spoken = f" {worded(text)} "
    found = set()
    for name in sorted({worded(name) for one in known for name in _names(one)} - {""}, key=len, reverse=True):
        if f" {name} " in spoken:
            found.add(name)
            spoken = spoken.replace(f" {name} ", " | ")
    return [one for one in known if not found.isdisjoint(map(worded, _names(one)))]


def _names(entity: Entity) -> tuple[str, ...]:
    return (entity.name, *entity.aliases)
