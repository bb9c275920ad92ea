"""The models as people tend them: what there is and is here, what suits this box; fetch, take in, verify, remove."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec

from hub.config import ModelsSection
from hub.engines.choice import MODELS_FOLDER, OWN_CATALOGUE
from hub.errors import NotThere
from hub.machine import Board, board, memory_bytes
from models.store.catalogue import Catalogue, Model, ModelFile, Stage
from models.store.errors import StoreRefused
from models.store.fetching import Told, Way, fetch
from models.store.folder import Installed, Store, hash_of
from models.store.importing import taken, there
from wire.errors import EarshotError
from wire.places import Places

FIT_FILE = "fit.json"  # of var
_ROOM_MB = 600  # beside a model: the hub, the embedded engines and the system
_FIT_STAGES: tuple[Stage, ...] = ("stt", "tts", "llm")
_LINE_BYTES = 1 << 20
_PACKAGES = {"tts": ("piper", "scripts/setup --piper"), "llm": ("llama_cpp", "scripts/setup --llm")}


class ModelRow(msgspec.Struct, frozen=True):
    """A model of the catalogue. bytes: of all files; here: what is on the disk of it, partly_bytes: of an unfinished
    pull. hosts: where a pull would go. fits: this box has the memory and the speed. recommended: the best of its stage
    for the hub's language; measured: because it was measured here. in_use: by which engine. lacks: what must be
    installed before the hub can run it; empty: nothing.
    """

    name: str
    stage: Stage
    about: str
    languages: list[str]
    licence: str
    non_commercial: bool
    bytes: int
    ram_mb: int
    hosts: list[str]
    is_verified: bool
    installed: bool
    here_bytes: int
    partly_bytes: int
    fits: bool
    recommended: bool
    measured: bool
    in_use: str | None
    lacks: str
    files: list[str]


class ModelShelf(msgspec.Struct, frozen=True):
    """board, memory_mb, free_bytes: of this box. mirror, proxy: how a pull goes. fitted: models were measured here."""

    board: Board
    memory_mb: int
    free_bytes: int
    mirror: str
    proxy: str
    fitted: bool
    models: list[ModelRow]


class Damage(msgspec.Struct, frozen=True):
    """Of one model; problems empty: as it was."""

    name: str
    problems: list[str]


@dataclass(frozen=True, slots=True)
class ModelDesk:
    """Implements hub.web.models_api.ModelControl. in_use: by the engine's name, the model's."""

    section: ModelsSection
    where: Places
    language: str
    in_use: Callable[[], Mapping[str, str]]

    @property
    def _store(self) -> Store:
        return Store(self.where.var / MODELS_FOLDER)

    async def shelf(self) -> ModelShelf:
        """Raises StoreRefused (catalogue-invalid)."""
        return await asyncio.to_thread(self._shelf)

    async def pull(self, name: str, told: Told) -> Installed:
        """As ``models.store.fetching.fetch``. Raises StoreRefused, FetchFailed."""
        model = await self._model(name)
        return await fetch(model, self._store, Way(self.section.mirror, self.section.proxy), told)

    async def verify(self, name: str) -> Damage:
        """Raises StoreRefused (model-missing)."""
        return await asyncio.to_thread(self._verify, name)

    async def remove(self, name: str) -> Installed:
        """Raises StoreRefused (model-in-use, model-missing, models-folder)."""
        for engine, model in self.in_use().items():
            if model == name:
                raise StoreRefused("model-in-use", f"{name} is what {engine} runs with; choose another model first")
        return await asyncio.to_thread(self._store.remove, name)

    async def take_in(self, folder: Path, told: Told) -> list[Installed]:
        """Every model of the catalogue that the folder has whole. Raises StoreRefused (model-not-there, -wrong)."""
        return await asyncio.to_thread(self._taken, folder, told)

    async def upload(self, name: str, path: str, content: AsyncIterator[bytes]) -> Installed | None:
        """One file of a model; the model, once it has all of them.

        Raises NotThere (model-file-unknown), StoreRefused (model-unknown, model-wrong, model-changed, models-disk).
        """
        model = await self._model(name)
        file = next((one for one in model.file if one.path == path), None)
        if file is None:
            raise NotThere("model-file-unknown", f"{name} has no file {path[:80]!r}; GET /models lists them")
        partial = await asyncio.to_thread(self._store.partial, model)
        await _received(partial / file.path, file, content)
        return await asyncio.to_thread(self._complete, model, file, partial)

    async def fit(self, told: Callable[[str], None]) -> list[str]:
        """Measure this box for a minute or two; the models that suit it, by name. Cancelling ends the measurement.

        Raises EarshotError (fit-failed).
        """
        command = [sys.executable, "-m", "hub", "bench", "fit", "--language", self.language, "--json"]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe, limit=_LINE_BYTES)
        assert process.stdout is not None
        assert process.stderr is not None
        last = ""
        try:
            output = asyncio.ensure_future(process.stdout.read())
            async for line in process.stderr:
                last = line.decode(errors="replace").strip()[:200] or last
                told(last)
            report = await output
            if await process.wait() != 0:
                raise EarshotError("fit-failed", f"the measurement ended: {last or 'it said nothing'}")
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        chosen = _recommended(report)
        await asyncio.to_thread((self.where.var / FIT_FILE).write_bytes, msgspec.json.encode(chosen))
        return chosen

    async def _model(self, name: str) -> Model:
        catalogue = await asyncio.to_thread(Catalogue.load, self.where.etc / OWN_CATALOGUE)
        return catalogue.get(name)

    def _shelf(self) -> ModelShelf:
        catalogue, store = Catalogue.load(self.where.etc / OWN_CATALOGUE), self._store
        here = {one.name: one for one in store.installed()}
        using = {model: engine for engine, model in self.in_use().items()}
        memory_mb, this, fitted = memory_bytes() >> 20, board(), self._fitted()
        best = _best(catalogue.some(None, self.language), memory_mb, this)
        rows = [
            ModelRow(
                name=model.name,
                stage=model.stage,
                about=model.about,
                languages=model.languages,
                licence=model.licence,
                non_commercial=model.non_commercial,
                bytes=model.bytes,
                ram_mb=model.ram_mb,
                hosts=sorted({file.url.split("/")[2] for file in model.file}),
                is_verified=model.is_verified,
                installed=model.name in here,
                here_bytes=here[model.name].bytes if model.name in here else 0,
                partly_bytes=_size_of(store.path / ".partial" / model.name),
                fits=_fits(model, memory_mb, this),
                recommended=model.name in (fitted if fitted is not None else best),
                measured=fitted is not None,
                in_use=using.get(model.name),
                lacks=_lacks(model.stage),
                files=[file.path for file in model.file],
            )
            for model in catalogue.model
        ]
        free = shutil.disk_usage(next(one for one in (store.path, *store.path.parents) if one.exists())).free
        return ModelShelf(this, memory_mb, free, self.section.mirror, self.section.proxy, fitted is not None, rows)

    def _fitted(self) -> list[str] | None:
        try:
            return msgspec.json.decode((self.where.var / FIT_FILE).read_bytes(), type=list[str])
        except (OSError, msgspec.MsgspecError):
            return None

    def _verify(self, name: str) -> Damage:
        return Damage(name, list(self._store.damaged(self._store.get(name))))

    def _taken(self, folder: Path, told: Told) -> list[Installed]:
        models = [one for one in Catalogue.load(self.where.etc / OWN_CATALOGUE).model if there(one, folder)]
        if not models:
            raise StoreRefused("model-not-there", f"{folder} has all files of no model; GET /models names them")
        return [taken(model, folder, self._store, told) for model in models]

    def _complete(self, model: Model, file: ModelFile, partial: Path) -> Installed | None:
        found = hash_of(partial / file.path)
        try:
            self._store.check(model, file, found)
        except StoreRefused:
            (partial / file.path).unlink()
            raise
        if not all(_is_whole(partial / one.path, one) for one in model.file):
            return None
        hashes = {one.path: hash_of(partial / one.path) for one in model.file}
        for one in model.file:
            self._store.check(model, one, hashes[one.path])
        return self._store.adopt(model, hashes)


async def _received(path: Path, file: ModelFile, content: AsyncIterator[bytes]) -> None:
    """Whole or not at all. Raises StoreRefused (model-wrong, models-disk)."""
    draft, size = path.with_name(f"{path.name}.upload"), 0
    try:
        with await asyncio.to_thread(draft.open, "wb") as out:
            async for block in content:
                size += len(block)
                if file.bytes and size > file.bytes:
                    raise StoreRefused("model-wrong", f"{file.path} is longer than {file.bytes} bytes; copy it again")
                await asyncio.to_thread(out.write, block)
        if file.bytes and size != file.bytes:
            raise StoreRefused("model-wrong", f"{file.path} has {size} bytes instead of {file.bytes}; copy it again")
        await asyncio.to_thread(draft.replace, path)
    except OSError as error:
        raise StoreRefused("models-disk", f"{draft}: {error.strerror}; free some space") from error
    finally:
        await asyncio.to_thread(draft.unlink, missing_ok=True)


def _is_whole(path: Path, file: ModelFile) -> bool:
    return path.is_file() and (not file.bytes or path.stat().st_size == file.bytes)


def _fits(model: Model, memory_mb: int, this: Board) -> bool:
    return model.ram_mb + _ROOM_MB <= memory_mb and (this == "other" or this in model.boards)


def _best(models: Any, memory_mb: int, this: Board) -> set[str]:
    """Of each stage the largest that fits, the one for the language alone first: as the hub itself chooses."""
    chosen = set()
    for stage in (one for one in _FIT_STAGES if not _lacks(one)):
        fit = [one for one in models if one.stage == stage and not one.non_commercial and _fits(one, memory_mb, this)]
        if fit:
            best = max(fit, key=lambda one: (one.ram_mb, "*" not in one.languages, one.bytes))
            chosen.add(best.name)
    return chosen


def _lacks(stage: Stage) -> str:
    package, setup = _PACKAGES.get(stage, ("", ""))
    return setup if package and find_spec(package) is None else ""


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file()) if folder.is_dir() else 0


def _recommended(report: bytes) -> list[str]:
    try:
        results = msgspec.json.decode(report, type=dict[str, Any])["results"]["recommended"]
        return [str(command).rpartition(" ")[2] for command in results.values()]
    except (msgspec.MsgspecError, KeyError, TypeError, AttributeError) as error:
        raise EarshotError("fit-failed", f"the measurement ended without figures: {error}") from error
