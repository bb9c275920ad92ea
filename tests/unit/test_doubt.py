"""What is asked back with when two sentences sound alike."""

from __future__ import annotations

from typing import Any

import pytest

from hub.doubt import choices
from hub.stages import Intent, NotUnderstood


def intent(text: str, kind: str = "HassTurnOn", /, **slots: Any) -> Intent:
    return Intent(kind, slots, "default", "en", text)


BED = intent("turn on the bed light", name="Bed Light")
RED = intent("turn on the red light", name="Red Light")
OFF = intent("turn off the bed light", "HassTurnOff", name="Bed Light")
FIFTEEN = intent("set it to fifteen", "HassLightSet", brightness=15)
FIFTY = intent("set it to fifty", "HassLightSet", brightness=50)
HALL = intent("lights in the hall", area="Hall", domain="light")
HOLE = intent("lights in the hole", area="Hole", domain="light")


@pytest.mark.parametrize(
    ("best", "others", "asked"),
    [
        (BED, [], ()),
        (BED, [RED], ("Bed Light", "Red Light")),
        (HALL, [HOLE], ("Hall", "Hole")),
        (BED, [OFF], ("turn on the bed light", "turn off the bed light")),
        (FIFTEEN, [FIFTY], ("set it to fifteen", "set it to fifty")),
        (BED, [HALL], ("turn on the bed light", "lights in the hall")),
        (BED, [intent("switch on the bed light", name="Bed Light")], ()),
        (BED, [NotUnderstood("turn on the bad light")], ()),
        (intent("turn on the Hall lights", area="Hall"), [intent("turn on the hall light", name="Hall Light")], ()),
        (BED, [NotUnderstood("x"), intent("bed light on", name="Bed Light"), RED, OFF], ("Bed Light", "Red Light")),
    ],
)
def test_the_shortest_question_that_tells_them_apart(best: Intent, others: list[Any], asked: tuple[str, ...]) -> None:
    assert choices(best, others) == asked
