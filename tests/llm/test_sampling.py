"""Which word comes next: never a sign of the template's, never one that the grammar forbids."""

from __future__ import annotations

import pytest

pytest.importorskip("llama_cpp")

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.llm.llama.errors import LlamaFailed
from hub.llm.llama.library import Grammar, Llama, Sizes
from hub.llm.llama.sampling import Sampler
from tests.llm.conftest import ENGLISH

SIZES = Sizes(2048, 1)


class Insistent(Llama):
    """Would rather say signs of the template's than anything else."""

    def logits(self) -> NDArray[np.float32]:
        logits = super().logits().copy()
        logits[[token for token in range(self.vocabulary) if self.is_control(token)]] = logits.max() + 3
        return logits


@pytest.fixture
def llama(rambler: Path) -> Iterator[Llama]:
    with closing(Llama(rambler, SIZES)) as opened:
        yield begun(opened)


@pytest.fixture
def insistent(rambler: Path) -> Iterator[Llama]:
    with closing(Insistent(rambler, SIZES)) as opened:
        yield begun(opened)


def begun(llama: Llama) -> Llama:
    list(llama.evaluate(llama.tokenize(ENGLISH)))
    return llama


def drawn(llama: Llama, *, temperature: float = 1.0, top_k: int = 40, seed: int = 0, count: int = 50) -> list[int]:
    """Tokens for the same place."""
    sampler = Sampler(llama, None, temperature=temperature, top_k=top_k, seed=seed)
    return [sampler.next() for _ in range(count)]


def said(llama: Llama, grammar: Grammar, *, temperature: float, seed: int = 0) -> str:
    """All until the model's end sign; every token may be drawn."""
    sampler = Sampler(llama, grammar, temperature=temperature, top_k=llama.vocabulary, seed=seed)
    pieces = []
    for _ in range(200):
        token = sampler.next()
        if llama.ends(token):
            return b"".join(pieces).decode()
        pieces.append(llama.piece(token))
        llama.add(token)
    raise AssertionError(b"".join(pieces))


def test_without_temperature_it_is_the_likeliest(llama: Llama) -> None:
    assert drawn(llama, temperature=0) == [int(llama.logits().argmax())] * 50


def test_with_it_others_are_drawn_as_often_as_they_are_likely(llama: Llama) -> None:
    first, second = np.argsort(-llama.logits())[:2]
    odds = np.exp(float(llama.logits()[first] - llama.logits()[second]) / 2)
    tokens = drawn(llama, temperature=2, top_k=2, count=4000)
    assert tokens.count(first) + tokens.count(second) == 4000
    assert tokens.count(first) / tokens.count(second) == pytest.approx(odds, rel=0.15)


def test_the_same_seed_draws_the_same(llama: Llama) -> None:
    assert drawn(llama, seed=7) == drawn(llama, seed=7)
    assert drawn(llama, seed=7) != drawn(llama, seed=8)


@pytest.mark.parametrize("top_k", [1, 2, 5, 100, 1000])
def test_none_but_the_likeliest_are_drawn(llama: Llama, top_k: int) -> None:
    likely = set(np.argsort(-llama.logits(), kind="stable")[:top_k].tolist())
    found = set(drawn(llama, temperature=5, top_k=top_k, count=300))
    assert found <= likely
    assert len(found) >= min(top_k, 40)


@pytest.mark.parametrize("temperature", [0.0, 1.0, 5.0])
def test_signs_of_the_template_are_not_said(insistent: Llama, temperature: float) -> None:
    """But for the one that ends it."""
    tokens = drawn(insistent, temperature=temperature, top_k=1000, count=400)
    assert insistent.is_control(int(insistent.logits().argmax()))
    assert all(insistent.ends(token) or not insistent.is_control(token) for token in tokens)
    assert any(insistent.ends(token) for token in tokens)


@pytest.mark.parametrize("temperature", [0.0, 2.0])
def test_nor_may_a_grammar_want_them(insistent: Llama, temperature: float) -> None:
    """Its text can be said by other tokens; a control token is not the text of its name."""
    text = "<|im_start|><|im_end|>!"
    with closing(insistent.grammar(f'root ::= "{text}"')) as grammar:
        assert said(insistent, grammar, temperature=temperature) == text


@pytest.mark.parametrize("temperature", [0.0, 2.0])
@pytest.mark.parametrize("text", ["zq", "灯 🔦", 'a \\"b\\" \\\\'])
def test_what_the_grammar_wants_is_said_however_unlikely(llama: Llama, text: str, temperature: float) -> None:
    """Looking at the likeliest is not enough then."""
    with closing(llama.grammar(f'root ::= "{text}"')) as grammar:
        spoken = said(llama, grammar, temperature=temperature)
    assert spoken == text.replace('\\"', '"').replace("\\\\", "\\")


def test_all_ways_that_a_grammar_leaves_are_taken(llama: Llama) -> None:
    spoken = set()
    for seed in range(60):
        with closing(llama.grammar('root ::= "on" | "off" | "7"')) as grammar:
            spoken.add(said(begun(llama), grammar, temperature=5, seed=seed))
    assert spoken == {"on", "off", "7"}


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_a_grammar_that_nothing_fits_ends_the_answer(llama: Llama, temperature: float) -> None:
    with closing(llama.grammar(r"root ::= [\x00]")) as grammar:
        sampler = Sampler(llama, grammar, temperature=temperature, top_k=40, seed=0)
        with pytest.raises(LlamaFailed) as failed:
            sampler.next()
    assert failed.value.code == "llm-failed"


@pytest.mark.parametrize("text", ["root ::= other", 'rule ::= "x"', 'root ::= "x', "root ::= root"])
def test_what_is_no_grammar_is_refused(llama: Llama, text: str) -> None:
    with pytest.raises(LlamaFailed) as failed:
        llama.grammar(text)
    assert failed.value.code == "llm-grammar"
