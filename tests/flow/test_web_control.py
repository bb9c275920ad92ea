"""The control socket with the command line's own client on a real Unix socket."""

from __future__ import annotations

import asyncio
import io
import socket
from contextlib import closing

import aiohttp
import pytest

from hub.errors import BrokerLost
from hub.health import Health
from hub.web.client import ControlClient, HubUnreachable
from hub.web.listeners import control_socket
from hub.web.refusal import MAX_BODY_BYTES
from tests.fakes_control import ABOUT, FakeHouse, FakeHub, api, trace
from wire.errors import ConfigError, EarshotError
from wire.pcm import Pcm, silence
from wire.wav import read_wav, wav_bytes


@pytest.fixture
async def hub():
    return FakeHub()


@pytest.fixture
async def path(home, hub):
    path = home / "run" / "hub.sock"
    async with control_socket(api(hub), path):
        yield path
    assert not path.exists()


@pytest.fixture
async def client(path):
    async with ControlClient(path) as client:
        yield client


@pytest.fixture
async def http(path):
    async with aiohttp.ClientSession("http://hub", connector=aiohttp.UnixConnector(str(path))) as session:
        yield session


async def test_only_our_own_user_can_open_it(path):
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_the_client_gets_what_the_hub_knows(client, hub):
    health = await client.health()
    assert isinstance(health, Health)
    assert health == hub.health()
    assert await client.satellites() == hub.satellites()
    house = await client.house()
    assert (house.areas, house.entities) == (FakeHouse().areas(), FakeHouse().entities())
    assert await client.latest_turns(1) == hub.turns[:1]
    status = await client.status()
    assert (status.about, status.turns, status.house) == (ABOUT, hub.turns, house)


async def test_typed_words_run_a_turn(client, hub):
    answer = await client.ask_text("turn off the fan", satellite="bedroom", area="Bedroom", language="en")
    assert answer.trace == trace(text="turn off the fan")
    assert answer.reply_wav is None
    assert hub.asked == [("text", "turn off the fan", "bedroom", "Bedroom", "en", False)]


async def test_a_recording_runs_a_turn_and_its_reply_comes_back_as_sound(client, hub):
    spoken = Pcm(48_000, 2, 2, bytes(4 * 4800))
    answer = await client.ask_wav(wav_bytes(spoken), satellite="bed & room", area=None, wake=True, reply_audio=True)
    assert hub.asked == [("audio", spoken, "bed & room", None, None, True, True)]
    assert read_wav(answer.reply_wav) == spoken


async def test_it_says_what_it_is_told(client, hub):
    assert await client.say("hello", satellite="hall", language="de") == ["hall"]
    assert hub.asked == [("say", "hello", "hall", "de")]


async def test_the_hubs_own_error_arrives_with_its_code(client, hub):
    hub.failure = BrokerLost("broker-lost", "no broker at 127.0.0.1:1883; start it")
    with pytest.raises(EarshotError) as caught:
        await client.say("hello")
    assert (caught.value.code, caught.value.message) == ("broker-lost", "no broker at 127.0.0.1:1883; start it")


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"{}",
        b"[]",
        b"no json",
        b"\xff\xfe",
        b'{"text": ""}',
        b'{"text": 5}',
        b'{"text": "x", "satelite": "typo"}',
        b'{"text": "x", "language": "English"}',
        b'{"text": "' + b"x" * 2001 + b'"}',
        b"[" * 100_000,
    ],
)
async def test_bad_requests_are_refused_and_the_next_one_works(http, client, wrong):
    async with http.post("/turns", data=wrong, headers={"Content-Type": "application/json"}) as response:
        assert response.status == 400
        assert (await response.json())["error"]["code"] == "request-invalid"
    assert (await client.ask_text("hello")).trace.transcript == "hello"


@pytest.mark.parametrize("recording", [b"", b"garbage", wav_bytes(silence(20))[:30], b"RIFF\xff\xff\xff\xffWAVE"])
async def test_what_is_no_recording_is_refused_by_name(client, hub, recording):
    with pytest.raises(EarshotError) as caught:
        await client.ask_wav(recording)
    assert caught.value.code in {"wav-unreadable", "audio-empty"}
    assert hub.asked == []


async def test_an_unknown_query_key_is_refused(http):
    async with http.post("/turns?sattelite=x", data=b"", headers={"Content-Type": "audio/wav"}) as response:
        assert response.status == 400
    async with http.get("/turns?limit=100000") as response:
        assert response.status == 400


async def test_other_forms_of_sound_are_refused(http):
    async with http.post("/turns", data=b"x", headers={"Content-Type": "audio/mpeg"}) as response:
        assert response.status == 415
        assert (await response.json())["error"]["code"] == "request-invalid"


async def test_a_recording_that_is_too_long_is_refused_on_both_sides(http, client):
    body = io.BytesIO(bytes(MAX_BODY_BYTES + 1))
    async with http.post("/turns", data=body, headers={"Content-Type": "audio/wav"}) as response:
        assert response.status == 413
        assert (await response.json())["error"]["code"] == "request-too-large"
    with pytest.raises(EarshotError) as caught:
        await client.ask_wav(bytes(MAX_BODY_BYTES + 1))
    assert caught.value.code == "request-too-large"


async def test_whoever_hangs_up_ends_their_turn(path, hub):
    hub.never_ends = True
    async with ControlClient(path) as client:
        asking = asyncio.create_task(client.ask_text("what is the meaning of life"))
        async with asyncio.timeout(5):
            while not hub.asked:
                await asyncio.sleep(0.01)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    async with asyncio.timeout(5):
        await hub.cancelled.wait()


async def test_without_a_hub_the_client_says_how_to_start_one(home):
    async with ControlClient(home / "nobody.sock") as client:
        with pytest.raises(HubUnreachable) as caught:
            await client.health()
    assert caught.value.code == "hub-unreachable"
    assert "earshot up" in caught.value.message


async def test_the_socket_of_a_hub_that_died_is_taken_over(home, hub):
    path = home / "hub.sock"
    with closing(socket.socket(socket.AF_UNIX)) as dead:
        dead.bind(str(path))
    async with control_socket(api(hub), path), ControlClient(path) as client:
        assert (await client.health()).ready


async def test_a_second_hub_is_refused_and_the_first_goes_on(path, hub, client):
    with pytest.raises(ConfigError) as caught:
        async with control_socket(api(hub), path):
            pass
    assert caught.value.code == "hub-running"
    assert (await client.health()).ready


async def test_a_folder_that_cannot_hold_it_is_named(home, hub):
    (home / "file").touch()
    with pytest.raises(ConfigError) as caught:
        async with control_socket(api(hub), home / "file" / "hub.sock"):
            pass
    assert caught.value.code == "socket-unusable"
    with pytest.raises(ConfigError) as caught:
        async with control_socket(api(hub), home / ("x" * 120)):
            pass
    assert caught.value.code == "socket-path-too-long"


async def test_rules_their_history_and_a_trial(client, hub):
    (rule,) = (await client.rules()).rules
    assert rule.name == "Evening"
    (fired,) = await client.rules_history(7, rule="Tea & cake")
    assert fired.rule == "Tea & cake"
    assert (await client.try_rule("Evening")).would_act
    assert hub.asked == [("rules_history", 7, "Tea & cake"), ("try_rule", "Evening")]


async def test_a_rule_that_there_is_not(client, hub):
    hub.failure = EarshotError("rule-unknown", "there is no rule 'Tea'")
    with pytest.raises(EarshotError, match="rule-unknown"):
        await client.try_rule("Tea")
