"""Everybody who can speak a language here, for training a recogniser: which train it, and which only judge it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from hub.recipe import kokoro
from hub.recipe.programs import Festival, Flite, Mbrola, RhVoice, is_here, lines_of
from hub.recipe.wake_cast import EspeakVoice, PicoSpeaker, Speaker, is_held_out, pico_voices, usable_variants
from models.wake.training.speech import Manner

_FLITE = {"slt": 170.0, "rms": 105.0, "awb": 115.0, "kal16": 100.0}
_FESTIVAL = {
    "us/cmu_us_slt_arctic_hts": "voice_cmu_us_slt_arctic_hts",
    "english/kal_diphone": "voice_kal_diphone",
    "english/ked_diphone": "voice_ked_diphone",
}
_FESTIVAL_FOLDER = Path("/usr/share/festival/voices")
_RHVOICE_FOLDER = Path("/usr/share/RHVoice/voices")
_RHVOICE = ("alan", "bdl", "clb", "slt")  # LGPL; the others of its English voices may only be listened to
_RHVOICE_HELD_OUT = ("evgeniy-eng", "lyubov")
_MBROLA = {
    "en": ("us1", "us2", "us3", "en1"),
    "de": ("de1", "de2", "de3", "de4", "de5", "de6", "de7"),
    "fr": ("fr1", "fr4"),
}
_ACCENTS = {
    "en": (
        "gmw/en-US",
        "gmw/en-US",
        "gmw/en",
        "gmw/en-GB-x-rp",
        "gmw/en-US",
        "gmw/en-GB-scotland",
        "gmw/en-029",
        "gmw/en-US-nyc",
    ),
    "de": ("gmw/de",),
    "fr": ("roa/fr", "roa/fr-BE", "roa/fr-CH"),
}
# How often each kind speaks, of all: natural voices more than their number.
_SHARES = {"espeak": 0.30, "pico": 0.16, "flite": 0.22, "RHVoice": 0.26, "Festival": 0.06}
_HELD_OUT_SHARES = {"espeak": 0.3, "MBROLA": 0.45, "RHVoice": 0.25}
# Beside them Kokoro's, for training and for judging: one of its voices talks French, none German.
_KOKORO_SHARES = {"en": (0.80, 1.00), "fr": (0.25, 0.30), "de": (0.15, 0.30)}


class Talker(Protocol):
    """A voice and the accent of espeak-ng that says which phones it speaks."""

    @property
    def name(self) -> str: ...
    @property
    def share(self) -> float: ...
    @property
    def accent(self) -> str: ...
    def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]: ...


@dataclass(frozen=True, slots=True)
class Accented:
    """A voice of another recipe, with its accent."""

    voice: EspeakVoice | PicoSpeaker
    accent: str
    share: float

    @property
    def name(self) -> str:
        return self.voice.name

    def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]:
        return self.voice.say(text, manner)


def talkers(language: str, speaker: Speaker, *, held_out: bool) -> list[Talker]:
    """Those installed. language: as in ``en``."""
    found: list[Talker] = list(_espeak(language, speaker, held_out=held_out))
    shares = _HELD_OUT_SHARES if held_out else _SHARES
    found += kokoro.speakers(language, speaker, _KOKORO_SHARES[language][held_out], held_out=held_out)
    if held_out:
        found += _mbrola(language, shares["MBROLA"])
        found += _rhvoice(language, _RHVOICE_HELD_OUT, shares["RHVoice"])
        return found
    found += _pico(language, shares["pico"])
    if language == "en":
        found += _flite(shares["flite"]) + _festival(shares["Festival"])
        found += _rhvoice(language, _RHVOICE, shares["RHVoice"])
    return found


def _espeak(language: str, speaker: Speaker, *, held_out: bool) -> Sequence[Talker]:
    accents = _ACCENTS[language]
    variants = [one for one in usable_variants(speaker, accents[0]) if is_held_out(one) == held_out]
    share = (_HELD_OUT_SHARES if held_out else _SHARES)["espeak"] / max(1, len(variants)) / len(accents)
    return [
        Accented(EspeakVoice(speaker, accent, variant), accent, share) for variant in variants for accent in accents
    ]


def _pico(language: str, share: float) -> list[Talker]:
    british = {"en-GB": "gmw/en"}
    voices = pico_voices(language, 1.0)
    return [
        Accented(voice, british.get(voice.language, _ACCENTS[language][0]), share / len(voices)) for voice in voices
    ]


def _flite(share: float) -> list[Talker]:
    listed = lines_of("flite", "-lv").split()
    here = [voice for voice in _FLITE if voice in listed]
    return [Flite(voice, _FLITE[voice], share / len(here), "gmw/en-US") for voice in here]


def _festival(share: float) -> list[Talker]:
    names = [voice for folder, voice in _FESTIVAL.items() if (_FESTIVAL_FOLDER / folder).is_dir()]
    if not names or not is_here("festival"):
        return []
    return [Festival(name, share / len(names), "gmw/en-US") for name in names]


def _rhvoice(language: str, names: Sequence[str], share: float) -> list[Talker]:
    here = [name for name in names if (_RHVOICE_FOLDER / name).is_dir()]
    if language != "en" or not is_here("RHVoice-test"):
        return []
    return [RhVoice(name, share / len(here), "gmw/en-US") for name in here]


def _mbrola(language: str, share: float) -> list[Talker]:
    here = [name for name in _MBROLA.get(language, ()) if Path("/usr/share/mbrola", name).is_dir()]
    if not is_here("espeak-ng"):
        return []
    accents = _ACCENTS[language]
    return [Mbrola(f"mb-{name}", share / len(here), "gmw/en" if name == "en1" else accents[0]) for name in here]
