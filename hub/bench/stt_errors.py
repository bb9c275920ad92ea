"""``bench stt --errors``: which words and sounds are misheard, of whom and in which kind of sentence."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby

from hub.bench.stt_alignment import NOTHING, Pair, aligned, differences
from hub.bench.stt_clips import Recording
from hub.bench.stt_contestants import Ours
from hub.bench.stt_cost import Likelihoods
from hub.bench.stt_meaning import UNKNOWN_KIND
from hub.bench.stt_trial import Answer
from hub.engines.espeak import phonemes
from hub.intent.spoken import spoken_forms
from hub.sameness import normal
from models.recogniser.phones import BLANK
from models.recogniser.pronounce import lexicon

_CONFUSIONS = 3  # named for each phone

Figures = dict[str, object]


def by_word(answers: Sequence[Answer], kinds: Mapping[str, str]) -> dict[str, dict[str, Figures]]:
    """By whose voice and by kind of sentence: word errors of the likeliest sentence, believed or not, by contestant."""
    ways = {
        "by_voice": lambda answer: f"{answer.kind}, {answer.source}",
        "by_sentence": lambda answer: kinds.get(answer.said, UNKNOWN_KIND),
    }
    tables: dict[str, dict[str, Figures]] = {}
    for table, key in ways.items():
        ordered = sorted(answers, key=key)
        tables[table] = {name: _words(list(group)) for name, group in groupby(ordered, key)}
    return tables


def _words(answers: Sequence[Answer]) -> Figures:
    said = [normal(answer.said).split() for answer in answers]
    words = sum(map(len, said))
    errors: Figures = {}
    for name in answers[0].heard:
        heard = [normal(answer.heard[name].guess.text).split() for answer in answers]
        wrong = sum(map(differences, said, heard))
        errors |= {name: wrong, f"{name}_percent": round(100 * wrong / words, 1)}
    return {"sentences": len(answers), "words": words, **errors}


def by_phone(recordings: Sequence[Recording], ours: Ours) -> dict[str, Figures]:
    """What the network alone hears, without a grammar, against the nearest pronunciation of what was said."""
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for recording in recordings:
        heard = free_phones(ours, ours.listener.hear(recording.samples()).best)
        for pair in aligned(_pronounced(ours, recording.transcript), heard):
            pairs[pair[0]].append(pair)
    inserted = pairs.pop(NOTHING, [])
    table = {phone: _phone(found) for phone, found in sorted(pairs.items(), key=lambda one: -_missed(one[1]))}
    said = sum(map(len, pairs.values()))
    wrong = sum(map(_missed, pairs.values())) + len(inserted)
    together: Figures = {"said": said, "errors": wrong, "percent": round(100 * wrong / max(1, said), 1)}
    return {"all": together, **table, "heard where nothing was said": _phone(inserted)}


def free_phones(ours: Ours, likelihoods: Likelihoods) -> list[str]:
    """The likeliest phones frame by frame, repetitions and blanks left out."""
    likely = likelihoods.copy()
    likely[:, BLANK] -= ours.listener.effort.blank_penalty
    phones = ours.listener.phones.alphabet.phones
    return [phones[number - 1] for number, _ in groupby(likely.argmax(axis=1).tolist()) if number != BLANK]


def _pronounced(ours: Ours, transcript: str) -> list[list[list[str]]]:
    alphabet = ours.listener.phones.alphabet
    words = spoken_forms(transcript, alphabet.language)[0].split()
    ways = lexicon(words, alphabet, phonemes)
    return [[[alphabet.phones[number - 1] for number in way] for way in ways[word]] for word in words if word in ways]


def _missed(pairs: Sequence[Pair]) -> int:
    return sum(said != heard for said, heard in pairs)


def _phone(pairs: Sequence[Pair]) -> Figures:
    missed = _missed(pairs)
    confused = Counter(heard or "nothing" for said, heard in pairs if said != heard)
    return {
        "said": len(pairs),
        "errors": missed,
        "percent": round(100 * missed / max(1, len(pairs)), 1),
        "heard_as": dict(confused.most_common(_CONFUSIONS)),
    }
