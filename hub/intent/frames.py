"""Sentences of ours that are said of many things in the same words: each with each target is a block of hassil's.

A frame says ``<target>`` where a target's words stand: "make <target> brighter" of a lamp, a room's lights, or "it".
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import msgspec
from hassil.parse_expression import parse_sentence
from hassil.sample import sample_expression


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
    keywords = {name: words for name, values in frames.lists.items() if (words := _words(values))}
    intents: dict[str, Any] = {}
    for frame in frames.frame:
        blocks = intents.setdefault(frame.intent, {"data": []})["data"]
        for name in frame.targets:
            target = frames.targets[name] if name else _Target("")
            blocks += [_block(frame, target, sentence, keywords) for sentence in frame.sentences]
    return {"intents": intents, "lists": frames.lists, "expansion_rules": frames.expansion_rules}


def _block(frame: _Frame, target: _Target, sentence: str, keywords: Mapping[str, frozenset[str]]) -> dict[str, Any]:
    """One sentence, which hassil passes over where no word of a list is said that it cannot do without."""
    says = f"({target.says})" if target.says else ""
    here = {"area": {"slot": True}} if target.here else {}
    block = {
        "sentences": [sentence.replace("<target>", says)],
        "response": frame.response,
        "slots": {**target.slots, **frame.slots},
        "requires_context": {**target.requires, **here},
    }
    needed = next((words for name, words in keywords.items() if f"{{{name}:" in sentence), None)
    return {**block, "required_keywords": needed} if needed else block


def _words(values: Mapping[str, Any]) -> frozenset[str]:
    """The words of a list of texts, in the cases that they are written in; none of one with rules or numbers."""
    templates = [value["in"] for value in values.get("values", ())]
    if any("<" in template for template in templates):
        return frozenset()
    said = (text for template in templates for text in sample_expression(parse_sentence(template).expression))
    return frozenset(form for text in said for word in text.split() for form in (word, word.capitalize(), word.upper()))
