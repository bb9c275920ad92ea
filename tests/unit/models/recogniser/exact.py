"""CTC's best path for every sentence of a small grammar by its definition, one sentence after another."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from models.recogniser.graph import Lexicon
from models.recogniser.phones import BLANK
from tests.jsgf_matcher import JsgfMatcher
from tests.unit.models.recogniser.grammars import Floats

Words = tuple[str, ...]


def language(text: str, most: int) -> set[Words]:
    """Sentences of at most so many words, but for the one without any."""
    matcher = JsgfMatcher(text)
    return _said(matcher._rules, matcher._rules["<command>"], most) - {()}


def best_scores(text: str, lexicon: Lexicon, frames: Floats, blank_penalty: float) -> dict[Words, float]:
    """Of every sentence that so many frames can be."""
    penalised = frames.astype(np.float64)
    penalised[:, BLANK] -= blank_penalty
    found = {words: best_score(words, lexicon, penalised) for words in language(text, len(frames))}
    return {words: score for words, score in found.items() if score > -np.inf}


def best_score(words: Words, lexicon: Lexicon, frames: Floats) -> float:
    ways = itertools.product(*(lexicon.get(word, ()) for word in words))
    return max((_viterbi([phone for way in row for phone in way], frames) for row in ways), default=-np.inf)


def _viterbi(phones: Sequence[int], frames: Floats) -> float:
    labels = [BLANK, *(label for phone in phones for label in (phone, BLANK))]
    scores = np.full(len(labels), -np.inf)
    scores[0] = 0.0  # before the first frame
    for frame in frames:
        before = scores.copy()
        for place, label in enumerate(labels):
            from_ = [before[place]]
            if place:
                from_.append(before[place - 1])
            if place > 1 and label not in {BLANK, labels[place - 2]}:
                from_.append(before[place - 2])
            scores[place] = max(from_) + frame[label]
    return float(scores[-2:].max())


def _said(rules: dict[str, tuple], node: tuple, most: int) -> set[Words]:
    kind, *parts = node
    if kind == "word":
        return {(parts[0],)}
    if kind == "rule":
        return _said(rules, rules[parts[0]], most)
    if kind == "sequence":
        rows: set[Words] = {()}
        for part in parts:
            heads = _said(rules, part, most)
            rows = {row + head for row in rows for head in heads if len(row) + len(head) <= most}
        return rows
    either = set().union(*(_said(rules, part, most) for part in parts))
    return either | {()} if kind == "optional" else either
