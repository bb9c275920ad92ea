"""The engines that the hub brings along: which run, what the embedded transcriber listens for, and their health."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from types import TracebackType
from typing import Self

from hub.config import HubConfig
from hub.engines import programs
from hub.engines.child import EngineProgram, run_child
from hub.engines.choice import NONE, Choice, chosen
from hub.engines.probe import describe
from hub.engines.programs import GRAMMAR_FILE, LLM, PIPER, STT, TTS, WHISPER, uri_of
from hub.engines.supervisor import EngineProcess, Patience, Probe
from hub.errors import IntentFailed, NotThere
from hub.health import Component, State
from hub.intent.always import always
from hub.intent.grammar import speech_grammar
from hub.llm.client import check_llm
from hub.stages import House
from hub.stt.requests import primary
from models.recogniser.installed import languages
from models.store.catalogue import Model, Stage
from models.store.errors import StoreRefused
from models.wake.library import words_in
from wire.connection import PeerSettings
from wire.errors import PeerError
from wire.places import Places
from wire.wake_words import LAG_MS, phrase

_log = logging.getLogger(__name__)

LISTENS_SECONDS = 0.05
_STAGES: dict[str, Stage] = {WHISPER: "stt", PIPER: "tts", LLM: "llm"}
_NOT_REQUIRED = frozenset({PIPER, LLM})
_EMBEDDED_VOICES = ("espeak-", "pico-")  # how their names begin
_PATIENCE = Patience()
_LARGE_PATIENCE = Patience(ready_seconds=90)  # a large model from a slow card
LOOK_SECONDS = 0.25  # how soon a renamed device is listened for
_STATES: dict[str, State] = {"starting": "starting", "ready": "ok", "restarting": "degraded", "failed": "failed"}


class EmbeddedEngines:
    """Async context manager. With ``[tts] uris`` set, that engine is not started here.

    With ``[stt] uris`` set or a whisper model fetched, the embedded recogniser is the first pass before them, if it
    knows the language.
    """

    def __init__(self, config: HubConfig, where: Places, peer: PeerSettings) -> None:
        self._config, self._peer = config, peer
        self._where, self._grammar = where, where.run / GRAMMAR_FILE
        self._processes: list[EngineProcess] = []
        self.models: dict[str, Model] = {}  # by the engine's name, what it runs with
        self._listens = False
        self._has_whisper = self._has_piper = self._has_llm = False
        self._problems: list[Component] = []
        self._grammar_ready = bool(config.stt.uris)
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        stt, tts = self._config.stt, self._config.tts
        if not stt.uris:
            self._has_whisper = await self._start_model(WHISPER, stt.model, self._program(WHISPER))
        is_alone = not (stt.uris or self._has_whisper)
        self._listens = is_alone or (stt.first_pass and await self._has_language())
        self._grammar_ready = not is_alone
        if self._listens:
            await self._start(programs.phrase(self._where))
        if not tts.uris:
            self._has_piper = await self._start_model(PIPER, self._wanted_voice, self._program(PIPER))
            await self._start(programs.embedded_voices(self._where))
        if not self._config.llm.url:
            probe = partial(check_llm, uri_of(self._where, LLM))
            self._has_llm = await self._start_model(LLM, self._config.llm.model, self._program(LLM), probe)
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
        return self._config.stt.uris or [uri_of(self._where, WHISPER if self._has_whisper else STT)]

    @property
    def first_pass_uri(self) -> str | None:
        """The embedded recogniser, where it stands before other servers."""
        is_alone = not (self._config.stt.uris or self._has_whisper)
        return uri_of(self._where, STT) if self._listens and not is_alone else None

    @property
    def hearers(self) -> dict[str, str]:
        """Every transcriber there is, by a name for people: its URI."""
        own = {STT: uri_of(self._where, STT)} if self._listens else {}
        whisper = {WHISPER: uri_of(self._where, WHISPER)} if self._has_whisper else {}
        return {**own, **whisper, **{uri: uri for uri in self._config.stt.uris}}

    @property
    def tts_uris(self) -> Sequence[str]:
        """In order: what does not answer is made up for by the next one."""
        names = [PIPER, TTS] if self._has_piper else [TTS]
        return self._config.tts.uris or [uri_of(self._where, name) for name in names]

    @property
    def voice(self) -> str | None:
        """Of the first of ``tts_uris``; None: its own choice, also where the one that is wanted is not here."""
        tts = self._config.tts
        is_here = tts.uris or self._has_piper or self._wanted_voice == NONE
        return tts.voice if is_here else None

    @property
    def _wanted_voice(self) -> str:
        """A model's name, or ``none`` where an embedded voice is named."""
        voice = self._config.tts.voice or ""
        return NONE if voice.startswith(_EMBEDDED_VOICES) else voice.partition("#")[0]

    @property
    def keeps_phrases(self) -> bool:
        """What was said once is said at once ever after."""
        return self._has_piper

    @property
    def llm_url(self) -> str | None:
        """Of the language model, if there is one."""
        own = uri_of(self._where, LLM) if self._has_llm else None
        return self._config.llm.url or own

    def suspect(self, uri: str) -> None:
        """It hung when it was needed."""
        for process in self._processes:
            if uri == uri_of(self._where, process.name):
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
            own = await asyncio.to_thread(words_in, self._where.var / "wake")  # any of them may be chosen for a room
            rooms = [word for satellite in self._config.satellite for word in satellite.wake.words]
            phrases = sorted({phrase(word) for word in (*LAG_MS, *self._config.wake.words, *rooms, *own)})
            language = self._config.hub.language
            digits = self._config.policy.has_pin or any("code_format" in each.attributes for each in house.entities())
            beside = await asyncio.to_thread(always, primary(language), pin=digits)
            grammar = await asyncio.to_thread(speech_grammar, house, language, phrases, beside)
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
                info = await describe(uri_of(self._where, STT), self._peer)
                if any(model.languages for program in info.asr for model in program.models):
                    return
            await asyncio.sleep(LISTENS_SECONDS)

    async def _has_language(self) -> bool:
        return self._language in await asyncio.to_thread(languages)

    @property
    def _language(self) -> str:
        return primary(self._config.hub.language)

    async def _start_model(
        self, name: str, wanted: str, program: Callable[[Choice], EngineProgram], probe: Probe | None = None
    ) -> bool:
        """The model that the household has; without one, or with one that cannot be used, the embedded engine."""
        try:
            choice = await asyncio.to_thread(chosen, _STAGES[name], wanted, self._language, self._where)
            started = await asyncio.to_thread(program, choice) if choice else None
        except StoreRefused as refused:
            self._problem(name, refused)
            return False
        if choice and started:
            self.models[name] = choice.model
            await self._start(started, _LARGE_PATIENCE, probe)
        return started is not None

    def uri(self, name: str) -> str:
        return uri_of(self._where, name)

    def restart(self, name: str) -> None:
        """Raises NotThere (engine-unknown)."""
        self._process(name).replace()

    async def switch(self, stage: Stage, wanted: str) -> str | None:
        """Run that model in its stage's process from now on; the process' name, None where none runs yet.

        Raises StoreRefused (model-unknown, model-missing, model-unfit, model-damaged).
        """
        name = next((name for name, its in _STAGES.items() if its == stage), "")
        choice = await asyncio.to_thread(chosen, stage, wanted, self._language, self._where)
        if choice is None or name not in self.models:
            return None
        program = await asyncio.to_thread(self._program(name), choice)
        self._process(name).replace(partial(run_child, program))
        self.models[name] = choice.model
        return name

    def _program(self, name: str) -> Callable[[Choice], EngineProgram]:
        config, where = self._config, self._where
        made: dict[str, Callable[[Choice], EngineProgram]] = {
            WHISPER: partial(programs.whisper, where, config.stt),
            PIPER: partial(programs.piper, where, config.tts),
            LLM: partial(programs.llama, where, config.llm),
        }
        return made[name]

    def _process(self, name: str) -> EngineProcess:
        for process in self._processes:
            if process.name == name:
                return process
        raise NotThere("engine-unknown", f"no engine {name[:40]!r} runs here; GET /engines lists them")

    def _problem(self, name: str, refused: StoreRefused) -> None:
        _log.warning("%s", refused)
        self._problems.append(Component(name, "degraded", refused.message, refused.code, required=False))

    async def _start(self, program: EngineProgram, patience: Patience = _PATIENCE, probe: Probe | None = None) -> None:
        process = EngineProcess(
            name=program.name,
            spawn=partial(run_child, program),
            probe=probe or partial(describe, program.uri, self._peer),
            patience=patience,
        )
        self._processes.append(await self._stack.enter_async_context(process))

    def _component(self, process: EngineProcess) -> Component:
        health = process.health
        state = _STATES[health.state]
        memory = f"{health.rss_mb:.0f} MB" if health.rss_mb else ""
        required = health.name not in _NOT_REQUIRED and (health.name != WHISPER or not self._listens)
        code = None if state == "ok" else "engine-lost"
        return Component(health.name, state, health.detail or memory, code, required=required)
