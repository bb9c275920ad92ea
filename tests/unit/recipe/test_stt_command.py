"""``earshot stt train`` refuses in one line what cannot be done, before anything is made."""

from __future__ import annotations

import importlib.util
from importlib.machinery import ModuleSpec

import pytest

from hub.cli import CONFIGURATION, main
from hub.cli.arguments import parse
from hub.cli.progress import ProgressLine
from hub.recipe.size import FULL, QUICK
from models.wake.training.progress import Progress


def test_without_the_packages_of_training_it_says_what_to_do(monkeypatch, capsys):
    found = importlib.util.find_spec

    def nothing_found(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name in {"torch", "wordfreq"} else found(name, package)

    monkeypatch.setattr("hub.cli.stt.find_spec", nothing_found)
    assert main(["stt", "train"]) == CONFIGURATION
    error = capsys.readouterr().err
    assert error == (
        "stt-training-packages: torch and wordfreq for training are not installed; run scripts/setup --train\n"
    )


@pytest.mark.parametrize("wrong", [["--hours", "0"], ["--copies", "9"], ["--steps", "0"], ["--jobs", "-1"], ["--x"]])
def test_wrong_options_are_refused(wrong, capsys):
    with pytest.raises(SystemExit) as ended:
        parse(["stt", "train", *wrong])
    assert ended.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_a_language_without_sounds_is_refused(capsys, home):
    pytest.importorskip("torch", reason="only training needs it: scripts/setup --train")
    pytest.importorskip("wordfreq", reason="only training needs it: scripts/setup --train")
    assert main(["stt", "train", "--language", "tlh", "--folder", str(home)]) == CONFIGURATION
    assert capsys.readouterr().err.startswith("stt-training-language: nobody wrote down the sounds of 'tlh'")
    assert not list(home.glob("*.npz"))


@pytest.mark.parametrize(
    ("language", "size", "begins"), [("en", FULL, False), ("de", FULL, True), ("de", QUICK, False)]
)
def test_other_languages_begin_with_what_english_hears(language, size, begins):
    """Where the layers are as many."""
    pytest.importorskip("torch", reason="only training needs it: scripts/setup --train")
    from hub.cli.stt_train import known  # noqa: PLC0415  # needs torch

    assert bool(known(language, size)) == begins


def test_progress_has_a_rate_that_leaves_out_what_was_kept(capsys):
    import sys  # noqa: PLC0415  # as the test's own stream

    seconds = iter([0.0, 0.0, 0.0, 60.0, 60.0, 60.0, 120.0, 120.0, 120.0])
    line = ProgressLine(sys.stderr, lambda: next(seconds))
    for done in (40, 41, 42):
        line(Progress("speech", done, 90, 300.0))
    assert capsys.readouterr().err.splitlines() == [
        "speech: 40 of 90, 5 min left",
        "speech: 41 of 90 (1 a minute), 5 min left",
        "speech: 42 of 90 (1 a minute), 5 min left",
    ]
