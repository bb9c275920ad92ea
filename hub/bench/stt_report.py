"""What ``bench stt`` tells: sentences heard rightly, wrong actions, costs, and the goals for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from hub.bench.report import Goal, Report, goal, spread, this_machine, versions
from hub.bench.stt_clips import NOISE
from hub.bench.stt_contestants import OURS, PEER
from hub.bench.stt_scenes import FAR, NOISY
from hub.bench.stt_trial import Answer
from hub.bench.wake_rates import share_between

PEOPLE, VOICES = "human", "tts"

Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """scenes: the commands again, by condition. others: what is no command, by group. cost: as stt_cost has it."""

    commands: Sequence[Answer]
    orders: Sequence[Answer]
    others: Mapping[str, Sequence[Answer]]
    scenes: Mapping[str, Sequence[Answer]] = field(default_factory=dict)
    cost: Figures = field(default_factory=dict)
    errors: Figures = field(default_factory=dict)

    @property
    def contestants(self) -> list[str]:
        return list(self.commands[0].heard) if self.commands else []

    def of_kind(self, kind: str, condition: str | None = None) -> list[Answer]:
        answers = self.commands if condition is None else self.scenes[condition]
        return [answer for answer in answers if answer.kind == kind]


def report(measured: Measured) -> Report:
    results: Figures = {
        "not in the grammar": sorted({answer.said for answer in measured.commands if not answer.in_grammar}),
        "orders not in the grammar": [answer.name for answer in measured.orders if not answer.in_grammar],
    }
    results |= {name: _contestant(measured, name) for name in measured.contestants}
    if PEER not in measured.contestants:
        results[PEER] = "not installed; the dev dependency group has it"
    parts = {"cost": measured.cost, "errors": measured.errors, "clips": list(_clips(measured))}
    results |= {name: part for name, part in parts.items() if part}
    return Report(
        "stt",
        this_machine(),
        versions("onnxruntime", "numpy", "pocketsphinx", "pyroomacoustics"),
        results,
        list(_goals(measured)),
    )


def counted(answers: Sequence[Answer], name: str) -> Figures:
    """Of recordings in which something right can be heard."""
    right = [answer.outcome(name) for answer in answers].count("right")
    low, high = share_between(right, len(answers)) if answers else (0.0, 0.0)
    return {
        **_outcomes(answers, name),
        "right_percent_95": [round(100 * low, 1), round(100 * high, 1)],
        "right_if_all_were_believed": sum(answer.right[name] for answer in answers),
        "in_grammar": _outcomes([answer for answer in answers if answer.in_grammar], name),
    }


def _outcomes(answers: Sequence[Answer], name: str) -> Figures:
    """right, wrong, rejected: sentences. right_action, wrong_action: what the house then does, unless it asks back."""
    outcomes = [answer.outcome(name) for answer in answers]
    done = [answer.same[name] for answer in answers if answer.is_acted_on(name)]
    return {
        "of": len(outcomes),
        **{each: outcomes.count(each) for each in ("right", "wrong", "rejected")},
        "right_percent": share(outcomes.count("right"), len(outcomes)),
        "right_action": done.count(True),
        "right_action_percent": share(done.count(True), len(outcomes)),
        "wrong_action": done.count(False),
        "asked_back": len(outcomes) - outcomes.count("rejected") - len(done),
        "wrong_action_percent": share(done.count(False), len(outcomes)),
    }


def accepted(answers: Sequence[Answer], name: str) -> Figures:
    """Of recordings in which nobody says a command."""
    taken = [answer for answer in answers if answer.heard[name].text]
    asked = [answer for answer in taken if not answer.is_acted_on(name)]
    return {
        "of": len(answers),
        "accepted": len(taken),
        "percent": share(len(taken), len(answers)),
        "asked_back": len(asked),
    }


def share(part: int, whole: int) -> float:
    """Percent."""
    return round(100 * part / whole, 1) if whole else 0.0


def speech(measured: Measured) -> list[Answer]:
    """Everything that people say and that is no command of the house."""
    return list(chain.from_iterable(group for name, group in measured.others.items() if name != NOISE))


def _contestant(measured: Measured, name: str) -> Figures:
    kinds = sorted({answer.kind for answer in measured.commands})
    heard = [answer.heard[name] for answer in measured.commands]
    seconds = sum(each.seconds for each in heard)
    return {
        **{kind: counted(measured.of_kind(kind), name) for kind in kinds},
        "commands": counted(measured.commands, name),
        "orders": counted(measured.orders, name),
        "out_of_grammar": {group: accepted(answers, name) for group, answers in measured.others.items()},
        "out_of_grammar_speech": accepted(speech(measured), name),
        "scenes": {
            condition: {kind: counted([answer for answer in answers if answer.kind == kind], name) for kind in kinds}
            for condition, answers in measured.scenes.items()
        },
        "cpu_ms_a_second": round(sum(each.cpu_ms for each in heard) / max(seconds, 1e-9), 1),
        "after_ms": spread([each.after_ms for each in heard]),
    }


def _clips(measured: Measured) -> Iterator[Figures]:
    scenes = {"": measured.commands, "orders": measured.orders, **measured.scenes, **measured.others}
    for place, answers in scenes.items():
        for answer in answers:
            heard = {
                name: {
                    "text": each.guess.text,
                    "confidence": each.guess.confidence,
                    "outcome": answer.outcome(name) if answer.said else "accepted" if each.text else "rejected",
                    "same_action": answer.same[name],
                    "asked_back": answer.asked[name],
                }
                for name, each in answer.heard.items()
            }
            yield {"part": place or "commands", "file": answer.name, "kind": answer.kind, "said": answer.said, **heard}


def _goals(measured: Measured) -> Iterator[Goal]:
    people, voices = counted(measured.of_kind(PEOPLE), OURS), counted(measured.of_kind(VOICES), OURS)
    orders, commands = counted(measured.orders, OURS), counted(measured.commands, OURS)["in_grammar"]
    yield goal("people's commands heard rightly, percent", people["right_percent"], ">=", 95)
    yield goal("synthetic commands heard rightly, percent", voices["right_percent"], ">=", 98)
    yield goal("orders heard rightly, all slots, percent", orders["right_percent"], ">=", 94)
    if PEER in measured.contestants:
        ahead = orders["right"] - counted(measured.orders, PEER)["right"]
        yield goal(f"orders heard rightly, more than by {PEER}", ahead, ">=", 1)
    yield from _goals_of_scenes(measured)
    yield goal("taken for a command, percent of other speech", accepted(speech(measured), OURS)["percent"], "<=", 1)
    yield goal("wrong actions, percent of commands in the grammar", commands["wrong_action_percent"], "<=", 1)
    yield goal("wrong orders, percent", orders["wrong_action_percent"], "<=", 1)
    yield from _goals_of_cost(measured.cost)


def _goals_of_scenes(measured: Measured) -> Iterator[Goal]:
    ten_db = NOISY[1].name
    if ten_db in measured.scenes:
        right = counted(measured.of_kind(PEOPLE, ten_db), OURS)["right_percent"]
        yield goal(f"people's commands, {ten_db}, percent", right, ">=", 85)
    for condition in FAR:
        if condition.name in measured.scenes:
            right = counted(measured.of_kind(PEOPLE, condition.name), OURS)["right_percent"]
            yield goal(f"people's commands, {condition.name}, percent", right, ">=", 90)


def _goals_of_cost(cost: Figures) -> Iterator[Goal]:
    if "stages_cpu_ms_a_second" in cost:
        yield goal("CPU ms a second on top of wake words", cost["stages_cpu_ms_a_second"]["on_top_of_wake"], "<=", 10)
    if "after_speech_ms" in cost:
        yield goal("ms from the end of speech, p95", cost["after_speech_ms"][OURS]["p95"], "<=", 50)
    if "houses" in cost and "1000 devices" in cost["houses"]:
        yield goal("seconds to compile 1000 devices", cost["houses"]["1000 devices"]["compile_seconds"], "<=", 2)
    if "engine" in cost:
        yield goal("resident memory of the engine, MB", cost["engine"]["resident_mb"], "<=", 60)
