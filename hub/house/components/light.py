"""Lights in the default schema (a topic for each value); the json and template schemas have modules of their own."""

from __future__ import annotations

from collections.abc import Callable

from hub.house import templates
from hub.house.colors import HueSaturation, hs_to_rgb, hs_to_xy, kelvin_to_mireds, mireds_to_kelvin, rgb_to_hs, xy_to_hs
from hub.house.components.light_json import json_light
from hub.house.components.light_template import template_light
from hub.house.dialect import Dialect, DialectBuilder, Options, Outgoing, Values, among, number, one_of
from hub.house.errors import DiscoveryInvalid

_RGB = ("red", "green", "blue")
_PARTS = {  # of a colour, as Home Assistant names them for command templates
    "hs": ("hue", "sat"),
    "rgb": _RGB,
    "rgbw": (*_RGB, "white"),
    "rgbww": (*_RGB, "cold_white", "warm_white"),
    "xy": ("x", "y"),
}


def light(options: Options) -> Dialect:
    schemas = {"json": json_light, "template": template_light, "default": _default_light, "basic": _default_light}
    schema = options.word("schema", "default").lower()
    if schema not in schemas:
        raise DiscoveryInvalid(f"schema {schema[:40]!r} must be default, json or template")
    return schemas[schema](options)


def _default_light(options: Options) -> Dialect:
    on, off = options.word("payload_on", "ON"), options.word("payload_off", "OFF")
    scale = options.number("brightness_scale", 255) or 255
    builder = DialectBuilder(options)
    options.required_topic("command_topic")
    states = one_of({off: "off", on: "on"})
    builder.reads("state", "state_topic", "state_value_template", "value_template", parse=states)
    builder.reads("brightness", "brightness_state_topic", "brightness_value_template", parse=_brightness_reader(scale))
    builder.writes("state", "command_topic", "command_template", lambda state: on if state == "on" else off)
    builder.writes(
        "brightness",
        "brightness_command_topic",
        "brightness_command_template",
        lambda brightness: max(1, round(brightness * scale / 255)),
    )
    _temperature(builder)
    _colors(builder)
    effects = options.words("effect_list")
    builder.reads("effect", "effect_state_topic", "effect_value_template", parse=among(effects))
    builder.writes("effect", "effect_command_topic", "effect_command_template")
    dialect = builder.build({"effect_list": effects} if effects else None)
    return _with_order(dialect, options.word("on_command_type", "last"))


def _brightness_reader(scale: float) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        raw = number(text)
        return None if raw is None else min(255, max(0, round(raw * 255 / scale)))

    return read


def _temperature(builder: DialectBuilder) -> None:
    """On the wire mireds, unless the device says kelvin."""
    kelvin = builder.options.flag("color_temp_kelvin", default=False)

    def read(text: str) -> int | None:
        raw = number(text)
        return None if raw is None else round(raw) if kelvin else mireds_to_kelvin(raw)

    name = "color_temp_kelvin"
    builder.reads(name, "color_temp_state_topic", "color_temp_value_template", parse=read)
    show = round if kelvin else kelvin_to_mireds
    builder.writes(name, "color_temp_command_topic", "color_temp_command_template", show)


def _colors(builder: DialectBuilder) -> None:
    """A lamp may take several forms; the last one added here is the one used for commands."""
    forms: list[tuple[str, Callable[[tuple[float, ...]], HueSaturation | None], Callable[[HueSaturation], str]]] = [
        ("rgbww", lambda parts: rgb_to_hs((parts[0], parts[1], parts[2])), lambda hs: _joined((*hs_to_rgb(hs), 0, 0))),
        ("rgbw", lambda parts: rgb_to_hs((parts[0], parts[1], parts[2])), lambda hs: _joined((*hs_to_rgb(hs), 0))),
        ("xy", lambda parts: xy_to_hs((parts[0], parts[1])), lambda hs: _joined(hs_to_xy(hs))),
        ("hs", lambda parts: (parts[0], parts[1]), _joined),
        ("rgb", lambda parts: rgb_to_hs((parts[0], parts[1], parts[2])), lambda hs: _joined(hs_to_rgb(hs))),
    ]
    for form, parse, show in forms:

        def read(
            text: str, form: str = form, parse: Callable[[tuple[float, ...]], HueSaturation | None] = parse
        ) -> HueSaturation | None:
            parts = tuple(number(part) for part in text.split(","))
            if len(parts) != len(form) or None in parts:
                return None
            return parse(tuple(part for part in parts if part is not None))

        builder.reads("hs_color", f"{form}_state_topic", f"{form}_value_template", parse=read)
        _color_writer(builder, form, show)


def _color_writer(builder: DialectBuilder, form: str, show: Callable[[HueSaturation], str]) -> None:
    topic = builder.options.topic(f"{form}_command_topic")
    template = builder.options.template(f"{form}_command_template")
    if topic is None:
        return

    def write(hs: HueSaturation) -> list[Outgoing]:
        payload = show(hs)
        parts = dict(zip(_PARTS[form], map(number, payload.split(",")), strict=True))
        return [builder.options.command(topic, templates.command(template, payload, **parts))]

    builder.writer("hs_color", write)


def _joined(parts: tuple[float, ...]) -> str:
    return ",".join(f"{part:g}" for part in parts)


def _with_order(dialect: Dialect, on_command_type: str) -> Dialect:
    """``first``: on, then its style. ``brightness``: the brightness alone turns it on. ``last``: style, then on."""

    def write(wanted: Values) -> list[Outgoing]:
        state = dialect.write({name: value for name, value in wanted.items() if name == "state"})
        style = dialect.write({name: value for name, value in wanted.items() if name != "state"})
        if on_command_type == "brightness" and wanted.get("state") == "on" and "brightness" in wanted:
            return style
        return state + style if on_command_type == "first" else style + state

    return Dialect(dialect.readers, write, dialect.reads, dialect.writes, dialect.fixed)
