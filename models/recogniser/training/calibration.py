"""Learns when to believe the recogniser, from clips of voices and sentences that trained nothing."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from models.recogniser.confidence import Calibration, Look, LookAgain, confidence
from models.recogniser.looks import VALUES, agreed
from models.recogniser.looks import told as look_again_told

FALSE_ACCEPTS = 0.1  # of clips outside: noise, and mostly commands to other houses, much nearer than any talk
_RIDGE = 1e-2  # of the sum of all clips' losses, by standardised weight: finite where classes do not overlap
_FURTHEST = 6.0  # standard deviations: one odd clip moves nothing
_NEWTON_STEPS = 50
_SURE = 0.99  # no threshold is higher

_ODDS = Calibration(weights=(0.0, 1.0))  # of evidence that is the odds already

Evidence = tuple[float, ...]
Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tried:
    """A clip that was listened to. evidence: of the best sentence, None where there was none. right: it was said.

    asked: another sentence that means something else is as likely, so the house asks back and does nothing.
    meant: what tells this sentence from those of other looks.
    """

    evidence: Evidence | None
    right: bool
    asked: bool = False
    meant: str = ""


Looked = Sequence[Tried]
"""A clip as every look has it."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares: of clips with a sentence of the house (right, wrong, asked, rejected) and of others (false accepts)."""

    right: float
    wrong: float
    asked: float
    rejected: float
    false_accepts: float


def calibrated(inside: Sequence[Tried], outside: Sequence[Evidence | None], base: Calibration) -> Calibration:
    """inside: clips with sentences of the house. outside: evidence of clips without. base: for all else.

    Logistic regression of what is right against what is not (a wrong sentence, or any sentence where none was said).
    ``accept`` is the lowest confidence at which both hold: at most ``FALSE_ACCEPTS`` of the clips outside are accepted,
    and of those inside fewer are accepted wrongly than are rejected or asked about (none wrong is few enough): a wrong
    action is rarer than a miss. Where nothing separates them, ``accept`` is so high that hardly anything is believed.
    """
    found = [(one.evidence, one.right) for one in inside if one.evidence is not None]
    found += [(one, False) for one in outside if one is not None]
    if not found:
        return base
    weights = _logistic(np.array([evidence for evidence, _ in found], np.float64), np.array([y for _, y in found]))
    fitted = replace(base, weights=weights)
    return replace(fitted, accept=_accept(fitted, inside, outside))


def calibrated_again(inside: Sequence[Looked], outside: Sequence[Looked], base: Sequence[Look]) -> LookAgain:
    """The same for the second look. Each look learns its own weights; ``accept`` is for what they agree on."""
    looks = []
    for place, look in enumerate(base):
        found = [(clip[place].evidence, clip[place].right) for clip in (*inside, *outside)]
        known = [(evidence, right) for evidence, right in found if evidence is not None]
        values = np.array([evidence for evidence, _ in known] or [(0.0,) * VALUES], np.float64)
        looks.append(replace(look, weights=_logistic(values, np.array([right for _, right in known] or [False]))))
    chosen = _Chosen(LookAgain(tuple(looks), _SURE))
    return replace(chosen.again, accept=_accept(_ODDS, chosen.inside(inside), chosen.outside(outside)))


def judged(calibration: Calibration, inside: Sequence[Tried], outside: Sequence[Evidence | None]) -> Rates:
    return _Sure.of(calibration, inside, outside).rates(calibration.accept)


def judged_again(again: LookAgain, inside: Sequence[Looked], outside: Sequence[Looked]) -> Rates:
    chosen = _Chosen(again)
    return judged(replace(_ODDS, accept=again.accept), chosen.inside(inside), chosen.outside(outside))


def crosswise(inside: Sequence[Looked], outside: Sequence[Looked], base: Sequence[Look]) -> Rates:
    """What to expect of other clips: each half is judged by what was learned from the other."""
    clips, found = (len(inside), len(outside)), []
    for learned, told in ((0, 1), (1, 0)):
        again = calibrated_again(inside[learned::2], outside[learned::2], base)
        half = inside[told::2], outside[told::2]
        found.append(
            (judged_again(again, *half), [len(part) / max(1, all_) for part, all_ in zip(half, clips, strict=True)])
        )
    return Rates(
        right=sum(rates.right * inner for rates, (inner, _) in found),
        wrong=sum(rates.wrong * inner for rates, (inner, _) in found),
        asked=sum(rates.asked * inner for rates, (inner, _) in found),
        rejected=sum(rates.rejected * inner for rates, (inner, _) in found),
        false_accepts=sum(rates.false_accepts * outer for rates, (_, outer) in found),
    )


def written(model: bytes, calibration: Calibration) -> bytes:
    """A recogniser's file with this calibration instead of its own."""
    return _with(model, {"calibration": json.dumps(asdict(calibration))})


def second_written(second: bytes, first: bytes, again: LookAgain) -> bytes:
    """The second look's file, for this file of the first one, with what was learned for both."""
    return _with(second, look_again_told(sha256(first).hexdigest(), again))


def _with(model: bytes, more: Mapping[str, str]) -> bytes:
    graph = onnx.load_model_from_string(model)
    before = {entry.key: entry.value for entry in graph.metadata_props}
    helper.set_model_props(graph, before | dict(more))
    content: bytes = graph.SerializeToString()
    return content


@dataclass(frozen=True, slots=True)
class _Chosen:
    """Of every clip what the looks agree on, as the surest of them has it, with its odds for evidence."""

    again: LookAgain

    def inside(self, clips: Sequence[Looked]) -> list[Tried]:
        return [self._agreed(clip) for clip in clips]

    def outside(self, clips: Sequence[Looked]) -> list[Evidence | None]:
        return [self._agreed(clip).evidence for clip in clips]

    def _agreed(self, clip: Looked) -> Tried:
        looks = self.again.looks
        found = [one.meant if one.evidence is not None else None for one in clip]
        sure = {place: confidence(looks[place], clip[place].evidence or ()) for place in agreed(looks, found)}
        if not sure:
            return replace(clip[0], evidence=None)
        best = max(sure, key=sure.__getitem__)
        return replace(clip[best], evidence=(_odds_nats(sure[best]),))


def _accept(calibration: Calibration, inside: Sequence[Tried], outside: Sequence[Evidence | None]) -> float:
    sure = _Sure.of(calibration, inside, outside)
    for accept in sure.thresholds():
        rates = sure.rates(accept)
        if rates.false_accepts <= FALSE_ACCEPTS and (rates.wrong == 0 or rates.wrong < rates.rejected + rates.asked):
            return accept
    return _SURE


def _odds_nats(share: float) -> float:
    return math.log(share / (1 - share))


@dataclass(frozen=True, slots=True)
class _Sure:
    """Confidences of the clips; -1 where no sentence was found. right: of those inside."""

    inside: Values
    right: NDArray[np.bool_]
    asked: NDArray[np.bool_]
    outside: Values

    @classmethod
    def of(cls, calibration: Calibration, inside: Sequence[Tried], outside: Sequence[Evidence | None]) -> _Sure:
        def sure(evidence: Sequence[Evidence | None]) -> Values:
            return np.array([-1.0 if one is None else confidence(calibration, one) for one in evidence])

        right = np.array([one.right for one in inside], np.bool_)
        asked = np.array([one.asked for one in inside], np.bool_)
        return cls(sure([one.evidence for one in inside]), right, asked, sure(outside))

    def rates(self, accept: float) -> Rates:
        accepted = self.inside >= accept
        return Rates(
            right=_share(accepted & self.right & ~self.asked),
            wrong=_share(accepted & ~self.right & ~self.asked),
            asked=_share(accepted & self.asked),
            rejected=_share(~accepted),
            false_accepts=_share(self.outside >= accept),
        )

    def thresholds(self) -> list[float]:
        """They part the clips in every way, lowest first."""
        ordered = np.unique([0.0, *self.inside, *self.outside, 1.0])
        middles = (ordered[1:] + ordered[:-1]) / 2
        return [float(middle) for middle in middles if 0 <= middle < _SURE]


def _share(among: NDArray[np.bool_]) -> float:
    return float(among.mean()) if len(among) else 0.0


def _logistic(values: Values, right: NDArray[np.bool_]) -> tuple[float, ...]:
    """Constant and weights of the values as they are. Newton's method on standardised ones, held near 0 by a ridge."""
    values = np.nan_to_num(values, nan=0.0, posinf=1e6, neginf=-1e6)
    centre = np.median(values, axis=0)
    low, high = np.quantile(values, (0.16, 0.84), axis=0)
    spread = np.where(high > low, (high - low) / 2, np.maximum(values.std(axis=0), 1e-9))
    known = np.clip((values - centre) / spread, -_FURTHEST, _FURTHEST)
    known = np.column_stack([np.ones(len(known)), known])
    ridge = np.diag([1e-6, *np.full(values.shape[1], _RIDGE * len(values))])
    weights = np.zeros(known.shape[1])
    for _ in range(_NEWTON_STEPS):
        sure = 1 / (1 + np.exp(-np.clip(known @ weights, -30, 30)))
        slope = known.T @ (sure - right) + ridge @ weights
        bend = (known * (sure * (1 - sure) + 1e-9)[:, None]).T @ known + ridge
        step = np.linalg.solve(bend, slope)
        weights -= np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-8:
            break
    scaled = weights[1:] / spread
    return (round(float(weights[0] - scaled @ centre), 6), *(round(float(weight), 6) for weight in scaled))
