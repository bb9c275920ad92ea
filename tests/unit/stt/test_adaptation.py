"""What a household taught, on disk: as it was written, or nothing and a reason."""

# ruff: noqa: RUF001  # IPA is written in letters that look like others

from __future__ import annotations

import pytest

from hub.stt.phrase.adaptation import Adaptation, AdaptationBroken
from models.recogniser.phones import alphabet

ENGLISH = alphabet("en")
TAUGHT = Adaptation("en", "0" * 64, 0.4, {"nguyen": [["W", "IH", "N"]]}, turns=3)


def test_it_comes_back_as_it_was(tmp_path):
    TAUGHT.write(tmp_path / "var" / "a.json")
    assert Adaptation.read(tmp_path / "var" / "a.json") == TAUGHT


def test_none_is_none(tmp_path):
    assert Adaptation.read(tmp_path / "a.json") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"[1]",
        b'{"language":"en","model":"x","accept":0.5,"version":2}',
        b'{"language":"en","model":"x","accept":7}',
        b'{"language":"en","model":"x","accept":0.5,"ways":{"a":"b"}}',
        b" " * ((1 << 20) + 1),
    ],
    ids=["empty", "nothing", "list", "newer", "accept", "ways", "long"],
)
def test_anything_else_is_refused(tmp_path, content):
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(AdaptationBroken) as broken:
        Adaptation.read(tmp_path / "a.json")
    assert broken.value.code == "stt-adaptation-invalid"


def test_a_word_is_said_that_way_besides():
    known = ENGLISH.read("nuːjɛn")
    assert TAUGHT.added_to({"nguyen": [known], "lamp": [(1,)]}, ENGLISH) == {
        "nguyen": [known, ENGLISH.read("wɪn")],
        "lamp": [(1,)],
    }


@pytest.mark.parametrize(
    "ways", [{"gone": [["W"]]}, {"lamp": [["W", "XX"]]}, {"lamp": [[]]}], ids=["no word", "no phone", "nothing"]
)
def test_what_the_house_or_the_model_does_not_have_is_left_out(ways):
    assert Adaptation("en", "m", 0.5, ways).added_to({"lamp": [(1,)]}, ENGLISH) == {"lamp": [(1,)]}


def test_a_word_takes_no_end_of_ways():
    ways = {"lamp": [["W"] * length for length in range(1, 40)]}
    assert len(Adaptation("en", "m", 0.5, ways).added_to({"lamp": [(1,)]}, ENGLISH)["lamp"]) < 10
