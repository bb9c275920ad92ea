"""Both looks as they learn together: one network below, the first head on it, and the second head, which sees the end.

The second head is more layers on what the first one knows of each row, in both directions. One network is heard once,
while somebody speaks, and serves both.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.recogniser.shape import OUTPUTS_PER_FRAME
from models.recogniser.training.features import Example
from models.recogniser.training.head import Head, Size, spoiled
from models.recogniser.training.tap_network import TapNetwork
from models.wake.layers import TAP_VALUES

LEAST_SPREAD = 0.2  # of that of all speech: what hardly moves says nothing
LEAST_POWER = 1e-6  # of what does not move at all: there is no slope to a root of 0
_HEARS_SHARE = 0.5  # of the learning rate
_NOISY, _MEL_NOISE = 0.5, 0.05


class SecondHead(nn.Module):
    """Taps [clips, rows, 480] and what the first head knows [clips, rows, recurrent] → logits [clips, 2 * rows,
    outputs]. It begins with saying what that head says.
    """

    def __init__(self, first: Head, size: Size, *, dropout: float = 0.1) -> None:
        """size: of its own layers, but the outputs are the first head's."""
        super().__init__()
        self.size = replace(size, outputs=first.size.outputs)
        known, values = first.size.recurrent, size.recurrent
        self.least = nn.Buffer(LEAST_SPREAD / first.scale)
        self.enter = nn.Linear(TAP_VALUES + known, size.width)
        self.recurrent = nn.LSTM(size.width, values, size.layers, batch_first=True, dropout=dropout, bidirectional=True)
        self.leave = nn.Linear(2 * values + known, OUTPUTS_PER_FRAME * self.size.outputs)
        self.dropout = nn.Dropout(dropout)
        with torch.no_grad():
            self.leave.weight[:, : 2 * values].mul_(0.1)
            self.leave.weight[:, 2 * values :].copy_(first.leave.weight)
            self.leave.bias.copy_(first.leave.bias)

    def forward(self, taps: Tensor, known: Tensor) -> Tensor:
        entered = torch.relu(self.enter(self.dropout(torch.cat([self._alike(taps), known], dim=-1))))
        heard, _ = self.recurrent(self.dropout(entered))
        logits: Tensor = self.leave(self.dropout(torch.cat([heard, known], dim=-1)))
        return logits.reshape(len(taps), -1, self.size.outputs)

    def _alike(self, taps: Tensor) -> Tensor:
        """Whatever the room, the microphone and the noise: around 0 over the utterance, and as wide as in any other."""
        around = taps - taps.mean(dim=1, keepdim=True)
        spread = (around.square().mean(dim=1, keepdim=True) + LEAST_POWER).sqrt()
        return around / (spread + self.least)


class BothLooks(nn.Module):
    """Mel frames [clips, 4 * rows, 32] → logits of the first look and of the second, each [clips, 2 * rows, outputs].

    hears: the wake engine's network, or what another training made of it. All of it goes on learning.
    """

    def __init__(self, hears: TapNetwork, first: Head, second: SecondHead) -> None:
        super().__init__()
        self.hears, self.first, self.second = hears, first.requires_grad_(), second

    def looks(self, mel: Tensor) -> tuple[Tensor, ...]:
        return self._looks(self.hears(mel))

    def practised(self, mel: Tensor) -> tuple[Tensor, ...]:
        """As looks, in training: not all of what it is given arrives."""
        if torch.rand(()) < _NOISY:
            mel = mel + _MEL_NOISE * torch.randn_like(mel)
        return self._looks(spoiled(self.hears(mel), self.first.mean, self.first.scale))

    def groups(self) -> list[dict[str, Any]]:
        """What hears already learns slower."""
        above = [*self.first.parameters(), *self.second.parameters()]
        return [{"params": above, "share": 1.0}, {"params": list(self.hears.parameters()), "share": _HEARS_SHARE}]

    @staticmethod
    def given(example: Example) -> NDArray[np.float16]:
        return example.mel

    def _looks(self, taps: Tensor) -> tuple[Tensor, ...]:
        known = self.first.remembered(taps)
        return self.first.said(known), self.second(taps, known)
