"""Relays of Tasmota: switches, lights of every kind, the fan of an iFan."""

from __future__ import annotations

from collections.abc import Iterable

from hub.house.colors import HueSaturation, kelvin_to_mireds, mireds_to_kelvin
from hub.house.dialect import Dialect, DialectBuilder, Options, Outgoing, Reader, Values
from hub.house.json_messages import amount, document, told
from hub.house.tasmota.documents import CHANNELS_APART, LIGHT, Config, Found

_DIMMER, _WARMTH, _COLOR, _COLOR_WHITE, _COLOR_WARMTH = 1, 2, 3, 4, 5  # in ``lt_st``
_FAN_SPEEDS = 3
_FAN_ON = 67  # percent: medium, as Home Assistant does


def switch(config: Config, relay: int, *, count: int) -> Found:
    builder = DialectBuilder(Options({}))
    _power(builder, config, relay)
    return Found("switch", f"relay_{relay + 1}", config.name(relay, count=count), builder.build())


def light(config: Config, relay: int, *, count: int, plain: bool = False) -> Found:
    """plain: a relay that a lamp hangs on."""
    builder = DialectBuilder(Options({}))
    if not plain:
        _style(builder, config, relay)
    _power(builder, config, relay)  # after its style: a lamp that is switched on first shines in the old one
    return Found("light", f"light_{relay + 1}", config.name(relay, count=count), builder.build())


def fan(config: Config) -> Found:
    def read(payload: str) -> Values | None:
        speed = amount(document(payload).get("FanSpeed"))
        if speed is None:
            return None
        percentage = round(min(_FAN_SPEEDS, max(0, speed)) * 100 / _FAN_SPEEDS)
        return {"state": "on" if percentage else "off", "percentage": percentage}

    def write(wanted: Values) -> list[Outgoing]:
        percentage = wanted.get("percentage", _FAN_ON if wanted.get("state") == "on" else 0)
        return [config.command("FanSpeed", max(1, round(percentage * _FAN_SPEEDS / 100)) if percentage else 0)]

    names = frozenset({"state", "percentage"})
    readers = dict.fromkeys(config.answer_topics("FanSpeed"), (read,))
    dialect = Dialect(readers, write, names, names, {"percentage_step": 100 / _FAN_SPEEDS})
    return Found("fan", "fan", config.name(len(config.relays)), dialect)


def _power(builder: DialectBuilder, config: Config, relay: int) -> None:
    number = relay + 1
    off, on = config.states[0], config.states[1]
    words = {off: "off", on: "on"}
    keys = [f"POWER{number}", *(["POWER"] if relay == 0 else [])]  # without a number where it is the only one

    def read(payload: str) -> Values | None:
        message = document(payload)
        word = next((message[key] for key in keys if key in message), None)
        state = words.get(word) if isinstance(word, str) else None
        return None if state is None else {"state": state}

    def read_word(payload: str) -> Values | None:
        return {"state": words[payload]} if payload in words else read(payload)

    _listen(builder, config.answer_topics(), read, "state")
    _listen(builder, map(config.status_topic, keys), read_word, "state")
    command = config.command_topic(keys[0])
    builder.writer("state", lambda wanted: [builder.options.command(command, on if wanted == "on" else off)])


def _style(builder: DialectBuilder, config: Config, relay: int) -> None:
    kind, command, key = _kind(config, relay)
    topics = config.answer_topics(command, "CT", "HSBColor1", "HSBColor2", "HSBColor", "Color")
    if kind:
        _listen(builder, topics, told("brightness", key, parse=_brightness), "brightness")
        builder.writer("brightness", lambda wanted: [config.command(command, max(1, round(wanted * 100 / 255)))])
    if kind in {_WARMTH, _COLOR_WARMTH}:
        _listen(builder, topics, told("color_temp_kelvin", "CT", parse=_kelvin), "color_temp_kelvin")
        builder.writer("color_temp_kelvin", lambda wanted: [config.command("CT", kelvin_to_mireds(wanted))])
    if kind in {_COLOR, _COLOR_WHITE, _COLOR_WARMTH}:
        _listen(builder, topics, told("hs_color", "HSBColor", parse=_hue_saturation), "hs_color")
        builder.writer(
            "hs_color",
            lambda wanted: [
                config.command("HSBColor1", round(wanted[0]) % 360),
                config.command("HSBColor2", round(wanted[1])),
            ],
        )


def _kind(config: Config, relay: int) -> tuple[int, str, str]:
    """What the lamp on this relay can, its dimmer's command and the key of its level (hatasmota/light.py)."""
    kind = config.light_type
    if config.has(CHANNELS_APART):
        return _DIMMER, f"Channel{relay + 1}", f"Channel{relay + 1}"
    if not config.white_linked and kind in {_COLOR_WHITE, _COLOR_WARMTH}:  # colour and white are two lamps
        if relay == config.relays.index(LIGHT):
            return _COLOR, "Dimmer1", "Dimmer1"
        return (_DIMMER if kind == _COLOR_WHITE else _WARMTH), "Dimmer2", "Dimmer2"
    return kind, "Dimmer3" if config.tuya else "Dimmer", "Dimmer"


def _listen(builder: DialectBuilder, topics: Iterable[str], reader: Reader, *names: str) -> None:
    for topic in topics:
        builder.reader(topic, reader, *names)


def _brightness(value: object) -> int | None:
    percent = amount(value)
    return None if percent is None else min(255, max(0, round(percent * 255 / 100)))


def _kelvin(value: object) -> int | None:
    mireds = amount(value)
    return None if mireds is None else mireds_to_kelvin(mireds)


def _hue_saturation(value: object) -> HueSaturation | None:
    parts = [amount(part) for part in value.split(",")] if isinstance(value, str) else []
    if len(parts) != 3 or parts[0] is None or parts[1] is None:
        return None
    return (parts[0], parts[1])
