"""Rules and routines as text: wrong ones are told with their line and never written."""

from __future__ import annotations

from datetime import UTC

import pytest

from hub.intent.routines import Routines
from hub.rules.file import rules_in
from hub.rules.home import Home
from hub.settings.automations import AutomationFile
from hub.settings.file import SettingsFile
from wire.errors import ConfigError

RULE = '# Nights.\n[[rule]]\nname = "Night"\nwhen = [{time = "22:00"}]\nthen = [{notify = "x"}]\n'


@pytest.fixture
def rules(tmp_path):
    def check(document):
        return len(rules_in(document, "rules.toml", Home(UTC)))

    return AutomationFile(SettingsFile(tmp_path / "rules.toml"), check, applies="live")


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("[[rule]\n", "config-syntax", 1),
        ("a = 1\nb = \n", "config-syntax", 2),
        (RULE.replace("22:00", "25:00"), "rules-value", 3),
        (RULE + RULE, "rules-duplicate", 8),
        (RULE + "\n[[rule]]\nwhen = []\n", "rules-value", 7),
        ("\nrules = 1\n", "config-value", 0),
    ],
)
async def test_what_is_wrong_is_told_with_its_line(rules, tmp_path, text, code, line):
    checked = await rules.check(text)
    assert (checked.code, checked.line) == (code, line), checked
    with pytest.raises(ConfigError):
        await rules.write(text, digest=None)
    assert not (tmp_path / "rules.toml").exists()


async def test_a_right_text_is_written_as_it_is(rules, tmp_path):
    assert (await rules.check(RULE)).count == 1
    written = await rules.write(RULE, digest=(await rules.read()).digest)
    assert (tmp_path / "rules.toml").read_text() == RULE == written.text
    assert written.applies == "live"
    with pytest.raises(Exception, match="changed meanwhile"):
        await rules.write("", digest="other")


async def test_routines_are_told_with_their_line(tmp_path):
    file = AutomationFile(
        SettingsFile(tmp_path / "routines.toml"), lambda it: len(Routines.of(it, "routines.toml")), applies="hub"
    )
    one = '[[routine]]\nname = "A"\nsentences = ["good night"]\nsteps = ["turn off all lights"]\n'
    assert (await file.check(one)).count == 1
    assert (await file.check(one + one)).line == 5
    assert (await file.check(one.replace("steps", "stps"))).line == 1
