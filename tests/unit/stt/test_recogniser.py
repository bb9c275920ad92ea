"""What an utterance comes to, whatever the networks are sure of: here they say what a test wants."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hub.stt.phrase.grammar import Grammar
from hub.stt.phrase.recogniser import Heard, Utterance
from models.recogniser.guesses import Guess

GRAMMAR = Grammar(1, "en", "", {}, wake_phrases=["alexa", "okay nabu"])
SOUND = b"\x00\x10" * 16_000


@dataclass
class Listening:
    """Finds ``found``, likeliest first, all equally sure."""

    found: list[str]

    def feed(self, samples: object) -> None: ...

    def finish(self) -> None: ...

    def guesses(self) -> list[Guess]:
        return [Guess(tuple(text.split()), 0.9, -0.1 * place, goes_on=False) for place, text in enumerate(self.found)]

    def so_far(self) -> Guess:
        return self.guesses()[0]


def utterance(*found: str) -> Utterance:
    said = Utterance(GRAMMAR, Listening([*found]), 0.5, accept_so_far=0.5)  # type: ignore[arg-type]
    said.feed(SOUND)
    return said


@pytest.mark.parametrize("call", ["okay nabu", "alexa alexa", "alexa okay nabu"])
def test_a_wake_word_alone_is_no_command(call):
    heard = utterance(call, "pause").finish()
    assert (heard.text, heard.confidence) == ("", 0.9)
    assert [guess.text for guess in heard.guesses] == [call, "pause"]


def test_after_a_wake_word_the_command_is_still_to_come():
    """Nobody ends the listening for it."""
    assert utterance("alexa").so_far() == Heard("alexa", 0.9, complete=False, goes_on=True)


def test_nobody_is_asked_whether_a_wake_word_was_meant():
    heard = utterance("pause", "alexa", "play").finish()
    assert heard.text == "pause"
    assert [other.text for other in heard.others] == ["play"]


def test_a_wake_word_before_a_command_is_part_of_it():
    assert utterance("alexa pause", "alexa").finish().text == "alexa pause"
