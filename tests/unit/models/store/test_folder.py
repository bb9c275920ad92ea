"""What is here is told, checked, imported from a stick, and removed."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from models.store.catalogue import Catalogue, Model, ModelFile
from models.store.errors import StoreRefused
from models.store.folder import Store
from models.store.importing import taken, there
from wire.errors import EarshotError

CONTENT = {"a.bin": b"weights" * 1000, "a.json": b"{}"}
URL = "https://models.example/a"


def model() -> Model:
    files = [ModelFile(path, URL, len(data), sha256(data).hexdigest()) for path, data in CONTENT.items()]
    return Model(name="a", stage="tts", about="", languages=["en"], licence="MIT", file=files)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    for path, data in CONTENT.items():
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "models")


@pytest.mark.parametrize("nested", [False, True])
def test_a_model_is_taken_from_a_stick(store, stick, nested):
    if nested:
        inner = stick / "a"
        inner.mkdir()
        for path in CONTENT:
            (stick / path).replace(inner / path)
    assert there(model(), stick)
    here = taken(model(), stick, store, lambda _: None)
    assert store.installed() == [here]
    assert {path: (store.path / "a" / path).read_bytes() for path in CONTENT} == CONTENT


def test_a_stick_that_lacks_a_file_is_refused(store, stick):
    (stick / "a.json").unlink()
    assert not there(model(), stick)
    assert _code(lambda: taken(model(), stick, store, lambda _: None)) == "model-not-there"


@pytest.mark.parametrize("data", [b"", b"Weights" * 1000, CONTENT["a.bin"] + b"x"], ids=["empty", "other", "longer"])
def test_a_stick_with_other_content_is_refused(store, stick, data):
    (stick / "a.bin").write_bytes(data)
    assert _code(lambda: taken(model(), stick, store, lambda _: None)) == "model-wrong"
    assert store.installed() == []


def test_what_was_damaged_is_named(store, stick):
    here = taken(model(), stick, store, lambda _: None)
    (store.path / "a" / "a.bin").write_bytes(b"Weights" * 1000)
    (store.path / "a" / "a.json").unlink()
    told = list(store.damaged(here))
    assert len(told) == 2
    assert "is not what it was" in told[0]
    assert "is missing" in told[1]


def test_what_is_removed_is_gone(store, stick):
    taken(model(), stick, store, lambda _: None)
    store.remove("a")
    assert store.installed() == []
    assert _code(lambda: store.remove("a")) == "model-missing"


@pytest.mark.parametrize(
    "record", [b"", b"{}", b'{"name":"b","version":"","licence":"","is_verified":true,"files":[]}']
)
def test_a_damaged_record_is_no_model(store, stick, record):
    taken(model(), stick, store, lambda _: None)
    (store.path / "a" / "installed.json").write_bytes(record)
    assert store.installed() == []


def test_the_packages_catalogue_is_in_order():
    catalogue = Catalogue.load()
    assert len({one.name for one in catalogue.model}) == len(catalogue.model)
    for one in catalogue.model:
        assert one.licence
        assert one.languages


def test_a_household_adds_its_own_and_goes_first(tmp_path):
    own = tmp_path / "models.toml"
    text = '[[model]]\nname = "mine"\nstage = "wake"\nabout = ""\nlanguages = ["en"]\nlicence = "MIT"\n'
    own.write_text(f'{text}[[model.file]]\npath = "x.onnx"\nurl = "https://example.org/x.onnx"\n')
    assert Catalogue.load(own).get("mine").file[0].path == "x.onnx"


@pytest.mark.parametrize(
    "change",
    [
        'path = "../x"',
        'path = ".hidden"',
        'path = "a/b"',
        'url = "http://example.org/x"',
        'url = "file:///etc/passwd"',
        'sha256 = "123"',
        "bytes = -1",
        'nonsense = "x"',
        'path = "installed.json"',
        'path = "x.etag"',
    ],
)
def test_a_catalogue_that_is_not_in_order_is_refused(tmp_path, change):
    own = tmp_path / "models.toml"
    lines = {"path": 'path = "x"', "url": 'url = "https://example.org/x"', change.split(" =")[0]: change}
    text = '[[model]]\nname = "mine"\nstage = "wake"\nabout = ""\nlanguages = ["en"]\nlicence = "MIT"\n[[model.file]]\n'
    own.write_text(text + "\n".join(lines.values()))
    assert _code(lambda: Catalogue.load(own)) == "catalogue-invalid"


def _code(work) -> str:
    with pytest.raises((StoreRefused, EarshotError)) as refused:
        work()
    return refused.value.code
