"""The search: which sentence of the grammar the phones are likeliest to be, frame by frame while somebody speaks.

CTC's best path (Graves et al. 2006) through the graph, kept to the paths within a beam. Paths with different words
never become one, so what is left at the end are the likeliest sentences. Everything is one array operation for all
paths; frames in which nothing but blank is likely, most of them, move no path on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.recogniser.graph import KEEP, Graph, Ints
from models.recogniser.phones import BLANK

_NEVER = np.float32(-1e30)
_HISTORIES, _CALLS = 1 << 21, 1 << 17  # with the nodes, bits of one path's key
_BLANK_ALONE = float(np.log(0.995))  # more of it, and no path moves on

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Effort:
    """beam: nats below the best path. paths: at most. blank_penalty: nats a frame, against words that are dropped."""

    beam: float = 14.0
    paths: int = 600
    blank_penalty: float = 2.0


@dataclass(frozen=True, slots=True)
class Sentence:
    """One of the likeliest. score: log likelihood, penalty included. ends: frame at which each word ends.

    word_scores: log likelihood up to there. phones: along the path. goes_on: whether more words may follow. meant: the
    words without those that may be said and change nothing.
    """

    words: tuple[str, ...]
    score: float
    phones: int
    ends: tuple[int, ...]
    word_scores: tuple[float, ...]
    goes_on: bool
    meant: tuple[str, ...]


class Search:
    """One utterance. frames, moves: how many there were, and in how many of them more than blank was likely.

    clear_phones: how many phones were likelier than blank.
    """

    def __init__(self, graph: Graph, effort: Effort) -> None:
        self._graph, self._effort = graph, effort
        self._nodes: Ints = np.zeros(1, np.int64)
        self._calls: Ints = np.zeros(1, np.int64)
        self._histories: Ints = np.zeros(1, np.int64)
        self._lines: Ints = np.zeros(1, np.int64)
        self._lengths: Ints = np.zeros(1, np.int64)
        self._in_phone: Floats = np.full(1, _NEVER, np.float32)
        self._in_blank: Floats = np.zeros(1, np.float32)
        self._tree = _Histories()
        self.frames = 0
        self.moves = 0
        self.free_score = 0.0
        self.free_scores: list[float] = [0.0]
        self._free_phones = 0
        self._free_last = BLANK
        self.clear_phones = 0
        self._clear_last = BLANK

    @property
    def free_phones(self) -> int:
        """How many phones the likeliest path outside of any grammar has."""
        return self._free_phones

    def feed(self, log_likelihoods: Floats) -> None:
        """[frames, phones and blank]."""
        for frame in log_likelihoods:
            likely = frame.copy()
            likely[BLANK] -= self._effort.blank_penalty
            self._free(likely)
            self._count(int(frame.argmax()))
            if frame[BLANK] > _BLANK_ALONE:
                self._wait(likely)
            else:
                self._advance(likely)
            self.frames += 1

    def sentences(self, most: int = 8) -> list[Sentence]:
        """Whole ones, likeliest first. The audio may go on."""
        graph = self._graph
        owners, places = graph.endings.take(self._nodes)
        scores = np.maximum(self._in_phone, self._in_blank)[owners] - graph.word_nats[graph.ending_words[places]]
        states = graph.ending_states[places]
        calls = self._calls[owners]
        ended = np.where(calls > 0, graph.is_last[states], False)
        states = np.where(ended, graph.returns[calls], states)
        whole = graph.is_last[states] & ((calls == 0) | ended) & (graph.ending_words[places] >= 0)
        best: dict[tuple[str, ...], Sentence] = {}
        onward = graph.goes_on[states] | graph.goes_on[graph.ending_states[places]]
        order = np.flatnonzero(whole)
        for place in order[np.argsort(-scores[order])][: 4 * most]:
            sentence = self._sentence(int(owners[place]), int(graph.ending_words[places[place]]), bool(onward[place]))
            known = best.get(sentence.words)
            if known is None and len(best) < most:
                best[sentence.words] = sentence
            elif known and sentence.goes_on:  # the same words in another place of the grammar
                best[sentence.words] = replace(known, goes_on=True)
        return list(best.values())

    def begun(self) -> Sentence:
        """The likeliest path, whole or not: its words as far as they are."""
        path = int(np.maximum(self._in_phone, self._in_blank).argmax())
        _, places = self._graph.endings.take(self._nodes[path : path + 1])
        word = int(self._graph.ending_words[places[0]]) if len(places) else -1
        return self._sentence(path, word, goes_on=True)

    def _sentence(self, path: int, word: int, goes_on: bool) -> Sentence:  # noqa: FBT001 a field of it
        """word: that ends now; below 0 is none."""
        history = int(self._histories[path])
        words, (ends, along) = self._tree.words(history), self._tree.ends(int(self._lines[path]))
        score = float(max(self._in_phone[path], self._in_blank[path])) - float(self._graph.word_nats[word])
        if word >= 0:
            words, ends, along = [*words, word], [*ends, self.frames], [*along, score]
        named = tuple(self._graph.words[each] for each in words)
        meant = tuple(self._graph.words[each] for each in words if not self._graph.word_nats[each])
        return Sentence(named, score, int(self._lengths[path]), tuple(ends), tuple(along), goes_on, meant)

    def _free(self, likely: Floats) -> None:
        phone = int(likely.argmax())
        self.free_score += float(likely[phone])
        self.free_scores.append(self.free_score)
        if phone not in {BLANK, self._free_last}:
            self._free_phones += 1
        self._free_last = phone

    def _count(self, phone: int) -> None:
        """Without the penalty noise is blank, and speech is not."""
        if phone not in {BLANK, self._clear_last}:
            self.clear_phones += 1
        self._clear_last = phone

    def _wait(self, likely: Floats) -> None:
        phones = self._graph.phones[self._nodes]
        self._in_blank = np.maximum(self._in_phone, self._in_blank) + likely[BLANK]
        self._in_phone = np.where(phones == BLANK, _NEVER, self._in_phone + likely[phones])

    def _advance(self, likely: Floats) -> None:
        self.moves += 1
        before = _Before(
            self._graph.phones[self._nodes], np.maximum(self._in_phone, self._in_blank), self._in_blank, likely
        )
        self._wait(likely)
        floor = float(np.maximum(self._in_phone, self._in_blank).max()) - self._effort.beam
        stayed = _Move(self._nodes, self._calls, self._histories, self._lines, self._lengths, self._in_phone)
        self._merge([stayed, self._within(before, floor), self._onward(before, floor)])

    def _within(self, before: _Before, floor: float) -> _Move:
        """Paths to the next phone of their word."""
        owners, places = self._graph.children.take(self._nodes)
        nodes = self._graph.children.values[places]
        scores = before.entering(owners, self._graph.phones[nodes])
        kept = scores > floor
        owners = owners[kept]
        return _Move(
            nodes[kept],
            self._calls[owners],
            self._histories[owners],
            self._lines[owners],
            self._lengths[owners] + 1,
            scores[kept],
        )

    def _onward(self, before: _Before, floor: float) -> _Move:
        """Paths to the first phone of another word."""
        graph = self._graph
        owners, places = graph.endings.take(self._nodes)
        likely_enough = before.leaving[owners] > floor
        owners, places = owners[likely_enough], places[likely_enough]
        states, calls = graph.ending_states[places], self._calls[owners]
        back = (calls > 0) & graph.is_last[states]
        owners, places = np.concatenate([owners, owners[back]]), np.concatenate([places, places[back]])
        words = graph.ending_words[places]
        nats = graph.word_nats[words]
        states = np.concatenate([states, graph.returns[calls[back]]])
        calls = np.concatenate([calls, np.zeros(int(back.sum()), np.int64)])
        which, entries = graph.entries.take(states)
        nodes, entered = graph.entry_nodes[entries], graph.entry_calls[entries]
        scores = before.entering(owners[which], graph.phones[nodes]) - nats[which]
        kept = scores > floor
        which, nodes, entered = which[kept], nodes[kept], entered[kept]
        histories, lines = self._histories[owners], self._lines[owners]
        self._tree.grow(
            histories,
            lines,
            words,
            before.leaving[owners] - nats,
            frame=self.frames,
            needed=np.unique(which),
        )
        calls = np.where(entered == KEEP, calls[which], entered)
        return _Move(nodes, calls, histories[which], lines[which], self._lengths[owners[which]] + 1, scores[kept])

    def _merge(self, moves: Sequence[_Move]) -> None:
        """One path for each place with the same words; the likeliest of all are kept."""
        nodes, calls, histories, lines, lengths, in_phone = (
            np.concatenate(parts) for parts in zip(*moves, strict=True)
        )
        blank = np.full(len(nodes), _NEVER, np.float32)
        blank[: len(self._in_blank)] = self._in_blank
        keys = (histories * _CALLS + calls) * self._graph.nodes + nodes
        order = np.lexsort((-np.maximum(in_phone, blank), keys))
        first = np.flatnonzero(np.diff(keys[order], prepend=-1))
        in_phone, blank = (np.maximum.reduceat(each[order], first) for each in (in_phone, blank))
        scores = np.maximum(in_phone, blank)
        kept = np.arange(len(scores))
        if len(scores) > self._effort.paths:
            kept = np.argpartition(scores, -self._effort.paths)[-self._effort.paths :]
        kept = kept[scores[kept] >= scores.max() - self._effort.beam]
        chosen = order[first[kept]]
        self._nodes, self._calls, self._histories = nodes[chosen], calls[chosen], histories[chosen]
        self._lines, self._lengths = lines[chosen], lengths[chosen]
        self._in_phone, self._in_blank = in_phone[kept], blank[kept]


class _Move(NamedTuple):
    """Paths and where they are now."""

    nodes: Ints
    calls: Ints
    histories: Ints
    lines: Ints
    lengths: Ints
    in_phone: Floats


class _Before(NamedTuple):
    """Paths as they were before a frame, and the frame."""

    phones: Ints
    leaving: Floats
    in_blank: Floats
    likely: Floats

    def entering(self, owners: Ints, phones: Ints) -> Floats:
        """Scores of paths that go to these phones; the same phone again needs a blank between."""
        scores: Floats = np.where(phones == self.phones[owners], self.in_blank[owners], self.leaving[owners])
        return scores + self.likely[phones]


class _Histories:
    """The words of all paths, as a tree: a history is a word and the history before it.

    A line says when the words of one path ended: two paths with the same words have one history and two lines.
    """

    def __init__(self) -> None:
        self._before = [0]
        self._word = [-1]
        self._known: dict[tuple[int, int], int] = {}
        self._line_before = [0]
        self._frame = [0]
        self._score = [0.0]

    def grow(self, histories: Ints, lines: Ints, words: Ints, scores: Floats, *, frame: int, needed: Ints) -> None:
        """Give histories and lines a word more, at the places that need it; the word before the first is none."""
        for place in needed.tolist():
            word = int(words[place])
            if word >= 0 and len(self._frame) < _HISTORIES:
                histories[place] = self._history(int(histories[place]), word)
                lines[place] = self._line(int(lines[place]), frame, float(scores[place]))

    def words(self, history: int) -> list[int]:
        return [self._word[each] for each in _upward(self._before, history)]

    def ends(self, line: int) -> tuple[list[int], list[float]]:
        """Of each word, the frame and the score where it ended."""
        numbers = _upward(self._line_before, line)
        return [self._frame[each] for each in numbers], [self._score[each] for each in numbers]

    def _history(self, before: int, word: int) -> int:
        key = before, word
        if key not in self._known:
            self._known[key] = len(self._before)
            self._before.append(before)
            self._word.append(word)
        return self._known[key]

    def _line(self, before: int, frame: int, score: float) -> int:
        self._line_before.append(before)
        self._frame.append(frame)
        self._score.append(score)
        return len(self._frame) - 1


def _upward(before: Sequence[int], number: int) -> list[int]:
    """From the root to a number."""
    numbers: list[int] = []
    while number:
        numbers.append(number)
        number = before[number]
    return numbers[::-1]
