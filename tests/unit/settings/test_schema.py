"""The schema tells every key of hub.toml as the structs have it, with its meaning; forms are made from nothing else."""

from __future__ import annotations

import msgspec
import pytest

from hub.config import HubConfig
from hub.settings.schema import keys_of, sections, settings_of
from satellite.config import SatelliteConfig

FOUND = sections(HubConfig)
KEYS = dict(keys_of(FOUND))


@pytest.mark.parametrize("schema", [HubConfig, SatelliteConfig])
def test_every_key_and_section_has_its_meaning(schema):
    keys = dict(keys_of(sections(schema)))
    assert len(keys) > 20
    assert [path for path, key in keys.items() if not key.explanation] == []


def test_bounds_choices_units_and_defaults_are_those_of_the_struct():
    silence, sensitive, attempts = KEYS["endpoint.silence_ms"], KEYS["policy.sensitive"], KEYS["policy.attempts"]
    assert (silence.form, silence.unit, silence.default, silence.at_most) == ("whole", "ms", 700, 600_000)
    assert (sensitive.choices, sensitive.default, sensitive.optional) == (["pin", "refuse", "yes"], "yes", False)
    assert (attempts.at_least, attempts.at_most) == (1, 20)
    assert KEYS["policy.unlock"].optional
    assert KEYS["satellite.name"].required
    assert KEYS["wake.words"].entry.longest == 256
    assert (KEYS["policy.pins"].form, KEYS["policy.pins"].called.longest) == ("names", 64)


def test_secrets_are_known_and_certificates_are_none():
    assert {path for path, key in KEYS.items() if key.secret} == {
        "llm.key_file",
        "calendar.password_file",
        "mqtt.password_file",
        "policy.pin_file",
    }


def test_repeated_tables_are_one_setting():
    values = settings_of(FOUND, HubConfig())
    assert {"satellite", "calendar", "policy.rule", "wake.word"} <= set(values)
    assert not [key for key in values if key.startswith(("satellite.", "calendar.", "policy.rule.", "wake.word."))]
    assert values["wake.words"] == ["okay_nabu"]


def test_all_of_a_file_is_in_its_settings():
    flat = settings_of(FOUND, HubConfig())
    whole = msgspec.to_builtins(HubConfig())
    for key, value in flat.items():
        inner = whole
        for part in key.split("."):
            inner = inner[part]
        assert inner == value


def test_the_schema_can_be_sent():
    assert msgspec.json.decode(msgspec.json.encode(FOUND), type=list[type(FOUND[0])]) == FOUND
