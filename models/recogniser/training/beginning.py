"""What heads and looks begin with: nothing but what the features are like, a first head, or another language's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from models.recogniser.phones import BLANK
from models.recogniser.shape import OUTPUTS_PER_FRAME
from models.recogniser.training.features import Example
from models.recogniser.training.head import Head, Size
from models.recogniser.training.lesson import Shape
from models.recogniser.training.second_head import BothLooks, SecondHead
from models.recogniser.training.tap_network import TapNetwork


def begun(size: Size, examples: Sequence[Example], seed: int) -> Head:
    """A head that knows nothing but what these features are like."""
    torch.manual_seed(seed)
    head = Head(size)
    for kept, found in zip((head.mean, head.scale), _statistics(examples, seed), strict=True):
        kept.copy_(found)
    return head


def joined(hears: TapNetwork, first: Head, shape: Shape, seed: int) -> BothLooks:
    """A first head that has learned, and a second one that begins with saying the same."""
    torch.manual_seed(seed)
    size = Size(first.size.outputs, shape.width, shape.recurrent, shape.layers)
    return BothLooks(hears, first, SecondHead(first, size))


def grown(other: BothLooks, sounds: Sequence[int | None], seed: int) -> BothLooks:
    """Looks that hear as another language's do. sounds: for each output that of the other's which it begins as, for a
    sound that the other does not know None: as any.
    """
    torch.manual_seed(seed)
    first = Head(replace(other.first.size, outputs=len(sounds)))
    made = BothLooks(other.hears, first, SecondHead(first, other.second.size))
    known = {
        name: _as_before(values, sounds) if ".leave." in name else values for name, values in other.state_dict().items()
    }
    made.load_state_dict(made.state_dict() | known)
    return made


def _as_before(values: Tensor, sounds: Sequence[int | None]) -> Tensor:
    """values: of the last layer, for each output of each of a frame's halves."""
    known = values.reshape(OUTPUTS_PER_FRAME, -1, *values.shape[1:])
    any_sound = known[:, BLANK + 1 :].mean(dim=1)
    return torch.stack([any_sound if sound is None else known[:, sound] for sound in sounds], dim=1).flatten(0, 1)


def _statistics(examples: Sequence[Example], seed: int) -> tuple[Tensor, Tensor]:
    rng = np.random.default_rng(seed)
    some = rng.choice(len(examples), min(400, len(examples)), replace=False)
    frames = np.concatenate([examples[place].frames for place in some]).astype(np.float32)
    return torch.from_numpy(frames.mean(0)), torch.from_numpy(1 / (frames.std(0) + 1e-2))
