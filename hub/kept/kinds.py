"""Every kind of data that is kept, where it lies, and which setting bounds it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from wire.places import Places

# Tables that hold nothing that was said or done: the schema's own, the audit chain's ends, and who may use the page.
REMAINING_TABLES = frozenset({"schema_version", "audit_chain", "page_sessions", "page_tokens"})


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """How much there is of one kind. entries: rows and files. oldest: UTC, where its rows tell. setting: that bounds it
    (``section.key``), empty where nothing has to be set. exported: it is part of what can be taken away.
    """

    kind: str
    entries: int
    size_bytes: int
    oldest: str | None = None
    setting: str = ""
    exported: bool = True


async def _nothing() -> None:
    """Nothing is remembered beside the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """tables, at: in the database, and the column that tells when. paths: files, folders, or patterns of file names.

    before: deletes what must be deleted by its owner, as reminders that would go on ringing. after: makes the running
    hub forget what it remembers of it.
    """

    name: str
    tables: tuple[str, ...] = ()
    at: str = ""
    paths: tuple[Path, ...] = ()
    setting: str = ""
    exported: bool = True
    before: Callable[[], Awaitable[None]] = field(default=_nothing)
    after: Callable[[], Awaitable[None]] = field(default=_nothing)


def kinds(where: Places, **hooks: dict[str, Callable[[], Awaitable[None]]]) -> tuple[Kind, ...]:
    """hooks: ``before`` and ``after`` by the kind's name."""
    var, cache = where.var, where.cache

    def kind(name: str, *tables: str, at: str = "", paths: tuple[Path, ...] = (), setting: str = "") -> Kind:
        exported = name not in {"phrases", "copies"}
        its = hooks.get(name, {})
        return Kind(name=name, tables=tables, at=at, paths=paths, setting=setting, exported=exported, **its)

    return (
        kind("turns", "turns", "evidence", "turn_marks", at="started", setting="store.turns"),
        kind("speech", paths=(var / "speech", var / "wake" / "clips"), setting="privacy.keep_speech"),
        kind("audit", "audit", at="at", setting="store.audit_days"),
        kind("rules", "rule_firings", at="at"),
        kind("reminders", "reminders"),
        kind("lists", "list_items"),
        kind("notes", "house_notes"),
        kind("volumes", "volumes", "wake_choices"),
        kind("figures", "machine_samples"),
        kind("adaptations", paths=(var / "stt-adaptation.json",)),
        kind("looks", paths=(var / "wake" / "*.verifier.json",)),
        kind("copies", "calendar_reminded", paths=(var / "calendar", var / "try")),
        kind("phrases", paths=(cache / "tts", cache / "llm")),
        kind("exports", paths=(var / "export",)),
    )
