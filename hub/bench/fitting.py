"""From what a box does in a second to the models that it can run: estimates, a budget, a choice. Pure.

Work: whisper's encoder and a language model's reading go by multiplications, its writing by bytes of weights that are
read for each token. Both are measured with networks of the same layers (hub.bench.fit).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.bench.whisper_shape import SHAPES, Shape
from models.store.catalogue import Model

# The budget, on top of the pause that ends a sentence: what of it each stage may take (docs/benchmarks.md).
BUDGET_MS: Mapping[str, float] = {"stt": 1000.0, "tts": 400.0, "llm": 1300.0}
HEADROOM = 0.75  # of the memory, for all of it
HUB_MB = 600  # hub, embedded engines, system
_NEW_TOKENS, _FIRST_TOKENS = 40, 14  # of a question that is read, with room and time; of a first piece that is written
_QUALITY = {"low": 0.45, "medium": 1.0, "high": 3.6}  # of a Piper voice: work, by its name's end
_TABLE = 0.25  # of a file: its table of words, of which reading looks up a few
_BITS = {
    "q4": 0.7,
    "q5": 0.8,
    "q8": 1.07,
    "f16": 2.0,
}  # bytes a weight, by the name; mixed ones have parts in more bits


@dataclass(frozen=True, slots=True)
class Speed:
    """whisper_base_ms: three seconds of speech. voice_ms: a first piece of two seconds by a voice of medium quality.

    llm_work: multiplications a second, reading. llm_bytes: of weights a second, writing; both 0 without llama.cpp.
    """

    whisper_base_ms: float
    voice_ms: float
    llm_work: float = 0.0
    llm_bytes: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """ms: until this stage has done its part. in_budget: that is quick enough."""

    model: Model
    ms: float

    @property
    def in_budget(self) -> bool:
        return self.ms <= BUDGET_MS[self.model.stage]


def candidates(models: Iterable[Model], speed: Speed) -> list[Candidate]:
    """Those whose time can be told, by stage and then the quickest first."""
    estimated = ((model, _ms(model, speed)) for model in models)
    known = [Candidate(model, ms) for model, ms in estimated if ms is not None]
    return sorted(known, key=lambda one: (one.model.stage, one.ms, one.model.name))


def recommended(some: Sequence[Candidate], memory_mb: int) -> list[Candidate]:
    """One a stage where one fits: the largest that is quick enough, hearing first, since nothing works without it."""
    left_mb = memory_mb * HEADROOM - HUB_MB
    chosen = []
    for stage in ("stt", "tts", "llm"):
        fit = [one for one in some if one.model.stage == stage and one.in_budget and one.model.ram_mb <= left_mb]
        if fit:
            best = max(fit, key=lambda one: (one.model.ram_mb, "*" not in one.model.languages, -one.ms))
            left_mb -= best.model.ram_mb
            chosen.append(best)
    return chosen


def _ms(model: Model, speed: Speed) -> float | None:
    match model.stage:
        case "stt":
            return _whisper_ms(model.name, speed)
        case "tts":
            quality = model.name.rpartition("-")[2]
            return speed.voice_ms * _QUALITY[quality] if quality in _QUALITY else None
        case "llm":
            return _llm_ms(model, speed)
    return None


def _whisper_ms(name: str, speed: Speed) -> float | None:
    size = next((size for size in SHAPES if name.startswith(f"whisper-{size.removesuffix('.en')}")), None)
    return speed.whisper_base_ms * _work(SHAPES[size]) / _work(SHAPES["base.en"]) if size else None


def _work(shape: Shape) -> float:
    """Of the encoder, which is most of it: matrices by positions, and each position beside each."""
    positions = 512
    return shape.layers * (12 * shape.state**2 * positions + 2 * shape.state * positions**2)


def _llm_ms(model: Model, speed: Speed) -> float | None:
    if not speed.llm_work or not speed.llm_bytes:
        return None
    a_weight = next((size for bits, size in _BITS.items() if f"-{bits}" in model.name), _BITS["q8"])
    reading = _NEW_TOKENS * model.bytes * (1 - _TABLE) / a_weight / speed.llm_work
    writing = _FIRST_TOKENS * model.bytes / speed.llm_bytes
    return (reading + writing) * 1000
