"""What a box's speed says of the models that it can run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hub.bench.fitting import BUDGET_MS, Candidate, Speed, candidates, recommended
from models.store.catalogue import Catalogue, Model, ModelFile

X86 = Speed(whisper_base_ms=600, voice_ms=130, llm_work=42e9, llm_bytes=10e9)
PI_4 = Speed(whisper_base_ms=6000, voice_ms=1300, llm_work=4e9, llm_bytes=2e9)
CATALOGUE = Catalogue.load()


def model(name: str, stage: str = "stt", ram_mb: int = 100, size: int = 0, language: str = "en") -> Model:
    file = ModelFile("m", "https://example.org/m", bytes=size)
    return Model(name, stage, "", [language], "MIT", [file], ram_mb=ram_mb)  # type: ignore[arg-type]


def ms_of(name: str, speed: Speed = X86, stage: str = "stt", size: int = 0) -> float:
    return candidates([model(name, stage, size=size)], speed)[0].ms


def test_whisper_takes_as_long_as_its_layers_are_many():
    tiny, base, small = (ms_of(f"whisper-{size}-q8_0") for size in ("tiny", "base", "small"))
    assert base == ms_of("whisper-base.en-q5_1") == 600
    assert tiny < base / 2
    assert small > 2.5 * base


def test_a_voice_of_high_quality_takes_longer():
    assert ms_of("piper-en_us-lessac-medium", stage="tts") == 130
    assert ms_of("piper-en_gb-cori-high", stage="tts") > 400


def test_a_language_model_takes_as_long_as_its_weights_are_many():
    small, large = (ms_of("x-q4_k_m", stage="llm", size=size) for size in (400_000_000, 1_200_000_000))
    assert large == pytest.approx(3 * small)


def test_the_same_file_in_more_bits_is_fewer_weights_to_multiply():
    assert ms_of("x-q8_0", stage="llm", size=400_000_000) < ms_of("x-q4_k_m", stage="llm", size=400_000_000)


def test_without_llama_cpp_no_language_model_is_judged():
    assert not candidates([model("x-q4_k_m", "llm")], replace(X86, llm_work=0.0))


@pytest.mark.parametrize("name", ["whisper-huge-q8_0", "parakeet", "faster-whisper-tiny"])
def test_what_is_not_known_is_not_guessed(name: str):
    assert not candidates([model(name)], X86)


def test_of_each_stage_the_largest_that_is_quick_and_has_room():
    some = [
        Candidate(model("slow", ram_mb=900), BUDGET_MS["stt"] + 1),
        Candidate(model("large", ram_mb=500), 900),
        Candidate(model("small", ram_mb=100), 200),
        Candidate(model("huge", "llm", ram_mb=4000), 900),
        Candidate(model("thinker", "llm", ram_mb=1000), 900),
    ]
    assert [one.model.name for one in recommended(some, 4096)] == ["large", "thinker"]
    assert [one.model.name for one in recommended(some, 1400)] == ["small"]
    assert recommended(some, 700) == []


def test_what_is_recommended_together_leaves_a_quarter_of_the_memory():
    for memory_mb in (1024, 2048, 4096, 8192, 16384):
        chosen = recommended(candidates(CATALOGUE.some(None, "en"), X86), memory_mb)
        assert sum(one.model.ram_mb for one in chosen) + 600 <= max(600, 0.75 * memory_mb)
        assert all(one.in_budget for one in chosen)
        assert len({one.model.stage for one in chosen}) == len(chosen)


@pytest.mark.parametrize("language", ["en", "de", "fr", "hi"])
def test_a_fast_box_gets_all_three_in_any_language(language: str):
    chosen = recommended(candidates(CATALOGUE.some(None, language), X86), 16_384)
    assert {one.model.stage for one in chosen} == {"stt", "tts", "llm"}


def test_a_slow_box_keeps_its_embedded_engines():
    chosen = recommended(candidates(CATALOGUE.some(None, "en"), PI_4), 2048)
    assert not any(one.model.stage in {"stt", "tts"} for one in chosen)
