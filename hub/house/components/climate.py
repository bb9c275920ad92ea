"""Climate: thermostats and air conditioners. Their state is the mode (heat, cool, off, …)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.house.dialect import Dialect, DialectBuilder, Options, Values, among, number

_MODES = ("auto", "off", "cool", "heat", "dry", "fan_only")  # Home Assistant's defaults
_CHOICES = {
    "fan_mode": ("auto", "low", "medium", "high"),
    "swing_mode": ("on", "off"),
    "swing_horizontal_mode": ("on", "off"),
    "preset_mode": (),
}
_TURN_ON = ("heat_cool", "heat", "cool", "auto")  # what "on" means, the first one that the device has
_FAHRENHEIT = "F"


def climate(options: Options) -> Dialect:
    builder = DialectBuilder(options)
    modes = options.words("modes", _MODES)
    known = among(modes)
    _reads(builder, "state", "mode", parse=lambda text: known(text.lower()))
    builder.writes("state", "mode_command_topic", "mode_command_template")
    for name in ("temperature", "temperature_high", "temperature_low"):
        attribute = {"temperature_high": "target_temp_high", "temperature_low": "target_temp_low"}.get(name, name)
        _reads(builder, attribute, name)
        builder.writes(attribute, f"{name}_command_topic", f"{name}_command_template")
    _reads(builder, "humidity", "target_humidity")
    builder.writes("humidity", "target_humidity_command_topic", "target_humidity_command_template")
    for name in ("current_temperature", "current_humidity"):
        builder.reads(name, f"{name}_topic", f"{name}_template", "value_template", parse=number)
    builder.reads("hvac_action", "action_topic", "action_template", "value_template", parse=among(()))
    choices = _choices(builder)
    on = next((mode for mode in _TURN_ON if mode in modes), None)
    return builder.build({"hvac_modes": modes, "turn_on_mode": on, **choices, **temperature_range(options)})


def temperature_range(options: Options) -> dict[str, float | str]:
    """Home Assistant's defaults for climate, in the device's unit."""
    fahrenheit = options.word("temperature_unit", "C").upper() == _FAHRENHEIT
    return {
        "min_temp": options.number("min_temp", 45 if fahrenheit else 7),
        "max_temp": options.number("max_temp", 95 if fahrenheit else 35),
        "temperature_unit": "°F" if fahrenheit else "°C",
    }


def _reads(builder: DialectBuilder, name: str, option: str, parse: Callable[[str], Any] = number) -> None:
    """``value_template`` stands for every template that is not announced."""
    builder.reads(name, f"{option}_state_topic", f"{option}_state_template", "value_template", parse=parse)


def _choices(builder: DialectBuilder) -> Values:
    """Modes of the fan, the flaps and the presets; those that can neither be seen nor commanded are left out."""
    fixed: dict[str, tuple[str, ...]] = {}
    for name, default in _CHOICES.items():
        known = builder.options.words(f"{name}s", default)
        template = "preset_mode_value_template" if name == "preset_mode" else f"{name}_state_template"
        accepted = (*known, "none") if name == "preset_mode" and known else known
        builder.reads(name, f"{name}_state_topic", template, "value_template", parse=among(accepted))
        builder.writes(name, f"{name}_command_topic", f"{name}_command_template")
        if builder.can_write(name):
            fixed[f"{name}s"] = known
    return fixed
