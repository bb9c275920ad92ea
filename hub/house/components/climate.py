"""Climate: thermostats and air conditioners. Their state is the mode (heat, cool, off, …)."""

from __future__ import annotations

from hub.house.dialect import Dialect, DialectBuilder, Options, number

_MODES = ("auto", "off", "cool", "heat", "dry", "fan_only")  # Home Assistant's default
_TURN_ON = ("heat_cool", "heat", "cool", "auto")  # what "on" means, the first one that the device has
_FAHRENHEIT = "F"


def climate(options: Options) -> Dialect:
    modes = options.words("modes", _MODES)
    fan_modes, presets = options.words("fan_modes"), options.words("preset_modes")
    builder = DialectBuilder(options)
    builder.reads("state", "mode_state_topic", "mode_state_template", parse=lambda text: _among(text.lower(), modes))
    builder.reads("temperature", "temperature_state_topic", "temperature_state_template", parse=number)
    builder.reads("current_temperature", "current_temperature_topic", "current_temperature_template", parse=number)
    builder.reads(
        "fan_mode", "fan_mode_state_topic", "fan_mode_state_template", parse=lambda text: _among(text, fan_modes)
    )
    builder.reads(
        "preset_mode", "preset_mode_state_topic", "preset_mode_value_template", parse=lambda text: _among(text, presets)
    )
    builder.writes("state", "mode_command_topic", "mode_command_template")
    builder.writes("temperature", "temperature_command_topic", "temperature_command_template")
    builder.writes("fan_mode", "fan_mode_command_topic", "fan_mode_command_template")
    builder.writes("preset_mode", "preset_mode_command_topic", "preset_mode_command_template")
    fahrenheit = options.word("temperature_unit", "C").upper() == _FAHRENHEIT
    fixed = {
        "hvac_modes": modes,
        "turn_on_mode": next((mode for mode in _TURN_ON if mode in modes), None),
        "fan_modes": fan_modes,
        "min_temp": options.number("min_temp", 45 if fahrenheit else 7),
        "max_temp": options.number("max_temp", 95 if fahrenheit else 35),
        "temperature_unit": "°F" if fahrenheit else "°C",
    }
    return builder.build(fixed)


def _among(word: str, known: tuple[str, ...]) -> str | None:
    """Without an announced list any word goes."""
    return word[:64] if word in known or not known else None
