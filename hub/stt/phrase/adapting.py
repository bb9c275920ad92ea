"""Listens to a household's corrected turns again, and finds what would have made them right: ``earshot stt adapt``.

Two things are tuned, both small: how sure is sure enough (models/recogniser/household.py), and how names are said here.
A name gets another pronunciation where the sounds of two corrected turns agree that it is said so, every
turn that was right before stays right, and more are right than without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from hub.engines.espeak import phonemes
from hub.sameness import normal
from hub.stt.phrase.adaptation import Adaptation, with_ways
from hub.stt.phrase.grammar import Grammar
from models.recogniser.graph import Graph, Lexicon, compiled
from models.recogniser.hearing import Floats
from models.recogniser.household import Count, Judged, counted, household_accept
from models.recogniser.listener import Listener
from models.recogniser.looks import Heard
from models.recogniser.phones import BLANK
from models.recogniser.pronounce import lexicon
from models.recogniser.search import Effort, Search, Sentence

_WIDE = Effort(beam=45.0, paths=4000)  # finds a sentence that was misheard, too
_WIDE_SENTENCES = 400
_TURNS_AGREE = 2
_MOST_CANDIDATES, _MOST_WAYS = 24, 6
_LONGER = 2  # phones that another way of a word may have more, or fewer

Way = tuple[int, ...]
_Item = TypeVar("_Item")
Told = Callable[[str, int, int], None]
"""Stage, done, of all. May raise to stop."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """samples: 16 kHz. said: what was said to the house, as somebody wrote it; empty: nothing."""

    samples: NDArray[np.int16]
    said: str


@dataclass(frozen=True, slots=True)
class Adapted:
    """before, after: of the corrected turns themselves, which taught it: not what to expect of others.

    unknown: what was said according to the household, but is no sentence of the house.
    """

    adaptation: Adaptation
    before: Count
    after: Count
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Turn:
    """way: of the sentence that was said through the grammar; None where it is none."""

    heard: Heard
    said: str
    way: Sentence | None


def adapted(grammar: Grammar, listener: Listener, turns: Sequence[Corrected], told: Told) -> Adapted:
    """Blocks, some tenths of a second for each turn. In one thread, which espeak-ng needs."""
    return _Adapting(grammar, listener, told).run(turns)


class _Adapting:
    def __init__(self, grammar: Grammar, listener: Listener, told: Told) -> None:
        self._grammar, self._listener, self._told = grammar, listener, told
        self._lexicon = lexicon(sorted(grammar.words), listener.phones.alphabet, phonemes)
        self._name_words = {word for name in grammar.names for word in name.split()}

    def run(self, corrected: Sequence[Corrected]) -> Adapted:
        shipped = self._listener.accept
        graph = self._graph(self._lexicon)
        turns = [self._turn(one, graph) for one in self._each("listening", corrected)]
        judged = self._judged(turns, graph)
        ways, after = self._ways(turns, judged)
        accept = household_accept(shipped, after)
        phones = self._listener.phones
        written = {
            word: [[phones.alphabet.phones[phone - 1] for phone in way] for way in said] for word, said in ways.items()
        }
        adaptation = Adaptation(
            phones.alphabet.language, self._listener.identity, round(accept, 4), written, len(turns)
        )
        unknown = tuple(turn.said for turn in turns if turn.said and turn.way is None)
        return Adapted(adaptation, counted(judged, shipped), counted(after, accept), unknown)

    def _turn(self, one: Corrected, graph: Graph) -> _Turn:
        heard = self._listener.hear(one.samples)
        search = Search(graph, replace(_WIDE, blank_penalty=self._listener.effort.blank_penalty))
        search.feed(heard.best)
        wanted = self._plain(one.said)
        found = (way for way in search.sentences(_WIDE_SENTENCES) if wanted and self._same(way.words, wanted))
        return _Turn(heard, one.said, next(found, None))

    def _judged(self, turns: Sequence[_Turn], graph: Graph) -> list[Judged]:
        return [self._judge(turn, graph) for turn in turns]

    def _judge(self, turn: _Turn, graph: Graph) -> Judged:
        for guess in self._listener.guesses(graph, turn.heard):
            right = bool(turn.said) and self._same(guess.words, self._plain(turn.said))
            return Judged(guess.confidence, right)
        return Judged(0.0, right=False)

    def _ways(self, turns: Sequence[_Turn], judged: list[Judged]) -> tuple[dict[str, list[Way]], list[Judged]]:
        """Of words in names, one more at a time: the way that makes most turns right, as long as there is one.

        And the turns with all of them.
        """
        ways: dict[str, list[Way]] = {}
        candidates = list(dict.fromkeys(self._candidates(turns, judged)))[:_MOST_CANDIDATES]
        for _ in range(_MOST_WAYS):
            tried: list[tuple[int, float, str, Way, list[Judged]]] = []
            for word, way in self._each("pronunciations", candidates):
                more = {**ways, word: [*ways.get(word, []), way]}
                now = self._judged(turns, self._graph(with_ways(self._lexicon, more)))
                if gain := self._gain(word, turns, judged, now):
                    tried.append((gain, sum(one.confidence for one in now if one.right), word, way, now))
            if not tried:
                break
            _, _, word, way, judged = max(tried, key=lambda one: one[:2])
            ways.setdefault(word, []).append(way)
            candidates.remove((word, way))
        return ways, judged

    def _gain(self, word: str, turns: Sequence[_Turn], before: Sequence[Judged], after: Sequence[Judged]) -> int:
        """How many turns with this word are right that were not; 0 where one turn alone says so, or another is lost."""
        accept = self._listener.accept
        was, now = ([one.right and one.confidence >= accept for one in judged] for judged in (before, after))
        if any(one and not other for one, other in zip(was, now, strict=True)):
            return 0
        gained = [turn for turn, one, other in zip(turns, was, now, strict=True) if other and not one]
        agree = sum(word in turn.way.words for turn in gained if turn.way)
        return agree if agree >= _TURNS_AGREE else 0

    def _candidates(self, turns: Sequence[_Turn], judged: Sequence[Judged]) -> Iterator[tuple[str, Way]]:
        """The sounds at the place of each name's word, in turns whose name was misheard or hardly believed."""
        accept = self._listener.accept
        for turn, one in zip(turns, judged, strict=True):
            if turn.way is None or (one.right and one.confidence >= accept):
                continue
            began = 0
            for word, ended in zip(turn.way.words, turn.way.ends, strict=True):
                way = self._sounds(turn.heard.best[began:ended])
                if word in self._name_words and self._is_likely(word, way):
                    yield word, way
                began = ended

    def _is_likely(self, word: str, way: Way) -> bool:
        lengths = [len(known) for known in self._lexicon[word]]
        near = min(lengths) - _LONGER <= len(way) <= max(lengths) + _LONGER
        return len(way) > 1 and near and way not in self._lexicon[word]

    def _sounds(self, likelihoods: Floats) -> Way:
        """The likeliest phones there."""
        likely = likelihoods.copy()
        likely[:, BLANK] -= self._listener.effort.blank_penalty
        best = likely.argmax(axis=1)
        return tuple(int(phone) for phone in best[np.flatnonzero(np.diff(best, prepend=-1))] if phone != BLANK)

    def _same(self, words: Sequence[str], wanted: str) -> bool:
        command = " ".join(words[self._grammar.called(" ".join(words)) :])
        return self._plain(self._grammar.written(command)) == wanted

    def _plain(self, text: str) -> str:
        return normal(text, self._grammar.language)

    def _graph(self, ways: Lexicon | Mapping[str, Sequence[Way]]) -> Graph:
        return compiled(self._grammar.jsgf, ways)

    def _each(self, stage: str, of: Sequence[_Item]) -> Iterator[_Item]:
        for done, one in enumerate(of):
            self._told(stage, done, len(of))
            yield one
        self._told(stage, len(of), len(of))
