"""Components with one value: switch, lock, sensor, binary sensor, scene, button."""

from __future__ import annotations

from dataclasses import replace

from hub.house import templates
from hub.house.codes import MASK, need
from hub.house.dialect import Dialect, DialectBuilder, Options, Outgoing, one_of


def switch(options: Options) -> Dialect:
    on, off = options.word("payload_on", "ON"), options.word("payload_off", "OFF")
    builder = DialectBuilder(options)
    states = {options.word("state_off", off): "off", options.word("state_on", on): "on"}
    builder.reads("state", "state_topic", "value_template", parse=one_of(states))
    options.required_topic("command_topic")
    builder.writes("state", "command_topic", "command_template", lambda state: on if state == "on" else off)
    return builder.build()


def lock(options: Options) -> Dialect:
    payloads = {"locked": options.word("payload_lock", "LOCK"), "unlocked": options.word("payload_unlock", "UNLOCK")}
    names = ("locked", "unlocked", "locking", "unlocking", "jammed")
    states = {options.word(f"state_{name}", name.upper()): name for name in names}
    builder = DialectBuilder(options)
    builder.reads("state", "state_topic", "value_template", parse=one_of(states))
    topic = options.required_topic("command_topic")
    code_format, template = options.text("code_format"), options.template("command_template")
    if code_format is None:
        builder.writes("state", "command_topic", "command_template", payloads.__getitem__)
        return builder.build()
    if template is None or "code" not in template.variables:  # a code that cannot reach it: nobody would check it
        return builder.build()

    def message(state: str, code: str) -> list[Outgoing]:
        return [options.command(topic, templates.command(template, payloads[state], code=code))]

    builder.writer("state", lambda state: message(state, MASK))
    return replace(
        builder.build({"code_format": "number"}),
        code=lambda wanted: need(code_format) if "state" in wanted else None,
        write_with=lambda wanted, code: message(wanted["state"], code),
    )


def sensor(options: Options) -> Dialect:
    """Any text is a state; Home Assistant's word for "no value" is None."""
    options.required_topic("state_topic")
    builder = DialectBuilder(options)
    builder.reads(
        "state", "state_topic", "value_template", parse=lambda text: None if text == "None" else text[:255].lower()
    )
    return builder.build()


def binary_sensor(options: Options) -> Dialect:
    options.required_topic("state_topic")
    states = {options.word("payload_off", "OFF"): "off", options.word("payload_on", "ON"): "on"}
    builder = DialectBuilder(options)
    builder.reads("state", "state_topic", "value_template", parse=one_of(states))
    return builder.build()


def scene(options: Options) -> Dialect:
    return _press(options, options.word("payload_on", "ON"))


def button(options: Options) -> Dialect:
    return _press(options, options.word("payload_press", "PRESS"))


def _press(options: Options, payload: str) -> Dialect:
    topic = options.required_topic("command_topic")
    template = options.template("command_template")
    builder = DialectBuilder(options)
    builder.writer("press", lambda _: [options.command(topic, templates.command(template, payload))])
    return builder.build()
