"""Humidifiers and dehumidifiers: on and off, the humidity they shall reach, modes."""

from __future__ import annotations

from hub.house.dialect import Dialect, DialectBuilder, Options, among, number, one_of


def humidifier(options: Options) -> Dialect:
    on, off = options.word("payload_on", "ON"), options.word("payload_off", "OFF")
    modes = options.words("modes")
    for topic in ("command_topic", "target_humidity_command_topic"):
        options.required_topic(topic)
    builder = DialectBuilder(options)
    builder.reads("state", "state_topic", "state_value_template", parse=one_of({off: "off", on: "on"}))
    builder.reads("humidity", "target_humidity_state_topic", "target_humidity_state_template", parse=_percent)
    builder.reads("current_humidity", "current_humidity_topic", "current_humidity_template", parse=_percent)
    builder.reads("mode", "mode_state_topic", "mode_state_template", parse=among(modes))
    builder.reads("action", "action_topic", "action_template", parse=among(()))
    builder.writes("state", "command_topic", "command_template", lambda state: on if state == "on" else off)
    builder.writes("humidity", "target_humidity_command_topic", "target_humidity_command_template")
    builder.writes("mode", "mode_command_topic", "mode_command_template")
    fixed = {"min_humidity": options.number("min_humidity", 0), "max_humidity": options.number("max_humidity", 100)}
    return builder.build(fixed | ({"available_modes": modes} if modes else {}))


def _percent(text: str) -> float | None:
    value = number(text)
    return value if value is not None and 0 <= value <= 100 else None
