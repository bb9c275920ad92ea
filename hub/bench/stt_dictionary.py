"""Pronunciations for the acoustic model: the wheel's CMU dictionary, and espeak-ng for words that it does not have."""

# ruff: noqa: RUF001  # IPA is written in letters that look like others

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path

from hub.engines.espeak import espeak

VOICE = "en-us"  # the accent that the acoustic model was trained on

# IPA of espeak-ng's en-us to the phones of the CMU dictionary; longer spellings first.
_ARPABET = {
    "aɪ": "AY", "aʊ": "AW", "eɪ": "EY", "oʊ": "OW", "ɔɪ": "OY", "tʃ": "CH", "dʒ": "JH", "əl": "AH L", "ɜː": "ER",
    "iə": "IY AH", "ɑː": "AA", "ɔː": "AO", "iː": "IY", "uː": "UW", "oː": "AO", "æ": "AE", "ɐ": "AH", "ə": "AH",
    "ʌ": "AH", "ɛ": "EH", "e": "EH", "ɚ": "ER", "ɪ": "IH", "ᵻ": "IH", "i": "IY", "ɔ": "AO", "o": "OW", "ɒ": "AA",
    "ʊ": "UH", "u": "UW", "a": "AA", "b": "B", "d": "D", "ð": "DH", "f": "F", "ɡ": "G", "g": "G", "h": "HH", "j": "Y",
    "k": "K", "l": "L", "m": "M", "n": "N", "ŋ": "NG", "p": "P", "ɹ": "R", "r": "R", "s": "S", "ʃ": "SH", "t": "T",
    "ɾ": "T", "θ": "TH", "v": "V", "w": "W", "x": "K", "z": "Z", "ʒ": "ZH",
}  # fmt: skip
_PHONE = re.compile("|".join(sorted(_ARPABET, key=len, reverse=True)))


def arpabet(ipa: str) -> str:
    """CMU phones, a space between; marks and sounds that have none are left out."""
    return " ".join(_ARPABET[phone] for phone in _PHONE.findall(ipa.replace("ˈ", "").replace("ˌ", "")))


def dictionary(words: Collection[str], cmudict: Path) -> list[str]:
    """Lines of a pronunciation dictionary for exactly ``words``; alternatives are ``word(2)``, as in the CMU's."""
    lines = list(_known(words, cmudict))
    known = {line.split(None, 1)[0] for line in lines}
    lines += [f"{word} {phones}" for word in sorted(words) if word not in known and (phones := _guessed(word))]
    return lines


def _known(words: Collection[str], cmudict: Path) -> Iterable[str]:
    with cmudict.open(encoding="utf-8") as lines:
        for line in lines:
            if line.partition(" ")[0].partition("(")[0] in words:
                yield line.rstrip()


def _guessed(word: str) -> str:
    voice = espeak()
    voice.select(VOICE)
    return arpabet(voice.phonemes(word))
