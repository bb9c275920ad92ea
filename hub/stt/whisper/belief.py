"""Tells what somebody said from what whisper made up. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_CHARACTERS_A_SECOND, _CHARACTERS = 30, 12  # of speech; nobody is faster
_REPEATS = 4  # of the same words in a row
_LONGEST_REPEAT = 6  # words
_PROMPT_NAMES = 2
_NOISES = re.compile(r"\[[^\]]*\]|\([^)]*\)|\*[^*]*\*|♪+")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)*")
# After these something must come. By language; where we know none, every text may be all.
_DANGLING = {
    "en": "a an the and or but in on at to of for from with by my your is are set turn switch make put if when then",
    "de": "der die das den dem ein eine einen und oder aber in im an am auf zu von für mit mein meine ist sind wenn",
    "fr": "le la les un une des et ou mais dans sur à au aux de du pour par avec mon ma mes est sont si quand puis",
}


def believed(text: str, *, voiced_seconds: float, names: Sequence[str]) -> str:
    """The text without what stands for noises; empty where nobody can have said it. names: of the prompt, in order."""
    said = " ".join(_NOISES.sub(" ", text).split())
    words = _words(said)
    if not words or len(said) > _CHARACTERS + _CHARACTERS_A_SECOND * voiced_seconds:
        return ""
    return "" if _repeats(words) or _is_of_the_prompt(words, names) else said


def goes_on(text: str, language: str) -> bool:
    """Whether it ends in a word after which something must come."""
    words = _words(text)
    return bool(words) and words[-1] in _DANGLING.get(language, "").split()


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _repeats(words: Sequence[str]) -> bool:
    for length in range(1, _LONGEST_REPEAT + 1):
        pieces = [tuple(words[start : start + length]) for start in range(len(words))]
        for start in range(length):
            run = 1
            for before, after in pairwise(pieces[start::length]):
                run = run + 1 if before == after else 1
                if run >= _REPEATS:
                    return True
    return False


def _is_of_the_prompt(words: Sequence[str], names: Sequence[str]) -> bool:
    """Two or more names that stand together in the prompt, and nothing else."""
    prompt = [_words(name) for name in names]
    for first in range(len(prompt)):
        said: list[str] = []
        for count, name in enumerate(prompt[first:], 1):
            said += name
            if count >= _PROMPT_NAMES and said == list(words):
                return True
            if len(said) >= len(words):
                break
    return False
