"""The model that a stage takes is the one somebody named, or the largest that suits language, board and memory."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from hub.engines import choice as module
from hub.engines.choice import chosen
from models.store.catalogue import Model, ModelFile
from models.store.errors import StoreRefused
from models.store.folder import Store
from wire.places import Places

CONTENT = b"weights"
MODEL = """
[[model]]
name = "{name}"
stage = "{stage}"
about = ""
languages = ["{language}"]
licence = "MIT"
ram_mb = {ram_mb}
boards = ["{board}"]
  [[model.file]]
  path = "model.bin"
  url = "https://example.org/model.bin"
"""


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setattr(module, "board", lambda: "pi5")
    monkeypatch.setattr(module, "memory_bytes", lambda: 2 << 30)
    (tmp_path / "etc").mkdir()
    return Places(etc=tmp_path / "etc", var=tmp_path / "var", run=tmp_path, cache=tmp_path)


def have(where: Places, name: str, *, ram_mb: int = 100, language: str = "en", stage: str = "stt", board: str = "pi5"):
    """In the household's catalogue, and fetched."""
    with (where.etc / "models.toml").open("a") as catalogue:
        catalogue.write(MODEL.format(name=name, stage=stage, language=language, ram_mb=ram_mb, board=board))
    file = ModelFile("model.bin", "https://example.org/model.bin")
    model = Model(name, "stt", "", [language], "MIT", [file], ram_mb=ram_mb)
    store = Store(where.var / "models")
    (store.partial(model) / "model.bin").write_bytes(CONTENT)
    store.adopt(model, {"model.bin": sha256(CONTENT).hexdigest()})


def name_of(where: Places, wanted: str = "", language: str = "en") -> str | None:
    found = chosen("stt", wanted, language, where)
    return found.model.name if found else None


def test_without_models_there_is_none(where):
    assert name_of(where) is None


def test_the_largest_that_fits_is_taken(where):
    have(where, "small", ram_mb=100)
    have(where, "large", ram_mb=800)
    have(where, "huge", ram_mb=1800)
    assert name_of(where) == "large"


def test_of_the_same_size_the_languages_own(where):
    have(where, "many", language="*")
    have(where, "own")
    have(where, "other", language="de")
    assert (name_of(where), name_of(where, language="fr")) == ("own", "many")


def test_what_is_too_slow_for_this_board_or_for_another_stage_is_not_taken(where):
    have(where, "slow", board="x86", ram_mb=300)
    have(where, "voice", stage="tts", ram_mb=300)
    assert name_of(where) is None


def test_what_a_person_names_is_taken_whatever_it_is(where):
    have(where, "slow", board="x86", ram_mb=3000)
    have(where, "small")
    assert (name_of(where, "slow"), name_of(where, "none")) == ("slow", None)


def test_a_choice_knows_its_files_and_whether_it_stays(where):
    have(where, "small", ram_mb=512)
    found = chosen("stt", "small", "en", where)
    assert found is not None
    assert found.file(".bin").read_bytes() == CONTENT
    assert found.stays_loaded
    with pytest.raises(StoreRefused, match=r"\.onnx"):
        found.file(".onnx")


@pytest.mark.parametrize(
    ("wanted", "code"), [("nobody", "model-unknown"), ("whisper-tiny-q8_0", "model-missing"), ("voice", "model-unfit")]
)
def test_what_cannot_be_taken_is_named(where, wanted, code):
    have(where, "voice", stage="tts")
    with pytest.raises(StoreRefused) as refused:
        name_of(where, wanted)
    assert refused.value.code == code
    assert wanted in refused.value.message
