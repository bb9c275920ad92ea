"""The satellite's wake word: from its configuration to the word that is heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from satellite.config import WakeSection
from satellite.wake import WakeDetector, open_detector
from tests.wake_networks import AUDIO, recording
from wire.errors import ConfigError
from wire.places import Places, places

HEARD_BY = "alexa"


@pytest.fixture(scope="module")
def where(tmp_path_factory: pytest.TempPathFactory) -> Places:
    root = tmp_path_factory.mktemp("earshot")
    return Places(etc=root / "etc", var=root / "var", run=root / "run", cache=places().cache)


@pytest.fixture(scope="module")
def detector(where: Places) -> WakeDetector:
    return open_detector(WakeSection(words=[HEARD_BY, "hey_jarvis"]), where)


def test_a_word_is_heard_in_blocks_of_any_length_and_again_after_a_reset(detector: WakeDetector) -> None:
    path = AUDIO / "wake" / "openwakeword" / "alexa_test.wav"
    if not path.is_file():
        pytest.skip(f"no {path}")
    spoken = recording(path).tobytes()
    at_ms = []
    for block_bytes in (2, 2048, 2560, len(spoken)):
        detector.reset()
        blocks = [spoken[start : start + block_bytes * 7] for start in range(0, len(spoken), block_bytes * 7)]
        heard = [wake for block in [*blocks, bytes(32_000)] if (wake := detector.process(block))]
        assert [wake.word for wake in heard] == [HEARD_BY]
        at_ms.append(heard[0].at_ms)
    assert len(set(at_ms)) == 1


def test_silence_and_reset_wake_nobody(detector: WakeDetector) -> None:
    for _ in range(3):
        detector.reset()
        assert all(detector.process(bytes(2048)) is None for _ in range(50))


def test_a_word_that_nobody_has_is_refused_by_name(where: Places) -> None:
    with pytest.raises(ConfigError) as refused:
        open_detector(WakeSection(words=["hey_nobody"]), where)
    assert refused.value.code == "wake-word-unknown"
    assert "okay_nabu" in refused.value.message


def test_a_file_that_is_no_wake_word_is_refused_by_name(where: Places, tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"not a model at all")
    with pytest.raises(ConfigError) as refused:
        open_detector(WakeSection(words=[str(broken)]), where)
    assert refused.value.code == "wake-model-invalid"
    assert "broken.onnx" in refused.value.message
