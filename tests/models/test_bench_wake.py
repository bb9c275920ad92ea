"""The wake benchmark measures every engine that is installed, on one audio, and reports true goals."""

from __future__ import annotations

import pytest

from hub.bench import wake
from hub.cli.bench import NETWORKS, RECORDINGS
from wire.errors import ConfigError

pytestmark = pytest.mark.models


@pytest.mark.skipif(not NETWORKS.is_dir(), reason=f"no networks in {NETWORKS}")
@pytest.mark.timeout(180)
def test_every_engine_takes_its_turn() -> None:
    recordings = sorted((RECORDINGS.parent / "negative").glob("*.wav"))[:5]
    report = wake.measure(recordings, NETWORKS, rounds=1)
    engines = {"1 rooms", "4 rooms", "16 rooms", "64 rooms", "pyopen-wakeword"}
    engines |= {"openwakeword"} if wake.OPENWAKEWORD.exists() else set()
    measured = {name: figures for name, figures in report.results.items() if isinstance(figures, dict)}
    assert set(measured) == engines
    assert all(figures["cpu_ms"] > 0 and figures["peak_mb"] > 20 for figures in measured.values())
    assert all(aim.met == (aim.value <= aim.goal) for aim in report.goals)
    assert report.goals


def test_without_networks_it_says_what_is_missing(tmp_path) -> None:
    with pytest.raises(ConfigError, match="--networks"):
        wake.contestants(tmp_path)
