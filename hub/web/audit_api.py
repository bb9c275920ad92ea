"""Routes for the audit log: looked through, checked, and taken away as a file."""

from __future__ import annotations

import asyncio
import csv
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, TextIO

import msgspec
from aiohttp import web
from msgspec import Meta

from hub.store.audit import AuditEntry
from hub.store.audit_file import AuditFile, Verified
from hub.web.exchange import json_response, query_as
from hub.web.kept_api import send_and_delete
from hub.web.routes import Route

SHOWN = 50
Filter = Annotated[str, Meta(max_length=200)]


class AuditQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Query of ``GET /audit``. skip: newer entries that were seen."""

    entity: Filter | None = None
    area: Filter | None = None
    satellite: Filter | None = None
    limit: Annotated[int, Meta(ge=1, le=1000)] = SHOWN
    skip: Annotated[int, Meta(ge=0, le=1_000_000)] = 0


class ExportQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Query of ``GET /audit/export``."""

    format: Literal["csv", "jsonl"] = "csv"


class AuditPage(msgspec.Struct, frozen=True):
    """entries: newest first. filters: entities, areas and satellites that are in the log."""

    entries: list[AuditEntry]
    filters: dict[str, list[str]]


_KINDS = {"csv": "text/csv", "jsonl": "application/x-ndjson"}


class AuditApi:
    """database: its file; the log is read beside the hub's own connection, as it is at one moment."""

    def __init__(self, database: Path) -> None:
        self._database = database

    def routes(self) -> Iterable[Route]:
        return [
            Route(
                method="GET",
                path="/audit",
                handler=self._list,
                summary="What was done to devices, newest first",
                scope="admin",
                query=AuditQuery,
                answer=AuditPage,
            ),
            Route(
                method="GET",
                path="/audit/verify",
                handler=self._verify,
                summary="Whether the log is as it was written",
                scope="admin",
                answer=Verified,
            ),
            Route(
                method="GET",
                path="/audit/export",
                handler=self._export,
                summary="The whole log, oldest first",
                scope="admin",
                query=ExportQuery,
                gives=("text/csv", "application/x-ndjson"),
            ),
        ]

    async def _list(self, request: web.Request) -> web.Response:
        query = query_as(request, AuditQuery)
        return json_response(await asyncio.to_thread(self._page, query))

    async def _verify(self, _: web.Request) -> web.Response:
        return json_response(await asyncio.to_thread(self._verified))

    async def _export(self, request: web.Request) -> web.StreamResponse:
        form = query_as(request, ExportQuery).format
        path = await asyncio.to_thread(self._written, form)
        try:
            return await send_and_delete(request, path, _KINDS[form])
        finally:
            await asyncio.to_thread(_gone, path)

    def _page(self, query: AuditQuery) -> AuditPage:
        with AuditFile(self._database) as log:
            entries = log.latest(
                query.limit, entity=query.entity, area=query.area, satellite=query.satellite, skip=query.skip
            )
            return AuditPage(entries, log.values())

    def _verified(self) -> Verified:
        with AuditFile(self._database) as log:
            return log.verify()

    def _written(self, form: Literal["csv", "jsonl"]) -> Path:
        with AuditFile(self._database) as log:
            folder = Path(tempfile.mkdtemp(dir=self._database.parent, prefix=".audit-"))  # for us alone
            path = folder / f"audit.{form}"
            with path.open("w", encoding="utf-8") as file:
                _write(log, file, form)
        return path


def _write(log: AuditFile, file: TextIO, form: Literal["csv", "jsonl"]) -> None:
    if form == "csv":
        writer = csv.writer(file)
        writer.writerow(AuditEntry.__struct_fields__)
        writer.writerows([_cell(value) for value in msgspec.structs.astuple(entry)] for entry in log.entries())
    else:
        file.writelines(msgspec.json.encode(entry).decode() + "\n" for entry in log.entries())


def _gone(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.rmdir()


def _cell(value: object) -> object:
    """A spreadsheet must not take what was said for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
