"""``earshot ask``: whole turns, one after another, through the running hub or one started for them."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

from hub.asking import failed_trace
from hub.cli.reach import reach
from hub.trace import Trace
from hub.web.client import ControlClient
from hub.web.control import Answer
from wire.errors import AudioInvalid, ConfigError, EarshotError

MAX_LINE_CHARACTERS = 1000


async def run(args: argparse.Namespace) -> int:
    """Exit 1 if a recording could not be used; a turn that was not understood is a result, not a failure."""
    unusable = 0
    questions = list(_questions(args))
    async with reach(args.house) as hub:
        for question in questions:
            try:
                answer = await _turn(hub, question, args)
            except EarshotError as error:
                if error.code == "hub-unreachable":
                    raise
                unusable += 1
                answer = Answer(
                    failed_trace(args.satellite, args.area, args.language or "en", error.code, error.message)
                )
                print(f"{question}: {error}", file=sys.stderr)
            print(answer.trace.json().decode() if args.json else _told(question, answer.trace), flush=True)
            if args.reply_wav and answer.reply_wav:
                path = _reply_path(args.reply_wav, question, several=len(questions) > 1)
                await asyncio.to_thread(path.write_bytes, answer.reply_wav)
    return 1 if unusable else 0


def _questions(args: argparse.Namespace) -> Iterator[Path | str]:
    if args.text:
        yield from args.text
    elif args.lines:
        try:
            lines = args.lines.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError("lines-unreadable", f"{args.lines}: {error}; give a UTF-8 text file") from error
        yield from (line.strip()[:MAX_LINE_CHARACTERS] for line in lines if line.strip())
    else:
        for path in args.wav:
            yield from sorted(path.glob("*.wav")) if path.is_dir() else [path]


async def _turn(hub: ControlClient, question: Path | str, args: argparse.Namespace) -> Answer:
    if isinstance(question, str):
        return await hub.ask_text(
            question, satellite=args.satellite, area=args.area, language=args.language, reply_audio=True
        )
    try:
        recording = await asyncio.to_thread(question.read_bytes)
    except OSError as error:
        raise AudioInvalid("wav-unreadable", f"{error.strerror}; give a WAV recording") from error
    return await hub.ask_wav(
        recording,
        satellite=args.satellite,
        area=args.area,
        language=args.language,
        wake=args.wake,
        reply_audio=True,
    )


def _told(question: Path | str, trace: Trace) -> str:
    lines = [f"» {trace.transcript or '(nothing understood)'}"]
    if isinstance(question, Path):
        sure = f", {trace.stt.confidence:.0%} sure" if trace.stt and trace.stt.confidence is not None else ""
        lines[0] += f"   [{question.name}{sure}]"
    for action in trace.actions:
        proof = f" after {action.evidence.after_ms:.0f} ms" if action.evidence else ""
        lines.append(f"  {action.entity} {action.command}: {action.outcome}{proof}")
    if trace.error:
        lines.append(f"  {trace.error.code}: {trace.error.message}")
    lines.append(f"« {trace.reply}")
    return "\n".join(lines)


def _reply_path(out: Path, question: Path | str, *, several: bool) -> Path:
    if not several and not out.is_dir():
        return out
    out.mkdir(parents=True, exist_ok=True)
    stem = question.stem if isinstance(question, Path) else question
    return out / ("".join(letter if letter.isalnum() else "_" for letter in stem)[:60] + ".wav")
