"""The speech-embedding network as a list of layers: what its file forms are read into and what the engine keeps."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from models.errors import ModelInvalid

MEL_BINS = 32
EMBEDDING_VALUES = 96
WINDOW_FRAMES = 76  # of 10 ms: what one embedding hears
STEP_FRAMES = 8  # an embedding comes every 80 ms
TAP_ROWS, TAP_VALUES = 2, 480  # a step: 96 x 2 before the fourth pool, 96 x 2 before the fifth, the embedding's 96


class Conv(Struct, frozen=True, tag=True):
    """Valid in time (rows); ``pad_bins`` zeros on both sides in frequency. weights: [rows, bins, in, out]."""

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    pad_bins: int


class LeakyRelu(Struct, frozen=True, tag=True):
    slope: float


class Floor(Struct, frozen=True, tag=True):
    """No activation is below this value."""

    value: float


class MaxPool(Struct, frozen=True, tag=True):
    """Without overlap: the strides are the sizes."""

    rows: int
    bins: int


Layer = Conv | LeakyRelu | Floor | MaxPool


def checked(layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Hold that these layers make one embedding of 76 frames every 8. Raises ModelInvalid."""
    channels, bins, window, stride = 1, MEL_BINS, 1, 1
    for layer in layers:
        if isinstance(layer, Conv):
            rows, width, inputs, outputs = layer.weights.shape
            if inputs != channels or layer.bias.shape != (outputs,):
                raise _invalid(f"a convolution of {inputs} channels after one that gives {channels}")
            window += (rows - 1) * stride
            channels, bins = outputs, bins + 2 * layer.pad_bins - width + 1
        elif isinstance(layer, MaxPool):
            window += (layer.rows - 1) * stride
            stride, bins = stride * layer.rows, bins // layer.bins
    found = (window, stride, channels * bins)
    if found != (WINDOW_FRAMES, STEP_FRAMES, EMBEDDING_VALUES):
        raise _invalid(f"{found[2]} values from {found[0]} frames every {found[1]}")
    return tuple(layers)


def _invalid(found: str) -> ModelInvalid:
    return ModelInvalid("wake-model-invalid", f"no speech-embedding network of openWakeWord: {found}")
