"""Trains a head on features: CTC, a cosine of the learning rate, and the mean of the weights on the way."""

from __future__ import annotations

import io
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from models.recogniser.phones import BLANK
from models.recogniser.shape import OUTPUTS_PER_FRAME
from models.recogniser.training.features import Example
from models.recogniser.training.head import Head
from models.recogniser.training.lesson import Shape
from models.recogniser.training.second_head import BothLooks
from models.wake.training.shelf import write_whole

_SORTED_BATCHES = 40  # batches of clips of like length
FIRST_RATE, BOTH_RATE = 2e-3, 6e-4  # both looks grow out of a first one, which has learned already
_LAST_RATE = 0.02
_WARM_STEPS = 200
_DECAY = 1e-2
_CLIP = 2.0
_MEAN_OVER_STEPS = 600
_CHECKPOINT_STEPS = 250


AnyHead = Head | BothLooks
"""looks: logits of each, of what it is given."""


@dataclass(frozen=True, slots=True)
class Stand:
    """How far training is. loss: nats a phone, smoothed, the mean of all looks."""

    step: int
    steps: int
    loss: float


class Learning:
    """head: as it begins. checkpoint: file that a stopped training goes on from, and one that is asked for more steps
    after its end. shortest_first: in the first epoch, for a head that knows nothing. rate: the highest.
    """

    def __init__(
        self,
        head: AnyHead,
        examples: Sequence[Example],
        steps: int,
        seed: int,
        checkpoint: Path,
        *,
        batch_frames: int = Shape().batch_frames,
        shortest_first: bool = True,
        rate: float = FIRST_RATE,
    ) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self._examples = [example for example in examples if _is_learnable(example)]
        self._steps, self._seed, self._checkpoint = steps, seed, checkpoint
        self._batch_frames, self._is_shortest_first = batch_frames, shortest_first
        self._head: AnyHead = head.to(self._device)
        self._rate = rate
        self._optimizer = torch.optim.AdamW(self._head.groups(), lr=rate, weight_decay=_DECAY)
        decay = 1 - 1 / max(1, min(_MEAN_OVER_STEPS, steps // 10))
        self._mean = torch.optim.swa_utils.AveragedModel(
            self._head, multi_avg_fn=torch.optim.swa_utils.get_ema_multi_avg_fn(decay)
        )
        self._step, self._loss = 0, 0.0
        self._resume()

    def run(self, told: Callable[[Stand], None]) -> AnyHead:
        """told: after every step; may raise to stop, and all steps are kept."""
        began = self._step
        torch.set_flush_denormal(True)  # numbers next to 0 are what a processor is slowest at
        try:
            for batch in itertools.islice(self._batches(), began, self._steps):
                self._learn(batch)
                told(Stand(self._step, self._steps, self._loss))
                if self._step % _CHECKPOINT_STEPS == 0:
                    self._keep()
        finally:
            torch.set_flush_denormal(False)  # for whoever else calculates in this thread
            if self._step > began:
                self._keep()
        return self.head

    @property
    def head(self) -> AnyHead:
        """The mean of the weights, ready to be used."""
        head = self._mean.module
        assert isinstance(head, AnyHead)
        return head.eval()

    def _learn(self, batch: Sequence[Example]) -> None:
        torch.manual_seed(self._seed + self._step)  # the same whether training was stopped before or not
        self._head.train()
        rate = _rate(self._step, self._steps)
        for group in self._optimizer.param_groups:
            group["lr"] = self._rate * group["share"] * rate
        given, frames = _collated(batch, self._head, self._device)
        losses = [ctc(logits, frames, batch) for logits in self._head.practised(given)]
        loss = torch.stack(losses).sum()
        self._optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._head.parameters(), _CLIP)
        self._optimizer.step()
        self._mean.update_parameters(self._head)
        mean = loss.item() / len(losses)
        self._loss = mean if self._step == 0 else 0.98 * self._loss + 0.02 * mean
        self._step += 1

    def _batches(self) -> Iterator[list[Example]]:
        """Without end."""
        if self._is_shortest_first:
            yield from self._shortest_first()
        for epoch in itertools.count(1):
            yield from self._epoch(np.random.default_rng([self._seed, epoch]))

    def _shortest_first(self) -> Iterator[list[Example]]:
        """The first epoch: off the plateau on which everything is blank (Amodei et al. 2016, SortaGrad)."""
        batch: list[Example] = []
        spoken = [example for example in self._examples if len(example.phones)]
        for example in sorted(spoken, key=lambda one: len(one.frames)):
            if (len(batch) + 1) * len(example.frames) > self._batch_frames and batch:
                yield batch
                batch = []
            batch.append(example)
        yield batch

    def _epoch(self, rng: np.random.Generator) -> Iterator[list[Example]]:
        order = rng.permutation(len(self._examples))
        some = self._batch_frames * _SORTED_BATCHES
        group: list[Example] = []
        frames = 0
        for place in order:
            group.append(self._examples[place])
            frames += len(group[-1].frames)
            if frames >= some:
                yield from _batched(group, rng, self._batch_frames)
                group, frames = [], 0
        yield from _batched(group, rng, self._batch_frames)

    def _keep(self) -> None:
        buffer = _bytes(
            {
                "head": self._head.state_dict(),
                "mean": self._mean.state_dict(),
                "optimizer": self._optimizer.state_dict(),
                "step": self._step,
                "loss": self._loss,
                "steps": self._steps,
            }
        )
        write_whole(self._checkpoint, buffer)

    def _resume(self) -> None:
        if not self._checkpoint.is_file():
            return
        kept: dict[str, Any] = torch.load(self._checkpoint, map_location=self._device, weights_only=True)
        if kept["steps"] > self._steps:
            return
        self._head.load_state_dict(kept["head"])
        self._mean.load_state_dict(kept["mean"])
        self._optimizer.load_state_dict(kept["optimizer"])
        self._step, self._loss = int(kept["step"]), float(kept["loss"])


def ctc(logits: Tensor, frames: Tensor, batch: Sequence[Example]) -> Tensor:
    """Nats a phone."""
    spoken = [torch.from_numpy(example.phones.astype(np.int64)) for example in batch]
    lengths = torch.tensor([len(phones) for phones in spoken])
    losses = nn.functional.ctc_loss(
        logits.log_softmax(-1).transpose(0, 1),
        torch.cat(spoken).to(logits.device),
        frames * OUTPUTS_PER_FRAME,
        lengths,
        blank=BLANK,
        reduction="sum",
        zero_infinity=True,
    )
    return losses / lengths.sum().clamp(min=1)  # there may be batches in which nobody speaks


@torch.no_grad()
def phone_errors(head: AnyHead, examples: Sequence[Example]) -> tuple[list[int], int]:
    """Wrong phones of the likeliest ones, by look, and all that were said."""
    device = next(head.parameters()).device
    wrong: Counter[int] = Counter()
    total = 0
    for batch in _batched(list(examples), np.random.default_rng(0)):
        given, frames = _collated(batch, head, device)
        for look, logits in enumerate(head.looks(given)):
            best = logits.argmax(-1).cpu().numpy()
            for row, length, example in zip(best, frames.tolist(), batch, strict=True):
                wrong[look] += _distance(example.phones.tolist(), _collapsed(row[: length * OUTPUTS_PER_FRAME]))
        total += sum(len(example.phones) for example in batch)
    return [wrong[look] for look in sorted(wrong)], total


def _is_learnable(example: Example) -> bool:
    return len(example.phones) < len(example.frames) * OUTPUTS_PER_FRAME


def _rate(step: int, steps: int) -> float:
    warm = min(1.0, (step + 1) / max(1, min(_WARM_STEPS, steps // 10)))
    return warm * (_LAST_RATE + (1 - _LAST_RATE) * 0.5 * (1 + math.cos(math.pi * step / steps)))


def _batched(
    group: list[Example], rng: np.random.Generator, batch_frames: int = Shape().batch_frames
) -> Iterator[list[Example]]:
    """Of like length, no more frames than a batch has, in any order."""
    batches: list[list[Example]] = [[]]
    for example in sorted(group, key=lambda one: len(one.frames)):
        if batches[-1] and (len(batches[-1]) + 1) * len(example.frames) > batch_frames:
            batches.append([])
        batches[-1].append(example)
    for place in rng.permutation(len(batches)):
        if batches[place]:
            yield batches[place]


def _collated(batch: Sequence[Example], head: AnyHead, device: torch.device) -> tuple[Tensor, Tensor]:
    """[clips, rows, values], the last row repeated behind a clip's end, and each one's frames of 40 ms."""
    given = [head.given(example) for example in batch]
    longest = max(map(len, given))
    rows = np.stack([np.pad(one, ((0, longest - len(one)), (0, 0)), "edge") for one in given])
    return torch.from_numpy(rows).to(device).float(), torch.tensor([len(example.frames) for example in batch])


def _collapsed(outputs: NDArray[np.int64]) -> list[int]:
    changed = np.flatnonzero(np.diff(outputs, prepend=-1))
    return [int(output) for output in outputs[changed] if output != BLANK]


def _distance(said: Sequence[int], heard: Sequence[int]) -> int:
    """Levenshtein's."""
    row = list(range(len(heard) + 1))
    for number, one in enumerate(said, 1):
        diagonal, row[0] = row[0], number
        for place, other in enumerate(heard, 1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (one != other))
    return row[-1]


def _bytes(kept: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    torch.save(kept, buffer)
    return buffer.getvalue()
