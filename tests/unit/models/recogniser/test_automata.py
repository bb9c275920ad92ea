"""Automata accept exactly the sentences of their grammar, whether its rules are written out or called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings

from models.recogniser.automata import Automaton, TooLarge, automata
from models.recogniser.jsgf import parse
from tests.jsgf_matcher import JsgfMatcher
from tests.unit.models.recogniser.grammars import WORDS, grammars, sentences


def _ends(rules: Mapping[str, Automaton], rule: str, words: Sequence[str], start: int) -> set[int]:
    """Places up to which the rule may reach, from a place."""
    automaton, ends = rules[rule], set()
    waiting = [(0, start)]
    while waiting:
        state, place = waiting.pop()
        if state in automaton.final:
            ends.add(place)
        for label, following in automaton.arcs[state].items():
            if label.startswith("<"):
                reached = _ends(rules, label[1:-1], words, place)
                assert place not in reached, f"{label} is called for nothing"
                waiting += [(following, end) for end in reached]
            elif words[place : place + 1] == (label,):
                waiting.append((following, place + 1))
    return ends


@given(grammars())
@settings(max_examples=200)
def test_the_language_is_that_of_the_grammar(text):
    """Every row of up to four words is accepted by both, or by neither."""
    rules, matcher = automata(parse(text)), JsgfMatcher(text)
    for words in sentences(4):
        assert (len(words) in _ends(rules, "command", words, 0)) == matcher.accepts(" ".join(words)), words


@given(grammars())
def test_every_beginning_of_a_sentence_is_one_state(text):
    """No state is there that nothing leads to, and each but the first is led to by its label alone."""
    for automaton in automata(parse(text)).values():
        reached = {0}
        for arcs in automaton.arcs:
            reached |= set(arcs.values())
        assert reached == set(range(len(automaton.arcs)))
        assert automaton.final <= reached


def test_a_rule_with_many_words_is_there_once():
    names = " | ".join(f"name{number}" for number in range(1000))
    commands = " | ".join(f"{verb} <names>" for verb in ("open", "close", "start", "stop"))
    rules = automata(parse(f"<names> = {names};\npublic <command> = {commands};\n"))
    assert set(rules) == {"command", "names"}
    assert sum(len(automaton.arcs) for automaton in rules.values()) < 1020
    assert len(WORDS) < 24  # what the other tests call is called for its length


def test_a_grammar_that_no_memory_is_spent_on():
    """Twenty levels that double are a million words written out."""
    levels = [f"<r{level}> = <r{level + 1}> <r{level + 1}>;" for level in range(20)]
    with pytest.raises(TooLarge):
        automata(parse("\n".join(["public <command> = <r0>;", *levels, "<r20> = stop | go;", ""])))


def test_choices_that_explode_when_determined_are_too_large():
    """The last but seventeenth word: 2**17 states."""
    row = " ".join(["[ a | b ]"] * 40)
    with pytest.raises(TooLarge):
        automata(parse(f"public <command> = {row} a {' '.join(['( a | b )'] * 17)};\n"))
