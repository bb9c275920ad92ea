"""When the recogniser is believed: learned from made-up evidence, where the right answer is known."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from models.recogniser.confidence import Calibration, Look, confidence
from models.recogniser.training.calibration import (
    FALSE_ACCEPTS,
    Evidence,
    Tried,
    calibrated,
    calibrated_again,
    crosswise,
    judged,
    judged_again,
    written,
)

BASE = Calibration(blank_penalty=1.5)


def _clips(apart: float, *, wrong: float = 0.05, seed: int = 0) -> tuple[list[Tried], list[Evidence | None]]:
    """apart: deviations of the first value between what was said and what was not; three others tell nothing."""
    rng = np.random.default_rng(seed)
    inside = []
    for _ in range(600):
        right = bool(rng.random() >= wrong)
        inside.append(Tried(_evidence(rng, apart if right else 0.0), right))
    return inside, [_evidence(rng, 0.0) for _ in range(400)]


def _evidence(rng: np.random.Generator, place: float) -> Evidence:
    values = rng.normal((place, 50.0, -3.0, 0.0), (1.0, 20.0, 0.01, 1e-9))
    return tuple(values.tolist())


def test_what_was_said_is_believed_and_what_was_not_is_not():
    inside, outside = _clips(6.0)
    rates = judged(calibrated(inside, outside, BASE), inside, outside)
    assert rates.right > 0.9
    assert rates.wrong < 0.02
    assert rates.false_accepts <= FALSE_ACCEPTS


def test_confidence_is_the_share_that_is_right():
    inside, outside = _clips(2.0)
    calibration = calibrated(inside, outside, BASE)
    found = [(confidence(calibration, one.evidence or ()), one.right) for one in inside]
    found += [(confidence(calibration, one or ()), False) for one in outside]
    for low, high in pairwise((0.0, 0.25, 0.5, 0.75, 1.0)):
        here = [(sure, right) for sure, right in found if low <= sure < high]
        assert np.mean([right for _, right in here]) == pytest.approx(np.mean([sure for sure, _ in here]), abs=0.08)


@pytest.mark.parametrize("apart", [0.5, 1.0, 2.0, 3.0])
def test_however_little_it_can_tell_a_wrong_action_is_rarer_than_a_miss(apart):
    inside, outside = _clips(apart)
    rates = judged(calibrated(inside, outside, BASE), inside, outside)
    assert rates.false_accepts <= FALSE_ACCEPTS
    assert rates.wrong == 0 or rates.wrong < rates.rejected
    assert rates.right + rates.wrong + rates.rejected == pytest.approx(1)


def test_no_lower_threshold_would_do():
    inside, outside = _clips(2.0)
    calibration = calibrated(inside, outside, BASE)
    sure = sorted(
        confidence(calibration, one) for one in (*(clip.evidence for clip in inside), *outside) if one is not None
    )
    below = max(value for value in sure if value < calibration.accept)
    rates = judged(replace(calibration, accept=below), inside, outside)
    assert rates.false_accepts > FALSE_ACCEPTS or rates.wrong >= rates.rejected > 0


def test_a_clip_without_any_sentence_is_rejected():
    inside, outside = _clips(6.0, wrong=0.0)
    silent = [Tried(None, right=False)] * 200
    rates = judged(calibrated([*inside, *silent], [*outside, None], BASE), [*inside, *silent], [*outside, None])
    assert rates.rejected == pytest.approx(200 / 800, abs=0.02)


def test_only_weights_and_threshold_are_learned():
    calibration = calibrated(*_clips(3.0), BASE)
    assert replace(calibration, weights=BASE.weights, accept=BASE.accept) == BASE
    assert len(calibration.weights) == 5
    assert 0 < calibration.accept < 1


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ([], []),
        ([Tried(None, right=False)], [None]),
        ([Tried((1.0, 2.0), right=True)] * 3, []),
        ([], [(1.0, 2.0)] * 3),
        ([Tried((-1e30, float("-inf")), right=True), Tried((0.0, 0.0), right=False)], [(0.0, 1e30)]),
    ],
)
def test_few_or_mad_clips_give_finite_numbers(inside, outside):
    calibration = calibrated(inside, outside, BASE)
    assert np.isfinite(calibration.weights).all()
    assert 0 <= calibration.accept < 1


LOOKS = (Look(0.5, second=False), Look(3.0, second=True))


def _looked(apart: float, *, blind: float) -> tuple[list[list[Tried]], list[list[Tried]]]:
    """By two looks, each of which knows nothing of its own share of the clips that a sentence was said in.

    Their evidence says so: what was not said is far from what was.
    """
    inside, outside = _clips(apart, wrong=0.0)
    rng = np.random.default_rng(9)
    clips = []
    for one in inside:
        place = rng.random()
        other = Tried(_evidence(rng, 0.0), right=False)
        clips.append([other if place < blind else one, other if place > 1 - blind else one])
    return clips, [[Tried(one, right=False)] * 2 for one in outside]


def test_the_surer_look_is_the_one_that_heard_it():
    """A fifth of the sentences is known to one look alone, another to the other: together they know all."""
    inside, outside = _looked(6.0, blind=0.2)
    again = calibrated_again(inside, outside, LOOKS)
    assert [replace(look, weights=()) for look in again.looks] == list(LOOKS)
    rates = judged_again(again, inside, outside)
    assert rates.right > 0.95
    assert rates.false_accepts <= FALSE_ACCEPTS
    alone = calibrated([clip[0] for clip in inside], [clip[0].evidence for clip in outside], BASE)
    assert judged(alone, [clip[0] for clip in inside], [clip[0].evidence for clip in outside]).right < 0.85


@pytest.mark.parametrize("apart", [0.5, 1.0, 2.0])
def test_of_two_looks_too_a_wrong_action_is_rarer_than_a_miss(apart):
    inside, outside = _looked(apart, blind=0.2)
    rates = judged_again(calibrated_again(inside, outside, LOOKS), inside, outside)
    assert rates.false_accepts <= FALSE_ACCEPTS
    assert rates.wrong == 0 or rates.wrong < rates.rejected


def test_clips_that_no_look_knows_are_rejected():
    nothing = [[Tried(None, right=False)] * 2] * 5
    again = calibrated_again(nothing, nothing, LOOKS)
    assert judged_again(again, nothing, nothing).rejected == 1
    assert all(np.isfinite(look.weights).all() for look in again.looks)


def test_each_half_is_judged_by_the_other():
    inside, outside = _looked(2.0, blind=0.1)
    same = judged_again(calibrated_again(inside, outside, LOOKS), inside, outside)
    other = crosswise(inside, outside, LOOKS)
    assert other.right == pytest.approx(same.right, abs=0.15)
    assert other.right + other.wrong + other.rejected == pytest.approx(1)
    assert other.false_accepts < FALSE_ACCEPTS + 0.05


def test_a_file_gets_another_calibration_and_keeps_the_rest():
    node = helper.make_node("Identity", ["a"], ["b"])
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "ab"]
    model = helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:]))
    helper.set_model_props(model, {"language": "en", "calibration": "{}"})
    told = onnx.load_model_from_string(written(model.SerializeToString(), replace(BASE, accept=0.25)))
    found = {entry.key: entry.value for entry in told.metadata_props}
    assert found["language"] == "en"
    assert '"accept": 0.25' in found["calibration"]
    assert told.graph == model.graph
