"""Kept speech: for the hub's user alone, bounded, and whatever cannot be read hides nothing else."""

from __future__ import annotations

import stat

import msgspec
import pytest

from hub.store import speech as module
from hub.store.speech import KeptTurn, SpeechKeeper, SpeechShelf
from hub.trace import SttTrace, ulid
from tests.fakes_control import trace
from wire.errors import ConfigError
from wire.pcm import silence


def kept(number: int, **known: str) -> KeptTurn:
    return KeptTurn(ulid(1000 + number, number), "kitchen", "2026-11-22T00:00:00Z", "en", "turn on the lamp", **known)


@pytest.fixture
def shelf(tmp_path) -> SpeechShelf:
    return SpeechShelf(tmp_path / "speech")


def test_a_turn_comes_back_as_it_was(shelf):
    shelf.put(kept(1), silence(400))
    assert shelf.turns() == [kept(1)]
    assert shelf.get("last") == shelf.get(kept(1).turn) == kept(1)
    assert shelf.sound(kept(1)) == silence(400)


def test_nobody_else_can_read_it(shelf, tmp_path):
    shelf.put(kept(1), silence(400))
    paths = [tmp_path / "speech", *(tmp_path / "speech").iterdir()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o700, 0o600, 0o600]


def test_the_oldest_go_and_those_that_were_corrected_go_last(shelf, monkeypatch):
    monkeypatch.setattr(module, "MOST_TURNS", 3)
    for number in range(5):
        shelf.put(kept(number, **({"said": "open the door"} if number == 0 else {})), silence(100))
    assert [one.turn for one in shelf.turns()] == [kept(number).turn for number in (0, 3, 4)]


def test_what_is_forgotten_is_gone(shelf, tmp_path):
    shelf.put(kept(1), silence(400))
    shelf.forget(kept(1))
    assert not list((tmp_path / "speech").iterdir())


def test_all_is_all_whatever_became_of_it(shelf, tmp_path):
    folder = tmp_path / "speech"
    shelf.put(kept(1), silence(400))
    (folder / f"{ulid(2, 2)}.wav").write_bytes(b"of a turn without a record")
    (folder / f"{ulid(3, 3)}.json").write_bytes(b"{")
    shelf.forget_all()
    assert not folder.exists()
    shelf.forget_all()  # nothing there is fine, too


def test_a_turn_whose_record_cannot_be_written_leaves_no_sound(shelf, tmp_path):
    folder = tmp_path / "speech"
    (folder / f"{kept(1).turn}.json.new").mkdir(parents=True)
    with pytest.raises(OSError, match="directory"):
        shelf.put(kept(1), silence(400))
    assert not list(folder.glob("*.wav*"))


@pytest.mark.parametrize("name", ["last", "", "..", "../../etc/passwd", "01", "*", ulid(7, 7)])
def test_a_turn_that_is_not_there_is_named(shelf, name):
    with pytest.raises(ConfigError) as refused:
        shelf.get(name)
    assert refused.value.code == "stt-turn-unknown"


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"turn": 3}', msgspec.json.encode(kept(9))])
def test_a_damaged_record_hides_no_other(shelf, tmp_path, content):
    """The last one is of another turn."""
    shelf.put(kept(1), silence(100))
    (tmp_path / "speech" / f"{ulid(5, 5)}.json").write_bytes(content)
    assert shelf.turns() == [kept(1)]


def test_a_record_without_its_sound_is_none(shelf, tmp_path):
    shelf.put(kept(1), silence(100))
    (tmp_path / "speech" / f"{kept(1).turn}.wav").unlink()
    assert shelf.turns() == []


def test_what_a_turn_heard_is_kept_with_it(shelf):
    heard = trace(turn=ulid(3, 3), stt=SttTrace("phrase", "m", 0.4))
    with SpeechKeeper(shelf) as keeper:
        keeper.keep(heard, silence(300).data)
        keeper.keep(trace(turn=ulid(4, 4)), b"")  # nobody spoke
        keeper.keep(trace(turn=ulid(5, 5)), silence(31_000).data)  # no command is so long
    (one,) = shelf.turns()
    assert (one.turn, one.heard, one.confidence, one.said) == (heard.turn, heard.transcript, 0.4, None)


def test_a_full_disk_costs_the_recording_alone(tmp_path, caplog):
    (tmp_path / "speech").write_text("no folder")
    with SpeechKeeper(SpeechShelf(tmp_path / "speech")) as keeper:
        keeper.keep(trace(turn=ulid(3, 3)), silence(300).data)
    assert "keep_speech" in caplog.text
