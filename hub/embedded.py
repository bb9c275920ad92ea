"""The engines that the hub brings along: which run, what the embedded transcriber listens for, and their health."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Self

from hub.config import HubConfig
from hub.engines.child import EngineProgram, run_child
from hub.engines.choice import NONE, Choice, chosen
from hub.engines.probe import describe
from hub.engines.supervisor import EngineProcess, Patience
from hub.errors import IntentFailed
from hub.health import Component, State
from hub.intent.grammar import speech_grammar
from hub.stages import House
from hub.stt.requests import primary
from models.recogniser.installed import languages
from models.store.errors import StoreRefused
from wire.connection import PeerSettings
from wire.errors import PeerError
from wire.places import Places
from wire.wake_words import LAG_MS, phrase

_log = logging.getLogger(__name__)

GRAMMAR_FILE = "house.grammar.json"  # of run
ADAPTATION_FILE = "stt-adaptation.json"  # of var
LISTENS_SECONDS = 0.05
WHISPER, PIPER = "whisper", "piper"
_EMBEDDED_VOICES = ("espeak-", "pico-")  # how their names begin
_PATIENCE = Patience()
_LARGE_PATIENCE = Patience(ready_seconds=90)  # a large model from a slow card
_IDLE_SECONDS = 300
_MEMORY_MB = 1024
LOOK_SECONDS = 0.25  # how soon a renamed device is listened for
_STATES: dict[str, State] = {"starting": "starting", "ready": "ok", "restarting": "degraded", "failed": "failed"}


class EmbeddedEngines:
    """Async context manager. With ``[tts] uris`` set, that engine is not started here.

    With ``[stt] uris`` set or a whisper model fetched, the embedded recogniser is the first pass before them, if it
    knows the language.
    """

    def __init__(self, config: HubConfig, where: Places, peer: PeerSettings) -> None:
        self._config, self._peer = config, peer
        self._where, self._run, self._cache = where, where.run, where.cache / "wake"
        self._grammar = where.run / GRAMMAR_FILE
        self._adaptation = where.var / ADAPTATION_FILE
        self._processes: list[EngineProcess] = []
        self._listens = False
        self._whisper: Choice | None = None
        self._piper: Choice | None = None
        self._problems: list[Component] = []
        self._grammar_ready = bool(config.stt.uris)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        if not self._config.stt.uris:
            await self._start_whisper()
        first_pass = self._config.stt.first_pass and await self._has_language()
        self._listens = first_pass or not (self._config.stt.uris or self._whisper)
        self._grammar_ready = bool(self._config.stt.uris or self._whisper)
        if self._listens:
            await self._start(
                EngineProgram(
                    "stt",
                    "hub.stt.phrase",
                    _uri(self._run, "stt"),
                    (
                        *("--grammar", str(self._grammar)),
                        *("--cache", str(self._cache)),
                        *("--adaptation", str(self._adaptation)),
                    ),
                )
            )
        if not self._config.tts.uris:
            await self._start_piper()
            await self._start(EngineProgram("tts", "hub.tts.embedded", _uri(self._run, "tts")))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.__aexit__(kind, error, trace)

    @property
    def processes(self) -> Sequence[EngineProcess]:
        return self._processes

    @property
    def stt_uris(self) -> Sequence[str]:
        return self._config.stt.uris or [_uri(self._run, WHISPER if self._whisper else "stt")]

    @property
    def first_pass_uri(self) -> str | None:
        """The embedded recogniser, where it stands before other servers."""
        is_alone = not (self._config.stt.uris or self._whisper)
        return _uri(self._run, "stt") if self._listens and not is_alone else None

    @property
    def tts_uris(self) -> Sequence[str]:
        """In order: what does not answer is made up for by the next one."""
        piper = [_uri(self._run, PIPER)] if self._piper else []
        return self._config.tts.uris or [*piper, _uri(self._run, "tts")]

    @property
    def keeps_phrases(self) -> bool:
        """What was said once is said at once ever after."""
        return self._piper is not None

    def suspect(self, uri: str) -> None:
        """It hung when it was needed."""
        for process in self._processes:
            if uri == _uri(self._run, process.name):
                process.suspect()

    def components(self) -> list[Component]:
        """Health of each engine that runs here; the transcriber is only well once it knows the house."""
        parts = [*self._problems, *(self._component(process) for process in self._processes)]
        if not self._grammar_ready:
            parts.append(Component("grammar", "starting", "writing down what can be said to this house"))
        return parts

    async def follow(self, house: House, known: asyncio.Event) -> None:
        """Write the speech grammar once the house is known, and whenever a name in it changes; runs for ever."""
        await known.wait()
        written: int | None = None
        while True:
            version = house.names_version
            if version != written and self._listens:
                written = version
                await self._write_grammar(house)
            await asyncio.sleep(LOOK_SECONDS)

    async def _write_grammar(self, house: House) -> None:
        try:
            phrases = sorted({phrase(word) for word in (*LAG_MS, *self._config.wake.words)})
            grammar = await asyncio.to_thread(speech_grammar, house, self._config.hub.language, phrases)
        except IntentFailed as error:
            _log.warning("the embedded transcriber cannot listen: %s", error)
        else:
            await asyncio.to_thread(grammar.write, self._grammar)
            if not self._grammar_ready and await self._has_language():
                await self._until_it_listens()
            _log.info("the transcriber listens for %d words", len(grammar.words))
        self._grammar_ready = True

    async def _until_it_listens(self) -> None:
        """The embedded transcriber names a language once it has compiled its first grammar."""
        while True:
            with suppress(PeerError):
                info = await describe(_uri(self._run, "stt"), self._peer)
                if any(model.languages for program in info.asr for model in program.models):
                    return
            await asyncio.sleep(LISTENS_SECONDS)

    async def _has_language(self) -> bool:
        return self._language in await asyncio.to_thread(languages)

    @property
    def _language(self) -> str:
        return primary(self._config.hub.language)

    async def _start_whisper(self) -> None:
        """The model that the household has; without one, or with one that is not there, the embedded recogniser."""
        stt, language = self._config.stt, self._language
        try:
            choice = await asyncio.to_thread(chosen, "stt", stt.model, language, self._where)
            model = choice.file(".bin") if choice else None
        except StoreRefused as refused:
            self._problem(WHISPER, refused)
            return
        if choice is None or model is None:
            return
        self._whisper = choice
        idle_seconds = 0 if choice.stays_loaded else _IDLE_SECONDS
        options = {
            "--model": model,
            "--name": choice.model.name,
            "--threads": stt.threads,
            "--idle-seconds": idle_seconds,
            "--pause-ms": stt.early_pause_ms,
            "--grammar": self._grammar,
            "--cache": self._where.cache / "voice",
            "--memory-mb": _MEMORY_MB + 4 * choice.model.ram_mb,
        }
        await self._start(_program(WHISPER, "hub.stt.whisper", self._run, options), _LARGE_PATIENCE)

    async def _start_piper(self) -> None:
        """The voice that the household has; without one, or without the package, the embedded voices."""
        tts = self._config.tts
        voice = tts.voice or ""
        try:
            wanted = NONE if voice.startswith(_EMBEDDED_VOICES) else voice.partition("#")[0]
            choice = await asyncio.to_thread(chosen, "tts", wanted, self._language, self._where)
            model = _piper_model(choice) if choice else None
        except StoreRefused as refused:
            self._problem(PIPER, refused)
            return
        if choice is None or model is None:
            return
        self._piper = choice
        options = {
            "--voice": model,
            "--speed": tts.speed,
            "--loudness": tts.loudness,
            "--cache": self._where.cache / "tts",
            "--memory-mb": _MEMORY_MB + 4 * choice.model.ram_mb,
        }
        await self._start(_program(PIPER, "hub.tts.piper", self._run, options), _LARGE_PATIENCE)

    def _problem(self, name: str, refused: StoreRefused) -> None:
        _log.warning("%s", refused)
        self._problems.append(Component(name, "degraded", refused.message, refused.code, required=False))

    async def _start(self, program: EngineProgram, patience: Patience = _PATIENCE) -> None:
        process = EngineProcess(
            name=program.name,
            spawn=partial(run_child, program),
            probe=partial(describe, program.uri, self._peer),
            patience=patience,
        )
        self._processes.append(await self._stack.enter_async_context(process))

    def _component(self, process: EngineProcess) -> Component:
        health = process.health
        state = _STATES[health.state]
        memory = f"{health.rss_mb:.0f} MB" if health.rss_mb else ""
        required = health.name != PIPER and (health.name != WHISPER or not self._listens)
        code = None if state == "ok" else "engine-lost"
        return Component(health.name, state, health.detail or memory, code, required=required)


def _uri(run: Path, name: str) -> str:
    return f"unix://{run / name}.sock"


def _piper_model(choice: Choice) -> Path:
    if find_spec("piper") is None:
        raise StoreRefused("piper-missing", "Piper's voices need its package: `pip install 'earshot[piper]'`")
    return choice.file(".onnx")


def _program(name: str, module: str, run: Path, options: Mapping[str, object]) -> EngineProgram:
    arguments = [str(word) for option in options.items() for word in option]
    return EngineProgram(name, module, _uri(run, name), arguments)
