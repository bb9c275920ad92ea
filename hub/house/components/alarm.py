"""Alarm panels. Their state is what they watch (disarmed, armed_home, armed_away, …), or pending, triggered, arming."""

from __future__ import annotations

from collections.abc import Collection

from hub.house import templates
from hub.house.dialect import Dialect, DialectBuilder, Options, Outgoing, among

_STATES = (
    *("disarmed", "armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass"),
    *("pending", "arming", "disarming", "triggered"),
)
_ARMED = {state: state.replace("armed", "arm") for state in _STATES if state.startswith("armed_")}
_FEATURE_BITS = {"arm_home": 1, "arm_away": 2, "arm_night": 4, "arm_custom_bypass": 16, "arm_vacation": 32}


def alarm_control_panel(options: Options) -> Dialect:
    """What needs a code that somebody types cannot be commanded: the hub is told none."""
    builder = DialectBuilder(options)
    builder.reads("state", "state_topic", "value_template", parse=among(_STATES))
    options.required_topic("state_topic")
    topic, template = options.required_topic("command_topic"), options.template("command_template")
    payloads = _payloads(options)

    def write(state: str) -> list[Outgoing]:
        payload = payloads.get(state)
        return [] if payload is None else [options.command(topic, templates.command(template, payload, action=payload))]

    if payloads:
        builder.writer("state", write)
    return builder.build({"armed_states": tuple(state for state in payloads if state != "disarmed")})


def _features(options: Options) -> Collection[str]:
    """Words, or Home Assistant's own bit mask, which ESPHome announces."""
    mask = options.bits("supported_features")
    if mask is None:
        return options.words("supported_features", _ARMED.values())
    return {word for word, bit in _FEATURE_BITS.items() if mask & bit}


def _payloads(options: Options) -> dict[str, str]:
    """State to the word that commands it."""
    has_code = options.text("code") is not None
    features = _features(options)
    payloads = {}
    if not (has_code and options.flag("code_disarm_required", default=True)):
        payloads["disarmed"] = options.word("payload_disarm", "DISARM")
    if not (has_code and options.flag("code_arm_required", default=True)):
        armed = {state: word for state, word in _ARMED.items() if word in features}
        payloads |= {state: options.word(f"payload_{word}", word.upper()) for state, word in armed.items()}
    return payloads
