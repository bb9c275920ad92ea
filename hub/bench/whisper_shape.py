"""Whisper networks of the true sizes that say one sentence whatever they hear: they cost what real ones cost.

All weights are random, but for a few of the decoder's last layer, which make each word follow its one before. So a
decoder's work (as many words as somebody says) and its certainty are a real one's, with either set of options.
File format: whisper.cpp, models/convert-pt-to-ggml.py.
"""

from __future__ import annotations

import string
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

import numpy as np

from hub.bench.quantized import F16, F32, KINDS, Floats, Kind

SAYS = (" Turn", " on", " the", " bed", " light", ".")
_MAGIC, _MELS, _FFT_BINS, _AUDIO_CONTEXT, _TEXT_CONTEXT = 0x67676D6C, 80, 201, 1500, 448
_QUANTIZATION_VERSION = 2000  # GGML_QNT_VERSION * GGML_QNT_VERSION_FACTOR
_WORDS, _LANGUAGES, _TIMESTAMPS = 50_257, 99, 1501
_WEIGHT_SCALE, _SURE_LOGIT = 0.02, 30.0
_SEES, _FROM, _TO = 8.0, -4.0, 3.0  # of the units that know a word: how strongly, from where on, what they add


@dataclass(frozen=True, slots=True)
class Shape:
    """state: width. Source: Radford et al. 2022 (Whisper), table 1."""

    state: int
    heads: int
    layers: int
    multilingual: bool = False

    @property
    def vocabulary(self) -> int:
        return _WORDS + 1607 + self.multilingual


SHAPES = {
    "tiny.en": Shape(384, 6, 4),
    "base.en": Shape(512, 8, 6),
    "base": Shape(512, 8, 6, multilingual=True),
    "small.en": Shape(768, 12, 12),
}


def write_shape(path: Path, shape: Shape, kind: str = "q8_0", seed: int = 1, *, says: Sequence[str] = SAYS) -> None:
    """kind: of hub.bench.quantized.KINDS, for the matrices. says: words, each another. Seconds for the larger ones."""
    with path.open("wb") as file:
        _write_header(file, shape, kind, says)
        for name, values, stored in _tensors(shape, KINDS[kind], np.random.default_rng(seed), len(says)):
            encoded = name.encode()
            file.write(struct.pack("<3i", values.ndim, len(encoded), stored.number))
            file.write(struct.pack(f"<{values.ndim}i", *reversed(values.shape)) + encoded)
            file.write(stored.encode(values))


def _write_header(file: BinaryIO, shape: Shape, kind: str, says: Sequence[str]) -> None:
    audio = (_AUDIO_CONTEXT, shape.state, shape.heads, shape.layers)
    text = (_TEXT_CONTEXT, shape.state, shape.heads, shape.layers)
    stored = KINDS[kind].file_number + _QUANTIZATION_VERSION
    file.write(struct.pack("<i", _MAGIC))
    file.write(struct.pack("<11i", shape.vocabulary, *audio, *text, _MELS, stored))
    file.write(struct.pack("<2i", _MELS, _FFT_BINS) + _mel_filters().tobytes())
    known = [" ", *says, *string.ascii_letters, *string.digits, *string.punctuation]
    others = _WORDS - len(known) - (not shape.multilingual)
    words = [*known, *(f"word{number}" for number in range(others))]
    file.write(struct.pack("<i", len(words)))
    file.writelines(struct.pack("<i", len(word)) + word.encode() for word in words)


def _mel_filters() -> Floats:
    """Triangles as wide as their neighbours are far, HTK scale: about what the real ones are."""
    mels = np.linspace(0, 2595 * np.log10(1 + 8000 / 700), _MELS + 2)
    corners = 700 * (10 ** (mels / 2595) - 1)
    bins = np.linspace(0, 8000, _FFT_BINS)
    rising = (bins - corners[:-2, None]) / (corners[1:-1] - corners[:-2])[:, None]
    falling = (corners[2:, None] - bins) / (corners[2:] - corners[1:-1])[:, None]
    filters: Floats = (np.maximum(0, np.minimum(rising, falling)) / 40).astype(np.float32)
    return filters


def _tensors(shape: Shape, kind: Kind, chance: np.random.Generator, said: int) -> Iterator[tuple[str, Floats, Kind]]:
    """Name, values, how they are stored. said: number of words."""

    def weight(*size: int) -> Floats:
        return _WEIGHT_SCALE * chance.standard_normal(size, np.float32)

    width = shape.state
    yield "encoder.positional_embedding", weight(_AUDIO_CONTEXT, width), F32
    for number, inputs in ((1, _MELS), (2, width)):
        yield f"encoder.conv{number}.weight", weight(width, inputs, 3), F16
        yield f"encoder.conv{number}.bias", weight(width, 1), F32
    yield from _norm("encoder.ln_post", width)
    words = _words(shape, chance)
    yield "decoder.positional_embedding", 0.1 * weight(_TEXT_CONTEXT, width), F32
    yield "decoder.token_embedding.weight", words, kind
    yield "decoder.ln.weight", np.full(width, _SURE_LOGIT / width, np.float32), F32
    yield "decoder.ln.bias", np.zeros(width, np.float32), F32
    for side, attentions in (("encoder", ("attn",)), ("decoder", ("attn", "cross_attn"))):
        for layer in range(shape.layers):
            prefix = f"{side}.blocks.{layer}"
            for attention in attentions:
                yield from _norm(f"{prefix}.{attention}_ln", width)
                for part in ("query", "key", "value", "out"):
                    yield f"{prefix}.{attention}.{part}.weight", weight(width, width), kind
                    if part != "key":
                        yield f"{prefix}.{attention}.{part}.bias", np.zeros(width, np.float32), F32
            yield from _norm(f"{prefix}.mlp_ln", width)
            inner, bias, outer = weight(4 * width, width), np.zeros(4 * width, np.float32), weight(width, 4 * width)
            if side == "decoder" and layer == shape.layers - 1:
                _teach(words, shape, said, (inner, bias, outer))
            yield f"{prefix}.mlp.0.weight", inner, kind
            yield f"{prefix}.mlp.0.bias", bias, F32
            yield f"{prefix}.mlp.2.weight", outer, kind
            yield f"{prefix}.mlp.2.bias", np.zeros(width, np.float32), F32


def _norm(name: str, width: int) -> Iterator[tuple[str, Floats, Kind]]:
    yield f"{name}.weight", np.ones(width, np.float32), F32
    yield f"{name}.bias", np.zeros(width, np.float32), F32


def _words(shape: Shape, chance: np.random.Generator) -> Floats:
    """Embeddings. What comes before the first word (languages, tasks, timestamps) is alike."""
    words = chance.standard_normal((shape.vocabulary, shape.state), np.float32)
    start = _end_of_text(shape) + 1
    words[start:] = words[start] + 0.3 * words[start:]
    return words


def _teach(words: Floats, shape: Shape, said: int, layer: tuple[Floats, Floats, Floats]) -> None:
    """Write into the last layer which word follows which. layer: inner matrix, its bias, outer matrix."""
    inner, bias, outer = layer
    end = _end_of_text(shape)
    chain = [end + 1, *range(1, said + 1), end]
    for unit, (word, following) in enumerate(pairwise(chain)):
        inner[unit] = _SEES * words[word] / shape.state
        bias[unit] = _FROM
        outer[:, unit] = _TO * words[following] / (_SEES + _FROM)


def _end_of_text(shape: Shape) -> int:
    return _WORDS - 1 + shape.multilingual
