"""Grammars to measure with: which sentences they have, and houses of as many devices as asked for."""

from __future__ import annotations

import msgspec
import pytest

from hub.bench.stt_grammars import Holds, grammar_file, grammar_of, house_of
from hub.stt.phrase.grammar import Grammar
from tests.fakes_engines import GRAMMAR


@pytest.mark.parametrize("sentence", ["turn on the TV", "Turn off living room lamp", "what time is it"])
def test_a_sentence_is_in_a_grammar_in_the_way_it_is_said(sentence: str):
    assert Holds(Grammar(**GRAMMAR))(sentence)


@pytest.mark.parametrize("sentence", ["turn the TV on", "what time is", "what time is it now", ""])
def test_only_whole_sentences_are_in_a_grammar(sentence: str):
    assert not Holds(Grammar(**GRAMMAR))(sentence)


def test_a_long_list_of_names_is_searched_too():
    """Such rules are called, not written out."""
    house = house_of(100)
    holds = Holds(grammar_of(house, "en"))
    assert holds(f"turn on the {house.devices[-1].name}")
    assert not holds("turn on the Zzz Light")


@pytest.mark.parametrize("devices", [40, 1000, 5000])
def test_a_house_has_as_many_names_as_devices(devices: int):
    house = house_of(devices)
    assert len({device.name for device in house.entities()}) == devices
    assert {device.area for device in house.entities()} == {area.name for area in house.areas()}


def test_the_engine_reads_the_file():
    grammar = grammar_of(house_of(3), "en")
    with grammar_file(grammar) as path:
        assert Grammar.read(path) == grammar
        assert msgspec.json.decode(path.read_bytes())["language"] == "en"
    assert not path.exists()
