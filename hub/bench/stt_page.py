"""Writes what ``bench stt`` measured as the tables of a document, and a picture of rooms and noise beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from hub.bench.report import Report
from hub.bench.stt_picture import draw
from hub.bench.stt_report import PEOPLE, VOICES, Measured, accepted, counted
from wire.errors import ConfigError

PAGE, PICTURE = "stt-accuracy.md", "stt-accuracy.svg"
_BEGIN, _END = "<!-- written by earshot bench stt --write -->", "<!-- end of what earshot bench stt wrote -->"
_KINDS = {PEOPLE: "people", VOICES: "synthetic voices"}
_COMMAND = "earshot bench stt --scenes --errors --write docs --json"

Rows = Iterator[Sequence[object]]


def make_folder(folder: Path) -> None:
    """Before minutes are spent on what goes into it. Raises ConfigError (folder-unusable)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError("folder-unusable", f"{folder}: {error.strerror}; name another with --write") from error


def write(folder: Path, measured: Measured, report: Report) -> None:
    """Tables take the place of those that the page has; what else is in it stays. Raises ConfigError, OSError."""
    if measured.scenes:
        draw(measured, folder / PICTURE)
    page = folder / PAGE
    tables = f"{_BEGIN}\n\n{_tables(measured, report)}\n{_END}\n"
    old = page.read_text(encoding="utf-8") if page.is_file() else "# Commands: what is heard, misheard and rejected\n\n"
    before, begun, rest = old.partition(_BEGIN)
    after = rest.partition(_END)[2].removeprefix("\n") if begun else ""
    page.write_text(before + tables + after, encoding="utf-8")


def _tables(measured: Measured, report: Report) -> str:
    names = measured.contestants
    parts = [
        f"`{_COMMAND}` on {report.machine.cpu}, {report.machine.cores} cores.\n",
        "## Sentences: right, wrong, rejected\n",
        _table(["", *names], _sentences(measured)),
        f"Not in the grammar: {', '.join(report.results['not in the grammar']) or 'none'}.\n",
        "## Taken for a command\n",
        _table(["", *names], _others(measured)),
        *_scenes(measured),
        "## Cost\n",
        _table(["", "figure"], _cost(measured.cost, {name: report.results[name] for name in names})),
        "## Goals\n",
        _table(
            ["", "figure", "goal", ""],
            (
                [aim.name, f"{aim.value:g}", f"{aim.op} {aim.goal:g}", "met" if aim.met else "**missed**"]
                for aim in report.goals
            ),
        ),
        *_errors(measured.errors),
    ]
    return "\n".join(parts)


def _sentences(measured: Measured) -> Rows:
    groups = {
        **{name: measured.of_kind(kind) for kind, name in _KINDS.items()},
        "all commands in the grammar": [one for one in measured.commands if one.in_grammar],
        "orders of coffee, every slot": measured.orders,
    }
    for name, answers in groups.items():
        figures = [counted(answers, one) for one in measured.contestants]
        yield f"{name}, {len(answers)}", *(f"{each['right']}, {each['wrong']}, {each['rejected']}" for each in figures)
        yield f"{name}: right, wrong actions", *(f"{each['right_action']}, {each['wrong_action']}" for each in figures)


def _others(measured: Measured) -> Rows:
    for name, answers in measured.others.items():
        yield f"{name}, {len(answers)}", *(accepted(answers, one)["accepted"] for one in measured.contestants)


def _scenes(measured: Measured) -> Iterator[str]:
    if not measured.scenes:
        return
    heads = [f"{name}, {kind}" for kind in _KINDS.values() for name in measured.contestants]
    yield "## In noise and across a room, percent right\n"
    yield _table(["", *heads], _scene_rows(measured, "right_percent"))
    yield "The same, percent of commands that the house then carries out rightly (a polite word changes nothing):\n"
    yield _table(["", *heads], _scene_rows(measured, "right_action_percent"))
    yield f"![Percent of commands heard rightly, in noise and across a room]({PICTURE})\n"


def _scene_rows(measured: Measured, share: str) -> Rows:
    for condition in (None, *measured.scenes):
        figures = [
            counted(measured.of_kind(kind, condition), name)[share] for kind in _KINDS for name in measured.contestants
        ]
        yield condition or "as recorded", *figures


def _cost(cost: Mapping[str, Any], contestants: Mapping[str, Any]) -> Rows:
    for name, figures in contestants.items():
        yield f"CPU ms a second of audio, {name}, everything", figures["cpu_ms_a_second"]
    for name, value in cost.get("stages_cpu_ms_a_second", {}).items():
        yield f"CPU ms a second of audio: {name.replace('_', ' ')}", value
    for name, figures in cost.get("after_speech_ms", {}).items():
        yield f"ms from the end of speech, {name}: median, p95", f"{figures['median']}, {figures['p95']}"
    for name, figures in cost.get("houses", {}).items():
        yield (
            f"{name}: seconds to compile, CPU ms a second of audio",
            (f"{figures['compile_seconds']}, {figures['cpu_ms_a_second']}"),
        )
    if engine := cost.get("engine"):
        yield f"resident memory of the engine after {engine['utterances']} utterances, MB", engine["resident_mb"]


def _errors(errors: Mapping[str, Any]) -> Iterator[str]:
    for table, title in {"by_voice": "voice", "by_sentence": "kind of sentence"}.items():
        if figures := errors.get(table):
            names = [
                name.removesuffix("_percent") for name in next(iter(figures.values())) if name.endswith("_percent")
            ]
            yield f"## Word errors by {title}, percent\n"
            rows = ([key, one["words"], *(one[f"{name}_percent"] for name in names)] for key, one in figures.items())
            yield _table(["", "words", *names], rows)
    if figures := errors.get("by_phone"):
        yield "## Sounds that the network mishears without a grammar\n"
        rows = (
            [
                phone,
                one["said"],
                one["errors"],
                ", ".join(f"{other} {times}" for other, times in one.get("heard_as", {}).items()),
            ]
            for phone, one in figures.items()
            if one["errors"]
        )
        yield _table(["", "said", "misheard", "as"], rows)


def _table(head: Sequence[str], rows: Iterator[Sequence[object]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)
