"""Orders of coffee: the grammar has every labelled order, and a sentence's slots are all of what it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.bench.stt_grammars import Holds
from hub.bench.stt_orders import grammar, labels, sentence, slots
from wire.errors import ConfigError

COFFEE = Path(__file__).resolve().parents[3].parent / "shared" / "audio" / "coffee"


def test_every_slot_is_found():
    order = "can i get a large dark roast single shot iced mocha with some cream and a bit of brown sugar please"
    assert slots(order) == {
        ("size", "large"),
        ("roast", "dark roast"),
        ("numberOfShots", "single shot"),
        ("coffeeDrink", "iced mocha"),
        ("milkAmount", "some cream"),
        ("sugarAmount", "a bit of brown sugar"),
    }


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ("medium roast coffee", {("roast", "medium roast"), ("coffeeDrink", "coffee")}),
        ("medium medium roast latte", {("size", "medium"), ("roast", "medium roast"), ("coffeeDrink", "latte")}),
        ("large mocha", {("size", "large"), ("coffeeDrink", "mocha")}),
        ("twenty ounce latte", {("size", "twenty ounce"), ("coffeeDrink", "latte")}),
        ("latte with some milk", {("coffeeDrink", "latte"), ("milkAmount", "some milk")}),
    ],
)
def test_the_longest_phrase_counts(order: str, found: set[tuple[str, str]]):
    assert slots(order) == found


def test_a_slot_too_many_is_another_order():
    """An order is right with every slot and no more."""
    wanted = slots("small latte with soy milk")
    for more in (
        "small latte with soy milk and milk",
        "small small latte with soy milk",
        "small latte with soy milk and sugar",
    ):
        assert slots(more) != wanted


def test_the_grammar_is_closed():
    holds = Holds(grammar())
    assert holds("i'd like a small dark roast espresso please")
    assert not holds("i'd like a small dark roast please")
    assert not holds("turn on the lamp")


@pytest.mark.skipif(not COFFEE.is_dir(), reason=f"no recordings in {COFFEE}")
def test_every_labelled_order_can_be_said():
    holds = Holds(grammar())
    ordered = labels(COFFEE)
    assert len(ordered) == 40
    for name, wanted in ordered.items():
        assert holds(sentence(wanted)), name
        assert slots(sentence(wanted)) == wanted, name


@pytest.mark.parametrize("content", [None, "[]", '{"a.wav": {"slots": []}}', "{"])
def test_labels_that_cannot_be_read_are_named(tmp_path: Path, content: str | None):
    if content is not None:
        (tmp_path / "label.json").write_text(content)
    with pytest.raises(ConfigError, match="bench-recordings-missing"):
        labels(tmp_path)
