"""Robots: vacuums and lawn mowers. Their state is what they are at (cleaning, mowing, paused, docked, …)."""

from __future__ import annotations

from typing import Any

from hub.house import templates
from hub.house.dialect import Dialect, DialectBuilder, Options, Outgoing, Values, among, json_object

_VACUUM_STATES = frozenset({"cleaning", "docked", "paused", "idle", "returning", "error"})
_MOWER_STATES = ("mowing", "docked", "paused", "returning", "error")
_FEATURES = ("start", "stop", "return_home", "battery", "clean_spot")  # Home Assistant's default
# The state that a command leads to: its feature, the option of its payload, the payload.
_VACUUM_COMMANDS = {
    "cleaning": ("start", "payload_start", "start"),
    "paused": ("pause", "payload_pause", "pause"),
    "idle": ("stop", "payload_stop", "stop"),
    "docked": ("return_home", "payload_return_to_base", "return_to_base"),
}
_MOWER_COMMANDS = {"mowing": "start_mowing", "paused": "pause", "docked": "dock"}


def vacuum(options: Options) -> Dialect:
    """One JSON message tells state, battery and suction; a command is a word."""
    builder = DialectBuilder(options)
    if (state_topic := options.topic("state_topic")) is not None:
        builder.reader(state_topic, _read_vacuum, "state", "battery_level", "fan_speed")
    features = options.words("supported_features", _FEATURES)
    payloads = {
        state: options.word(key, default)
        for state, (feature, key, default) in _VACUUM_COMMANDS.items()
        if feature in features
    }
    topic, locate = options.topic("command_topic"), options.word("payload_locate", "locate")
    if topic is not None:
        builder.writer("state", lambda state: [options.command(topic, payloads[state])] if state in payloads else [])
        if "locate" in features:
            builder.writer("locate", lambda _: [options.command(topic, locate)])
    speeds = options.words("fan_speed_list")
    set_fan_speed = options.topic("set_fan_speed_topic")
    if set_fan_speed is not None and speeds:
        builder.writer("fan_speed", lambda speed: [options.command(set_fan_speed, speed)])
    return builder.build({"fan_speed_list": speeds} if speeds else None)


def _read_vacuum(payload: str) -> Values | None:
    message = json_object(payload)
    if message is None:
        return None
    values: dict[str, Any] = {}
    state = message.get("state")
    if isinstance(state, str) and state in _VACUUM_STATES:
        values["state"] = state
    battery = message.get("battery_level")
    if isinstance(battery, int | float) and not isinstance(battery, bool):
        values["battery_level"] = round(min(100.0, max(0.0, battery)))
    if isinstance(speed := message.get("fan_speed"), str):
        values["fan_speed"] = among(())(speed)
    return values


def lawn_mower(options: Options) -> Dialect:
    """A topic for each command; what is published is the command's name, unless a template says otherwise."""
    builder = DialectBuilder(options)
    builder.reads("state", "activity_state_topic", "activity_value_template", parse=among(_MOWER_STATES))
    topics = {state: options.topic(f"{word}_command_topic") for state, word in _MOWER_COMMANDS.items()}
    made = {state: options.template(f"{word}_command_template") for state, word in _MOWER_COMMANDS.items()}

    def write(state: str) -> list[Outgoing]:
        topic = topics.get(state)
        return [] if topic is None else [options.command(topic, templates.command(made[state], _MOWER_COMMANDS[state]))]

    if any(topics.values()):
        builder.writer("state", write)
    return builder.build()
