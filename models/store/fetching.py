"""Fetches a model: into a folder of its own, on from where it stopped, checked before anybody can use it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from yarl import URL

from models.store.catalogue import TAG_SUFFIX, Model, ModelFile
from models.store.errors import FetchFailed, StoreRefused
from models.store.folder import Installed, Store, hash_of

_BLOCK_BYTES = 1 << 16
_MOST_BYTES = 1 << 36  # of a file whose size nobody told
_SPARE_BYTES = 64 << 20
_CONNECT_SECONDS, _SILENT_SECONDS = 15.0, 30.0
_TRIES = 5  # in a row without a byte
_PAUSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Way:
    """mirror: URL; ``https://HOST/PATH`` is fetched as ``MIRROR/HOST/PATH``. proxy: URL of an HTTP proxy. Empty: none.

    pause_seconds: after a first try that brought nothing; then longer.
    """

    mirror: str = ""
    proxy: str = ""
    pause_seconds: float = _PAUSE_SECONDS


@dataclass(frozen=True, slots=True)
class Arrived:
    """Of the file at hand. total: 0 where nobody told. problem: why nothing comes now; it is tried again."""

    path: str
    bytes: int
    total: int
    problem: str = ""


Told = Callable[[Arrived], None]


async def fetch(model: Model, store: Store, way: Way, told: Told) -> Installed:
    """Cancelling is safe: what came is kept. A file that is there and right is not fetched again.

    Raises StoreRefused (models-disk, models-folder, model-changed, model-wrong) and FetchFailed (model-unreachable).
    """
    partial = await asyncio.to_thread(store.partial, model)
    await asyncio.to_thread(_check_room, model, partial)
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=_SILENT_SECONDS)
    found = {}
    async with aiohttp.ClientSession(timeout=timeout, headers={"User-Agent": "earshot"}) as session:
        for file in model.file:
            await _Download(session, file, partial / file.path, way, told).run()
            found[file.path] = await asyncio.to_thread(_checked, model, file, partial / file.path, store)
    return await asyncio.to_thread(store.adopt, model, found)


def _check_room(model: Model, partial: Path) -> None:
    here = sum(path.stat().st_size for path in partial.iterdir())
    needed, free = max(0, model.bytes - here) + _SPARE_BYTES, shutil.disk_usage(partial).free
    if free < needed:
        raise StoreRefused(
            "models-disk", f"{model.name} needs {needed >> 20} MB and {free >> 20} MB are free; remove another model"
        )


def _checked(model: Model, file: ModelFile, path: Path, store: Store) -> str:
    """Its hash. What is wrong is not kept."""
    found = hash_of(path)
    try:
        store.check(model, file, found)
    except StoreRefused:
        path.unlink()
        raise
    return found


class _Download:
    """One file, appended to as it comes."""

    def __init__(self, session: aiohttp.ClientSession, file: ModelFile, path: Path, way: Way, told: Told) -> None:
        self._session, self._file, self._path, self._way, self._told = session, file, path, way, told
        self._url = _mirrored(file.url, way.mirror)
        self._tag = path.with_name(path.name + TAG_SUFFIX)
        self._total = file.bytes

    async def run(self) -> None:
        """Raises FetchFailed (model-unreachable), StoreRefused (model-wrong, models-disk)."""
        empty = others = 0
        while not await self._is_whole():
            before, problem = await self._have(), ""
            try:
                if await self._go_on(before):
                    return
                others += 1
                if others >= _TRIES:
                    raise StoreRefused(
                        "model-wrong", f"{self._file.path} has another size at {self._url.host}; try another mirror"
                    )
            except (aiohttp.ClientError, TimeoutError) as error:
                problem = str(error).partition("\n")[0] or type(error).__name__
            empty = empty + 1 if await self._have() <= before else 0
            if empty >= _TRIES:
                raise FetchFailed(
                    "model-unreachable", f"{self._url.host}: {problem}; what came is kept, the same command goes on"
                )
            self._told(Arrived(self._file.path, await self._have(), self._total, problem))
            await asyncio.sleep(self._way.pause_seconds * 2**empty)

    async def _go_on(self, have: int) -> bool:
        """Whether that was all."""
        headers = await self._range(have)
        async with self._session.get(self._url, headers=headers, proxy=self._way.proxy or None) as answer:
            if answer.status == 416:
                await asyncio.to_thread(self._path.unlink, missing_ok=True)
                return False
            if answer.status in {404, 410, 401, 403}:
                raise StoreRefused(
                    "model-gone", f"{self._url.host} answers {answer.status} for {self._file.path}; try another mirror"
                )
            answer.raise_for_status()
            if self._url.scheme == "https" != answer.url.scheme:
                raise StoreRefused("model-wrong", f"{self._url.host} leads to {answer.url.scheme}; try another mirror")
            if answer.status != 206:
                have = 0
            self._total = self._file.bytes or have + (answer.content_length or 0)
            await asyncio.to_thread(self._tag.write_text, answer.headers.get("ETag", ""))
            await self._write(answer, have)
        return not self._total or await self._have() == self._total

    async def _range(self, have: int) -> dict[str, str]:
        """Only of the same file: a changed one comes whole, and where nobody could tell, it is begun again."""
        tag = await asyncio.to_thread(lambda: self._tag.read_text() if self._tag.is_file() else "")
        is_strong = tag.startswith('"')
        if not have or not (is_strong or self._file.sha256):
            return {}
        return {"Range": f"bytes={have}-"} | ({"If-Range": tag} if is_strong else {})

    async def _write(self, answer: aiohttp.ClientResponse, have: int) -> None:
        try:
            with await asyncio.to_thread(self._path.open, "ab" if have else "wb") as out:
                async for block in answer.content.iter_chunked(_BLOCK_BYTES):
                    have += len(block)
                    self._check_length(have)
                    await asyncio.to_thread(out.write, block)
                    self._told(Arrived(self._file.path, have, self._total))
        except StoreRefused:
            await asyncio.to_thread(self._path.unlink, missing_ok=True)
            raise
        except OSError as error:
            if isinstance(error, aiohttp.ClientError | TimeoutError):
                raise
            raise StoreRefused("models-disk", f"{self._path}: {error.strerror}; free some space") from error

    def _check_length(self, have: int) -> None:
        most = self._file.bytes or _MOST_BYTES
        if have > most:
            raise StoreRefused("model-wrong", f"{self._file.path} is longer than {most} bytes; try another mirror")

    async def _have(self) -> int:
        return await asyncio.to_thread(lambda: self._path.stat().st_size if self._path.is_file() else 0)

    async def _is_whole(self) -> bool:
        """Of an earlier run, where the size is known. A longer one is none of it."""
        have = await self._have()
        if self._file.bytes and have > self._file.bytes:
            await asyncio.to_thread(self._path.unlink)
            return False
        return bool(self._file.bytes) and have == self._file.bytes


def _mirrored(url: str, mirror: str) -> URL:
    return URL(f"{mirror.rstrip('/')}/{url.removeprefix('https://')}" if mirror else url, encoded=True)
