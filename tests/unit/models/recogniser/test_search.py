"""The search finds the likeliest sentence of the grammar: exactly when nothing is cut off, boundedly always."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.recogniser.graph import RARE_NATS, compiled
from models.recogniser.jsgf import RARE
from models.recogniser.phones import BLANK
from models.recogniser.search import Effort, Search
from tests.unit.models.recogniser.exact import best_scores
from tests.unit.models.recogniser.grammars import (
    EXACT,
    WORDS,
    clear_frames,
    grammars,
    lexicons,
    random_frames,
    searched,
)

OUTPUTS = 4
LIGHTS = "public <command> = turn ( on | off ) the ( lights | fan ) [ now ];\n"
SOUNDS = {
    "turn": [(1, 2, 3)],
    "on": [(4, 5), (6, 5)],
    "off": [(4, 7)],
    "the": [(8, 9)],
    "lights": [(10, 2, 3, 11)],
    "fan": [(7, 2, 5)],
    "now": [(5, 4)],
}


def _phones(text: str, lexicon=SOUNDS) -> list[int]:
    return [phone for word in text.split() for phone in lexicon[word][0]]


def _heard(jsgf: str, lexicon, text: str, **made) -> list[str]:
    frames = clear_frames(
        _phones(text, lexicon), 1 + max(phone for ways in lexicon.values() for way in ways for phone in way), **made
    )
    return [" ".join(sentence.words) for sentence in searched(jsgf, lexicon, frames).sentences()]


def _numbered(many: int) -> tuple[str, dict[str, list[tuple[int, ...]]]]:
    """A rule of so many names of three phones, which is called; and how they are said."""
    names = {f"name{number}": [(12 + number // 64, 20 + number // 8 % 8, 30 + number % 8)] for number in range(many)}
    return f"<name> = {' | '.join(names)};\n", names


@given(grammars(), lexicons(), st.integers(1, 6), st.integers(0, 2**32 - 1))
@settings(max_examples=150, deadline=None)
def test_every_sentence_has_the_score_of_its_best_path(text, lexicon, frames, seed):
    """Against CTC's best path by its definition, sentence by sentence: the same ones, the same scores, best first."""
    posteriors = random_frames(frames, OUTPUTS, seed)
    exact = best_scores(text, lexicon, posteriors, EXACT.blank_penalty)
    found = searched(text, lexicon, posteriors, EXACT).sentences(10_000)
    assert {sentence.words for sentence in found} == set(exact)
    for sentence in found:
        assert sentence.score == pytest.approx(exact[sentence.words], abs=1e-3)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


@given(grammars(), lexicons(), st.integers(0, 2**32 - 1), st.sets(st.sampled_from(WORDS)))
@settings(max_examples=100, deadline=None)
def test_a_rare_word_costs_its_nats_each_time_it_is_said(text, lexicon, seed, rare):
    posteriors = random_frames(10, OUTPUTS, seed)
    tagged = re.sub(r"\w+(?=[ ;])", lambda word: word[0] + RARE * (word[0] in rare), text)
    plain, dear = (Search(compiled(each, lexicon), EXACT) for each in (text, tagged))
    for search in (plain, dear):
        search.feed(posteriors)
    costs = {
        one.words: one.score - RARE_NATS * sum(word in rare for word in one.words) for one in plain.sentences(10_000)
    }
    assert {one.words: one.score for one in dear.sentences(10_000)} == pytest.approx(costs, abs=1e-3)


def test_a_word_is_rare_only_where_it_is_tagged():
    """In "on for now" it means something; in "on for me", polite, it does not, and has to be clearer."""
    sounds = {"on": [(4, 5)], "for": [(7,)], "now": [(6, 4)], "me": [(8, 9)]}
    polite = "public <command> = on [ for ( now | me ) ] [ for{rare} me{rare} ];\n"
    search = searched(polite, sounds, clear_frames([4, 5, 7, 8, 9], 12), EXACT)
    plain, *_ = searched(polite.replace(RARE, ""), sounds, clear_frames([4, 5, 7, 8, 9], 12), EXACT).sentences(1)
    meant = search.sentences(1)[0]
    assert (meant.words, meant.meant, meant.score) == (("on", "for", "me"), ("on", "for", "me"), plain.score)
    only = searched(polite.replace("( now | me )", "now"), sounds, clear_frames([4, 5, 7, 8, 9], 12), EXACT)
    said = only.sentences(1)[0]
    assert (said.words, said.meant) == (("on", "for", "me"), ("on",))
    assert said.score == pytest.approx(plain.score - 2 * RARE_NATS, abs=1e-3)


@given(grammars(), lexicons(), st.integers(0, 2**32 - 1), st.data())
@settings(max_examples=50, deadline=None)
def test_frames_in_any_pieces_give_the_same(text, lexicon, seed, data):
    frames = random_frames(12, OUTPUTS, seed)
    cuts = sorted(data.draw(st.lists(st.integers(0, 12), max_size=5)))
    graph = compiled(text, lexicon)
    whole, pieces = Search(graph, Effort()), Search(graph, Effort())
    whole.feed(frames)
    for piece in np.split(frames, cuts):
        pieces.feed(piece)
    assert pieces.sentences() == whole.sentences()
    assert pieces.free_scores == whole.free_scores


@pytest.mark.parametrize("text", ["turn on the lights", "turn off the fan now", "turn on the fan"])
@pytest.mark.parametrize("seed", range(5))
def test_a_sentence_that_was_said_is_found(text, seed):
    """Clearly first, in noise too, in whichever way it is pronounced."""
    assert _heard(LIGHTS, SOUNDS, text)[0] == text
    assert _heard(LIGHTS, SOUNDS, text, seed=seed)[0] == text
    other = {**SOUNDS, "on": [(6, 5), (4, 5)]}
    assert _heard(LIGHTS, other, text, seed=seed)[0] == text


@pytest.mark.parametrize("text", ["turn on the lights", "turn off the fan now"])
def test_words_end_where_they_were_said(text):
    """Each within 40 ms of its last phone, and the scores up to there add up to the sentence's."""
    frames = clear_frames(_phones(text), 12, each=4, seed=1)
    sentence = searched(LIGHTS, SOUNDS, frames).sentences()[0]
    spoken = np.cumsum([4 * len(SOUNDS[word][0]) for word in text.split()]) + 10
    assert sentence.phones == len(_phones(text))
    for end, last in zip(sentence.ends[:-1], spoken[:-1], strict=True):
        assert last - 1 <= end <= last + 4
    assert sentence.ends[-1] == len(frames)
    assert sentence.word_scores[-1] == sentence.score
    assert sorted(sentence.word_scores, reverse=True) == list(sentence.word_scores)


def test_the_same_phone_twice_needs_a_blank_between():
    """Within a word and between words; without one it is a phone that took longer."""
    for jsgf, lexicon in (
        ("public <command> = book case;\n", {"book": [(1, 2)], "case": [(2, 3)]}),
        ("public <command> = bookcase;\n", {"bookcase": [(1, 2, 2, 3)]}),
    ):
        assert searched(jsgf, lexicon, clear_frames([1, 2, 2, 3], 4, each=2)).sentences()
        assert not searched(jsgf, lexicon, clear_frames([1, 2, 2, 3], 4, each=1)).sentences()


def test_words_that_sound_alike_are_both_there():
    """With the same score: whoever asks has to choose."""
    lexicon = {"the": [(1,)], "red": [(2, 3)], "read": [(2, 3)], "bed": [(4, 3)]}
    search = searched("public <command> = the ( red | read | bed );\n", lexicon, clear_frames([1, 2, 3], 5))
    first, second, *others = search.sentences()
    assert {first.words, second.words} == {("the", "red"), ("the", "read")}
    assert first.score == second.score
    assert all(other.score < first.score - 5 for other in others)


def test_partial_results_and_whether_more_may_follow():
    """While a sentence is spoken: its words so far; as soon as it is whole, whether it could go on."""
    frames = clear_frames(_phones("turn on the fan now"), 12, each=4)
    ends = 10 + 4 * np.cumsum([len(SOUNDS[word][0]) for word in ["turn", "on", "the", "fan", "now"]])
    search = Search(compiled(LIGHTS, SOUNDS), Effort())
    assert search.begun().words == ()
    assert search.sentences() == []
    search.feed(frames[: ends[2]])
    assert search.begun().words == ("turn", "on", "the")
    assert search.sentences() == []
    search.feed(frames[ends[2] : ends[3]])
    assert search.sentences()[0].words == ("turn", "on", "the", "fan")
    assert search.sentences()[0].goes_on
    search.feed(frames[ends[3] :])
    assert search.sentences()[0].words == ("turn", "on", "the", "fan", "now")
    assert not search.sentences()[0].goes_on


def test_a_called_rule_gives_what_it_gives_written_out():
    """A thousand names after one another and in two places: the same sentences, scores and ends as 20 written out."""
    said = ["name3", "name17", "name19"]
    results = []
    for many in (20, 400):
        rule, names = _numbered(many)
        jsgf = f"{rule}public <command> = turn ( on <name> [ <name> ] | off <name> now );\n"
        lexicon = {**SOUNDS, **names}
        graph = compiled(jsgf, lexicon)
        assert (len(graph.returns) > 1) == (many > 24)
        for text in (f"turn on {said[0]}", f"turn on {said[1]} {said[2]}", f"turn off {said[1]} now"):
            search = Search(graph, Effort())
            search.feed(clear_frames(_phones(text, lexicon), 40))
            results.append(search.sentences()[0])
            assert " ".join(results[-1].words) == text
    for inline, called in zip(results[:3], results[3:], strict=True):
        assert inline == called


@given(st.integers(0, 2**32 - 1), st.integers(1, 14))
@settings(max_examples=40, deadline=None)
def test_calls_change_nothing_for_any_sound(seed, frames):
    """The same names again and again in a rule make it longer, and so called, but no other language."""
    few = "b a | a | a b"
    many = " | ".join([few] * 9)
    lexicon = {"a": [(1,), (2, 1)], "b": [(2,)], "c": [(3,)]}
    body = "public <command> = <x> [ c <x> ] | c <x> <x>;\n"
    posteriors = random_frames(frames, OUTPUTS, seed)
    inline = searched(f"<x> = {few};\n{body}", lexicon, posteriors, EXACT)
    called = searched(f"<x> = {many};\n{body}", lexicon, posteriors, EXACT)
    found = [{one.words: (one.score, one.goes_on) for one in each.sentences(10_000)} for each in (inline, called)]
    assert found[0].keys() == found[1].keys()
    for words, (score, goes_on) in found[0].items():
        assert found[1][words] == (pytest.approx(score, abs=1e-4), goes_on)


def test_a_name_that_is_the_beginning_of_another_could_go_on():
    """Within a called rule as within a written-out one."""
    for many in (3, 60):
        rule, names = _numbered(many)
        jsgf = rule.replace("name0 |", "name0 [ name1 ] |") + "public <command> = turn <name>;\n"
        lexicon = {**SOUNDS, **names}
        for said, goes_on in (("name0", True), ("name2", False)):
            search = searched(jsgf, lexicon, clear_frames(_phones(f"turn {said}", lexicon), 40))
            assert search.sentences()[0].words == ("turn", said)
            assert search.sentences()[0].goes_on == goes_on


def test_a_word_without_pronunciation_cannot_be_heard():
    """Nor the sentences that need it; those that do not are heard as before."""
    lexicon = {word: ways for word, ways in SOUNDS.items() if word != "now"} | {"fan": []}
    assert _heard(LIGHTS, {**lexicon, "lights": SOUNDS["lights"]}, "turn on the lights") == ["turn on the lights"] + [
        "turn off the lights"
    ] * (len(_heard(LIGHTS, lexicon, "turn on the lights")) - 1)


@pytest.mark.parametrize("body", ["", "[ ]", "nobody", "( nobody | nothing ) knows"])
def test_a_grammar_in_which_nothing_can_be_said(body):
    search = searched(f"public <command> = {body};\n", {}, random_frames(50, OUTPUTS, 0))
    assert search.sentences() == []
    assert search.begun().words == ()


def test_thirty_seconds_of_anything_stay_within_bounds():
    """Paths no more than asked for; histories, which are kept to the end, grow with what is likely, not with time."""
    rule, names = _numbered(400)
    graph = compiled(f"{rule}public <command> = turn ( on | off ) [ the ] <name> [ <name> ] [ now ];\n", SOUNDS | names)
    search = Search(graph, Effort(paths=200))
    for second in range(30):
        search.feed(random_frames(50, 40, second))
        assert len(search._nodes) <= 200
    assert len(search._tree._before) < 1500 * 200
    assert len(search.free_scores) == 1501


def test_paths_that_are_equally_likely_are_no_more_than_asked_for():
    rule, names = _numbered(400)
    graph = compiled(f"{rule}public <command> = <name> [ <name> ];\n", names)
    search = Search(graph, Effort(paths=100))
    search.feed(np.full((50, 40), -np.log(40), np.float32))
    assert len(search._nodes) <= 100


def test_silence_moves_nothing_on():
    search = searched(LIGHTS, SOUNDS, clear_frames([], 12))
    assert search.sentences() == []
    assert search.free_phones == 0
    assert search.free_score == pytest.approx(-2.0 * search.frames, abs=0.1)


def test_the_likeliest_sounds_are_counted_without_any_grammar():
    search = searched("public <command> = nobody;\n", {}, clear_frames([1, 2, 2, 3], 12))
    assert search.free_phones == 4
    assert BLANK == 0
