"""The network that is trained: phones every 20 ms from the wake engine's taps every 40 ms.

Linear layer, a convolution that sees 80 ms ahead, recurrent layers that see only the past, so that it can run while
somebody speaks. models/recogniser/graph.py writes the same as a step of 80 ms.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.recogniser.shape import AHEAD_FRAMES, CONV_FRAMES, OUTPUTS_PER_FRAME
from models.recogniser.training.features import Example
from models.wake.layers import TAP_VALUES

_NOISE, _DROPPED = 0.1, 0.08  # of the features
_MASKS, _MASK_FRAMES = 2, 4


@dataclass(frozen=True, slots=True)
class Size:
    """outputs: phones and blank."""

    outputs: int
    width: int = 256
    recurrent: int = 256
    layers: int = 2


class Head(nn.Module):
    """[clips, frames, 480] → logits [clips, 2 * frames, outputs]."""

    def __init__(self, size: Size, *, dropout: float = 0.08) -> None:
        super().__init__()
        self.size = size
        self.mean = nn.Buffer(torch.zeros(TAP_VALUES))
        self.scale = nn.Buffer(torch.ones(TAP_VALUES))
        self.enter = nn.Linear(TAP_VALUES, size.width)
        self.around = nn.Conv1d(size.width, size.width, CONV_FRAMES)
        self.norm = nn.LayerNorm(size.width)
        self.recurrent = nn.LSTM(size.width, size.recurrent, size.layers, batch_first=True, dropout=dropout)
        self.leave = nn.Linear(size.recurrent, OUTPUTS_PER_FRAME * size.outputs)
        self.dropout = nn.Dropout(dropout)

    def forward(self, taps: Tensor) -> Tensor:
        return self.said(self.remembered(taps))

    def said(self, known: Tensor) -> Tensor:
        """Of what it knows of each frame, as ``remembered`` tells it."""
        logits: Tensor = self.leave(self.dropout(known))
        return logits.reshape(len(known), -1, self.size.outputs)

    def looks(self, taps: Tensor) -> tuple[Tensor, ...]:
        """Its own alone, as BothLooks has two."""
        return (self(taps),)

    def practised(self, taps: Tensor) -> tuple[Tensor, ...]:
        """As looks, in training: not all of what it is given arrives."""
        return (self(spoiled(taps, self.mean, self.scale)),)

    def groups(self) -> list[dict[str, Any]]:
        """Of weights, with the share of the learning rate that is theirs."""
        return [{"params": list(self.parameters()), "share": 1.0}]

    @staticmethod
    def given(example: Example) -> NDArray[np.float16]:
        return example.frames

    def remembered(self, taps: Tensor) -> Tensor:
        """[clips, frames, recurrent]: what it knows of each frame when it says what that was."""
        entered = self.dropout(torch.relu(self.enter((taps - self.mean) * self.scale)))
        early = nn.functional.pad(entered, (0, 0, AHEAD_FRAMES, 0))  # what a step of the graph sees before the sound
        padded = nn.functional.pad(entered.transpose(1, 2), (CONV_FRAMES - 1, AHEAD_FRAMES))
        seen = self.norm(early + torch.relu(self.around(padded)).transpose(1, 2))
        known: Tensor = self.recurrent(self.dropout(seen))[0]
        return known[:, AHEAD_FRAMES:]


def spoiled(taps: Tensor, mean: Tensor, scale: Tensor) -> Tensor:
    """With noise, without some features, with some frames like the mean."""
    clips, frames, values = taps.shape
    taps = taps + _NOISE / scale * torch.randn_like(taps)
    keep = (torch.rand(clips, 1, values, device=taps.device) > _DROPPED).float()
    for _ in range(_MASKS):
        start = torch.randint(0, frames, (clips, 1), device=taps.device)
        length = torch.randint(0, _MASK_FRAMES + 1, (clips, 1), device=taps.device)
        place = torch.arange(frames, device=taps.device)[None]
        keep = keep * (~((place >= start) & (place < start + length))).float()[..., None]
    return mean + (taps - mean) * keep
