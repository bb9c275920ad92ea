"""Shutters of Tasmota: two relays that move one thing. Position 100 is open."""

from __future__ import annotations

from hub.house.dialect import DialectBuilder, Options, Reader, Values
from hub.house.json_messages import amount, at
from hub.house.tasmota.documents import SHUTTER, Config, Found

_INVERTED = 1  # bit of ``sho``


def shutters(config: Config) -> list[Found]:
    """A shutter is announced as two relays in a row."""
    pairs: list[int] = []
    for relay in range(len(config.relays) - 1):
        if config.relays[relay : relay + 2] == (SHUTTER, SHUTTER) and (not pairs or relay > pairs[-1] + 1):
            pairs.append(relay)
    return [_shutter(config, place, relay, count=len(pairs)) for place, relay in enumerate(pairs)]


def _shutter(config: Config, place: int, relay: int, *, count: int) -> Found:
    number = place + 1
    inverted = bool(place < len(config.shutter_options) and config.shutter_options[place] & _INVERTED)
    builder = DialectBuilder(Options({}))
    read = _reader(f"Shutter{number}", inverted=inverted)
    for topic in (config.telemetry_topic("SENSOR"), *config.answer_topics("ShutterPosition")):
        builder.reader(topic, read, "state", "position")
    read_status = _reader("StatusSNS", f"Shutter{number}", inverted=inverted)
    builder.reader(config.status_topic("STATUS10"), read_status, "state", "position")
    commands = {"open": f"ShutterOpen{number}", "closed": f"ShutterClose{number}"}
    builder.writer(
        "position",
        lambda wanted: [config.command(f"ShutterPosition{number}", round(100 - wanted if inverted else wanted))],
    )
    builder.writer("state", lambda wanted: [config.command(commands[wanted])])
    builder.writer("stop", lambda _: [config.command(f"ShutterStop{number}")])
    config.command(commands["open"])  # refuses bad topics now, not when somebody speaks
    return Found("cover", f"shutter_{number}", config.name(relay, count=count), builder.build())


def _reader(*path: str, inverted: bool) -> Reader:
    def read(payload: str) -> Values | None:
        position, direction = amount(at(payload, *path, "Position")), amount(at(payload, *path, "Direction"))
        if position is None:
            return None
        percent = min(100, max(0, round(100 - position if inverted else position)))
        way = -(direction or 0) if inverted else direction or 0
        state = "opening" if way > 0 else "closing" if way < 0 else "open" if percent else "closed"
        return {"position": percent, "state": state}

    return read
