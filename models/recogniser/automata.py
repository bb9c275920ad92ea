"""A grammar's rules as automata over words: deterministic, so that each beginning of a sentence is one state.

Small rules are written out where they are used. A rule with many words and no rules inside (names, numbers) becomes an
automaton of its own that others call: a thousand names are there once, whatever many sentences have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.recogniser.jsgf import BESIDES, RARE, Choice, Jsgf, Part, Rule, Sequence, Word

_CALLED_WORDS = 24  # a rule with more is called
_MOST_STATES = 200_000

Label = str  # a word with its tag, or ``<rule>`` for a call


@dataclass(slots=True)
class Automaton:
    """State 0 begins. arcs: by state, label to the next state. final: states in which a sentence may end.

    onward: states in which more may be said that means something: what has a tag ("please") does not.
    """

    arcs: list[dict[Label, int]] = field(default_factory=list)
    final: set[int] = field(default_factory=set)
    onward: set[int] = field(default_factory=set)


class TooLarge(Exception):
    """A grammar that no memory should be spent on."""


def automata(jsgf: Jsgf) -> dict[str, Automaton]:
    """By rule: the public one and every one that is called. Raises TooLarge."""
    called = {name for name, part in jsgf.rules.items() if _is_called(name, part, jsgf)}
    return {name: _determined(_Nfa(jsgf, called).build(name)) for name in [jsgf.public, *sorted(called)]}


def _is_called(name: str, part: Part, jsgf: Jsgf) -> bool:
    return name != jsgf.public and not (_has_rules(part) or _may_be_nothing(part)) and _words(part) > _CALLED_WORDS


def _has_rules(part: Part) -> bool:
    match part:
        case Word():
            return False
        case Rule():
            return True
        case Sequence(parts) | Choice(parts):
            return any(_has_rules(each) for each in parts)


def _may_be_nothing(part: Part) -> bool:
    """Such a part cannot be called: a call is entered by its first word. part: without rules inside."""
    match part:
        case Sequence(parts):
            return all(_may_be_nothing(each) for each in parts)
        case Choice(parts, optional):
            return optional or any(_may_be_nothing(each) for each in parts)
    return False


def _words(part: Part) -> int:
    match part:
        case Sequence(parts) | Choice(parts):
            return sum(_words(each) for each in parts)
    return 1


class _Nfa:
    """With silent arcs. called: rules that stay labels."""

    def __init__(self, jsgf: Jsgf, called: Iterable[str]) -> None:
        self._rules: Mapping[str, Part] = jsgf.rules
        self._called = frozenset(called)
        self.arcs: list[list[tuple[Label, int]]] = []
        self.silent: list[list[int]] = []
        self.end = 0

    def build(self, rule: str) -> _Nfa:
        self.end = self._add(self._rules[rule], self._state())
        return self

    def _state(self) -> int:
        if len(self.arcs) >= _MOST_STATES:
            raise TooLarge
        self.arcs.append([])
        self.silent.append([])
        return len(self.arcs) - 1

    def _add(self, part: Part, start: int) -> int:
        """Returns where the part ends."""
        match part:
            case Word(label):
                return self._arc(start, label)
            case Rule(name) if name in self._called:
                return self._arc(start, f"<{name}>")
            case Rule(name):
                return self._add(self._rules[name], start)
            case Sequence(parts):
                for each in parts:
                    start = self._add(each, start)
                return start
            case Choice(parts, optional):
                end = self._state()
                for each in parts:
                    self.silent[self._add(each, start)].append(end)
                if optional:
                    self.silent[start].append(end)
                return end

    def _arc(self, start: int, label: Label) -> int:
        end = self._state()
        self.arcs[start].append((label, end))
        return end


def _determined(nfa: _Nfa) -> Automaton:
    """The subset construction, without rules that nothing leads on from."""
    found = Automaton()
    start = _reached(nfa, [0])
    numbers = {start: 0}
    waiting = [start]
    while waiting:
        states = waiting.pop()
        arcs: dict[Label, list[int]] = {}
        for state in states:
            for label, end in nfa.arcs[state]:
                arcs.setdefault(label, []).append(end)
        here = numbers[states]
        while len(found.arcs) <= here:
            found.arcs.append({})
        if nfa.end in states:
            found.final.add(here)
        if not all(label.endswith((RARE, BESIDES)) for label in arcs):
            found.onward.add(here)
        for label, ends in arcs.items():
            following = _reached(nfa, ends)
            if following not in numbers:
                if len(numbers) >= _MOST_STATES:
                    raise TooLarge
                numbers[following] = len(numbers)
                waiting.append(following)
            found.arcs[here][label] = numbers[following]
    return found


def _reached(nfa: _Nfa, states: Iterable[int]) -> frozenset[int]:
    reached = set(states)
    waiting = list(reached)
    while waiting:
        for following in nfa.silent[waiting.pop()]:
            if following not in reached:
                reached.add(following)
                waiting.append(following)
    return frozenset(reached)
