"""Lights in the template schema: one command topic, payloads made and read by templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.house.colors import hs_to_rgb, kelvin_to_mireds, mireds_to_kelvin, rgb_to_hs
from hub.house.dialect import Dialect, DialectBuilder, Options, Outgoing, Values, among, number, one_of
from hub.house.errors import DiscoveryInvalid

_COLOR_PARTS = ("red_template", "green_template", "blue_template")


def template_light(options: Options) -> Dialect:
    command_topic = options.required_topic("command_topic")
    on, off = options.template("command_on_template"), options.template("command_off_template")
    if on is None or off is None:
        raise DiscoveryInvalid("command_on_template or command_off_template is missing")
    kelvin = options.flag("color_temp_kelvin", default=False)

    def write(wanted: Values) -> list[Outgoing]:
        chosen = off if wanted.get("state") == "off" else on
        payload = chosen.render(_variables(wanted, kelvin=kelvin))
        return [] if payload is None else [options.command(command_topic, payload)]

    builder = DialectBuilder(options)
    builder.reads("state", "state_topic", "state_template", parse=one_of({"on": "on", "off": "off"}))
    writes = {"state"}
    if options.template("brightness_template"):
        builder.reads("brightness", "state_topic", "brightness_template", parse=_byte)
        writes.add("brightness")
    if options.template("color_temp_template"):
        builder.reads("color_temp_kelvin", "state_topic", "color_temp_template", parse=_kelvin_reader(kelvin=kelvin))
        writes.add("color_temp_kelvin")
    if all(options.template(key) for key in _COLOR_PARTS):
        _read_color(builder)
        writes.add("hs_color")
    effects = options.words("effect_list")
    if effects and options.template("effect_template"):
        builder.reads("effect", "state_topic", "effect_template", parse=among(effects))
        writes.add("effect")
    built = builder.build()
    return Dialect(built.readers, write, built.reads, frozenset(writes), {"effect_list": effects} if effects else {})


def _variables(wanted: Values, *, kelvin: bool) -> dict[str, Any]:
    """What Home Assistant gives to command_on_template; what is not commanded is not defined."""
    variables: dict[str, Any] = {"state": wanted.get("state", "on")}
    if "brightness" in wanted:
        variables["brightness"] = wanted["brightness"]
    if "effect" in wanted:
        variables["effect"] = wanted["effect"]
    if "color_temp_kelvin" in wanted:
        warmth = wanted["color_temp_kelvin"]
        variables["color_temp"] = round(warmth) if kelvin else kelvin_to_mireds(warmth)
    if "hs_color" in wanted:
        variables["red"], variables["green"], variables["blue"] = hs_to_rgb(wanted["hs_color"])
        variables["hue"], variables["sat"] = wanted["hs_color"]
    return variables


def _byte(text: str) -> int | None:
    value = number(text)
    return None if value is None else min(255, max(0, round(value)))


def _kelvin_reader(*, kelvin: bool) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        value = number(text)
        return None if value is None else round(value) if kelvin else mireds_to_kelvin(value)

    return read


def _read_color(builder: DialectBuilder) -> None:
    topic = builder.options.topic("state_topic")
    parts = [template for key in _COLOR_PARTS if (template := builder.options.template(key))]
    if topic is None:
        return

    def read(payload: str) -> Values | None:
        values = [number(template.read(payload) or "") for template in parts]
        red, green, blue = values
        if red is None or green is None or blue is None:
            return None
        return {"hs_color": rgb_to_hs((red, green, blue))}

    builder.reader(topic, read, "hs_color")
