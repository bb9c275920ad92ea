"""What a client makes of an engine's error event and of data that is none."""

from __future__ import annotations

import msgspec
import pytest
from wyoming.error import Error
from wyoming.event import Event

from hub.engines.answers import refusal
from wire.data import read
from wire.errors import FrameMalformed


class Form(msgspec.Struct):
    text: str


def test_our_own_codes_pass() -> None:
    event = Error(text="no 'tlh' here", code="language-unknown").event()
    assert refusal(event, otherwise="stt-refused") == ("language-unknown", "no 'tlh' here")


def test_foreign_codes_do_not_become_ours() -> None:
    """A peer must not choose what the hub says aloud or shows as its own error."""
    code, message = refusal(Error(text="CUDA out of memory", code="oom").event(), otherwise="stt-refused")
    assert code == "stt-refused"
    assert "CUDA out of memory" in message
    assert "oom" in message


def test_a_peers_words_are_one_short_line() -> None:
    _, message = refusal(Error(text="a\nb" * 1000).event(), otherwise="stt-refused")
    assert "\n" not in message
    assert len(message) < 400


@pytest.mark.parametrize("data", [{}, {"text": 3}, {"text": None}])
def test_wrong_data_is_malformed(data: dict[str, object]) -> None:
    with pytest.raises(FrameMalformed):
        read(Event("transcript", data), Form)
