"""The engines as people tend them: how they are, started anew, given another model, measured for a moment."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Literal

import msgspec

from hub.config import HubConfig
from hub.embedded import EmbeddedEngines
from hub.engines.programs import LLM, PIPER, STT, TTS, WHISPER
from hub.errors import NotThere
from hub.llm.client import ChatClient, Server
from hub.llm.messages import Message
from hub.settings_writer import SettingsWriter
from hub.stt.wyoming_client import WyomingTranscriber
from hub.tts.wyoming_client import WyomingSynthesizer
from models.store.catalogue import Stage
from wire.connection import PeerSettings
from wire.errors import EarshotError
from wire.pcm import Pcm, to_speech

EngineStage = Literal["stt", "tts", "llm"]
_STAGE_OF: dict[str, EngineStage] = {STT: "stt", WHISPER: "stt", TTS: "tts", PIPER: "tts", LLM: "llm"}
_SETTING: dict[str, str] = {"stt": "stt.model", "tts": "tts.voice", "llm": "llm.model"}
_SENTENCE = "Turn on the light in the kitchen, and tell me how warm it is outside."
_QUESTION = "Name three colours, in one short sentence."
_ROUNDS = 3
_DEADLINE_SECONDS = 60.0
_BLOCK_BYTES = 2048
_TOKENS = 48


class EngineDetail(msgspec.Struct, frozen=True):
    """place: ``here`` is a process of the hub's, else the server's address. model: null where it has none to choose.

    state: as in ``/health``, ``remote`` of a server elsewhere. memory_mb: resident.
    """

    name: str
    stage: EngineStage
    place: str
    state: str
    model: str | None = None
    memory_mb: float | None = None
    restarts: int = 0
    detail: str = ""


class EngineMeasured(msgspec.Struct, frozen=True):
    """Medians of three rounds. first_ms: to the first sound or word, for speech to text from its end to the transcript.

    realtime_factor: time spent for a second of sound; null for a language model, which has words_a_second. said: what
    came out.
    """

    name: str
    first_ms: float
    all_ms: float
    realtime_factor: float | None = None
    words_a_second: float | None = None
    said: str = ""


class EngineSwitched(msgspec.Struct, frozen=True):
    """engine: that runs the model now; null: it does with the hub's next start. restart: settings that wait for it."""

    stage: EngineStage
    model: str
    engine: str | None
    restart: list[str]


Told = Callable[[float, float], None]


@dataclass(frozen=True, slots=True)
class EngineDesk:
    """Implements hub.web.engines_api.EngineControl. spoken: a text in the hub's voice."""

    engines: EmbeddedEngines
    config: HubConfig
    peer: PeerSettings
    writer: SettingsWriter
    spoken: Callable[[str], Awaitable[Pcm]]

    def all(self) -> list[EngineDetail]:
        """Those that run here, then servers elsewhere."""
        here = []
        for process in self.engines.processes:
            health, model = process.health, self.engines.models.get(process.name)
            memory = None if health.rss_mb is None else round(health.rss_mb, 1)
            stage = _STAGE_OF[process.name]
            name = model.name if model else None
            here.append(
                EngineDetail(process.name, stage, "here", health.state, name, memory, health.restarts, health.detail)
            )
        config = self.config
        away = [EngineDetail(uri, "stt", uri, "remote") for uri in config.stt.uris]
        away += [EngineDetail(uri, "tts", uri, "remote", config.tts.voice) for uri in config.tts.uris]
        if config.llm.url:
            away.append(EngineDetail(config.llm.url, "llm", config.llm.url, "remote", config.llm.model or None))
        return here + away

    def restart(self, name: str) -> None:
        """Raises NotThere (engine-unknown)."""
        self.engines.restart(name)

    async def switch(self, stage: EngineStage, model: str) -> EngineSwitched:
        """The setting is written; where the stage's process runs, it has the model at once.

        Raises StoreRefused (model-unknown, model-missing, model-unfit), ConfigError.
        """
        its: Stage = stage
        named = stage == "tts" and self.config.tts.voice  # turns ask for that one by its name until the next start
        engine = None if named else await self.engines.switch(its, model)
        restart = await self.writer.set({_SETTING[stage]: model})
        return EngineSwitched(stage, model, engine, [] if engine else restart)

    async def measure(self, name: str, told: Told) -> EngineMeasured:
        """told: rounds done, and all of them. Raises NotThere (engine-unknown), StageFailed."""
        detail = next((one for one in self.all() if one.name == name), None)
        if detail is None:
            raise NotThere("engine-unknown", f"no engine {name[:40]!r} is known; GET /engines lists them")
        uri = self.engines.uri(name) if detail.place == "here" else detail.place
        match detail.stage:
            case "tts":
                once = partial(self._speak, uri)
            case "stt":
                once = partial(self._hear, uri, await self._speech())
            case "llm":
                once = partial(self._think, uri, detail.model or "")
        rounds = []
        for number in range(_ROUNDS):
            told(number, _ROUNDS)
            rounds.append(await once())
        rounds.sort(key=lambda one: one.all_ms)
        return msgspec.structs.replace(rounds[len(rounds) // 2], name=name)

    async def _speech(self) -> Pcm:
        return to_speech(await self.spoken(_SENTENCE))

    async def _speak(self, uri: str) -> EngineMeasured:
        voice = WyomingSynthesizer([uri], self.peer, _DEADLINE_SECONDS)
        began, first_ms, sound_ms = time.monotonic(), 0.0, 0.0
        # another number each time: phrases that were said before come from memory
        text = f"{_SENTENCE} {time.monotonic_ns() % 9973}."
        async for block in voice.synthesize(text, language=self.config.hub.language):
            first_ms = first_ms or _since(began)
            sound_ms += block.duration_ms
        if not sound_ms:
            raise EarshotError("engine-silent", f"{uri} made no sound of a sentence; see the hub's log")
        return EngineMeasured("", first_ms, _since(began), round(_since(began) / sound_ms, 3))

    async def _hear(self, uri: str, pcm: Pcm) -> EngineMeasured:
        """As fast as it takes the sound: the factor is of its work, and no clock of a speaker."""
        transcriber = WyomingTranscriber([uri], self.peer, _DEADLINE_SECONDS)
        began, ended = time.monotonic(), [0.0]

        async def blocks() -> AsyncIterator[Pcm]:
            for at in range(0, len(pcm.data), _BLOCK_BYTES):
                yield Pcm(pcm.rate_hz, pcm.width_bytes, pcm.channels, pcm.data[at : at + _BLOCK_BYTES])
            ended[0] = time.monotonic()

        transcript = await transcriber.transcribe(blocks(), language=self.config.hub.language)
        return EngineMeasured(
            "", _since(ended[0]), _since(began), round(_since(began) / pcm.duration_ms, 3), said=transcript.text
        )

    async def _think(self, url: str, model: str) -> EngineMeasured:
        began, first_ms, words = time.monotonic(), 0.0, ""
        async with (
            ChatClient(Server(url, model), silent_seconds=_DEADLINE_SECONDS) as client,
            aclosing(client.complete([Message("user", _QUESTION)], [], max_tokens=_TOKENS)) as parts,
        ):
            async for part in parts:
                first_ms = first_ms or _since(began)
                words += part if isinstance(part, str) else ""
        writing_ms = max(_since(began) - first_ms, 1.0)
        rate = round(len(words.split()) / writing_ms * 1000, 1)
        return EngineMeasured("", first_ms, _since(began), words_a_second=rate, said=words.strip()[:200])


def _since(began: float) -> float:
    return round((time.monotonic() - began) * 1000, 1)
