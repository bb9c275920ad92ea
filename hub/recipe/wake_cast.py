"""Who speaks in a training of a wake word: every installed voice of a language, and what it is given to say."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hub.engines.espeak import Espeak, EspeakError
from hub.intent.language import resolve_language
from hub.intent.samples import replies, sentences, words
from hub.tts.embedded.pico import PicoVoice
from hub.tts.embedded.pico import installed as installed_pico
from models.wake.library import built_in_words
from models.wake.training.alike import Pronounce
from models.wake.training.errors import TrainingRefused
from models.wake.training.speech import Cast, Manner, Voice
from wire.wake_words import phrase

# Of espeak-ng, the ones that could be people: no robots, no whispers.
# fmt: off
_VARIANTS = (
    "Alex",
    "Alicia",
    "Andrea",
    "Andy",
    "Annie",
    "AnxiousAndy",
    "Denis",
    "Diogo",
    "Gene",
    "Gene2",
    "Henrique",
    "Hugo",
    "Jacky",
    "Lee",
    "Marco",
    "Mario",
    "Michael",
    "Mike",
    "Nguyen",
    "Reed",
    "RicishayMax",
    "RicishayMax2",
    "RicishayMax3",
    "Storm",
    "adam",
    "anika",
    "announcer",
    "antonio",
    "aunty",
    "belinda",
    "benjamin",
    "boris",
    "caleb",
    "david",
    "ed",
    "edward",
    "edward2",
    "f1",
    "f2",
    "f3",
    "f4",
    "f5",
    "grandma",
    "grandpa",
    "gustave",
    "ian",
    "iven",
    "iven2",
    "iven3",
    "iven4",
    "john",
    "kaukovalta",
    "klatt",
    "klatt2",
    "klatt3",
    "klatt4",
    "klatt5",
    "klatt6",
    "linda",
    "m1",
    "m2",
    "m3",
    "m4",
    "m5",
    "m6",
    "m7",
    "m8",
    "marcelo",
    "max",
    "michel",
    "miguel",
    "mike2",
    "norbert",
    "pablo",
    "paul",
    "pedro",
    "quincy",
    "rob",
    "robert",
    "sandro",
    "shelby",
    "steph",
    "steph2",
    "steph3",
    "travis",
    "victor",
    "zac",
)
# fmt: on
_HELD_OUT_EVERY = 7
_ACCENTS_EACH = 2
_PICO_SHARE = 0.5  # of what espeak-ng's voices say, by all of Pico's together
_LOW = 0.82  # of its rate: a man's voice of Pico's women
_RATE, _PITCH, _RANGE = 1, 3, 4  # espeak_PARAMETER
_WORDS_A_MINUTE = 165
_OTHER_SCRIPTS = frozenset({"en-shaw"})  # a voice that reads another alphabet than its language's
_OTHER_NAMES = {"zh": "cmn", "no": "nb", "iw": "he", "tl": "fil"}  # what espeak-ng calls them
_FOREIGN = ("nl", "de", "fr", "es", "it", "sv", "pl", "tr", "en")
_FOREIGN_TEXTS, _TEXTS = 40, 1500
_DICTIONARY = {"en": "model/en-us/cmudict-en-us.dict"}  # of pocketsphinx, where it is installed


class Speaker(Espeak):
    """The loaded library, speaking in many manners: one in a process, and in one thread of it."""

    def say(self, text: str, manner: Manner) -> NDArray[np.int16]:
        """In the selected voice."""
        for parameter, value in (
            (_RATE, _WORDS_A_MINUTE * manner.pace),
            (_PITCH, 20 + 60 * manner.pitch),
            (_RANGE, 20 + 70 * manner.melody),
        ):
            self._library.espeak_SetParameter(parameter, round(value), 0)
        return np.frombuffer(self.speak(text), "<i2").astype(np.int16, copy=False)


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """accent: as the library selects it. variant: of its speakers."""

    speaker: Speaker
    accent: str
    variant: str
    share: float = 1.0

    @property
    def name(self) -> str:
        return f"espeak-ng {self.accent}+{self.variant}"

    def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]:
        self.speaker.select(f"{self.accent}+{self.variant}")
        return self.speaker.rate_hz, self.speaker.say(text, manner)


@dataclass(frozen=True, slots=True)
class PicoSpeaker:
    """depth: 1, or less for a deeper voice than the one that was recorded."""

    voice: PicoVoice
    language: str
    depth: float
    share: float

    @property
    def name(self) -> str:
        return f"pico {self.language}{'' if self.depth == 1 else ' low'}"

    def say(self, text: str, manner: Manner) -> tuple[int, NDArray[np.int16]]:
        speed, pitch = round(100 * manner.pace / self.depth), round(75 + 60 * manner.pitch)
        tagged = f"<speed level='{speed}'><pitch level='{pitch}'>{text}</pitch></speed>"
        sound = np.frombuffer(self.voice.render(tagged), "<i2").astype(np.int16, copy=False)
        return round(self.voice.rate_hz * self.depth), sound


def cast(language: str, speaker: Speaker, rng: random.Random) -> Cast:
    """Blocks for seconds. No voice is in it where none speaks the language. Raises IntentFailed (language-unknown)."""
    code = resolve_language(language)
    texts = sentences(code, _TEXTS, rng) + replies(code)
    accents = _accents(speaker)
    variants = _usable(speaker, accents.get(_base(code), []))
    held_out = [voice for voice in variants if is_held_out(voice.variant)]
    familiar: list[Voice] = [voice for voice in variants if not is_held_out(voice.variant)]
    foreign = [other for other in _FOREIGN if other != _base(code) and other in accents]
    return Cast(
        familiar=[*familiar, *pico_voices(_base(code), _PICO_SHARE * max(1, len(familiar)))],
        held_out=held_out,
        texts=texts,
        words=_dictionary(_base(code)) or words(texts),
        rivals=[phrase(word) for word in built_in_words()],
        foreign=[EspeakVoice(speaker, accents[other][0], rng.choice(_VARIANTS)) for other in foreign],
        foreign_texts=[sentences(resolve_language(other), _FOREIGN_TEXTS, rng) for other in foreign],
    )


def pronouncer(speaker: Speaker, language: str) -> Pronounce:
    """How a text sounds in a language. Raises TrainingRefused (wake-no-voice)."""
    accents = _accents(speaker).get(_base(resolve_language(language)))
    if not accents:
        raise TrainingRefused("wake-no-voice", f"no voice here speaks {language!r}; choose another language")

    def pronounce(text: str) -> str:
        speaker.select(accents[0])
        return speaker.phonemes(text)

    return pronounce


def is_held_out(variant: str) -> bool:
    """In all its accents."""
    return _VARIANTS.index(variant) % _HELD_OUT_EVERY == _HELD_OUT_EVERY // 2


def _usable(speaker: Speaker, accents: Sequence[str]) -> list[EspeakVoice]:
    """Each variant in some accents of the language."""
    if not accents:
        return []
    return [
        EspeakVoice(speaker, accent, variant)
        for place, variant in enumerate(_VARIANTS)
        if _is_here(speaker, accents[0], variant)
        for accent in sorted({accents[(_ACCENTS_EACH * place + step) % len(accents)] for step in range(_ACCENTS_EACH)})
    ]


def usable_variants(speaker: Speaker, accent: str) -> list[str]:
    """Those that this library has."""
    return [variant for variant in _VARIANTS if _is_here(speaker, accent, variant)]


def _is_here(speaker: Speaker, accent: str, variant: str) -> bool:
    try:
        speaker.select(f"{accent}+{variant}")
    except EspeakError:
        return False
    return True


def _accents(speaker: Speaker) -> dict[str, list[str]]:
    """Voices of espeak-ng by language."""
    found: dict[str, list[str]] = {}
    for voice in speaker.voices():
        if voice.language not in _OTHER_SCRIPTS:
            found.setdefault(_base(voice.language), []).append(voice.identifier)
    return found


def pico_voices(language: str, share: float) -> list[PicoSpeaker]:
    """Each in its own pitch and deeper. share: of all of them together."""
    files = [one for one in installed_pico() if _base(one.language) == language]
    voices = [(PicoVoice(one), one.language) for one in files]
    depths = (1.0, _LOW)
    return [
        PicoSpeaker(voice, spoken, depth, share / len(voices) / len(depths))
        for voice, spoken in voices
        for depth in depths
    ]


def _dictionary(language: str) -> list[str]:
    """Every word that is known how to say; empty for most languages."""
    package = find_spec("pocketsphinx")
    if language not in _DICTIONARY or package is None or package.origin is None:
        return []
    lines = (Path(package.origin).parent / _DICTIONARY[language]).read_text("utf-8").splitlines()
    return [word for word in (line.partition(" ")[0] for line in lines) if word.isalpha()]


def _base(language: str) -> str:
    base = language.partition("-")[0].lower()
    return _OTHER_NAMES.get(base, base)
