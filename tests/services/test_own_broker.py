"""The hub's own mosquitto: private, on loopback, back by itself when it dies, the same after a restart."""

import asyncio
import logging
import os
import signal
import socket
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from hub.bus.broker import kept_broker, own_broker
from hub.bus.client import Bus
from hub.errors import BrokerLost


@pytest.fixture
def folders(home):
    return home / "var", home / "run"


async def pid(run):
    return int(await asyncio.to_thread((run / "broker" / "pid").read_text))


def modes(folder):
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in [folder, *folder.iterdir()]}


async def test_it_lets_in_only_who_has_the_password(folders):
    async with own_broker(*folders) as address:
        async with Bus(address, name="friend") as friend:
            await friend.wait_connected()
        for wrong in (replace(address, password="guess"), replace(address, username=None, password=None)):
            async with Bus(wrong, name="stranger") as stranger:
                with pytest.raises(BrokerLost) as refused:
                    await stranger.wait_connected(1)
                assert refused.value.code == "broker-login"


async def test_its_secrets_are_private_and_in_no_log_or_repr(folders, caplog):
    caplog.set_level(logging.DEBUG)
    async with own_broker(*folders) as address, Bus(address, name="hub") as bus:
        await bus.wait_connected()
        assert address.password
        assert address.password not in repr(address)
        command = await asyncio.to_thread(Path(f"/proc/{await pid(folders[1])}/cmdline").read_bytes)
        assert address.password.encode() not in command
        for folder in (folders[0] / "broker", folders[1] / "broker"):
            for name, mode in (await asyncio.to_thread(modes, folder)).items():
                assert mode & 0o077 == 0 or name in {"pid", "mosquitto.db"}, name
    assert address.password not in caplog.text


async def test_it_listens_on_loopback_only(folders):
    async with own_broker(*folders) as address:
        text = await asyncio.to_thread((folders[1] / "broker" / "mosquitto.conf").read_text)
        assert [line for line in text.splitlines() if line.startswith("listener")] == [
            f"listener {address.port} 127.0.0.1"
        ]


async def test_a_second_start_has_the_same_address_and_what_was_retained(folders):
    async with own_broker(*folders) as first, Bus(first, name="hub") as bus:
        await bus.publish("house/lamp", "ON", qos=1, retain=True)
    heard = []
    async with own_broker(*folders) as second, Bus(second, name="hub") as bus:
        bus.listen("house/#", heard.append)
        await bus.synced()
    assert (first.port, first.username, first.password) == (second.port, second.username, second.password)
    assert [(message.topic, message.payload, message.retain) for message in heard] == [("house/lamp", b"ON", True)]
    assert (await asyncio.to_thread(kept_broker, folders[0])).password == first.password


async def test_killed_it_comes_back(folders):
    async with own_broker(*folders) as address, Bus(address, name="hub") as bus:
        await bus.wait_connected()
        before = await pid(folders[1])
        os.kill(before, signal.SIGKILL)
        await bus.publish("house/lamp", "ON", qos=1)
        assert await pid(folders[1]) != before


async def test_a_broker_that_a_killed_hub_left_behind_is_ended(folders):
    async with own_broker(*folders) as address:
        left = await pid(folders[1])
        async with own_broker(*folders) as again:
            assert await pid(folders[1]) != left
            async with Bus(again, name="hub") as bus:
                await bus.wait_connected()
        assert again.password == address.password


async def test_a_port_that_is_taken_meanwhile_is_given_up(folders):
    async with own_broker(*folders) as first:
        pass
    with socket.create_server(("127.0.0.1", first.port)):
        async with own_broker(*folders) as second, Bus(second, name="hub") as bus:
            await bus.wait_connected()
            assert second.port != first.port


async def test_without_mosquitto_it_says_what_to_install(folders, monkeypatch):
    monkeypatch.setattr("hub.bus.broker._SBIN", "")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BrokerLost) as missing:
        async with own_broker(*folders):
            pass
    assert missing.value.code == "broker-missing"
    assert "apt-get install mosquitto" in missing.value.message


async def test_a_folder_that_cannot_be_written_is_named(home):
    await asyncio.to_thread((home / "file").write_text, "")
    with pytest.raises(BrokerLost) as failed:
        async with own_broker(home / "file" / "var", home / "run"):
            pass
    assert failed.value.code == "broker-failed"


async def test_its_end_leaves_no_process(folders):
    async with own_broker(*folders):
        number = await pid(folders[1])
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
