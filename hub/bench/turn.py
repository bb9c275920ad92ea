"""``earshot bench turn``: the time our own code adds between the end of speech and the first audio.

Measured from outside: a stand-in satellite streams in real time over TCP and notes when the answer's first sound
arrives. Taken out: the endpoint's wait (silence that must pass), speech to text and text to speech (engines), and the
device's own delay before it proves. What remains is ours: links, voice detection, understanding, action, reply.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from hub.bench.report import Report, goal, spread, this_machine, versions
from hub.bench.stand_in import StandIn
from hub.trace import Trace
from hub.web.client import ControlClient
from wire.pcm import Pcm

RECORD_SECONDS = 10.0
MEDIAN_GOAL_MS, P95_GOAL_MS = 20.0, 50.0
SHARE_GOAL = 0.03


async def measure(
    hub: ControlClient, room: StandIn, sentences: Sequence[Pcm], turns: int, engines: Sequence[str] = ()
) -> Report:
    """Run ``turns`` turns, one after another, the sentences in rotation. engines: that are measured with it."""
    own: list[float] = []
    whole: list[float] = []
    parts: dict[str, list[float]] = defaultdict(list)
    failed: list[str] = []
    known: str | None = None
    for spoken in itertools.islice(itertools.cycle(sentences), turns):
        taken = await one_turn(hub, room, spoken, known)
        known = taken.turn
        if isinstance(taken, Failed):
            failed.append(taken.why)
            continue
        own.append(taken.own_ms)
        whole.append(taken.whole_ms)
        for name, spent_ms in taken.parts_ms.items():
            parts[name].append(spent_ms)
    report = _report(own, whole, parts, failed, len(sentences))
    return _of_engines(report, own, parts, engines) if engines else report


@dataclass(frozen=True, slots=True)
class Taken:
    """One turn's milliseconds. own_ms: ours alone; whole_ms: from the end of speech to the first sound."""

    turn: str
    own_ms: float
    whole_ms: float
    parts_ms: dict[str, float]


@dataclass(frozen=True, slots=True)
class Failed:
    turn: str
    why: str


async def one_turn(hub: ControlClient, room: StandIn, spoken: Pcm, known: str | None) -> Taken | Failed:
    """Say one sentence and wait for the answer. known: the newest turn before it."""
    heard = await room.turn(spoken)
    trace = await _next_record(hub, room.name, known)
    stamps = trace.timings_ms
    if heard.first_audio_at is None or heard.last_voiced_ms is None or "understood" not in stamps:
        return Failed(trace.turn, heard.error or (trace.error.code if trace.error else "no audio"))
    taken_out = _not_ours(trace)
    endpoint_ms = stamps["endpoint"]
    after_decision_ms = (heard.first_audio_at - heard.decided_at(endpoint_ms)) * 1000
    return Taken(
        turn=trace.turn,
        own_ms=after_decision_ms - sum(taken_out.values()),
        whole_ms=(heard.first_audio_at - heard.began) * 1000 - heard.last_voiced_ms,
        parts_ms={
            "endpoint": endpoint_ms,
            "own_understanding": stamps["understood"] - stamps["transcript"] - taken_out["llm"],
            "own_hearing_and_links": after_decision_ms - (stamps["first_audio"] - endpoint_ms),
            **taken_out,
        },
    )


async def _next_record(hub: ControlClient, room: str, known: str | None) -> Trace:
    """The room's record after ``known``: it is written once the room has heard the answer."""
    async with asyncio.timeout(RECORD_SECONDS):
        while True:
            newest = await hub.latest_turns(1)
            if newest and newest[0].satellite == room and newest[0].turn != known:
                return newest[0]
            await asyncio.sleep(0.02)


def _not_ours(trace: Trace) -> dict[str, float]:
    proofs = [action.evidence.after_ms for action in trace.actions if action.evidence]
    return {
        "stt": trace.engines_ms.get("stt", 0.0),
        "llm": trace.engines_ms.get("llm", 0.0),
        "tts": trace.engines_ms.get("tts", 0.0),
        "device": max(proofs, default=0.0),
    }


def _report(
    own: list[float], whole: list[float], parts: dict[str, list[float]], failed: list[str], sentences: int
) -> Report:
    figures = spread(own)
    return Report(
        bench="turn",
        machine=this_machine(),
        versions=versions("hassil", "home-assistant-intents", "aiomqtt", "wyoming"),
        results={
            "own_ms": figures,
            "speech_end_to_first_audio_ms": spread(whole),
            **{f"{name}_ms": spread(values) for name, values in parts.items()},
            "turns": len(own) + len(failed),
            "different_sentences": min(sentences, len(own) + len(failed)),
            "failed": failed,
        },
        goals=[
            goal("own code, median ms", figures.get("median", float("inf")), "<=", MEDIAN_GOAL_MS),
            goal("own code, p95 ms", figures.get("p95", float("inf")), "<=", P95_GOAL_MS),
        ],
    )


def _of_engines(report: Report, own: list[float], parts: dict[str, list[float]], engines: Sequence[str]) -> Report:
    """What is ours of the engines' time, turn by turn."""
    spent = [sum(each) for each in zip(*(parts[name] for name in ("stt", "llm", "tts")), strict=True)]
    shares = [ours / theirs for ours, theirs in zip(own, spent, strict=True) if theirs]
    share = median(shares) if shares else float("inf")
    results = {**report.results, "engines": list(engines), "engines_ms": spread(spent)}
    aim = goal("own code, of the engines' time", share, "<=", SHARE_GOAL)
    return Report(report.bench, report.machine, report.versions, results, [aim])
