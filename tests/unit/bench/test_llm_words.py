"""A vocabulary of our own holds all that is said, and reads any text as byte pairs do."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from hub.bench.llm_words import BEGIN, END, PAD, Words, words

TEXT = "the cat sat on the mat, the hat is on the cat; 21.5 degrees in the Küche\n" * 3
SAY = (
    "Paris is the capital of France, is it not?\n"
    '<tool_call>\n{"name": "turn_on", "arguments": {"name": "Küche", "brightness": 55}}\n</tool_call>'
)
NORMAL, CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5


def letters() -> dict[str, int]:
    """GPT-2's: printable bytes are themselves, the others follow from 256 on."""
    kept = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in kept]
    return {chr(byte): byte for byte in kept} | {chr(256 + at): byte for at, byte in enumerate(others)}


LETTERS = letters()


def read(vocabulary: Words, ids: list[int]) -> str:
    return bytes(LETTERS[letter] for number in ids for letter in vocabulary.tokens[number]).decode()


def split(vocabulary: Words, word: str) -> list[str]:
    """As a byte-pair tokenizer does: the merge learnt first goes first."""
    parts = [next(letter for letter, byte in LETTERS.items() if byte == one) for one in word.encode()]
    ranks = {tuple(merge.split(" ")): rank for rank, merge in enumerate(vocabulary.merges)}
    while found := [(ranks[pair], at) for at, pair in enumerate(pairwise(parts)) if pair in ranks]:
        _, at = min(found)
        parts[at : at + 2] = [parts[at] + parts[at + 1]]
    return parts


@pytest.fixture(scope="module")
def vocabulary() -> Words:
    return words(TEXT, SAY, merges=20, size=600)


def test_every_byte_is_a_token_in_its_place(vocabulary: Words):
    assert {LETTERS[letter] for letter in vocabulary.tokens[:256]} == set(range(256))
    assert [LETTERS[letter] for letter in vocabulary.tokens[:256]] == list(range(256))


def test_no_token_stands_twice_and_each_has_a_kind(vocabulary: Words):
    assert len(vocabulary.tokens) == len(vocabulary.kinds) == 600
    assert [token for token, count in Counter(vocabulary.tokens).items() if count > 1] == []


@pytest.mark.parametrize(
    "say",
    [
        SAY,
        "one",
        "one one one one",
        "no no no no no no no no",
        "a\n\nb\n\nc\n",
        "55 55, 55! snake_case __init__ (x) é ½ 灯 🙂\n",
        "<tool_call>\n{}\n</tool_call>",
        "trailing   spaces   ",
        "",
    ],
)
def test_what_is_said_is_read_back_letter_by_letter(say: str):
    found = words(TEXT, say, merges=20, size=600)
    assert read(found, found.says) == say


@pytest.mark.parametrize("say", [SAY, "one one one one", "no no no no no no no no", "a\n\nb\n\nc\nd"])
def test_nothing_is_said_twice(say: str):
    """The network knows by the token alone what comes next."""
    found = words(TEXT, say, merges=20, size=600)
    assert len(set(found.says)) == len(found.says)


def test_a_lone_line_break_is_never_said(vocabulary: Words):
    assert "Ċ" not in [vocabulary.tokens[number] for number in vocabulary.says]


def test_the_marks_of_chats_and_calls_are_tokens_of_their_kind(vocabulary: Words):
    for token in (PAD, BEGIN, END):
        assert vocabulary.kinds[vocabulary.id(token)] == CONTROL
    for token in ("<tool_call>", "</tool_call>"):
        assert vocabulary.kinds[vocabulary.id(token)] == USER_DEFINED
        assert vocabulary.id(token) in vocabulary.says


def test_what_is_left_of_the_size_is_never_used(vocabulary: Words):
    unused = [at for at, kind in enumerate(vocabulary.kinds) if kind == UNUSED]
    assert unused == list(range(unused[0], 600))
    assert vocabulary.tokens[unused[0]] == "<unused 0>"
    assert max(vocabulary.says) < unused[0]
    assert vocabulary.kinds[: unused[0]].count(NORMAL) == unused[0] - 5


def test_a_size_that_is_too_small_cuts_nothing():
    found = words(TEXT, SAY, merges=20, size=1)
    assert UNUSED not in found.kinds
    assert read(found, found.says) == SAY


def test_pairs_are_learnt_from_what_is_frequent():
    assert words("low low low lower", "x", merges=3, size=1).merges == ["o w", "l ow", "Ġ low"]
    assert words("xyq xyr xys ab ab ab ab ab", "x", merges=1, size=1).merges == ["Ġ a"]
    assert words("ababab", "x", merges=1, size=1).merges == ["a b"]
    assert words("aaaa", "x", merges=1, size=1).merges == ["a a"]


def test_no_pair_goes_over_the_end_of_a_word():
    found = words("ab ab ab", "x", merges=50, size=1)
    assert [merge.replace(" ", "") for merge in found.merges] == ["ab", "Ġab"]


def test_no_more_is_learnt_than_asked_nor_than_there_is(vocabulary: Words):
    assert len(vocabulary.merges) == 20
    assert len(words("ab", "x", merges=50, size=1).merges) == 1
    assert words("", "x", merges=50, size=1).merges == []


@pytest.mark.parametrize("word", ["the", " the", "cats", "Küche", "unknown", "21.5"])
def test_byte_pairs_of_any_word_are_tokens(vocabulary: Words, word: str):
    parts = split(vocabulary, word)
    assert read(vocabulary, [vocabulary.id(part) for part in parts]) == word
    assert len(parts) == 1 or word not in {"the", " the"}


def test_the_same_text_makes_the_same_vocabulary():
    assert words(TEXT, SAY, merges=20, size=600) == words(TEXT, SAY, merges=20, size=600)
