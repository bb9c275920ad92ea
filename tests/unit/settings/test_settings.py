"""Settings are checked whole before anything is written, and what cannot count at once is said to wait."""

from __future__ import annotations

import pytest

from hub.config import HubConfig
from hub.reload import Reload
from hub.settings.file import SettingsFile
from hub.settings.secrets import Secrets
from hub.settings.settings import SettingRefused, Settings
from wire.errors import ConfigError, EarshotError
from wire.settings import load

FILE = '# Ours.\n[hub]\nname = "Home" # here\n'


class Parts:
    """What was told to a part, in order."""

    def __init__(self, reload, *settings):
        self.told = []
        self.failure = None
        reload.on(*settings, take=self.take)

    async def take(self, config):
        if self.failure:
            raise self.failure
        self.told.append(config)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "etc" / "hub.toml"
    path.parent.mkdir()
    path.write_text(FILE)
    return path


@pytest.fixture
def reload(path):
    return Reload(load(path, HubConfig))


@pytest.fixture
def store(reload):
    return Parts(reload, "store", "policy")


@pytest.fixture
def checked():
    return []


@pytest.fixture
def settings(path, reload, store, checked):
    return Settings(SettingsFile(path), reload, checked.append)


async def test_a_part_is_told_and_the_rest_waits(settings, store, path):
    changed = await settings.change({"store.turns": 5, "hub.name": "Willow"})
    assert changed.applied == {"store.turns": "live", "hub.name": "hub"}
    assert changed.state.waiting == ["hub.name"]
    assert [config.store.turns for config in store.told] == [5]
    assert path.read_text() == FILE.replace('"Home"', '"Willow"') + "\n[store]\nturns = 5\n"


async def test_what_goes_back_to_what_is_in_force_waits_for_nothing(settings):
    await settings.change({"hub.name": "Willow"})
    changed = await settings.change({"hub.name": "Home"})
    assert changed.applied == {"hub.name": "live"}
    assert changed.state.waiting == []


async def test_a_part_that_cannot_take_it_waits_for_a_restart(settings, store):
    store.failure = EarshotError("store-full", "no room")
    changed = await settings.change({"store.turns": 5})
    assert changed.applied == {"store.turns": "hub"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"store.turns": -1}, "store.turns"),
        ({"store.turns": "many"}, "store.turns"),
        ({"satellite": [{"area": "Hall"}]}, "satellite[0].name"),
        ({"satellite": [{"name": "a", "wake": {"threshold": 2}}]}, "satellite[0].wake.threshold"),
        ({"policy.unlock": "pin"}, "policy"),
        ({"hub.nmae": "x"}, "hub.nmae"),
        ({"a.b.c": 1}, "a.b.c"),
        ({"": 1}, ""),
    ],
)
async def test_what_is_wrong_is_refused_at_its_field_and_nothing_is_written(settings, store, path, changes, field):
    with pytest.raises(SettingRefused) as caught:
        await settings.change({"hub.name": "Willow"} | changes)
    assert caught.value.field == field
    assert path.read_text() == FILE
    assert store.told == []


async def test_what_only_the_hub_can_check_is_checked_before_it_is_written(path, reload):
    def check(config):
        raise ConfigError("wake-word-unknown", "no such word")

    with pytest.raises(ConfigError):
        await Settings(SettingsFile(path), reload, check).change({"wake.words": ["nobody"]})
    assert path.read_text() == FILE


async def test_a_file_that_a_person_broke_is_said_and_left_alone(settings, path):
    path.write_text("[hub\n")
    state = await settings.state()
    assert "config-syntax" in state.problem
    assert state.values["hub.name"] == "Home"
    with pytest.raises(ConfigError):
        await settings.change({"hub.name": "x"})
    assert path.read_text() == "[hub\n"


@pytest.fixture
def secrets(settings, path, tmp_path):
    return Secrets(settings, own=tmp_path / "var" / "secrets", etc=path.parent)


async def test_a_secret_is_in_its_own_file_and_nowhere_else(secrets, path, tmp_path):
    await secrets.store("mqtt.password_file", "hunter2 ü")
    kept = tmp_path / "var" / "secrets" / "mqtt.password_file"
    assert kept.read_text() == "hunter2 ü\n"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert "hunter2" not in path.read_text()
    assert f'password_file = "{kept}"' in path.read_text()


async def test_a_new_pin_is_told_though_its_file_is_the_same(secrets, store, tmp_path):
    await secrets.set_pin("2468")
    await secrets.set_pin("1357")
    assert len(store.told) == 2
    assert await secrets.pins() == (True, [])
    assert (tmp_path / "var" / "secrets" / "policy.pin_file").read_text() == "1357\n"
    await secrets.set_pin(None)
    assert await secrets.pins() == (False, [])
    assert list((tmp_path / "var" / "secrets").iterdir()) == []


async def test_a_person_has_a_pin_of_their_own(secrets, path, tmp_path):
    await secrets.set_pin("2468", person="Ánna B.")
    await secrets.set_pin("1357", person="Ben")
    assert await secrets.pins() == (False, ["Ben", "Ánna B."])
    await secrets.set_pin(None, person="Ánna B.")
    assert await secrets.pins() == (False, ["Ben"])
    assert [one.read_text() for one in (tmp_path / "var" / "secrets").iterdir()] == ["1357\n"]


@pytest.mark.parametrize("pin", ["12", "1234567890123", "12a4", "١٢٣٤", "12 34", ""])
async def test_what_is_no_pin_is_refused(secrets, path, pin):
    with pytest.raises(SettingRefused) as caught:
        await secrets.set_pin(pin)
    assert caught.value.code == "secret-unfit"
    assert path.read_text() == FILE


async def test_a_file_elsewhere_is_not_overwritten(secrets, path, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("theirs")
    path.write_text(f'[llm]\nurl = "http://box:1/v1"\nkey_file = "{elsewhere}"\n')
    with pytest.raises(SettingRefused) as caught:
        await secrets.store("llm.key_file", "ours")
    assert caught.value.code == "secret-elsewhere"
    assert elsewhere.read_text() == "theirs"


@pytest.mark.parametrize("key", ["hub.name", "calendar.password_file", "mqtt.tls_ca_file", "nothing"])
async def test_only_what_names_a_secret_takes_one(secrets, key):
    with pytest.raises(SettingRefused) as caught:
        await secrets.store(key, "x")
    assert caught.value.code == "settings-unknown"


async def test_a_secret_whose_setting_cannot_be_written_is_taken_back(path, reload, tmp_path):
    def check(config):
        raise ConfigError("policy-pin-file", "no")

    secrets = Secrets(Settings(SettingsFile(path), reload, check), own=tmp_path / "s", etc=path.parent)
    with pytest.raises(ConfigError):
        await secrets.set_pin("2468")
    assert list((tmp_path / "s").iterdir()) == []
