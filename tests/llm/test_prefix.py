"""The beginning of prompts on disk: the first question after a start is quick, and whatever is damaged is made anew."""

from __future__ import annotations

import pytest

pytest.importorskip("llama_cpp")

import struct
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import msgspec
import numpy as np

from hub.bench.llm_shape import SHAPES, write_shape
from hub.llm.llama.chat import Chat, Usage
from hub.llm.llama.library import Llama, Sizes
from hub.llm.llama.prefix import PrefixFile
from hub.llm.llama.requests import Request
from hub.llm.llama.template import Marks, Template
from hub.llm.messages import Message
from tests.llm.conftest import ENGLISH

SYSTEM = ENGLISH * 3
MAGIC_BYTES, LENGTH_BYTES = 17, 4


class House:
    """An engine with what it keeps on disk."""

    def __init__(self, llama: Llama, folder: Path, model: Path) -> None:
        self.llama = llama
        self.prefix = PrefixFile(folder, model, llama.context_tokens)
        self.loaded = self.prefix.load(llama)
        template = Template(llama.metadata("tokenizer.chat_template"), Marks(llama.text_of("bos"), ""))
        self._chat = Chat(llama, template, self.prefix)

    def ask(self, text: str, system: str = SYSTEM) -> tuple[str, int]:
        """What it says, and how much of the prompt it knew before."""
        messages = [Message("system", system), Message("user", text)]
        *told, usage = self._chat.answer(Request(messages, max_tokens=12), lambda _read, _all: None)
        assert isinstance(usage, Usage)
        return "".join(map(str, told)), usage.cached


@contextmanager
def started(folder: Path, model: Path, tokens: int = 2048) -> Iterator[House]:
    with closing(Llama(model, Sizes(tokens, 1))) as llama:
        yield House(llama, folder, model)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where it is kept, not there yet."""
    return tmp_path / "engines" / "llm"


@pytest.fixture
def file(kept: Path, rambler: Path) -> Path:
    """As one question left it."""
    with started(kept, rambler) as house:
        house.ask("Is the lamp on?")
    return kept / "prefix.state"


def test_after_a_start_the_first_question_is_quick_and_answered_the_same(kept: Path, model: Path) -> None:
    with started(kept, model) as house:
        assert house.loaded == 0
        first, cached = house.ask("Is the lamp on?")
        assert cached == 0
        tokens = house.llama.tokens
    with started(kept, model) as house:
        assert 100 < house.loaded < len(tokens)
        assert house.llama.tokens == tokens[: house.loaded]
        second, cached = house.ask("Is the lamp on?")
        assert second == first
        assert cached >= house.loaded - 1 or not house.llama.forgets_in_part


def test_nobody_else_can_read_it(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert names(file.parent) == ["prefix.state"]


def test_nobodys_question_is_in_it(kept: Path, rambler: Path) -> None:
    with started(kept, rambler) as house:
        house.ask("a secret")
        begins = house.prefix._kept
        assert "secret" not in b"".join(map(house.llama.piece, begins)).decode()
        assert (kept / "prefix.state").read_bytes().count(np.array(begins, "<i4").tobytes()) == 1


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def written(path: Path) -> tuple[int, int]:
    return path.stat().st_ino, path.stat().st_mtime_ns


def test_it_is_not_written_again_while_it_is_as_good(file: Path, rambler: Path) -> None:
    before = written(file)
    with started(file.parent, rambler) as house:
        for text in ("Is the lamp on?", "Why?"):
            house.ask(text)
            house.ask(text, SYSTEM + "The lamp is now on.")
        assert written(file) == before
        house.ask("Why?", "You are a boat on the sea. " * 20)
        assert written(file) != before
        before = written(file)
        house.ask("Where?", "You are a boat on the sea. " * 20)
    assert written(file) == before


@pytest.mark.parametrize(
    ("common", "of", "good"), [(100, 100, True), (81, 100, True), (80, 100, True), (79, 100, False), (0, 100, False)]
)
def test_four_of_five_words_are_as_good(kept: Path, rambler: Path, common: int, of: int, *, good: bool) -> None:
    with started(kept, rambler) as house:
        tokens = house.llama.tokenize(ENGLISH * 3)[:of]
        list(house.llama.evaluate(tokens))
        assert not house.prefix.is_as_good(tokens)
        house.prefix.save(house.llama)
        assert house.prefix.is_as_good([*tokens[:common], *(token + 1 for token in tokens[common:])]) == good


def test_another_house_is_not_as_good_after_a_start_either(file: Path, rambler: Path) -> None:
    with started(file.parent, rambler) as house:
        begun = list(house.llama.tokens)
        assert house.prefix.is_as_good(begun)
        assert not house.prefix.is_as_good(begun[1:])


def anew(folder: Path, model: Path, tokens: int = 2048) -> None:
    """It begins with nothing, answers as without a file, and what it has read is kept for the next."""
    with ExitStack() as stack:
        house = stack.enter_context(started(folder, model, tokens))
        assert (house.loaded, house.llama.tokens) == (0, [])
        other = stack.enter_context(started(folder / "other", model, tokens))
        assert house.ask("Is the lamp on?") == other.ask("Is the lamp on?")
    with started(folder, model, tokens) as house:
        assert house.loaded > 100


def test_another_model_begins_anew(file: Path, talker: Path) -> None:
    """Of the same shape: llama.cpp would take it without a word."""
    anew(file.parent, talker)


def test_the_same_model_with_other_numbers_begins_anew(file: Path, rambler: Path, tmp_path: Path) -> None:
    whole = bytearray(rambler.read_bytes())
    whole[-1000] ^= 1
    (tmp_path / "other.gguf").write_bytes(whole)
    anew(file.parent, tmp_path / "other.gguf")


@pytest.mark.parametrize("tokens", [1024, 4096])
def test_another_context_begins_anew(file: Path, rambler: Path, tokens: int) -> None:
    anew(file.parent, rambler, tokens)


def test_the_same_model_in_another_place_does_not(file: Path, rambler: Path, tmp_path: Path) -> None:
    (tmp_path / "moved.gguf").write_bytes(rambler.read_bytes())
    with started(file.parent, tmp_path / "moved.gguf") as house:
        assert house.loaded > 100


def head_bytes(whole: bytes) -> int:
    """Where the head ends."""
    return MAGIC_BYTES + LENGTH_BYTES + struct.unpack_from("<I", whole, MAGIC_BYTES)[0]


DAMAGES = {
    "magic": lambda whole: flipped(whole, 3),
    "length": lambda whole: flipped(whole, MAGIC_BYTES),
    "long": lambda whole: flipped(whole, MAGIC_BYTES + 3),
    "head": lambda whole: flipped(whole, MAGIC_BYTES + LENGTH_BYTES + 2),
    "model": lambda whole: whole.replace(b'"model":"', b'"model":"0', 1),
    "sum": lambda whole: flipped(whole, head_bytes(whole) - 5),
    "first token": lambda whole: flipped(whole, head_bytes(whole)),
    "state": lambda whole: flipped(whole, head_bytes(whole) + (len(whole) - head_bytes(whole)) // 2),
    "last byte": lambda whole: flipped(whole, len(whole) - 1),
    "one byte less": lambda whole: whole[:-1],
    "one byte more": lambda whole: whole + b"\0",
    "no state": lambda whole: whole[: head_bytes(whole)],
    "half a head": lambda whole: whole[: MAGIC_BYTES + LENGTH_BYTES + 50],
    "half a length": lambda whole: whole[: MAGIC_BYTES + 2],
    "magic alone": lambda whole: whole[:MAGIC_BYTES],
    "nothing": lambda _: b"",
    "zeros": lambda whole: b"\0" * len(whole),
    "text": lambda _: b"no memory at all\n" * 1000,
}


def flipped(whole: bytes, at: int) -> bytes:
    return whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_one_begins_anew(file: Path, rambler: Path, damage: str) -> None:
    whole = file.read_bytes()
    file.write_bytes(DAMAGES[damage](whole))
    assert file.read_bytes() != whole
    anew(file.parent, rambler)


def test_why_is_in_the_log(file: Path, rambler: Path, caplog: pytest.LogCaptureFixture) -> None:
    file.write_bytes(flipped(file.read_bytes(), file.stat().st_size - 1))
    with started(file.parent, rambler):
        assert "damaged" in caplog.text
        assert str(file) in caplog.text


@pytest.mark.parametrize("count", [0, 1, -1, -100, "less", "more", 10**6, 2**31, 2**63, 2**64, 10**40])
def test_another_number_of_tokens_begins_anew(file: Path, rambler: Path, count: int | str) -> None:
    """It stands in the head, of which there is no sum: what is read then is no memory, and no crash."""
    whole = file.read_bytes()
    at = head_bytes(whole)
    head = msgspec.json.decode(whole[MAGIC_BYTES + LENGTH_BYTES : at])
    head["tokens"] = {"less": head["tokens"] - 1, "more": head["tokens"] + 1}.get(str(count), count)
    text = b"%s" % msgspec.json.encode({**head, "tokens": 0}).replace(b":0", b":%d" % head["tokens"])
    file.write_bytes(whole[:MAGIC_BYTES] + struct.pack("<I", len(text)) + text + whole[at:])
    anew(file.parent, rambler)


def test_every_bit_of_the_head(file: Path, rambler: Path) -> None:
    """None of them brings a memory of something else, or an exception."""
    whole = file.read_bytes()
    with closing(Llama(rambler, Sizes(2048, 1))) as llama:
        assert PrefixFile(file.parent, rambler, 2048).load(llama)
        for bit in range(head_bytes(whole) * 8):
            damaged = bytearray(whole)
            damaged[bit // 8] ^= 1 << bit % 8
            file.write_bytes(damaged)
            assert PrefixFile(file.parent, rambler, 2048).load(llama) == 0, bit


def test_a_folder_in_its_place_begins_anew(kept: Path, rambler: Path) -> None:
    (kept / "prefix.state").mkdir(parents=True)
    with started(kept, rambler) as house:
        assert house.ask("Is the lamp on?")[1] == 0
    assert names(kept) == ["prefix.state"]


def test_a_full_disk_costs_the_file_alone(kept: Path, rambler: Path, caplog: pytest.LogCaptureFixture) -> None:
    kept.mkdir(parents=True)
    (kept / "prefix.part").symlink_to("/dev/full")
    with started(kept, rambler) as house:
        _, cached = house.ask("Is the lamp on?")
        assert cached == 0
        assert house.ask("Why?")[1] > 100
    assert "No space left" in caplog.text
    assert caplog.text.count("not kept on disk") == 1  # not tried at every question
    assert names(kept) == []


def test_a_failed_one_leaves_the_old_one(file: Path, rambler: Path) -> None:
    before = file.read_bytes()
    (file.parent / "prefix.part").symlink_to("/dev/full")
    with started(file.parent, rambler) as house:
        house.ask("Why?", "You are a boat on the sea. " * 20)
    assert file.read_bytes() == before


def test_a_folder_that_cannot_be_made_costs_the_file_alone(rambler: Path) -> None:
    with started(Path("/proc/earshot"), rambler) as house:
        assert house.ask("Is the lamp on?")[1] == 0
        assert house.ask("Why?")[1] > 100


def test_a_file_in_place_of_the_folder_costs_the_file_alone(tmp_path: Path, rambler: Path) -> None:
    (tmp_path / "llm").write_text("")
    with started(tmp_path / "llm", rambler) as house:
        assert house.ask("Is the lamp on?")[1] == 0


def test_a_memory_larger_than_the_context_is_not_taken(tmp_path: Path, kept: Path) -> None:
    """As when a file that was made for a larger one passes for its own."""
    write_shape(tmp_path / "m.gguf", SHAPES["tiny"], says="Yes.", text=ENGLISH, merges=300)
    with (
        closing(Llama(tmp_path / "m.gguf", Sizes(512, 1))) as large,
        closing(Llama(tmp_path / "m.gguf", Sizes(256, 1))) as small,
    ):
        list(large.evaluate(large.tokenize(ENGLISH * 5)[:256]))
        PrefixFile(kept, tmp_path / "m.gguf", 512).save(large)
        assert PrefixFile(kept, tmp_path / "m.gguf", 512).load(small) == 0
        assert small.tokens == []
