"""The audit log's hash chain: what each entry is sealed with, and where a log is not as it was written. Pure.

Whoever can write the file could seal all of it anew; a head that was noted elsewhere still tells.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SEAL = "chain_hash"  # the name of ``seal`` in SQL


@dataclass(frozen=True, slots=True)
class Link:
    """A row of the log. text: ``canonical`` of its fields. previous, hash: None from before there was a chain."""

    id: int
    text: str
    previous: str | None
    hash: str | None


@dataclass(frozen=True, slots=True)
class Ends:
    """anchor: hash of the last entry that is no more in the log, empty if there was none. head: of the newest."""

    anchor_id: int
    anchor: str
    head_id: int
    head: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that is not as it was written, and what is wrong."""

    id: int
    why: str


def canonical(fields: Mapping[str, str | float | None]) -> str:
    """JSON without spaces, keys sorted, nulls left out: a column that is added later changes no old hash."""
    given = {name: value for name, value in fields.items() if value is not None}
    return json.dumps(given, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def seal(previous: str, text: str) -> str:
    """SHA-256 of the hash before, a line feed, and the entry's canonical text; in hexadecimal."""
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def first_broken(ends: Ends, links: Iterable[Link]) -> Broken | None:
    """links: oldest first."""
    last_id, last = ends.anchor_id, ends.anchor
    for link in links:
        if link.id <= ends.anchor_id:
            if link.hash is not None:
                return Broken(link.id, "it stands before the beginning of the chain")
            continue
        if link.previous != last:
            return Broken(link.id, "it does not follow the entry before it: one was removed, inserted or moved")
        if link.hash != seal(last, link.text):
            return Broken(link.id, "it was changed")
        last_id, last = link.id, link.hash
    if (last_id, last) != (ends.head_id, ends.head):
        return Broken(max(last_id, ends.head_id), "the log does not end with the entry that was written last")
    return None
