"""A broker is tried before it is taken: each way it can fail has its name. Real mosquitto throughout."""

from __future__ import annotations

import asyncio
import getpass
import json
import shutil
import socket
import subprocess
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from hub.broker_choice import BrokerChoice, BrokerGiven
from hub.bus.address import BrokerAddress
from hub.bus.client import Bus
from hub.config import HubConfig, MqttSection
from tests.ports import free_port
from tests.settings_at import settings_at
from wire.errors import ConfigError
from wire.settings import load

PROGRAM = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
PASSWD = shutil.which("mosquitto_passwd") or "/usr/bin/mosquitto_passwd"


@asynccontextmanager
async def mosquitto(folder: Path, *lines: str) -> AsyncIterator[int]:
    port = free_port()
    settings = folder / "mosquitto.conf"
    settings.write_text("\n".join([f"user {getpass.getuser()}", f"listener {port} 127.0.0.1", *lines, ""]))
    process = await asyncio.create_subprocess_exec(PROGRAM, "-c", str(settings), stderr=DEVNULL)
    try:
        async with asyncio.timeout(10):
            while not await asyncio.to_thread(_listens, port):
                await asyncio.sleep(0.02)
        yield port
    finally:
        process.kill()
        await process.wait()


def _listens(port: int) -> bool:
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def passwords(tmp_path: Path) -> str:
    path = tmp_path / "passwd"
    subprocess.run([PASSWD, "-b", "-c", str(path), "house", "right"], check=True, capture_output=True)
    path.chmod(0o644)
    return str(path)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost"
    )
    subprocess.run([*command.split(), "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    key.chmod(0o644)
    return key, cert


def choice(folder: Path, section: MqttSection | None = None) -> BrokerChoice:
    return BrokerChoice(section or MqttSection(), folder / "etc", settings_at(folder / "etc" / "hub.toml"))


def given(port: int, **more: object) -> BrokerGiven:
    return BrokerGiven(**{"host": "127.0.0.1", "port": port, **more})


async def test_a_broker_that_is_well_and_what_is_on_it(tmp_path: Path) -> None:
    async with mosquitto(tmp_path, "allow_anonymous true") as port:
        await _announce(port)
        found = await choice(tmp_path).test(given(port))
        again = await choice(tmp_path).test(given(port))
    assert (found.outcome, found.detail) == ("ok", "")
    devices = found.devices
    assert (devices.homeassistant, devices.zigbee2mqtt, devices.tasmota) == (2, 1, 1)
    assert again.devices == devices


async def _announce(port: int) -> None:
    lamp = {"name": "Lamp", "device": {"identifiers": ["lamp-1"]}}
    zigbee = [{"ieee_address": "0x0", "type": "Coordinator"}, {"ieee_address": "0x1", "type": "Router"}]
    retained = {
        "homeassistant/light/lamp/config": lamp,
        "homeassistant/sensor/lamp/power/config": lamp,
        "homeassistant/switch/alone/config": {"name": "Alone"},
        "zigbee2mqtt/bridge/devices": zigbee,
        "tasmota/discovery/AABBCC/config": {"dn": "Plug"},
    }
    async with Bus(BrokerAddress("127.0.0.1", port), name="announcer", status_topic="announcer/status") as bus:
        await bus.wait_connected()
        for topic, message in retained.items():
            await bus.publish(topic, json.dumps(message), qos=1, retain=True)


async def test_a_login_that_is_wrong_and_one_that_is_right(tmp_path: Path, passwords: str) -> None:
    async with mosquitto(tmp_path, "allow_anonymous false", f"password_file {passwords}") as port:
        wrong = await choice(tmp_path).test(given(port, username="house", password="wrong"))
        none = await choice(tmp_path).test(given(port))
        right = await choice(tmp_path).test(given(port, username="house", password="right"))
    assert (wrong.outcome, none.outcome, right.outcome) == ("login", "login", "ok")
    assert "wrong" not in wrong.detail


async def test_a_port_where_nothing_listens(tmp_path: Path) -> None:
    assert (await choice(tmp_path).test(given(free_port()))).outcome == "refused"


async def test_a_name_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def unknown(*_args: object, **_options: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown)  # no resolver is asked in tests
    found = await choice(tmp_path).test(BrokerGiven(host="no-such-broker.invalid"))
    assert found.outcome == "unreachable"
    assert "not known" in found.detail


async def test_something_that_is_no_broker(tmp_path: Path) -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        found = await choice(tmp_path).test(given(server.sockets[0].getsockname()[1]))
    assert found.outcome == "no-answer"


async def test_tls_is_verified(tmp_path: Path, certificate: tuple[Path, Path]) -> None:
    key, cert = certificate
    lines = ("allow_anonymous true", f"certfile {cert}", f"keyfile {key}")
    pem = await asyncio.to_thread(cert.read_text)
    async with mosquitto(tmp_path, *lines) as port:
        trusted = await choice(tmp_path).test(given(port, host="localhost", tls=True, ca=pem))
        unknown = await choice(tmp_path).test(given(port, host="localhost", tls=True))
        other = await choice(tmp_path).test(given(port, tls=True, ca=pem))
        plain = await choice(tmp_path).test(given(port))
    assert trusted.outcome == "ok"
    assert (unknown.outcome, other.outcome) == ("tls", "tls")
    assert plain.outcome == "no-answer"


async def test_tls_to_a_broker_without(tmp_path: Path) -> None:
    async with mosquitto(tmp_path, "allow_anonymous true") as port:
        assert (await choice(tmp_path).test(given(port, tls=True))).outcome == "tls"


async def test_a_choice_keeps_the_password_to_itself(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    await asyncio.to_thread(folder.mkdir)
    toml = folder / "hub.toml"
    await asyncio.to_thread(toml.write_text, "# ours\n[mqtt]\nproof_seconds = 3.0  # slow lamps\n")
    taken = await choice(tmp_path).take(given(1884, username="house", password="s3cret"))
    assert "mqtt.host" in taken.restart
    text = await asyncio.to_thread(toml.read_text)
    assert "s3cret" not in text
    assert "# ours" in text
    assert "# slow lamps" in text
    section = (await asyncio.to_thread(load, toml, HubConfig)).mqtt
    assert (section.host, section.port, section.username) == ("127.0.0.1", 1884, "house")
    secret = Path(str(section.password_file))
    assert secret.stat().st_mode & 0o777 == 0o600
    assert await asyncio.to_thread(secret.read_text) == "s3cret\n"
    kept = choice(tmp_path, section)
    assert kept.state(connected=True, problem="").has_password
    assert "s3cret" not in repr(kept.state(connected=True, problem=""))
    await kept.take(given(1884, username="house"))
    assert (await asyncio.to_thread(load, toml, HubConfig)).mqtt.password_file == str(secret)


async def test_the_kept_password_goes_to_no_other_host(tmp_path: Path, passwords: str) -> None:
    etc = tmp_path / "etc"
    await asyncio.to_thread(etc.mkdir)
    await choice(tmp_path).take(given(1, username="house", password="right"))
    section = (await asyncio.to_thread(load, etc / "hub.toml", HubConfig)).mqtt
    async with mosquitto(tmp_path, "allow_anonymous false", f"password_file {passwords}") as port:
        same = await choice(tmp_path, section).test(given(port, username="house"))
        other = await choice(tmp_path, section).test(given(port, host="localhost", username="house"))
    assert (same.outcome, other.outcome) == ("ok", "login")


async def test_a_certificate_that_is_none_is_refused_before_it_is_kept(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        await choice(tmp_path).take(given(1, tls=True, ca="no certificate"))
    assert refused.value.code == "broker-tls-file"
    assert not (tmp_path / "etc").exists()
