"""Fans: on and off, speed in percent of the announced range, preset modes, oscillation, direction."""

from __future__ import annotations

from hub.house.dialect import Dialect, DialectBuilder, Options, among, number, one_of


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
    builder.reads("preset_mode", "preset_mode_state_topic", "preset_mode_value_template", parse=among(presets))
    options.required_topic("command_topic")
    builder.writes("state", "command_topic", "command_template", lambda state: on if state == "on" else off)
    builder.writes("percentage", "percentage_command_topic", "percentage_command_template", speed)
    builder.writes("preset_mode", "preset_mode_command_topic", "preset_mode_command_template")
    _airflow(builder)
    return builder.build({"percentage_step": 100 / steps, **({"preset_modes": presets} if presets else {})})


def _airflow(builder: DialectBuilder) -> None:
    """Attribute ``oscillating`` is true or false; ``direction`` is forward or reverse."""
    turning = builder.options.word("payload_oscillation_on", "oscillate_on")
    still = builder.options.word("payload_oscillation_off", "oscillate_off")
    builder.reads(
        "oscillating",
        "oscillation_state_topic",
        "oscillation_value_template",
        parse=one_of({still: False, turning: True}),
    )
    builder.writes(
        "oscillating",
        "oscillation_command_topic",
        "oscillation_command_template",
        lambda oscillating: turning if oscillating else still,
    )
    directions = ("forward", "reverse")
    builder.reads("direction", "direction_state_topic", "direction_value_template", parse=among(directions))
    builder.writes("direction", "direction_command_topic", "direction_command_template")
