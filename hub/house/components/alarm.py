"""Alarm panels. Their state is what they watch (disarmed, armed_home, armed_away, …), or pending, triggered, arming."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from hub.house import templates
from hub.house.codes import MASK, CodeNeed
from hub.house.dialect import Dialect, DialectBuilder, Options, Outgoing, among
from hub.house.templates import Template

_JUDGED_BY_PANEL = "REMOTE_CODE"  # Home Assistant's word; REMOTE_CODE_TEXT may have letters, which nobody can say

_STATES = (
    *("disarmed", "armed_home", "armed_away", "armed_night", "armed_vacation", "armed_custom_bypass"),
    *("pending", "arming", "disarming", "triggered"),
)
_ARMED = {state: state.replace("armed", "arm") for state in _STATES if state.startswith("armed_")}
_FEATURE_BITS = {"arm_home": 1, "arm_away": 2, "arm_night": 4, "arm_custom_bypass": 16, "arm_vacation": 32}


def alarm_control_panel(options: Options) -> Dialect:
    """What needs a code that nobody can say, or that cannot reach the panel, cannot be commanded."""
    builder = DialectBuilder(options)
    builder.reads("state", "state_topic", "value_template", parse=among(_STATES))
    options.required_topic("state_topic")
    topic, template = options.required_topic("command_topic"), options.template("command_template")
    needed = _code(options, template)
    payloads, coded = _payloads(options), _coded(options)
    if needed is None:
        payloads = {state: word for state, word in payloads.items() if not coded(state)}

    def message(state: str, code: str | None) -> list[Outgoing]:
        payload = payloads.get(state)
        if payload is None:
            return []
        return [options.command(topic, templates.command(template, payload, action=payload, code=code))]

    if payloads:
        builder.writer("state", lambda state: message(state, MASK if coded(state) else None))
    fixed: dict[str, Any] = {"armed_states": tuple(state for state in payloads if state != "disarmed")}
    if not any(map(coded, payloads)):
        return builder.build(fixed)
    return replace(
        builder.build({**fixed, "code_format": "number"}),
        code=lambda wanted: needed if coded(wanted.get("state", "")) else None,
        write_with=lambda wanted, code: message(wanted["state"], code),
    )


def _code(options: Options, template: Template | None) -> CodeNeed | None:
    """What of a code can be said: digits that are announced to be compared, or some that the panel judges itself."""
    code = options.text("code")
    if code is None:
        return None
    if code == _JUDGED_BY_PANEL:
        return CodeNeed() if template is not None and "code" in template.variables else None
    return CodeNeed(code) if code.isascii() and code.isdigit() else None


def _coded(options: Options) -> Callable[[str], bool]:
    """Whether a state is commanded with a code."""
    if options.text("code") is None:
        return lambda _: False
    disarm = options.flag("code_disarm_required", default=True)
    arm = options.flag("code_arm_required", default=True)
    return lambda state: disarm if state == "disarmed" else arm and state in _ARMED


def _features(options: Options) -> Collection[str]:
    """Words, or Home Assistant's own bit mask, which ESPHome announces."""
    mask = options.bits("supported_features")
    if mask is None:
        return options.words("supported_features", _ARMED.values())
    return {word for word, bit in _FEATURE_BITS.items() if mask & bit}


def _payloads(options: Options) -> dict[str, str]:
    """State to the word that commands it."""
    features = _features(options)
    armed = {state: word for state, word in _ARMED.items() if word in features}
    return {
        "disarmed": options.word("payload_disarm", "DISARM"),
        **{state: options.word(f"payload_{word}", word.upper()) for state, word in armed.items()},
    }
