"""Sirens: on and off. They may report more than their state, in JSON, and are told in JSON unless by a template."""

from __future__ import annotations

import json
from typing import Any

from hub.house import templates
from hub.house.dialect import Dialect, DialectBuilder, Options, Outgoing, Values, json_object


def siren(options: Options) -> Dialect:
    on, off = options.word("payload_on", "ON"), options.word("payload_off", "OFF")
    words = {options.word("state_off", off): "off", options.word("state_on", on): "on"}
    topic, state_topic = options.required_topic("command_topic"), options.topic("state_topic")
    value = options.template("state_value_template")
    turn_on = options.template("command_template")
    turn_off = options.template("command_off_template", "command_template")

    def read(payload: str) -> Values | None:
        text = templates.read(value, payload)
        return None if text is None else _read(text, words)

    def write(state: str) -> list[Outgoing]:
        word, template = (on, turn_on) if state == "on" else (off, turn_off)
        plain = json.dumps({"state": word})
        return [options.command(topic, templates.command(template, word, state=word) if template else plain)]

    builder = DialectBuilder(options)
    if state_topic is not None:
        builder.reader(state_topic, read, "state")
    builder.writer("state", write)
    tones = options.words("available_tones")
    return builder.build({"available_tones": tones} if tones else None)


def _read(text: str, words: dict[str, str]) -> Values | None:
    if text in words:
        return {"state": words[text]}
    message = json_object(text)
    if message is None:
        return None
    values: dict[str, Any] = {}
    if isinstance(word := message.get("state"), str) and word in words:
        values["state"] = words[word]
    if isinstance(tone := message.get("tone"), str):
        values["tone"] = tone[:64]
    if isinstance(volume := message.get("volume_level"), int | float):
        values["volume_level"] = min(1.0, max(0.0, volume))
    return values
