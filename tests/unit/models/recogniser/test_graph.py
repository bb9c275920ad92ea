"""A grammar's graph stays small whatever a house is called, and holds nothing that cannot be heard."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.intent.grammar import speech_grammar
from hub.intent.spoken import spoken_forms
from hub.stages import Area, Entity
from models.errors import ModelInvalid
from models.recogniser.graph import Ragged, compiled
from models.recogniser.jsgf import draw, parse
from models.recogniser.search import Effort, Search
from tests.unit.models.recogniser.grammars import random_frames

_ROOMS = ("kitchen", "hall", "cellar", "attic")


class _House:
    """So many lights and covers, each with a name of its own; rooms where there are devices."""

    names_version = 1

    def __init__(self, devices: int) -> None:
        domains = ("light", "cover")
        self._devices = [
            Entity(f"light.{place}", domains[place % 2], f"lamp {place} {place % 7}", _ROOMS[place % 4])
            for place in range(devices)
        ]

    def areas(self) -> list[Area]:
        return [Area(room) for room in _ROOMS] if self._devices else []

    def entities(self) -> list[Entity]:
        return self._devices


def _spelled(words) -> dict[str, list[tuple[int, ...]]]:
    """A phone for each letter."""
    return {word: [tuple(ord(letter) % 38 + 1 for letter in word)] for word in words}


@given(st.lists(st.lists(st.integers(0, 9), max_size=4), min_size=1, max_size=6), st.data())
def test_rows_of_any_length_are_taken_together(rows, data):
    ragged = Ragged.of(rows)
    chosen = data.draw(st.lists(st.integers(0, len(rows) - 1), max_size=6))
    owners, places = ragged.take(np.array(chosen, np.int64))
    assert ragged.values[places].tolist() == [value for row in chosen for value in rows[row]]
    assert owners.tolist() == [number for number, row in enumerate(chosen) for _ in rows[row]]


def test_a_house_without_names_has_a_grammar_all_the_same():
    """Or none at all: then nothing can be heard, and nothing breaks."""
    grammar = speech_grammar(_House(0), "en")
    graph = compiled(grammar.jsgf, _spelled(grammar.words)) if grammar.jsgf else compiled("public <command> = ;\n", {})
    search = Search(graph, Effort())
    search.feed(random_frames(60, 40, 0))
    search.sentences()


def test_five_thousand_names_are_there_once():
    """Nodes grow with the names, not with names times sentences; and a sentence of them is found."""
    small, large = (speech_grammar(_House(devices), "en") for devices in (100, 5000))
    lexicon = _spelled(large.words)
    graphs = [compiled(grammar.jsgf, lexicon) for grammar in (small, large)]
    letters = sum(len(" ".join(spoken_forms(device.name, "en"))) for device in _House(5000).entities())
    assert graphs[1].nodes - graphs[0].nodes < 3 * letters
    assert len(graphs[1].returns) < 50_000
    words = draw(parse(large.jsgf), random.Random(3))
    search = Search(graphs[1], Effort())
    frames = np.full((200, 40), -12, np.float32)
    frames[:, 0] = -1
    phones = [phone for word in words for phone in lexicon[word][0]]
    for place, phone in enumerate(phones):
        frames[10 + 2 * place] = -12
        frames[10 + 2 * place, phone] = -0.01
    search.feed(frames)
    assert list(search.sentences()[0].words) == words


def test_a_word_that_nobody_can_say_is_in_no_path():
    """Left out with the sentences that need it, also where it is said in no phones at all."""
    jsgf = "public <command> = turn on the ( lights | 灯 | ☃ );\n"
    lexicon = {"turn": [(1,)], "on": [(2,)], "the": [(3,)], "lights": [(4,)], "☃": [()]}
    graph = compiled(jsgf, lexicon)
    assert "灯" not in graph.words
    assert graph.nodes == 5
    assert sorted(graph.phones.tolist()) == [0, 1, 2, 3, 4]


def test_words_that_begin_alike_share_their_beginning():
    jsgf = "public <command> = light | lights | lighter;\n"
    graph = compiled(jsgf, {"light": [(1, 2, 3)], "lights": [(1, 2, 3, 4)], "lighter": [(1, 2, 3, 5)]})
    assert graph.nodes == 1 + 5


def test_a_grammar_that_no_memory_is_spent_on_is_refused():
    levels = [f"<r{level}> = <r{level + 1}> <r{level + 1}>;" for level in range(20)]
    text = "\n".join(["public <command> = <r0>;", *levels, "<r20> = stop | go;", ""])
    with pytest.raises(ModelInvalid, match="fewer devices") as raised:
        compiled(text, {"stop": [(1,)], "go": [(2,)]})
    assert raised.value.code == "grammar-invalid"
