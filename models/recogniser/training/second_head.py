"""The second look that is trained: it grows out of the first head, and hears the whole utterance in both directions.

It begins as a copy of the first one with more layers above it, which see the future, and of the wake engine's network
below it; all of it goes on learning.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.recogniser.shape import OUTPUTS_PER_FRAME
from models.recogniser.training.features import Example
from models.recogniser.training.head import Head, spoiled
from models.recogniser.training.tap_network import TapNetwork
from models.wake.layers import TAP_VALUES

LEAST_SPREAD = 0.2  # of that of all speech: what hardly moves says nothing
LEAST_POWER = 1e-6  # of what does not move at all: there is no slope to a root of 0
_HEARS_SHARE = 0.5  # of the learning rate
_NOISY, _MEL_NOISE = 0.5, 0.05


class SecondHead(nn.Module):
    """Mel frames [clips, 4 * frames, 32] → logits [clips, 2 * frames, outputs].

    hears: the wake engine's network. It begins with saying what the first head says.
    """

    def __init__(
        self,
        first: Head,
        hears: TapNetwork,
        *,
        width: int = 256,
        recurrent: int = 192,
        layers: int = 2,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.size, self.hears = first.size, hears
        self.first = copy.deepcopy(first).requires_grad_()
        known = first.size.recurrent
        self.enter = nn.Linear(TAP_VALUES + known, width)
        self.recurrent = nn.LSTM(width, recurrent, layers, batch_first=True, dropout=dropout, bidirectional=True)
        self.leave = nn.Linear(2 * recurrent + known, OUTPUTS_PER_FRAME * first.size.outputs)
        self.dropout = nn.Dropout(dropout)
        with torch.no_grad():
            self.leave.weight[:, : 2 * recurrent].mul_(0.1)
            self.leave.weight[:, 2 * recurrent :].copy_(first.leave.weight)
            self.leave.bias.copy_(first.leave.bias)

    @property
    def mean(self) -> Tensor:
        return self.first.mean

    @property
    def scale(self) -> Tensor:
        return self.first.scale

    def forward(self, mel: Tensor) -> Tensor:
        return self._told(self.hears(mel))

    def practised(self, mel: Tensor) -> Tensor:
        """As forward, in training: not all of what it is given arrives."""
        if torch.rand(()) < _NOISY:
            mel = mel + _MEL_NOISE * torch.randn_like(mel)
        return self._told(spoiled(self.hears(mel), self.mean, self.scale))

    def groups(self) -> list[dict[str, Any]]:
        """What hears already learns slower."""
        below = list(self.hears.parameters())
        above = [weights for name, weights in self.named_parameters() if not name.startswith("hears.")]
        return [{"params": above, "share": 1.0}, {"params": below, "share": _HEARS_SHARE}]

    @staticmethod
    def given(example: Example) -> NDArray[np.float16]:
        return example.mel

    def _told(self, taps: Tensor) -> Tensor:
        known = self.first.remembered(taps)
        entered = torch.relu(self.enter(self.dropout(torch.cat([self._alike(taps), known], dim=-1))))
        heard, _ = self.recurrent(self.dropout(entered))
        logits: Tensor = self.leave(self.dropout(torch.cat([heard, known], dim=-1)))
        return logits.reshape(len(taps), -1, self.size.outputs)

    def _alike(self, taps: Tensor) -> Tensor:
        """Whatever the room, the microphone and the noise: around 0 over the utterance, and as wide as in any other."""
        around = taps - taps.mean(dim=1, keepdim=True)
        spread = (around.square().mean(dim=1, keepdim=True) + LEAST_POWER).sqrt()
        return around / (spread + LEAST_SPREAD / self.scale)
