"""The wake engine's network in a form that learns: a whole utterance's mel frames to the taps of models.wake.graph.

The recogniser has one of its own: going on learning with the layers above it, it hears words in rooms and noise that
the wake words' network does not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from models.recogniser.training.features import MEL_FRAMES
from models.wake.layers import TAP_ROWS, Conv, Floor, Layer, LeakyRelu, MaxPool
from models.wake.mel import silent_frames

# Rows from the newest one back to the middle of its window, before the last two pools: what graph.py keeps of a past.
_TO_FOURTH, _TO_FIFTH = 4, 2
_SILENT_STEPS = 10  # of 80 ms before an utterance: as far back as its first row of taps hears


class TapNetwork(nn.Module):
    """[clips, frames of 10 ms, 32] → [clips, rows of 40 ms, 480]. The frames are those of whole steps of 80 ms."""

    silent: Tensor

    def __init__(self, layers: Sequence[Layer]) -> None:
        super().__init__()
        self.layers = tuple(layers)
        self.convolutions = nn.ModuleList(map(_convolution, [each for each in layers if isinstance(each, Conv)]))
        silence = torch.from_numpy(silent_frames()[0]).tile(_SILENT_STEPS, 1)
        self.register_buffer("silent", silence, persistent=False)

    def learned(self) -> list[Layer]:
        """The layers as they are now."""
        convolutions = iter(self.convolutions)
        return [_layer(each, next(convolutions)) if isinstance(each, Conv) else each for each in self.layers]

    def forward(self, mel: Tensor) -> Tensor:
        rows = mel.shape[1] // MEL_FRAMES
        fourth, fifth = [place for place, layer in enumerate(self.layers) if isinstance(layer, MaxPool)][-2:]
        values = torch.cat([self.silent.expand(len(mel), -1, -1), mel], dim=1)[:, None]
        before_fourth = self._through(values, 0, fourth)
        before_fifth = self._through(before_fourth, fourth, fifth)
        pool, last = self.layers[fifth], self.convolutions[-1]
        assert isinstance(pool, MaxPool)
        assert isinstance(last, nn.Conv2d)
        embeddings = nn.functional.conv2d(
            _paired(before_fifth, pool.bins), last.weight, last.bias, dilation=(TAP_ROWS, 1)
        )
        taps = (
            _newest(_paired(before_fourth, 2), rows, _TO_FOURTH),
            _newest(_paired(before_fifth, 1), rows, _TO_FIFTH),
            _newest(embeddings, rows, 0),
        )
        return torch.cat([_by_row(each) for each in taps], dim=2)

    def _through(self, values: Tensor, first: int, end: int) -> Tensor:
        place = sum(isinstance(layer, Conv) for layer in self.layers[:first])
        for layer in self.layers[first:end]:
            match layer:
                case Conv():
                    values, place = self.convolutions[place](values), place + 1
                case LeakyRelu(slope):
                    values = nn.functional.leaky_relu(values, slope)
                case Floor(value):
                    values = values.clamp_min(value)
                case MaxPool(rows, bins):
                    values = nn.functional.max_pool2d(values, (rows, bins))
        return values


def _convolution(layer: Conv) -> nn.Conv2d:
    rows, width, inputs, outputs = layer.weights.shape
    made = nn.Conv2d(inputs, outputs, (rows, width), padding=(0, layer.pad_bins))
    with torch.no_grad():
        made.weight.copy_(torch.from_numpy(np.array(layer.weights.transpose(3, 2, 0, 1), order="C")))
        assert made.bias is not None
        made.bias.copy_(torch.from_numpy(np.array(layer.bias)))
    return made


def _layer(known: Conv, learned: nn.Module) -> Conv:
    weights, bias = (values.detach().cpu().numpy().copy() for values in learned.parameters())
    return Conv(weights.transpose(2, 3, 1, 0), bias, known.pad_bins)


def _paired(values: Tensor, bins: int) -> Tensor:
    """The larger of every two neighbours in time, and of ``bins`` in frequency."""
    return nn.functional.max_pool2d(values, (2, bins), stride=(1, bins))


def _newest(values: Tensor, rows: int, back: int) -> Tensor:
    end = values.shape[2] - back
    return values[:, :, end - rows : end]


def _by_row(values: Tensor) -> Tensor:
    """A channel's bins side by side."""
    return values.permute(0, 2, 1, 3).flatten(2)
