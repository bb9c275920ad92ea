"""What only tells: updates that wait for a device, and events such as a press of a wall switch."""

from __future__ import annotations

from typing import Any

from hub.house import templates
from hub.house.dialect import Dialect, DialectBuilder, Options, Values, json_object

_MAX_VERSION = 100
_VERSIONS = ("installed_version", "latest_version")


def update(options: Options) -> Dialect:
    """State ``on``: another version than the installed one waits."""
    builder = DialectBuilder(options)
    known: dict[str, str] = {}  # the versions may come one by one, on two topics

    def learn(values: dict[str, Any]) -> Values:
        known.update({name: values[name] for name in _VERSIONS if name in values})
        if len(known) == len(_VERSIONS):
            values["state"] = "off" if known["installed_version"] == known["latest_version"] else "on"
        return values

    def reader(key: str, name: str) -> None:
        topic = options.topic(f"{key}_topic")
        template = options.template("value_template" if key == "state" else f"{key}_template")
        if topic is not None:
            builder.reader(topic, lambda payload: learn(_versions(templates.read(template, payload), name)), *_VERSIONS)

    reader("state", "installed_version")
    reader("latest_version", "latest_version")
    topic, install = options.topic("command_topic"), options.text("payload_install")
    if topic is not None and install is not None:
        builder.writer("install", lambda _: [options.command(topic, install)])
    return builder.build()


def _versions(text: str | None, name: str) -> dict[str, Any]:
    """From a JSON message with both versions, or from one that is the version ``name``."""
    if not text:
        return {}
    message = json_object(text)
    if message is None:
        return {name: text[:_MAX_VERSION]}
    told = {key: message.get(key) for key in _VERSIONS}
    values: dict[str, Any] = {key: version[:_MAX_VERSION] for key, version in told.items() if isinstance(version, str)}
    if isinstance(message.get("in_progress"), bool):
        values["in_progress"] = message["in_progress"]
    return values


def event(options: Options) -> Dialect:
    """The state is what happened last, as ``event_type`` is; Home Assistant's would be when it happened."""
    types = options.words("event_types")
    topic, template = options.required_topic("state_topic"), options.template("value_template")

    def read(payload: str) -> Values | None:
        message = json_object(templates.read(template, payload) or "") or {}
        happened = message.get("event_type")
        return {"event_type": happened, "state": happened.lower()} if happened in types else None

    builder = DialectBuilder(options)
    builder.reader(topic, read, "event_type", "state")
    return builder.build({"event_types": types})
