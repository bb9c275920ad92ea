"""A grammar as a graph of phones: in each state of its automata a tree of the words that may come next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.errors import ModelInvalid
from models.recogniser.automata import Automaton, TooLarge, automata
from models.recogniser.jsgf import RARE, parse, spoken

Lexicon = Mapping[str, Sequence[tuple[int, ...]]]  # by word, the phones of each way to say it
KEEP = -1  # of an entry: the call stays what it is
RARE_NATS = 1.5  # that a rare word costs

_MOST_NODES = 1 << 22

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ragged:
    """Row n is ``values[starts[n] : starts[n] + counts[n]]``."""

    starts: Ints
    counts: Ints
    values: Ints

    @classmethod
    def of(cls, rows: Iterable[Sequence[int]]) -> Ragged:
        rows = list(rows)
        counts = np.array([len(row) for row in rows], np.int64)
        values = np.array([value for row in rows for value in row], np.int64)
        return cls(np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64), counts, values)

    def take(self, rows: Ints) -> tuple[Ints, Ints]:
        """Of each value of these rows: which of ``rows`` it is in, and its place in ``values``."""
        counts = self.counts[rows]
        owners = np.repeat(np.arange(len(rows)), counts)
        places = np.arange(len(owners)) - np.repeat(np.cumsum(counts) - counts, counts) + self.starts[rows][owners]
        return owners, places


@dataclass(frozen=True)
class Graph:
    """Nodes are phones, states are places between words.

    phones: of each node; node 0 stands before the first word. children: nodes after a node, within a word.
    endings: words that end at a node, as places in ``ending_words`` and ``ending_states``.
    entries: nodes that begin a word in a state, as places in ``entry_nodes`` and ``entry_calls``.
    returns: the state after each call. is_last: states that end a rule.
    goes_on: states in which more may be said that means something. words: one that has a tag in some places is
    there twice. word_nats: what each costs that was heard, and 0 behind them for none.
    """

    words: Sequence[str]
    word_nats: NDArray[np.float32]
    phones: Ints
    children: Ragged
    endings: Ragged
    ending_states: Ints
    entries: Ragged
    entry_calls: Ints
    returns: Ints
    is_last: NDArray[np.bool_]
    goes_on: NDArray[np.bool_]

    @property
    def ending_words(self) -> Ints:
        return self.endings.values

    @property
    def entry_nodes(self) -> Ints:
        return self.entries.values

    @property
    def nodes(self) -> int:
        return len(self.phones)


def compiled(jsgf: str, lexicon: Lexicon) -> Graph:
    """A word that the lexicon does not have cannot be heard.

    Raises ModelInvalid (grammar-invalid).
    """
    try:
        grammar = parse(jsgf)
        return _Builder(lexicon).build(automata(grammar), grammar.public)
    except TooLarge as error:
        raise ModelInvalid("grammar-invalid", "the grammar is too large; expose fewer devices to voice") from error


class _Builder:
    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._words: dict[str, int] = {}
        self._phones = [0]
        self._children: list[dict[int, int]] = [{}]
        self._endings: list[list[tuple[int, int]]] = [[]]
        self._entries: list[list[tuple[int, int]]] = []
        self._returns = [0]
        self._last: list[bool] = []
        self._onward: list[bool] = []

    def build(self, rules: Mapping[str, Automaton], public: str) -> Graph:
        first_states: dict[str, int] = {}
        for name, automaton in rules.items():
            first_states[name] = len(self._last)
            self._add(automaton, len(self._last))
        for name, automaton in rules.items():
            self._call(automaton, first_states[name], first_states)
        self._endings[0] = [(-1, first_states[public])]
        flat = [ending for row in self._endings for ending in row]
        entries = [entry for row in self._entries for entry in row]
        return Graph(
            words=[spoken(label) for label in self._words],
            word_nats=np.array([*(RARE_NATS * label.endswith(RARE) for label in self._words), 0.0], np.float32),
            phones=np.array(self._phones, np.int64),
            children=Ragged.of([list(row.values()) for row in self._children]),
            endings=Ragged.of([[word for word, _ in row] for row in self._endings]),
            ending_states=np.array([state for _, state in flat], np.int64),
            entries=Ragged.of([[node for node, _ in row] for row in self._entries]),
            entry_calls=np.array([call for _, call in entries], np.int64),
            returns=np.array(self._returns, np.int64),
            is_last=np.array(self._last, np.bool_),
            goes_on=np.array(self._onward, np.bool_),
        )

    def _add(self, automaton: Automaton, first_state: int) -> None:
        for number, arcs in enumerate(automaton.arcs):
            self._last.append(number in automaton.final)
            self._onward.append(number in automaton.onward)
            tree: dict[int, int] = {}
            for label, following in arcs.items():
                for phones in () if label.startswith("<") else self._lexicon.get(spoken(label), ()):
                    self._word(tree, phones, (self._number(label), first_state + following))
            self._entries.append([(node, KEEP) for node in tree.values()])

    def _word(self, tree: dict[int, int], phones: tuple[int, ...], ending: tuple[int, int]) -> None:
        node = 0
        for phone in phones:
            if phone not in tree:
                if len(self._phones) >= _MOST_NODES:
                    raise TooLarge
                tree[phone] = len(self._phones)
                self._phones.append(phone)
                self._children.append({})
                self._endings.append([])
            node = tree[phone]
            tree = self._children[node]
        if node and ending not in self._endings[node]:
            self._endings[node].append(ending)

    def _call(self, automaton: Automaton, first_state: int, first_states: Mapping[str, int]) -> None:
        """A state in which a rule may be called is entered where that rule is."""
        for number, arcs in enumerate(automaton.arcs):
            for label, following in arcs.items():
                if label.startswith("<"):
                    called = self._entries[first_states[label[1:-1]]]
                    self._entries[first_state + number] += [(node, len(self._returns)) for node, _ in called]
                    self._returns.append(first_state + following)

    def _number(self, label: str) -> int:
        return self._words.setdefault(label, len(self._words))
