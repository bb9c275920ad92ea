"""The network's gradients are those of its loss, and what it learns is written as openWakeWord writes its heads."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from models.wake.build import build_head
from models.wake.head import Head
from models.wake.training.head_file import onnx_head
from models.wake.training.learning import Scale
from models.wake.training.perceptron import Adam, Perceptron, sigmoid

SCALE = Scale(np.linspace(-3, 3, 96).astype(np.float32), np.linspace(1, 9, 96).astype(np.float32))


def _windows(number: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 10, (number, 16, 96)).astype(np.float32)


def test_gradients_are_those_of_the_cross_entropy():
    rng = np.random.default_rng(0)
    network = Perceptron.random(7, (6, 5), rng)
    inputs, wanted = rng.normal(size=(9, 7)).astype(np.float32), rng.uniform(size=9).astype(np.float32)

    def loss() -> float:
        scores = sigmoid(network.logits(inputs)).astype(float)
        return float(-np.mean(wanted * np.log(scores) + (1 - wanted) * np.log(1 - scores)))

    found = network.gradients(inputs, wanted, dropout=0, rng=rng)
    for value, gradient in zip(network.values, found, strict=True):
        for place in rng.choice(value.size, min(4, value.size), replace=False):
            kept = value.flat[place]
            losses = []
            for change in (3e-3, -3e-3):
                value.flat[place] = kept + change
                losses.append(loss())
            value.flat[place] = kept
            assert gradient.flat[place] == pytest.approx((losses[0] - losses[1]) / 6e-3, abs=2e-3)


def test_it_learns_what_can_be_told_apart():
    rng = np.random.default_rng(1)
    network = Perceptron.random(8, (16,), rng)
    optimiser = Adam(network, decay=0.01)
    inputs = rng.normal(size=(400, 8)).astype(np.float32)
    wanted = (inputs[:, 0] * inputs[:, 1] > 0).astype(np.float32)  # no line divides these
    for _ in range(400):
        optimiser.step(network.gradients(inputs, wanted, dropout=0.1, rng=rng), 0.01)
    assert ((network.logits(inputs) > 0) == (wanted > 0.5)).mean() > 0.95


def test_a_copy_learns_no_more():
    rng = np.random.default_rng(2)
    network = Perceptron.random(4, (3,), rng)
    copy = network.copy()
    inputs = rng.normal(size=(5, 4)).astype(np.float32)
    before = copy.logits(inputs)
    Adam(network, decay=0).step(network.gradients(inputs, np.ones(5, np.float32), dropout=0, rng=rng), 0.1)
    assert (copy.logits(inputs) == before).all()
    assert (network.logits(inputs) != before).any()


@pytest.mark.parametrize("networks", [1, 3])
def test_a_head_file_scores_as_the_networks_do_and_half_is_the_threshold(networks):
    rng = np.random.default_rng(3)
    made = [Perceptron.random(16 * 96, (64, 64), rng) for _ in range(networks)]
    windows = _windows(40)
    logits = np.mean([one.logits(SCALE.inputs(windows)) for one in made], axis=0)
    threshold = float(np.median(logits))
    file = onnx_head(made, SCALE, threshold=threshold)
    scores = Head("word", build_head(file)).scores(windows)
    np.testing.assert_allclose(scores, sigmoid(logits - threshold), atol=1e-4)
    assert ((scores > 0.5) == (logits > threshold)).all()


def test_a_head_file_has_the_form_of_openwakewords_own():
    file = onnx_head([Perceptron.random(16 * 96, (8,), np.random.default_rng(4))], SCALE, threshold=0)
    model = onnx.load_from_string(file)
    onnx.checker.check_model(model)
    shapes = [
        [one.dim_value for one in value.type.tensor_type.shape.dim]
        for value in (*model.graph.input, *model.graph.output)
    ]
    assert shapes == [[1, 16, 96], [1, 1]]
    (score,) = ReferenceEvaluator(model).run(None, {model.graph.input[0].name: _windows(1)})
    assert score.shape == (1, 1)
    assert 0 < score.item() < 1
