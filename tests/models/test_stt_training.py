"""The quick recipe from nothing to a recogniser's file, with the installed voices, as a person starts it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from models.recogniser.network import Kept, PhoneNetwork
from models.recogniser.second import SecondNetwork
from models.recogniser.training.calibration import FALSE_ACCEPTS
from models.wake.layers import TAP_VALUES
from models.wake.mel import silent_frames

PATIENCE_SECONDS = 1500
# Ctrl+C means something also where these tests run in the background of a shell, whose children are told to ignore it.
PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from hub.cli import main; raise SystemExit(main())"
)
CHANCE = 1.0  # of wrong phones: a head that learned nothing hears none

pytest.importorskip("torch", reason="only training needs it: scripts/setup --train")
pytest.importorskip("wordfreq", reason="only training needs it: scripts/setup --train")
pytestmark = [pytest.mark.models, pytest.mark.timeout(2 * PATIENCE_SECONDS)]


@dataclass(frozen=True)
class Trained:
    """stopped: what the run said that was stopped. card: what the one after it printed."""

    folder: Path
    stopped: subprocess.CompletedProcess[str]
    card: dict
    told: str


def _command(folder: Path) -> list[str]:
    options = ["--quick", "--folder", str(folder), "--json"]
    return [sys.executable, "-c", PROGRAM, "stt", "train", *options]


def _stopped(folder: Path, part: str) -> subprocess.CompletedProcess[str]:
    """Ctrl+C when it has told twice of that part of the work: some seconds into it."""
    with subprocess.Popen(
        _command(folder), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stderr is not None
        told = []
        for line in running.stderr:
            told.append(line)
            if sum(each.startswith(part) for each in told) > 1:
                os.killpg(running.pid, signal.SIGINT)
                break
        rest = running.communicate(timeout=PATIENCE_SECONDS)
    return subprocess.CompletedProcess(running.args, running.returncode, rest[0], "".join(told) + rest[1])


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    folder = tmp_path_factory.mktemp("training")
    stopped = _stopped(folder, "learning")
    done = subprocess.run(_command(folder), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
    assert done.returncode == 0, done.stderr
    return Trained(folder, stopped, json.loads(done.stdout), done.stderr)


def test_voices_that_it_never_heard_are_heard_better_than_by_chance(trained):
    """The quick form, which is to be tried and not kept, hears half of their phones; on any machine over a quarter."""
    assert trained.card["phone_errors"]["as recorded"] < 0.75 * CHANCE
    assert trained.card["phone_errors"]["at home"] < 0.9 * CHANCE


def test_the_file_runs(trained):
    network = PhoneNetwork(trained.folder / "recogniser.onnx")
    assert network.alphabet.language == "en"
    likelihoods = network.step(silent_frames(), network.begin()).likelihoods
    assert likelihoods.shape == (4, len(network.alphabet.phones) + 1)
    np.testing.assert_allclose(np.exp(likelihoods).sum(axis=1), 1, atol=1e-4)


def test_the_second_look_runs_beside_it(trained):
    first = PhoneNetwork(trained.folder / "recogniser.onnx")
    known = np.zeros((30, first.known_values), np.float32)
    kept = Kept(np.zeros((30, TAP_VALUES), np.float32), known)
    likelihoods = SecondNetwork(trained.folder / "second.onnx", first).hear(kept)
    assert likelihoods.shape == (60, len(first.alphabet.phones) + 1)
    np.testing.assert_allclose(np.exp(likelihoods).sum(axis=1), 1, atol=1e-4)
    assert trained.card["second_phone_errors"]["as recorded"] < 0.75 * CHANCE


def test_little_is_believed_that_was_not_said(trained):
    """Of clips that chose no threshold."""
    assert trained.card["rates"]["false_accepts"] <= FALSE_ACCEPTS + 0.15  # 60 clips, judged by what others taught
    assert trained.card["rates"]["wrong"] < trained.card["rates"]["right"]


def test_the_card_tells_who_spoke(trained):
    assert trained.card["hours"] > 0.3
    assert trained.card["voices"]["espeak-ng"] > 50
    assert not any("MBROLA" in voice or "evgeniy" in voice or "lyubov" in voice for voice in trained.card["voices"])


def test_a_stopped_run_goes_on_where_it_ended(trained):
    assert trained.stopped.returncode == 0
    assert "stopped; the same command goes on" in trained.stopped.stderr
    assert "Traceback" not in trained.stopped.stderr
    assert "speech: 7 of 7" in trained.told.splitlines()[0]  # nothing of it was made again
    learning = next(line for line in trained.told.splitlines() if line.startswith("learning"))
    assert not learning.partition(": ")[2].startswith("1 of")


def test_a_second_run_makes_nothing(trained):
    before = {path: path.stat().st_mtime_ns for path in trained.folder.rglob("*") if path.is_file()}
    again = subprocess.run(
        _command(trained.folder), capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    assert json.loads(again.stdout) == trained.card
    assert not again.stderr
    assert {path: path.stat().st_mtime_ns for path in trained.folder.rglob("*") if path.is_file()} == before
