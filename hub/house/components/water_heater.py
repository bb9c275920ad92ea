"""Water heaters: their state is the mode they heat in (eco, electric, …, off); some have a switch besides."""

from __future__ import annotations

from hub.house import templates
from hub.house.components.climate import temperature_range
from hub.house.dialect import Dialect, DialectBuilder, Options, Outgoing, Values, among, number

_MODES = ("eco", "electric", "gas", "heat_pump", "high_demand", "performance", "off")  # Home Assistant's default


def water_heater(options: Options) -> Dialect:
    builder = DialectBuilder(options)
    modes = options.words("modes", _MODES)
    _mode_reader(builder, modes)
    for name, topic in (("temperature", "temperature_state"), ("current_temperature", "current_temperature")):
        builder.reads(name, f"{topic}_topic", f"{topic}_template", "value_template", parse=number)
    builder.writes("state", "mode_command_topic", "mode_command_template")
    builder.writes("temperature", "temperature_command_topic", "temperature_command_template")
    _power(builder, modes)
    return builder.build({"operation_list": modes, **temperature_range(options)})


def _mode_reader(builder: DialectBuilder, modes: tuple[str, ...]) -> None:
    """The mode tells whether it is on, too."""
    topic = builder.options.topic("mode_state_topic")
    template = builder.options.template("mode_state_template", "value_template")
    known = among(modes)

    def read(payload: str) -> Values | None:
        mode = known(templates.read(template, payload) or "")
        return {"state": mode, "power": "off" if mode == "off" else "on"} if mode else None

    if topic is not None:
        builder.reader(topic, read, "state", "power")


def _power(builder: DialectBuilder, modes: tuple[str, ...]) -> None:
    """Without a switch it can be turned off by its mode, and on by none: which one would be meant?"""
    options = builder.options
    on, off = options.word("payload_on", "ON"), options.word("payload_off", "OFF")
    builder.writes("power", "power_command_topic", "power_command_template", lambda power: on if power == "on" else off)
    if builder.can_write("power") or not builder.can_write("state") or "off" not in modes:
        return
    write_mode = builder.build().write

    def turn(power: str) -> list[Outgoing]:
        return write_mode({"state": "off"}) if power == "off" else []

    builder.writer("power", turn)
