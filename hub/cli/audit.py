"""``earshot audit``: what was done to the devices of this house, whether the log is whole, and all of it as a file."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path

import msgspec

from hub.store.audit import AuditEntry
from hub.store.audit_file import AuditFile
from wire.errors import ConfigError
from wire.places import places

DATABASE_FILE = "earshot.db"  # of var


async def run(args: argparse.Namespace) -> int:
    return await asyncio.to_thread(_run, args)


def _run(args: argparse.Namespace) -> int:
    with AuditFile(places().var / DATABASE_FILE) as log:
        return _ACTIONS[args.action](log, args)


def _list(log: AuditFile, args: argparse.Namespace) -> int:
    latest = log.latest(args.limit, entity=args.entity)
    for entry in reversed(latest):
        print(_json(entry) if args.json else told(entry))
    if not latest and not args.json:
        print("nothing was done to a device yet")
    return 0


def _verify(log: AuditFile, args: argparse.Namespace) -> int:
    found = log.verify()
    if args.json:
        print(msgspec.json.encode(found).decode())
    elif found.broken:
        print(f"audit-broken: entry {found.broken.id} is not as it was written: {found.broken.why}")
    else:
        before = f"; {found.unsealed} from before there was a chain cannot be checked" if found.unsealed else ""
        print(f"{found.sealed} entries are as they were written{before}\nhead {found.head or '(none)'}")
    return 1 if found.broken else 0


def _export(log: AuditFile, args: argparse.Namespace) -> int:
    lines = (_json(entry) if args.json else told(entry) for entry in log.entries())
    try:
        count = _write(args.file, lines)
    except OSError as error:
        raise ConfigError("audit-export", f"{error}; name a new file in a folder that you may write") from error
    print(f"{count} entries are in {args.file}")
    return 0


_ACTIONS = {"list": _list, "verify": _verify, "export": _export}


def _write(path: Path, lines: Iterator[str]) -> int:
    """A new file that only its owner can read; how many lines it has."""
    path.touch(0o600, exist_ok=False)
    with path.open("w", encoding="utf-8") as file:
        return sum(file.write(f"{line}\n") > 0 for line in lines)


def _json(entry: AuditEntry) -> str:
    return msgspec.json.encode(entry).decode()


def told(entry: AuditEntry) -> str:
    """One line, whatever a device or a sentence has in it."""
    where = entry.satellite + (f" ({entry.area})" if entry.area and entry.area != entry.satellite else "")
    came = entry.via if entry.via not in {None, "voice", entry.satellite} else ""
    who = " ".join(filter(None, [came and f"by {came}", entry.granted and f"[{entry.granted}]", entry.person]))
    why = entry.why or (f"“{entry.sentence}”" if entry.sentence else "")
    proof = ""
    if entry.evidence_after_ms is not None:
        proof = f" after {entry.evidence_after_ms:.0f} ms: {entry.evidence_topic} {entry.evidence_payload}"
    problem = f" ({entry.problem})" if entry.problem and entry.outcome in {"refused", "failed"} else ""
    parts = (entry.at[:19].replace("T", " "), where, who, why, f"{entry.entity} {entry.command}: {entry.outcome}")
    line = "  ".join(part for part in parts if part) + problem + proof
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in line)
