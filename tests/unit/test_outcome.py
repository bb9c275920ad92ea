"""What became of a turn, in one word."""

from __future__ import annotations

import pytest

from hub.outcome import OUTCOMES, outcome
from hub.trace import ErrorTrace
from tests.fakes_control import trace


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("no-speech", "silent"),
        ("turn-interrupted", "stopped"),
        ("action-refused", "refused"),
        ("device-unknown", "not-understood"),
        ("speech-not-recognised", "not-understood"),
        ("action-unconfirmed", "asked"),
        ("speech-alike", "asked"),
        ("sentence-near", "asked"),
        ("device-silent", "failed"),
        ("stt-lost", "failed"),
        ("a-code-of-tomorrow", "failed"),
    ],
)
def test_an_error_decides(code, expected):
    assert outcome(trace(error=ErrorTrace(code, "x"))) == expected
    assert expected in OUTCOMES


def test_without_one_it_is_done_or_answered():
    assert outcome(trace()) == "done"
    assert outcome(trace(actions=[])) == "answered"
