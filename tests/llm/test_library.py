"""llama.cpp as hub.llm.llama.library has it: however its memory came to hold some words, the next one is the same."""

from __future__ import annotations

import pytest

pytest.importorskip("llama_cpp")

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.llm.llama.errors import LlamaFailed
from hub.llm.llama.library import Llama, Sizes, Stopped, common
from tests.llm.conftest import ENGLISH, SAYS

SIZES = Sizes(2048, 1)
LONG = ENGLISH * 20  # about 2,000 tokens
BATCH_TOKENS = 128


@pytest.fixture
def llama(model: Path) -> Iterator[Llama]:
    with closing(Llama(model, SIZES)) as opened:
        yield opened


@contextmanager
def opened(path: Path, tokens: int = 2048) -> Iterator[Llama]:
    with closing(Llama(path, Sizes(tokens, 1))) as llama:
        yield llama


def tokens_of(llama: Llama, text: str, count: int) -> list[int]:
    tokens = llama.tokenize(text)[:count]
    assert len(tokens) == count
    return tokens


def logits_of(llama: Llama, tokens: Sequence[int]) -> NDArray[np.float32]:
    assert list(llama.evaluate(tokens))[-1] == len(tokens)
    assert llama.tokens == list(tokens)
    return llama.logits().copy()


def fresh(model: Path, tokens: Sequence[int]) -> NDArray[np.float32]:
    with opened(model) as llama:
        return logits_of(llama, tokens)


def alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> bool:
    """The memory has eight bits a number, and sums come in another order when fewer words are read at once."""
    return np.allclose(one, other, rtol=0, atol=0.003 * float(np.ptp(one)))


def goes_on(llama: Llama, count: int) -> list[int]:
    """The likeliest next words."""
    said = []
    for _ in range(count):
        said.append(int(llama.logits().argmax()))
        llama.add(said[-1])
    return said


class TestText:
    @pytest.mark.parametrize("text", [ENGLISH, "Büro 灯 🔦 naïve", 'a "quoted" \\ thing\n\n\tindented', "x" * 1000])
    def test_what_was_made_into_tokens_is_text_again(self, talker: Path, text: str) -> None:
        with opened(talker) as llama:
            assert b"".join(map(llama.piece, llama.tokenize(text))).decode() == text

    def test_signs_of_the_template_are_one_token_each(self, talker: Path) -> None:
        with opened(talker) as llama:
            begin, end = llama.tokenize("<|im_start|><|im_end|>")
            assert (llama.is_control(begin), llama.ends(begin)) == (True, False)
            assert (llama.is_control(end), llama.ends(end)) == (True, True)
            assert not any(llama.is_control(token) for token in llama.tokenize(ENGLISH))

    def test_a_begin_token_that_the_template_wrote_is_not_doubled(self, stories: Path) -> None:
        with opened(stories) as llama:
            (begin,) = llama.tokenize("")
            assert llama.piece(begin) == b"<s>"
            assert llama.tokenize("<s>Once").count(begin) == llama.tokenize("Once").count(begin) == 1

    def test_what_begins_and_ends_is_known_by_its_text(self, talker: Path, stories: Path) -> None:
        with opened(talker) as llama:
            assert (llama.text_of("bos"), llama.text_of("eos")) == ("<|endoftext|>", "<|im_end|>")
        with opened(stories) as llama:
            assert (llama.text_of("bos"), llama.text_of("eos")) == ("<s>", "</s>")

    def test_values_of_the_file_are_whole(self, talker: Path, stories: Path) -> None:
        with opened(talker) as llama:
            assert llama.metadata("general.architecture") == "llama"
            assert (llama.metadata("tokenizer.chat_template") or "").endswith("assistant\n{% endif -%}")
            assert llama.metadata("no.such.key") is None
        with opened(stories) as llama:
            assert llama.metadata("tokenizer.chat_template") is None

    def test_a_piece_longer_than_any_other_is_whole(self, folder: Path) -> None:
        from hub.bench.llm_shape import SHAPES, write_shape  # noqa: PLC0415

        word = "l" + "o" * 1000 + "ng"
        write_shape(folder / "long.gguf", SHAPES["tiny"], says=word, text=ENGLISH, merges=10)
        with opened(folder / "long.gguf") as llama:
            logits_of(llama, llama.tokenize("\n"))
            assert llama.piece(int(llama.logits().argmax())).decode() == word


class TestLoading:
    @pytest.mark.parametrize("content", [None, b"", b"GGUF", b"no model at all" * 100, "cut", "damaged"])
    def test_what_is_no_model_is_refused(self, talker: Path, tmp_path: Path, content: bytes | str | None) -> None:
        whole = talker.read_bytes()
        written = {"cut": whole[: len(whole) // 2], "damaged": whole[:40] + b"\xff" * 40 + whole[80:]}
        if content is not None:
            (tmp_path / "model.gguf").write_bytes(written[content] if isinstance(content, str) else content)
        with pytest.raises(LlamaFailed) as failed:
            Llama(tmp_path / "model.gguf", SIZES)
        assert failed.value.code == "llm-model-invalid"
        assert "model.gguf" in failed.value.message

    def test_why_is_in_the_log(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        with pytest.raises(LlamaFailed):
            Llama(tmp_path / "missing.gguf", SIZES)
        assert "llama.cpp: " in caplog.text

    def test_a_good_model_is_loaded_in_silence(
        self, talker: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
    ) -> None:
        with opened(talker) as llama:
            logits_of(llama, llama.tokenize(ENGLISH))
        assert caplog.text == ""
        assert capfd.readouterr() == ("", "")

    @pytest.mark.parametrize("asked", [256, 2048])
    def test_the_context_is_as_long_as_wanted(self, stories: Path, asked: int) -> None:
        with opened(stories, asked) as llama:
            assert llama.context_tokens == asked

    def test_but_not_longer_than_the_model_has_learnt(self, stories: Path) -> None:
        with opened(stories, 100_000) as llama:
            assert llama.context_tokens == 2048

    def test_which_model_can_forget_in_part(self, talker: Path, forgetful: Path) -> None:
        with opened(talker) as whole, opened(forgetful) as state:
            assert (whole.forgets_in_part, state.forgets_in_part) == (True, False)


class TestEvaluate:
    def test_words_long_ago_count(self, model: Path, llama: Llama) -> None:
        """Or nothing below could fail."""
        tokens = tokens_of(llama, LONG, 100)
        other = [*tokens[:90], *llama.tokenize("zq!")[-2:], *tokens[92:]]
        assert not alike(logits_of(llama, tokens), fresh(model, other))

    @pytest.mark.parametrize("same", [0, 1, 5, 127, 128, 129, 299])
    def test_what_is_common_is_kept_and_the_rest_is_as_if_new(self, model: Path, llama: Llama, same: int) -> None:
        first = tokens_of(llama, LONG, 300)
        second = [*first[:same], *reversed(first[same:])] if same < 299 else first
        wanted = fresh(model, second)
        logits_of(llama, first)
        kept, *_ = told = list(llama.evaluate(second))
        assert kept == (common(first, second[:-1]) if llama.forgets_in_part else 0)
        assert kept >= same or not llama.forgets_in_part
        assert told[-1] == len(second)
        assert llama.tokens == second
        assert alike(llama.logits(), wanted)

    @pytest.mark.parametrize("more", [1, 127, 128, 129, 300])
    def test_what_goes_on_is_kept_whole(self, model: Path, llama: Llama, more: int) -> None:
        """Also by a model that cannot forget."""
        tokens = tokens_of(llama, LONG, 100 + more)
        logits_of(llama, tokens[:100])
        told = list(llama.evaluate(tokens))
        assert told == [100, *range(100 + BATCH_TOKENS, 100 + more, BATCH_TOKENS), 100 + more]
        assert alike(llama.logits(), fresh(model, tokens))

    def test_shorter_than_what_is_held(self, model: Path, llama: Llama) -> None:
        tokens = tokens_of(llama, LONG, 300)
        logits_of(llama, tokens)
        assert alike(logits_of(llama, tokens[:50]), fresh(model, tokens[:50]))

    def test_the_same_again(self, llama: Llama) -> None:
        """Its last word is read again: what follows it is not kept."""
        tokens = tokens_of(llama, LONG, 200)
        first = logits_of(llama, tokens)
        llama.add(tokens[0])
        told = list(llama.evaluate(tokens))
        assert told == ([199, 200] if llama.forgets_in_part else [0, 128, 200])
        assert alike(llama.logits(), first)

    def test_words_one_by_one_are_words_at_once(self, model: Path, llama: Llama) -> None:
        tokens = tokens_of(llama, LONG, 40)
        logits_of(llama, tokens[:10])
        for token in tokens[10:]:
            llama.add(token)
        assert llama.tokens == tokens
        assert alike(llama.logits(), fresh(model, tokens))

    def test_a_context_can_be_filled_and_no_more(self, stories: Path) -> None:
        with opened(stories, 256) as llama:
            tokens = tokens_of(llama, LONG, 256)
            logits_of(llama, tokens)
            with pytest.raises(LlamaFailed) as failed:
                llama.add(tokens[0])
            assert failed.value.code == "llm-failed"
            assert llama.tokens == tokens
            wanted = fresh(stories, tokens[:100])
            assert alike(logits_of(llama, tokens[:100]), wanted)

    def test_many_turns(self, model: Path, llama: Llama) -> None:
        """Whatever came before."""
        random = np.random.default_rng(3)
        tokens = tokens_of(llama, LONG, 400)
        for _ in range(30):
            start, size = random.integers(0, 100), random.integers(1, 300)
            asked = [*tokens[: random.integers(0, 200)], *tokens[start : start + size]]
            last = logits_of(llama, asked)
        assert alike(last, fresh(model, asked))


class TestState:
    def test_a_memory_that_is_given_back_goes_on_the_same(self, llama: Llama) -> None:
        tokens = tokens_of(llama, LONG, 150)
        logits_of(llama, tokens[:149])
        state = llama.state()
        logits_of(llama, tokens)
        said = goes_on(llama, 20)
        logits_of(llama, llama.tokenize("Something else."))
        assert llama.restore(tokens[:149], state)
        assert list(llama.evaluate(tokens)) == [149, 150]
        assert goes_on(llama, 20) == said

    def test_to_another_context_as_well(self, model: Path, llama: Llama) -> None:
        tokens = tokens_of(llama, LONG, 150)
        logits_of(llama, tokens[:149])
        with opened(model) as other:
            assert other.restore(tokens[:149], llama.state())
            assert list(other.evaluate(tokens)) == [149, 150]
            assert alike(other.logits(), fresh(model, tokens))

    @pytest.mark.parametrize("damage", ["empty", "short", "noise", "of another"])
    def test_what_is_no_memory_is_refused_and_leaves_none(
        self, model: Path, llama: Llama, talker: Path, forgetful: Path, damage: str
    ) -> None:
        tokens = tokens_of(llama, LONG, 150)
        logits_of(llama, tokens)
        state = llama.state()
        with opened(talker if model == forgetful else forgetful) as other:
            logits_of(other, other.tokenize(ENGLISH))
            states = {
                "empty": b"",
                "short": state[: len(state) // 2],
                "noise": np.random.default_rng(1).bytes(len(state)),
                "of another": other.state(),
            }
        assert not llama.restore(tokens, states[damage])
        assert llama.tokens == []
        assert alike(logits_of(llama, tokens), fresh(model, tokens))


class TestStop:
    @pytest.fixture(autouse=True)
    def go(self, llama: Llama) -> Iterator[None]:
        """It is of the whole process."""
        yield
        llama.go()

    def test_nothing_is_computed_until_it_is_taken_back(self, model: Path, llama: Llama) -> None:
        tokens = tokens_of(llama, LONG, 300)
        llama.stop()
        with pytest.raises(Stopped):
            list(llama.evaluate(tokens))
        with pytest.raises(Stopped):
            llama.add(tokens[0])
        assert llama.tokens == []
        llama.go()
        assert alike(logits_of(llama, tokens), fresh(model, tokens))

    def test_between_two_steps(self, model: Path, llama: Llama) -> None:
        """What was computed stays, but where nothing can be cut off."""
        tokens = tokens_of(llama, LONG, 500)
        work = llama.evaluate(tokens)
        assert [next(work) for _ in range(3)] == [0, 128, 256]
        llama.stop()
        with pytest.raises(Stopped):
            next(work)
        assert llama.tokens == (tokens[:256] if llama.forgets_in_part else llama.tokens)
        assert tokens[: len(llama.tokens)] == llama.tokens
        llama.go()
        assert alike(logits_of(llama, tokens), fresh(model, tokens))

    @pytest.mark.parametrize("after_ms", [0, 1, 3, 7])
    def test_from_another_thread_in_the_midst(self, model: Path, llama: Llama, after_ms: int) -> None:
        tokens = llama.tokenize(LONG)[:2000]

        def read() -> None:
            for _ in range(100):
                logits_of(llama, tokens)
                logits_of(llama, tokens[:1])

        stopper = threading.Timer(after_ms / 1000, llama.stop)
        stopper.start()
        with pytest.raises(Stopped):
            read()
        stopper.join()
        assert tokens[: len(llama.tokens)] == llama.tokens
        llama.go()
        assert alike(logits_of(llama, tokens[:700]), fresh(model, tokens[:700]))

    def test_while_it_speaks(self, model: Path, llama: Llama) -> None:
        tokens = tokens_of(llama, LONG, 60)
        logits_of(llama, tokens[:59])
        llama.stop()
        with pytest.raises(Stopped):
            llama.add(tokens[59])
        llama.go()
        assert tokens[: len(llama.tokens)] == llama.tokens
        assert alike(logits_of(llama, tokens), fresh(model, tokens))

    def test_what_was_asked_for_is_no_warning(self, llama: Llama, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        llama.stop()
        with pytest.raises(Stopped):
            list(llama.evaluate(llama.tokenize(ENGLISH)))
        assert caplog.text == ""


def test_the_model_for_tests_says_what_it_was_made_to_say(talker: Path) -> None:
    with opened(talker) as llama:
        logits_of(llama, llama.tokenize(ENGLISH + "\n"))
        assert b"".join(map(llama.piece, goes_on(llama, 7))).decode() == SAYS + "<|im_end|>"


@pytest.mark.parametrize(
    ("one", "other", "count"),
    [([], [], 0), ([], [1], 0), ([1, 2], [1, 2], 2), ([1, 2], [1, 2, 3], 2), ([1, 2, 3], [1, 3, 3], 1), ([2], [1], 0)],
)
def test_how_much_is_common(one: list[int], other: list[int], count: int) -> None:
    assert common(one, other) == count
