"""``earshot stt turns``, ``correct`` and ``forget``: the kept speech of this household, on this box."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import msgspec

from hub.engines.programs import ADAPTATION_FILE
from hub.store.speech import KeptTurn, SpeechShelf
from wire.errors import ConfigError
from wire.places import Places, places

_MAX_CHARACTERS = 400
SPEECH_FOLDER = "speech"  # of var


@dataclass(frozen=True, slots=True)
class _Done:
    """turns: that it was about."""

    turns: list[KeptTurn]
    told: str


async def run(args: argparse.Namespace) -> int:
    where = places()
    done = _ACTIONS[args.action](SpeechShelf(where.var / SPEECH_FOLDER), where, args)
    print(msgspec.json.encode(done.turns).decode() if args.json else done.told)
    return 0


def _turns(shelf: SpeechShelf, _where: Places, _args: argparse.Namespace) -> _Done:
    turns = shelf.turns()
    nothing = "no speech is kept; [privacy] keep_speech = true in hub.toml keeps it, on this box alone"
    return _Done(turns, "\n".join(map(_line, turns)) or nothing)


def _correct(shelf: SpeechShelf, _where: Places, args: argparse.Namespace) -> _Done:
    kept = shelf.get(args.turn)
    if args.right and not kept.heard:
        raise ConfigError("stt-turn-unheard", f"nothing was heard in {kept.turn}; tell what was said, or --nothing")
    said = kept.heard if args.right else "" if args.nothing else " ".join(args.said.split())[:_MAX_CHARACTERS]
    if not said and not args.nothing:
        raise ConfigError("stt-turn-empty", "no words; --nothing says that nobody spoke to the house")
    kept = msgspec.structs.replace(kept, said=said)
    try:
        shelf.tell(kept)
    except OSError as error:
        raise ConfigError("folder-unusable", f"{error}; run it as the hub's own user") from error
    corrected = sum(one.said is not None for one in shelf.turns())
    return _Done([kept], f"{_line(kept)}\n{corrected} turns are corrected; `earshot stt adapt` learns from them")


def _forget(shelf: SpeechShelf, where: Places, args: argparse.Namespace) -> _Done:
    if not args.all:
        kept = shelf.get(args.turn)
        shelf.forget(kept)
        return _Done([kept], f"{kept.turn} is deleted")
    turns = shelf.turns()
    learned = where.var / ADAPTATION_FILE
    also = ", and what was learned from them" if learned.is_file() else ""
    try:
        shelf.forget_all()
        learned.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError("folder-unusable", f"{error}; run it as the hub's own user") from error
    return _Done(turns, f"{len(turns)} turns are deleted{also}")


_ACTIONS = {"turns": _turns, "correct": _correct, "forget": _forget}


def _line(kept: KeptTurn) -> str:
    sure = f", {kept.confidence:.0%} sure" if kept.confidence is not None else ""
    heard = f"“{kept.heard}”" if kept.heard else "nothing"
    said = {None: "", "": "  ← nobody spoke to the house"}.get(kept.said, f"  ← “{kept.said}”")
    if kept.said and kept.said == kept.heard:
        said = "  ← right"
    return f"{kept.turn}  {kept.started[:19].replace('T', ' ')}  {kept.satellite}: {heard}{sure}{said}"
