"""Valves: open and closed by words, perhaps with a position besides; or by position only (``reports_position``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.house import templates
from hub.house.components.cover import position_writer, scale, state_of
from hub.house.dialect import Dialect, DialectBuilder, Options, Outgoing, Values, json_object


def valve(options: Options) -> Dialect:
    builder = DialectBuilder(options)
    by_position = options.flag("reports_position", default=False)
    if by_position:
        _by_position(builder)
    else:
        _by_words(builder)
    topic, stop = options.topic("command_topic"), options.text("payload_stop")
    template = options.template("command_template")
    if topic is not None and stop is not None:
        builder.writer("stop", lambda _: [options.command(topic, templates.command(template, stop))])
    return builder.build()


def _by_words(builder: DialectBuilder) -> None:
    options = builder.options
    names = ("open", "closed", "opening", "closing")
    states = {options.word(f"state_{name}", name): name for name in names}
    _reader(builder, lambda state, _: {"state": states[state]} if state in states else {}, "state")
    topic, template = options.topic("command_topic"), options.template("command_template")
    payloads = {"open": options.text("payload_open", "OPEN"), "closed": options.text("payload_close", "CLOSE")}

    def write(state: str) -> list[Outgoing]:
        if topic is None or (payload := payloads[state]) is None:
            return []
        return [options.command(topic, templates.command(template, payload))]

    if topic is not None:
        builder.writer("state", write)
    percent, raw = scale(options, "position_closed", "position_open")
    builder.reads("position", "position_topic", "position_template", parse=percent)  # as ESPHome announces it
    position_writer(builder, raw)


def _by_position(builder: DialectBuilder) -> None:
    options = builder.options
    percent, raw = scale(options, "position_closed", "position_open")
    moving = {options.word(f"state_{name}", name): name for name in ("opening", "closing")}
    resting = state_of(percent)

    def values(state: str, position: str) -> Values:
        told: dict[str, Any] = {"position": percent(position), "state": moving.get(state, resting(position))}
        return {name: value for name, value in told.items() if value is not None}

    _reader(builder, values, "state", "position")
    topic, template = options.topic("command_topic"), options.template("command_template")
    if topic is None:
        return

    def write(position: float) -> list[Outgoing]:
        return [options.command(topic, templates.command(template, raw(position), position=round(position)))]

    builder.writer("position", write)
    builder.writer("state", lambda state: write(100 if state == "open" else 0))


def _reader(builder: DialectBuilder, values: Callable[[str, str], Values], *names: str) -> None:
    """values: of the state and the position in a message; one that is no JSON object is both."""
    topic, template = builder.options.topic("state_topic"), builder.options.template("value_template")
    if topic is None:
        return

    def read(payload: str) -> Values | None:
        text = templates.read(template, payload)
        if not text:
            return None
        message = json_object(text)
        if message is None:
            return values(text, text)
        return values(str(message.get("state", "")), str(message.get("position", "")))

    builder.reader(topic, read, *names)
