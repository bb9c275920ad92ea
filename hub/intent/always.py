"""What is heard in every house beside commands to devices: times, and answers to what the hub asks back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files

import msgspec

from hub.intent.answers import answers
from hub.intent.spoken import number_words, spoken_forms

MIN_DIGITS, MAX_DIGITS = 4, 12  # of a PIN


class Always(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """JSGF of one language. rules: name to body, each before its use. sentences: alternatives.

    answers: more of them, to what the hub asks.
    """

    sentences: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    rules: Mapping[str, str] = {}


def always(language: str, *, pin: bool) -> Always:
    """language: two letters. pin: digits are heard too, since there is a PIN to be said."""
    tables = msgspec.toml.decode((files("hub.intent") / "spoken_always.toml").read_bytes(), type=dict[str, Always])
    own = tables.get(language, Always())
    answers = [*own.answers, *_answered(language)]
    rules = dict(own.rules)
    if pin:
        rules["digit"] = " | ".join(number_words(str(digit), language) for digit in range(10))
        answers.append(
            " ".join(["<digit>"] * MIN_DIGITS) + "".join(" [ <digit>" for _ in _more()) + " ]" * len(_more())
        )
    return Always(own.sentences, tuple(answers), rules)


def _more() -> range:
    return range(MAX_DIGITS - MIN_DIGITS)


def _answered(language: str) -> Iterator[str]:
    known = answers(language)
    for said in (*known.yes, *known.no):
        yield from spoken_forms(said, language)[:1]
