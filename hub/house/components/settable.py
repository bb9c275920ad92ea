"""Components that hold what they were set to: number, select, text. Their ``value`` is their state as they write it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.house import templates
from hub.house.dialect import Dialect, DialectBuilder, Options, Values, among, number
from hub.house.errors import DiscoveryInvalid

_MAX_TEXT = 255


def number_entity(options: Options) -> Dialect:
    low, high = options.number("min", 1), options.number("max", 100)
    step = options.number("step", 1)
    if low > high or step <= 0:
        raise DiscoveryInvalid("min must not be above max, and step must be above 0")
    return _settable(options, number, {"min": low, "max": high, "step": step})


def select(options: Options) -> Dialect:
    choices = options.words("options")
    return _settable(options, among(choices), {"options": choices})


def text(options: Options) -> Dialect:
    low, high = options.number("min", 0), options.number("max", _MAX_TEXT)
    fixed = {"min": low, "max": min(high, _MAX_TEXT)}
    hidden = options.word("mode", "text") == "password"  # nobody is told a password, not even who asks for it
    return _settable(options, lambda word: None if hidden else word[:_MAX_TEXT], fixed)


def _settable(options: Options, parse: Callable[[str], Any], fixed: Values) -> Dialect:
    builder = DialectBuilder(options)
    topic, template = options.topic("state_topic"), options.template("value_template")

    def read(payload: str) -> Values | None:
        given = templates.read(template, payload)
        value = None if not given or given == "None" else parse(given)
        return None if value is None else {"value": value, "state": str(value).lower()}

    if topic is not None:
        builder.reader(topic, read, "value", "state")
    options.required_topic("command_topic")
    builder.writes("value", "command_topic", "command_template")
    return builder.build(fixed)
