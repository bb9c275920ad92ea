"""A household's own sentences: checked whole when they are read, and matched as they are said."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.intent.routines import Routine, Routines, Wait
from wire.errors import ConfigError

NIGHT = """
[[routine]]
name = "good night"
sentences = ["good night [everyone]", "(i am|i'm) going to bed"]
steps = ["turn off all lights", { wait_seconds = 5 }, "lock the front door"]
response = "Sleep well."
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "routines.toml"
    path.write_text(text, "utf-8")
    return path


def chain(length: int, *, closed: bool = False) -> str:
    """Routines that call the next one each."""
    routines = [
        (f"r{n}", f"r{n + 1}" if n + 1 < length else ("r0" if closed else "turn off the lamp")) for n in range(length)
    ]
    return "".join(f'[[routine]]\nname = "{a}"\nsentences = ["{a}"]\nsteps = ["{b}"]\n' for a, b in routines)


@pytest.mark.parametrize("text", ["good night", "Good night, everyone.", "I'm going to bed", "i am going to bed!"])
def test_a_routine_is_called_by_its_sentences(tmp_path: Path, text: str) -> None:
    routines = Routines.load(written(tmp_path, NIGHT))
    found = routines.match(text, "en-GB")
    assert found is not None
    assert (found.name, dict(found.slots), found.text) == ("EarshotRoutine", {"name": "good night"}, text)
    assert routines.steps("good night") == ("turn off all lights", Wait(5), "lock the front door")
    assert routines.response("good night") == "Sleep well."


@pytest.mark.parametrize("text", ["", "good", "good night my dear", "turn off all lights"])
def test_other_sentences_call_none(tmp_path: Path, text: str) -> None:
    assert Routines.load(written(tmp_path, NIGHT)).match(text, "en") is None


def test_no_file_is_no_routine(tmp_path: Path) -> None:
    assert Routines.load(tmp_path / "routines.toml").match("good night", "en") is None


def test_sentences_of_a_language_are_for_that_language() -> None:
    german = Routine(name="Nacht", sentences=("gute Nacht",), steps=("alles aus",), language="de")
    anywhere = Routine(name="Kino", sentences=("kino",), steps=("turn off all lights",))
    routines = Routines([german, anywhere])
    assert routines.match("Gute Nacht!", "de_AT") is not None
    assert routines.match("gute Nacht", "en") is None
    assert [routines.match("kino", language) is not None for language in ("de", "en")] == [True, True]


@pytest.mark.parametrize(
    ("text", "code", "named"),
    [
        ("[[routine]\n", "config-syntax", "line 1"),
        (NIGHT + 'colour = "red"\n', "config-value", "colour"),
        (NIGHT + NIGHT, "routine-invalid", r"routine\[1\].name"),
        (NIGHT.replace("[everyone]", "[everyone"), "routine-invalid", r"routine\[0\].sentences\[0\]"),
        (NIGHT.replace("[everyone]", "{name}"), "routine-invalid", r"routine\[0\].sentences\[0\].*lists"),
        (NIGHT.replace("[everyone]", "<the>"), "routine-invalid", r"routine\[0\].sentences\[0\].*rules"),
        (NIGHT.replace("good night [everyone]", "[please]"), "routine-invalid", r"sentences\[0\].*keep a word"),
        (NIGHT.replace("wait_seconds = 5", "wait_seconds = 0"), "config-value", "wait_seconds|0.1"),
        (NIGHT.replace("wait_seconds = 5", "wait = 5"), "config-value", "wait"),
        (NIGHT.replace('"turn off all lights"', '"good night"'), "routine-invalid", r"steps\[0\].*good night"),
        (
            NIGHT + NIGHT.replace('name = "good night"', 'name = "other"'),
            "routine-invalid",
            r"routine\[1\].sentences\[0\]",
        ),
        (
            NIGHT.replace("good night [everyone]", "[a] [b] [c] [d] [e] [f] [g] [h] [i] [j] k"),
            "routine-invalid",
            "1000",
        ),
        (chain(3, closed=True), "routine-invalid", "r0, r1, r2, r0"),
        (chain(6), "routine-invalid", "deeper than 5"),
        ('[[routine]]\nname = "x"\nsentences = []\nsteps = ["y"]\n', "config-value", "sentences"),
        ('[[routine]]\nname = "x"\nsentences = ["x"]\nsteps = []\n', "config-value", "steps"),
        (chain(501).replace("turn", "x"), "config-value", "500"),
    ],
)
def test_a_bad_file_is_refused_with_its_key(tmp_path: Path, text: str, code: str, named: str) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError, match=named) as refusal:
        Routines.load(path)
    assert refusal.value.code == code
    assert str(path) in refusal.value.message


def test_five_deep_is_allowed(tmp_path: Path) -> None:
    assert Routines.load(written(tmp_path, chain(5))).match("r0", "en") is not None
