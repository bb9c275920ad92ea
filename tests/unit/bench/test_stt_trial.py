"""A trial: everybody hears every recording, what is not believed is no action, and the page keeps what people wrote."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from hub.bench.stt_clips import pieces, spoken
from hub.bench.stt_heard import Guess
from hub.bench.stt_page import PAGE, make_folder, write
from hub.bench.stt_report import Measured, report
from hub.bench.stt_trial import Trial
from hub.bench.wake_hearing import Stopped
from hub.stt.phrase.grammar import Grammar
from tests.fakes_engines import GRAMMAR
from wire.errors import ConfigError
from wire.pcm import speech
from wire.wav import write_wav

RATE_HZ = 16_000
COMMANDS = ["turn on the TV", "lock the front door", "what time is it", "open the window"]
COLUMNS = ["file", "kind", "language", "transcript", "source"]


class Parrot:
    """Tells what its list has for the next recording; the sure ones end in "!", after "|" is what else it may be."""

    def __init__(self, name: str, *guesses: str) -> None:
        self.name = name
        self._guesses = list(guesses)
        self.heard_bytes: list[int] = []

    def compiled(self, _grammar: Grammar) -> Parrot:
        return self

    def listen(self) -> Parrot:
        self.heard_bytes.append(0)
        return self

    def feed(self, audio: bytes) -> None:
        self.heard_bytes[-1] += len(audio)

    def finish(self) -> Guess:
        guess, *others = (self._guesses.pop(0) if self._guesses else "").split("|")
        return Guess(guess.removesuffix("!"), 0.5, guess.endswith("!"), tuple(others))


class Polite:
    """Knows that "please" is no order, and asks wherever it may."""

    def same(self, one: str, other: str) -> bool:
        return one == f"please {other}"

    def asks_back(self, _best: str, others: Sequence[str]) -> bool:
        return bool(others)


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    """Four commands, one of them not in the grammar, an order, a word, and 7 s of noise."""
    rows = [(f"audio/commands/en/{n}.wav", "human" if n < 3 else "tts", "en", text) for n, text in enumerate(COMMANDS)]
    rows += [
        ("audio/commands/en/oov.wav", "human", "en", ""),
        ("audio/commands/de/licht.wav", "human", "de", "mach das Licht an"),
        ("audio/coffee/a.wav", "human", "en", ""),
        ("audio/wake/alexa/b.wav", "human", "en", ""),
        ("audio/noise/kitchen.wav", "noise", "", ""),
    ]
    for file, *_ in rows:
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        write_wav(path, speech(bytes(2 * RATE_HZ * (7 if "noise" in file else 1))))
    (tmp_path / "audio/coffee/label.json").write_text(
        json.dumps({"a.wav": {"slots": {"coffeeDrink": "latte", "size": "small"}}})
    )
    table = ["\t".join(COLUMNS), *("\t".join((*row, "somewhere")) for row in rows)]
    manifest = tmp_path / "audio" / "MANIFEST.tsv"
    manifest.write_text("\n".join(table) + "\n")
    return manifest


def trial(*parrots: Parrot, stopped: bool = False) -> Trial:
    return Trial(
        parrots,
        Grammar(**GRAMMAR),
        meaning=Polite(),
        progress=lambda _: None,
        stopped=lambda: stopped,
    )


def test_recordings_are_sorted_by_what_they_are_good_for(manifest: Path):
    found = spoken(manifest, "en")
    assert [one.transcript for one in found.commands] == COMMANDS
    assert [one.name for one in found.orders] == ["a.wav"]
    assert {name: len(group) for name, group in found.others.items()} == {"out of grammar": 1, "coffee": 1, "wake": 1}
    assert [len(piece) for one in found.noise for piece in pieces(one)] == [3 * RATE_HZ] * 2
    assert [one.transcript for one in found.at_most(1).commands] == [COMMANDS[0], COMMANDS[3]]


def test_a_language_without_commands_is_refused(manifest: Path):
    with pytest.raises(ConfigError, match="bench-recordings-missing"):
        spoken(manifest, "fr")


def test_a_command_is_right_wrong_or_rejected(manifest: Path):
    ours = Parrot("earshot", "turn on the TV!", "lock the front door", "turn on the TV!", "")
    answers = trial(ours).commands(spoken(manifest, "en").commands)
    assert [one.outcome("earshot") for one in answers] == ["right", "rejected", "wrong", "rejected"]
    assert [one.right["earshot"] for one in answers] == [True, True, False, False]
    assert [one.in_grammar for one in answers] == [True, True, True, False]
    assert ours.heard_bytes == [2 * RATE_HZ] * 4


def test_a_wake_word_before_a_command_is_dropped_as_in_a_turn(manifest: Path):
    ours = Parrot(
        "earshot", "alexa turn on the TV!", "hey jarvis lock the front door!|okay nabu open the window", "alexa!"
    )
    first, second, third, _ = trial(ours).commands(spoken(manifest, "en").commands)
    assert [one.outcome("earshot") for one in (first, second, third)] == ["right", "right", "rejected"]
    assert second.heard["earshot"].guess.others == ("open the window",)


def test_everybody_hears_the_same(manifest: Path):
    parrots = [Parrot("one"), Parrot("other")]
    answers = trial(*parrots).commands(spoken(manifest, "en").commands)
    assert parrots[0].heard_bytes == parrots[1].heard_bytes
    assert all(list(one.heard) == ["one", "other"] for one in answers)


def test_an_order_is_right_with_every_slot(manifest: Path):
    orders = spoken(manifest, "en").orders
    for heard, outcome in {"a small latte please!": "right", "a latte!": "wrong", "a small latte": "rejected"}.items():
        (answer,) = trial(Parrot("earshot", heard)).orders(orders, manifest.parent / "coffee")
        assert answer.in_grammar
        assert answer.outcome("earshot") == outcome


def test_it_ends_when_nobody_wants_it_any_more(manifest: Path):
    with pytest.raises(Stopped):
        trial(Parrot("earshot"), stopped=True).commands(spoken(manifest, "en").commands)


def measured(manifest: Path) -> Measured:
    recordings = spoken(manifest, "en")
    ours = Parrot(
        "earshot",
        *("turn on the TV!", "lock the front door!", "turn on the TV!", ""),  # commands
        "a small latte!",
        *("", "", "what time is it!"),  # nothing right to hear in them
    )
    one = trial(ours)
    return Measured(
        one.commands(recordings.commands),
        one.orders(recordings.orders, manifest.parent / "coffee"),
        one.others(recordings),
    )


def test_the_report_counts_of_all_and_of_what_the_grammar_has(manifest: Path):
    made = report(measured(manifest))
    ours = made.results["earshot"]
    assert made.results["not in the grammar"] == ["open the window"]
    assert (ours["human"]["right"], ours["human"]["wrong"], ours["human"]["rejected"]) == (2, 1, 0)
    assert ours["commands"]["of"] == 4
    assert ours["commands"]["in_grammar"]["of"] == 3
    assert ours["orders"]["right_percent"] == 100
    assert ours["out_of_grammar"]["wake"] == {"of": 1, "accepted": 1, "percent": 100.0, "asked_back": 0}
    assert ours["out_of_grammar_speech"]["percent"] == pytest.approx(33.3)
    goals = {aim.name: aim for aim in made.goals}
    assert goals["orders heard rightly, all slots, percent"].met
    assert goals["wrong actions, percent of commands in the grammar"].value == pytest.approx(33.3)
    assert not any("10 dB" in name for name in goals)


def test_what_is_asked_back_is_no_action(manifest: Path):
    ours = Parrot("earshot", "turn off the TV!|turn on the TV", "lock the front door!|unlock the front door", "x|y")
    found = Measured(trial(ours).commands(spoken(manifest, "en").commands), [], {})
    people = report(found).results["earshot"]["human"]
    assert (people["right"], people["wrong"], people["rejected"]) == (1, 1, 1)
    assert (people["right_action"], people["wrong_action"], people["asked_back"]) == (0, 0, 2)


def test_another_sentence_that_means_the_same_is_no_wrong_action(manifest: Path):
    ours = Parrot("earshot", "please turn on the TV!", "unlock the front door!", "")
    found = Measured(trial(ours).commands(spoken(manifest, "en").commands), [], {})
    people = report(found).results["earshot"]["human"]
    assert (people["right"], people["wrong"], people["rejected"]) == (0, 2, 1)
    assert (people["right_action"], people["wrong_action"], people["asked_back"]) == (1, 1, 0)


def test_without_another_recogniser_it_says_so(manifest: Path):
    made = report(measured(manifest))
    assert "not installed" in made.results["pocketsphinx"]
    assert not any("pocketsphinx" in aim.name for aim in made.goals)


def test_a_page_keeps_what_people_wrote_around_the_tables(manifest: Path, tmp_path: Path):
    found = measured(manifest)
    write(tmp_path, found, report(found))
    page = tmp_path / PAGE
    first = page.read_text()
    assert "| people, 3 | 2, 1, 0 |" in first
    page.write_text(first.replace("# Commands", "# Our commands") + "\nWhat it means.\n")
    write(tmp_path, found, report(found))
    assert page.read_text() == first.replace("# Commands", "# Our commands") + "\nWhat it means.\n"


def test_a_folder_that_cannot_be_made_is_named_at_once(tmp_path: Path):
    make_folder(tmp_path / "new" / "docs")
    assert (tmp_path / "new" / "docs").is_dir()
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="folder-unusable"):
        make_folder(tmp_path / "file")
