"""What a model writes is spoken in pieces: the first one soon, none without a word, no word lost."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from hub.llm.clauses import Clauses


def pieces(*fed: str) -> list[str]:
    clauses = Clauses()
    told = [piece for text in fed for piece in clauses.feed(text)]
    return [*told, *clauses.end()]


def words(texts: Iterable[str]) -> list[str]:
    return " ".join(texts).split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Paris is the capital. It lies on the Seine.", ["Paris is the capital.", "It lies on the Seine."]),
        ("Really? Yes! Well…  so: go; now", ["Really?", "Yes!", "Well…", "so:", "go;", "now"]),
        ("One line\nand another", ["One line", "and another"]),
        ('He said "stop." Then he left.', ['He said "stop."', "Then he left."]),
        ("It is (nearly.) Twelve.", ["It is (nearly.)", "Twelve."]),
        ("灯亮了。门关着！", ["灯亮了。", "门关着！"]),  # noqa: RUF001
    ],
)
def test_a_stop_ends_a_piece(text: str, expected: list[str]):
    assert pieces(text) == expected


@pytest.mark.parametrize("text", ["It is 21.5 degrees at 10:30 now", "Version 3.2.1 of e.g.this"])
def test_a_stop_within_a_word_ends_nothing(text: str):
    assert pieces(text) == [text]


def test_a_number_that_comes_in_two_parts_stays_one():
    assert pieces("It is 21.", "5 degrees. Warm.") == ["It is 21.5 degrees.", "Warm."]


def test_a_piece_is_given_as_soon_as_it_is_known_to_end():
    clauses = Clauses()
    assert list(clauses.feed("It is late.")) == []
    assert list(clauses.feed(" Good")) == ["It is late."]
    assert list(clauses.feed(" night")) == []
    assert list(clauses.end()) == ["Good night"]


def test_a_comma_ends_the_first_piece_alone():
    text = "The sun is a star, and a big one. It is hot, bright, and far away from all of us, they say."
    assert pieces(text) == [
        "The sun is a star,",
        "and a big one.",
        "It is hot, bright, and far away from all of us, they say.",
    ]


def test_a_comma_at_the_very_beginning_ends_nothing():
    assert pieces("Well, no. Yes.") == ["Well, no.", "Yes."]
    assert pieces("Well, I think so, yes.") == ["Well, I think so,", "yes."]


def test_without_a_stop_the_first_piece_is_short_and_the_others_bounded():
    told = pieces("word " * 200)
    assert len(told[0]) <= 60
    assert 60 < max(map(len, told[1:])) <= 240
    assert words(told) == ["word"] * 200


def test_a_word_without_end_is_cut():
    told = pieces("x" * 700)
    assert [len(piece) for piece in told] == [60, 240, 240, 160]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Bold** and _soft_ `code`", ["Bold and soft code"]),
        ("# Title\n- milk\n• eggs\n", ["Title", "milk", "eggs"]),
        ("<|im_end|>{}[]", ["imend"]),
        ("a   b\t c", ["a b c"]),
        ("A well-known thing", ["A well-known thing"]),
    ],
)
def test_marks_of_writing_are_not_spoken(text: str, expected: list[str]):
    assert pieces(text) == expected


@pytest.mark.parametrize("text", ["", "   ", "...", "***\n---\n", "?! ", "\n\n\n"])
def test_what_has_no_word_is_no_piece(text: str):
    assert pieces(text) == []


def test_what_is_not_spoken_is_not_the_first_piece():
    assert pieces("*** \n", "The sun is a star, and far away.") == ["The sun is a star,", "and far away."]


@pytest.mark.parametrize(
    "text",
    [
        "The kitchen light, the hall lamp and the fan are on. Shall I go on? There are two more.",
        "A long sentence that goes on and on without any stop at all until it has more than sixty letters in it. End",
        "one\ntwo: three, four; “five” … 6.7 and eight",
    ],
)
@pytest.mark.parametrize("size", [1, 3, 7, 1000])
def test_no_word_is_lost_or_changed_however_it_comes(text: str, size: int):
    told = pieces(*(text[at : at + size] for at in range(0, len(text), size)))
    assert words(told) == text.split()


def test_after_its_end_nothing_is_held():
    clauses = Clauses()
    list(clauses.feed("Half a"))
    assert list(clauses.end()) == ["Half a"]
    assert list(clauses.end()) == []
