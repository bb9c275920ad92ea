"""What ``bench wake --accuracy`` tells of each word and of all together: shares, rates, and how far to trust them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from itertools import chain, product

from hub.bench.report import Goal, Report, goal, this_machine, versions
from hub.bench.wake_rates import (
    THRESHOLDS,
    Heard,
    Policy,
    curve,
    false_wakes,
    hours,
    missed,
    most_events,
    share_between,
)
from hub.bench.wake_trial import CLEAN, HOUSEHOLD_CLIPS, OTHERS, RULE, WordResult
from models.wake.decision import Rule
from models.wake.second_look import AGREE, GREY_FROM

ALONE, LOOKED = Policy(RULE), Policy(RULE, AGREE)
_TRIGGER_LEVELS = (1, 2, 3)
_MISSED_GOAL, _AN_HOUR_GOAL = 5.0, 0.5  # openWakeWord's own, at a score of 0.5

Figures = dict[str, object]


def report(results: Sequence[WordResult], look_cpu_ms: Mapping[str, float]) -> Report:
    together = WordResult(
        "together",
        {name: [heard for one in results for heard in one.words[name]] for name in results[0].words},
        {name: [heard for one in results for heard in one.others[name]] for name in results[0].others},
        {},
    )
    return Report(
        bench="wake-accuracy",
        machine=this_machine(),
        versions=versions("onnxruntime", "pyopen-wakeword", "pyroomacoustics"),
        results={
            "rule": asdict(RULE),
            "second_look": {
                "grey_from": GREY_FROM,
                "agree": AGREE,
                "clips_it_was_taught_with": HOUSEHOLD_CLIPS,
                "cpu_ms": look_cpu_ms,
            },
            **{one.name: _word(one) for one in (*results, together)},
            **{f"{one.name}_best_rule": _best(one) for one in results},
            **{f"{one.name}_det": _det(one) for one in results},
        },
        goals=[aim for one in results for aim in _goals(one)],
    )


def _word(result: WordResult) -> Figures:
    return {
        "missed": {name: _missed(heard) for name, heard in result.words.items()},
        "missed_over_all_conditions": _missed(list(chain.from_iterable(result.words.values()))),
        "false_wakes": {name: _false_wakes(heard) for name, heard in result.others.items()},
    }


def _missed(heard: Sequence[Heard]) -> Figures:
    alone = missed(heard, ALONE)
    low, high = share_between(alone, len(heard))
    return {
        "of": len(heard),
        "alone": alone,
        "second_look": missed(heard, LOOKED),
        "alone_percent": round(100 * alone / len(heard), 1),
        "alone_percent_95": [round(100 * low, 1), round(100 * high, 1)],
    }


def _false_wakes(heard: Sequence[Heard]) -> Figures:
    alone, looked, spent = false_wakes(heard, ALONE), false_wakes(heard, LOOKED), hours(heard)
    return {
        "hours": round(spent, 2),
        "alone": alone,
        "second_look": looked,
        "alone_an_hour": round(alone / spent, 2),
        "alone_an_hour_at_most_95": round(most_events(alone) / spent, 2),
        "second_look_an_hour_at_most_95": round(most_events(looked) / spent, 2),
    }


def _best(result: WordResult) -> list[Figures]:
    """The rule with the fewest misses that wakes falsely no more often than the default, chosen on each half."""
    return [_best_of(result, half) for half in (0, 1)]


def _best_of(result: WordResult, half: int) -> Figures:
    words, others = _half(result, half)
    elsewhere = _half(result, 1 - half)
    allowed = false_wakes(others, ALONE)
    rules = [
        replace(RULE, threshold=threshold, trigger_level=level)
        for level, threshold in product(_TRIGGER_LEVELS, THRESHOLDS)
    ]
    best = min(
        (rule for rule in rules if false_wakes(others, Policy(rule)) <= allowed),
        key=lambda rule: (missed(words, Policy(rule)), -rule.threshold),
    )
    return {
        "threshold": best.threshold,
        "trigger_level": best.trigger_level,
        "other_half": _counted(*elsewhere, best),
        "other_half_by_default": _counted(*elsewhere, RULE),
    }


def _half(result: WordResult, half: int) -> tuple[list[Heard], list[Heard]]:
    words = [one for heard in result.words.values() for one in heard[half::2]]
    others = [
        one
        for name, heard in result.others.items()
        for one, own in zip(heard, result.other_halves[name], strict=True)
        if own == half
    ]
    return words, others


def _counted(words: Sequence[Heard], others: Sequence[Heard], rule: Rule) -> Figures:
    policy = Policy(rule)
    return {
        "missed_percent": round(100 * missed(words, policy) / len(words), 1),
        "false_wakes": false_wakes(others, policy),
        "hours": round(hours(others), 2),
    }


def _det(result: WordResult) -> list[list[float]]:
    """[threshold, percent missed over all conditions, false wakes an hour over all other recordings]."""
    words, others = (list(chain.from_iterable(one.values())) for one in (result.words, result.others))
    return [[threshold, round(100 * share, 2), round(rate, 3)] for threshold, share, rate in curve(words, others, RULE)]


def _goals(result: WordResult) -> list[Goal]:
    clean, recorded = result.words[CLEAN.name], result.others[OTHERS[0].name]
    return [
        goal(f"{result.name} missed, clean, percent", 100 * missed(clean, ALONE) / len(clean), "<=", _MISSED_GOAL),
        goal(f"{result.name} false wakes an hour", false_wakes(recorded, ALONE) / hours(recorded), "<=", _AN_HOUR_GOAL),
    ]
