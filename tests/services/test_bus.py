"""The bus on a real broker: it is there when the broker is, says so, and loses nothing that it promised."""

import asyncio
import contextlib
import os
import signal
import sys

import pytest

from hub.bus.address import BrokerAddress
from hub.bus.broker import own_broker
from hub.bus.client import MAX_PAYLOAD_BYTES, Bus
from hub.bus.connection import Connection, connected
from hub.errors import BrokerLost


@pytest.fixture
async def broker(home):
    async with own_broker(home / "var", home / "run") as address:
        yield address


@pytest.fixture
def kill_broker(home):
    async def kill():
        os.kill(int(await asyncio.to_thread((home / "run" / "broker" / "pid").read_text)), signal.SIGKILL)

    return kill


class Heard:
    """Messages of a pattern, and a way to wait for one."""

    def __init__(self, bus, pattern):
        self.messages, self._news = [], asyncio.Event()
        bus.listen(pattern, self._note)

    def _note(self, message):
        self.messages.append(message)
        self._news.set()

    @property
    def payloads(self):
        return [message.payload for message in self.messages]

    async def until(self, payload):
        async with asyncio.timeout(15):
            while payload not in self.payloads:
                self._news.clear()
                await self._news.wait()


async def test_status_is_online_while_it_lives_and_offline_after(broker):
    async with Bus(broker, name="watcher") as watcher:
        status = Heard(watcher, "earshot/hub/status")
        async with Bus(broker, name="hub") as hub:
            await hub.wait_connected()
            await status.until(b"online")
        await status.until(b"offline")
        late = Heard(watcher, "earshot/+/status")
        await watcher.synced()
        assert b"offline" in late.payloads


async def test_who_dies_without_a_word_is_said_to_be_offline(broker):
    async with Bus(broker, name="watcher") as watcher:
        status = Heard(watcher, "earshot/dead/status")
        script = (
            "import asyncio, os, sys\n"
            "from hub.bus.address import BrokerAddress\n"
            "from hub.bus.client import Bus\n"
            "async def main():\n"
            "    host, port, user = sys.argv[1:]\n"
            "    address = BrokerAddress(host, int(port), user, os.environ['BROKER_PASSWORD'])\n"
            "    async with Bus(address, name='dead') as bus:\n"
            "        await bus.wait_connected()\n"
            "        os.kill(os.getpid(), 9)\n"
            "asyncio.run(main())\n"
        )
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", script, broker.host, str(broker.port), broker.username),
            env={**os.environ, "BROKER_PASSWORD": broker.password},
        )
        await child.wait()
        await status.until(b"offline")


async def test_retained_and_later_messages_are_heard_in_order(broker):
    async with Bus(broker, name="a") as sender, Bus(broker, name="b") as receiver:
        await sender.publish("x/1", "old", qos=1, retain=True)
        heard = Heard(receiver, "x/#")
        await receiver.synced()
        for number in range(200):
            await sender.publish("x/2", str(number))
        await heard.until(b"199")
        assert heard.payloads == [b"old", *(str(number).encode() for number in range(200))]


async def test_synced_knows_topics_that_listeners_found_while_it_waited(broker):
    async with Bus(broker, name="a") as bus:
        for number in range(5):
            await bus.publish(f"chain/{number}", str(number), qos=1, retain=True)
        heard = []

        def follow(message):
            heard.append(message.payload)
            bus.listen(f"chain/{int(message.payload) + 1}", follow)

        bus.listen("chain/0", follow)
        await bus.synced()
        assert heard == [b"0", b"1", b"2", b"3", b"4"]


async def test_after_a_broker_crash_it_listens_and_says_online_again(broker, kill_broker):
    async with Bus(broker, name="a") as bus, Bus(broker, name="b") as other:
        states = []
        bus.on_state(lambda up, problem: states.append((up, problem and problem.code)))
        heard, status = Heard(other, "x/#"), Heard(other, "earshot/a/status")
        await other.synced()
        await bus.publish("x/1", "before", qos=1)
        await heard.until(b"before")
        status.messages.clear()
        await kill_broker()
        await bus.publish("x/1", "sent while it was away", qos=1)
        await status.until(b"online")
        await other.synced()
        await bus.publish("x/1", "after", qos=1)
        await heard.until(b"after")
        assert states[-1] == (True, None)
        assert (False, "broker-lost") in states
        assert bus.problem is None


async def test_messages_in_flight_when_the_broker_dies_arrive(broker, kill_broker):
    async with Bus(broker, name="a") as bus:
        await bus.wait_connected()
        async with asyncio.TaskGroup() as group:
            for number in range(50):
                group.create_task(bus.publish(f"y/{number}", "x", qos=1, retain=True, seconds=15))
            group.create_task(kill_broker())


async def test_one_that_stops_listening_hears_no_more(broker):
    async with Bus(broker, name="a") as bus:
        first, second = [], Heard(bus, "x")
        stop = bus.listen("x", first.append)
        await bus.synced()
        await bus.publish("x", "1", qos=1)
        await second.until(b"1")
        stop()
        await bus.publish("x", "2", qos=1)
        await second.until(b"2")
        assert [message.payload for message in first] == [b"1"]


async def test_a_listener_that_fails_does_not_cut_off_the_others(broker, caplog):
    async with Bus(broker, name="a") as bus:

        def bad(message):
            raise ZeroDivisionError

        bus.listen("x", bad)
        heard = Heard(bus, "x")
        await bus.synced()
        await bus.publish("x", "1", qos=1)
        await heard.until(b"1")
        assert "a listener failed" in caplog.text
        caplog.clear()


async def test_what_is_too_large_is_neither_sent_nor_taken(broker):
    async with Bus(broker, name="a") as bus:
        heard = Heard(bus, "x")
        await bus.synced()
        with pytest.raises(ValueError, match="more than a message may have"):
            await bus.publish("x", b"0" * (MAX_PAYLOAD_BYTES + 1))
        await bus.publish("x", b"0" * MAX_PAYLOAD_BYTES, qos=1)
        await heard.until(b"0" * MAX_PAYLOAD_BYTES)


async def test_without_a_broker_it_says_so_and_goes_on_trying(unused_tcp_port):
    async with Bus(BrokerAddress("127.0.0.1", unused_tcp_port), name="a") as bus:
        with pytest.raises(BrokerLost) as lost:
            await bus.publish("x", "1", seconds=0.5)
        assert lost.value.code == "broker-lost"
        assert str(unused_tcp_port) in lost.value.message
        with pytest.raises(BrokerLost):
            await bus.synced(0.1)
        assert not bus.connected


async def test_it_can_be_left_while_nobody_answers():
    reached, writers = asyncio.Event(), []

    def accept(_, writer):
        writers.append(writer)
        reached.set()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with asyncio.timeout(2), Bus(BrokerAddress("127.0.0.1", port), name="a"):
            await reached.wait()
        for writer in writers:
            writer.close()
            await writer.wait_closed()


@pytest.mark.parametrize("call", ["publish", "subscribe"])
async def test_a_cancel_at_the_moment_of_the_answer_is_not_forgotten(broker, call):
    """wait_for of Python 3.11 gives the answer then, and the task that was to end would go on for ever."""
    async with connected(broker, client_id="a", will_topic="b") as connection:

        async def ask():
            if call == "publish":
                await connection.publish("x", b"1", qos=1, retain=False)
            else:
                await connection.subscribe(["x"])

        asking = asyncio.create_task(ask())
        library = connection._client._client
        answered = getattr(library, f"on_{call}")

        def at_the_same_moment(*answer):
            answered(*answer)
            asking.cancel()

        setattr(library, f"on_{call}", at_the_same_moment)
        await asyncio.wait({asking})
        assert asking.cancelled()


async def test_one_that_ends_as_the_line_breaks_ends(broker, monkeypatch):
    """A TaskGroup of Python 3.11 that fails forgets that it was cancelled in the same moment."""
    async with Bus(broker, name="a") as bus:
        await bus.wait_connected()
        (keeping,) = (task for task in asyncio.all_tasks() if task.get_name() == "bus[a]")

        def break_the_line(_connection, _patterns):
            keeping.cancel()
            raise BrokerLost("broker-lost", "gone")

        monkeypatch.setattr(Connection, "subscribe", break_the_line)
        bus.listen("x", lambda _: None)
        await asyncio.wait({keeping}, timeout=5)
        assert keeping.cancelled()


@pytest.mark.parametrize("name", ["", "a/b", "a+b", "ä", "x" * 65])
def test_a_name_that_would_break_topics_is_refused(name):
    with pytest.raises(ValueError, match="client name"):
        Bus(BrokerAddress("127.0.0.1", 1), name=name)


class OldBroker:
    """A broker of MQTT 3.1.1 only, as far as a connection needs one: refuses version 5, acknowledges the rest."""

    def __init__(self):
        self.versions, self._writers = [], []

    async def serve(self, reader, writer):
        self._writers.append(writer)
        try:
            while True:
                kind, body = await self._packet(reader)
                if kind >> 4 == 1:  # CONNECT: length of "MQTT", "MQTT", version
                    self.versions.append(body[6])
                    writer.write(bytes([0x20, 2, 0, 0 if body[6] == 4 else 1]))
                elif kind >> 4 == 3 and kind & 6:  # PUBLISH with an answer: topic, then its number
                    begin = 2 + int.from_bytes(body[:2], "big")
                    writer.write(bytes([0x40, 2]) + body[begin : begin + 2])
                elif kind >> 4 == 8:  # SUBSCRIBE
                    writer.write(bytes([0x90, 3]) + body[:2] + b"\x00")
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _packet(self, reader):
        kind, length, shift = (await reader.readexactly(1))[0], 0, 0
        while True:
            digit = (await reader.readexactly(1))[0]
            length |= (digit & 127) << shift
            shift += 7
            if digit < 128:
                return kind, await reader.readexactly(length)

    async def closed(self):
        for writer in self._writers:
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def test_a_broker_without_mqtt_5_is_spoken_to_in_its_own_version():
    old = OldBroker()
    async with await asyncio.start_server(old.serve, "127.0.0.1", 0) as server:
        async with Bus(BrokerAddress("127.0.0.1", server.sockets[0].getsockname()[1]), name="a") as bus:
            await bus.publish("x", "1", qos=1)
        await old.closed()
    assert old.versions == [5, 4]
