"""Sentences of ours that are said of many things in the same words: each frame with each target is a block of hassil's.

A frame says ``<target>`` where a target's words stand: "make <target> brighter" of a lamp, a room's lights, or "it".
"""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import msgspec


class _Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """requires: what the context of a name must be. here: the speaker's room is meant, and fills slot ``area``."""

    says: str
    requires: dict[str, Any] = {}
    slots: dict[str, Any] = {}
    here: bool = False


class _Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """slots: with which one of a sentence goes before. targets: an empty one for sentences that name none."""

    intent: str
    response: str
    targets: list[str]
    sentences: list[str]
    slots: dict[str, Any] = {}


class _Frames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    lists: dict[str, Any]
    expansion_rules: dict[str, str]
    targets: dict[str, _Target]
    frame: list[_Frame]


def framed_sentences(code: str) -> dict[str, Any] | None:
    """In the form of home-assistant-intents, to be merged into its data; None for a language without."""
    source = files("hub.intent") / "own_frames" / f"{code}.toml"
    if not source.is_file():
        return None
    frames = msgspec.toml.decode(source.read_bytes(), type=_Frames)
    intents: dict[str, Any] = {}
    for frame in frames.frame:
        blocks = intents.setdefault(frame.intent, {"data": []})["data"]
        blocks += [_block(frame, frames.targets[name] if name else _Target("")) for name in frame.targets]
    return {"intents": intents, "lists": frames.lists, "expansion_rules": frames.expansion_rules}


def _block(frame: _Frame, target: _Target) -> dict[str, Any]:
    says = f"({target.says})" if target.says else ""
    here = {"area": {"slot": True}} if target.here else {}
    return {
        "sentences": [sentence.replace("<target>", says) for sentence in frame.sentences],
        "response": frame.response,
        "slots": {**target.slots, **frame.slots},
        "requires_context": {**target.requires, **here},
    }
