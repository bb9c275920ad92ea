"""Fans: on and off, speed in percent of the announced range, preset modes."""

from __future__ import annotations

from hub.house.dialect import Dialect, DialectBuilder, Options, number, one_of


def fan(options: Options) -> Dialect:
    on, off = options.word("payload_on", "ON"), options.word("payload_off", "OFF")
    low, high = options.number("speed_range_min", 1), options.number("speed_range_max", 100)
    steps = max(1.0, high - low + 1)  # the announced range has no step for standing still: that is 0

    def percent(text: str) -> int | None:
        speed = number(text)
        return None if speed is None else min(100, max(0, round((speed - low + 1) * 100 / steps)))

    def speed(percentage: float) -> int:
        return round(percentage * steps / 100 + low - 1) if percentage else 0

    builder = DialectBuilder(options)
    builder.reads("state", "state_topic", "state_value_template", parse=one_of({off: "off", on: "on"}))
    builder.reads("percentage", "percentage_state_topic", "percentage_value_template", parse=percent)
    presets = options.words("preset_modes")
    builder.reads(
        "preset_mode",
        "preset_mode_state_topic",
        "preset_mode_value_template",
        parse=lambda text: text if text in presets else None,
    )
    options.required_topic("command_topic")
    builder.writes("state", "command_topic", "command_template", lambda state: on if state == "on" else off)
    builder.writes("percentage", "percentage_command_topic", "percentage_command_template", speed)
    builder.writes("preset_mode", "preset_mode_command_topic", "preset_mode_command_template")
    return builder.build({"percentage_step": 100 / steps, **({"preset_modes": presets} if presets else {})})
