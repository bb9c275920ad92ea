"""Orders to a coffee machine: another domain's closed grammar, and what was ordered, slot by slot.

Source: Picovoice's speech-to-intent benchmark, many speakers, no transcripts: the values of each slot are those of its
labels, and what stands around them is what people say when they order.
"""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

from hub.stt.phrase.grammar import Grammar
from wire.errors import ConfigError

LABELS = "label.json"
_OUNCES = ("eight", "twelve", "sixteen", "twenty")
_AMOUNTS = ("a little bit of", "a bit of", "some", "lots of")
_MILKS = ("whole", "soy", "skim", "almond")

_SIZES = ("small", "medium", "large", *(f"{number} ounce" for number in _OUNCES))
_ROASTS = tuple(f"{roast} roast" for roast in ("dark", "medium", "light"))
_SHOTS = tuple(f"{number} shot" for number in ("single", "double", "triple"))
_DRINKS = (
    "americano", "cappuccino", "coffee", "drip coffee", "espresso",
    "house coffee", "iced coffee", "iced mocha", "latte", "mocha",
)  # fmt: skip
_MILK = ("milk", *(f"{kind} milk" for kind in _MILKS), "cream")
_SUGAR = ("sugar", "brown sugar", "sweetener")

Slots = frozenset[tuple[str, str]]


def _with_amounts(things: tuple[str, ...]) -> tuple[str, ...]:
    return (*things, *(f"{amount} {thing}" for amount, thing in product(_AMOUNTS, things)))


_PHRASES = {
    "size": _SIZES,
    "roast": _ROASTS,
    "numberOfShots": _SHOTS,
    "coffeeDrink": _DRINKS,
    "milkAmount": _with_amounts(_MILK),
    "sugarAmount": _with_amounts(_SUGAR),
}
_LONGEST_FIRST = sorted(
    ((phrase, slot) for slot, phrases in _PHRASES.items() for phrase in phrases), key=lambda one: -len(one[0])
)


def grammar() -> Grammar:
    rules = {
        "amount": " | ".join(_AMOUNTS),
        "size": " | ".join(_SIZES),
        "roast": " | ".join(_ROASTS),
        "shots": " | ".join(_SHOTS),
        "drink": " | ".join(_DRINKS),
        "extra": f"[ <amount> ] ( {' | '.join((*_MILK, *_SUGAR))} )",
        "kind": "<size> | <roast> | <shots>",
        "asked": (
            "brew | ( can | could | may ) i ( get | have ) | i want | i'd like | i would like | get me | give me |"
            " make me | [ please ] make | may i have"
        ),
    }
    lines = ["#JSGF V1.0;", "grammar house;", *(f"<{name}> = {body};" for name, body in rules.items())]
    lines.append(
        "public <command> = [ <asked> ] [ a | an ] [ <kind> [ <kind> [ <kind> ] ] ] <drink>"
        " [ with <extra> [ and <extra> ] ] [ please ];"
    )
    return Grammar(1, "en", "\n".join(lines) + "\n", {})


def slots(order: str) -> Slots:
    """What a sentence of the grammar asks for; something that is said twice is there twice."""
    found = set()
    rest = f" {order} "
    for phrase, slot in _LONGEST_FIRST:
        while f" {phrase} " in rest:
            rest = rest.replace(f" {phrase} ", " , ", 1)
            found.add((slot if (slot, phrase) not in found else f"{slot} again", phrase))
    return frozenset(found)


def sentence(ordered: Slots) -> str:
    """One way to ask for it: whether the grammar has it, a label can be tried with."""
    said = dict(ordered)
    kinds = [said[slot] for slot in ("size", "roast", "numberOfShots") if slot in said]
    extras = " and ".join(said[slot] for slot in ("milkAmount", "sugarAmount") if slot in said)
    return " ".join(["i want a", *kinds, said.get("coffeeDrink", ""), *(["with", extras] if extras else [])])


def labels(folder: Path) -> dict[str, Slots]:
    """By the recording's file name. Raises ConfigError (bench-recordings-missing)."""
    try:
        read = json.loads((folder / LABELS).read_bytes())
        return {
            name: frozenset((slot, phrase.strip()) for slot, phrase in label["slots"].items())
            for name, label in read.items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            "bench-recordings-missing", f"{folder / LABELS}: {error}; name a MANIFEST.tsv beside such a folder"
        ) from error
