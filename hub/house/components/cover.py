"""Covers: blinds, curtains, windows, garage doors. With a position, a tilt, both, or neither."""

from __future__ import annotations

from collections.abc import Callable

from hub.house import templates
from hub.house.dialect import Dialect, DialectBuilder, Options, Outgoing, number, one_of


def cover(options: Options) -> Dialect:
    builder = DialectBuilder(options)
    percent, raw = scale(options, "position_closed", "position_open")
    names = ("open", "closed", "opening", "closing")
    states = {options.word(f"state_{name}", name): name for name in names}
    states.setdefault(options.word("state_stopped", "stopped"), "open")  # stopped on the way: not closed
    builder.reads("state", "state_topic", "value_template", parse=one_of(states))
    builder.reads("position", "position_topic", "position_template", parse=percent)
    if options.topic("state_topic") is None:
        builder.reads("state", "position_topic", "position_template", parse=state_of(percent))
    position_writer(builder, raw)
    _state_writer(builder)
    _tilt(builder)
    return builder.build()


def scale(
    options: Options, closed_key: str, open_key: str
) -> tuple[Callable[[str], int | None], Callable[[float], int]]:
    """Announced raw positions to percent open, and back."""
    closed, opened = options.number(closed_key, 0), options.number(open_key, 100)
    span = (opened - closed) or 100.0

    def percent(text: str) -> int | None:
        raw = number(text)
        return None if raw is None else min(100, max(0, round((raw - closed) * 100 / span)))

    return percent, lambda wanted: round(closed + wanted * span / 100)


def state_of(percent: Callable[[str], int | None]) -> Callable[[str], str | None]:
    def state(text: str) -> str | None:
        position = percent(text)
        return None if position is None else "open" if position else "closed"

    return state


def _tilt(builder: DialectBuilder) -> None:
    percent, raw = scale(builder.options, "tilt_closed_value", "tilt_opened_value")
    builder.reads("tilt_position", "tilt_status_topic", "tilt_status_template", parse=percent)
    topic, template = builder.options.topic("tilt_command_topic"), builder.options.template("tilt_command_template")
    if topic is None:
        return

    def write(tilt: float) -> list[Outgoing]:
        payload = templates.command(template, raw(tilt), tilt_position=round(tilt))
        return [builder.options.command(topic, payload)]

    builder.writer("tilt_position", write)


def position_writer(builder: DialectBuilder, raw: Callable[[float], int]) -> None:
    topic = builder.options.topic("set_position_topic")
    template = builder.options.template("set_position_template")
    if topic is None:
        return

    def write(position: float) -> list[Outgoing]:
        payload = templates.command(template, raw(position), position=round(position))
        return [builder.options.command(topic, payload)]

    builder.writer("position", write)


def _state_writer(builder: DialectBuilder) -> None:
    """A cover that takes no open or close (payload null, or no command topic) is moved to its end position."""
    options = builder.options
    topic = options.topic("command_topic")
    words = {
        "open": options.text("payload_open", "OPEN"),
        "closed": options.text("payload_close", "CLOSE"),
        "stop": options.text("payload_stop", "STOP"),
    }

    def publish(word: str) -> list[Outgoing]:
        payload = words[word]
        return [] if topic is None or payload is None else [options.command(topic, payload)]

    if topic is not None and words["open"] is not None and words["closed"] is not None:
        builder.writer("state", publish)
    elif builder.can_write("position"):
        ends = {"open": 100.0, "closed": 0.0}
        write_position = builder.build().write
        builder.writer("state", lambda state: write_position({"position": ends[state]}))
    if topic is not None and words["stop"] is not None:
        builder.writer("stop", lambda _: publish("stop"))
