"""A head scores as the file it was read from does; what is no head of openWakeWord is refused and says why."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from pyopen_wakeword import OpenWakeWord

from models.errors import ModelInvalid
from models.wake import library
from models.wake.build import build_head
from models.wake.head import Head
from tests.wake_networks import NETWORKS

STEPS = 60


def _embeddings(seed: int = 0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, 12, (STEPS, 96)).astype(np.float32)


def _windows(embeddings: NDArray[np.float32], steps: int) -> NDArray[np.float32]:
    return np.stack([embeddings[start : start + steps] for start in range(len(embeddings) - steps + 1)])


def _head(source: bytes) -> Head:
    return Head("word", build_head(source))


def _both_ways(head: Head, windows: NDArray[np.float32], expected: list[float]) -> None:
    """All rooms at once and one by one."""
    np.testing.assert_allclose(head.scores(windows), expected, atol=1e-5)
    np.testing.assert_allclose([head.scores(window[np.newaxis]).item() for window in windows], expected, atol=1e-5)


def _network(nodes: list[onnx.NodeProto], constants: dict[str, NDArray], *, steps: int = 16, outputs: int = 1) -> bytes:
    graph = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, [1, steps, 96])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, outputs])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, opset_imports=[opset], ir_version=9).SerializeToString()


def _dense(name: str, inputs: int, outputs: int, seed: int) -> dict[str, NDArray]:
    random = np.random.default_rng(seed)
    return {
        f"{name}.weight": random.normal(0, 0.05, (outputs, inputs)).astype(np.float32),
        f"{name}.bias": random.normal(size=outputs).astype(np.float32),
    }


def _as_torch_exports(*, steps: int, outputs: int = 1, last: str = "Sigmoid") -> bytes:
    constants = {
        **_dense("1", steps * 96, 32, 1),
        **_dense("2", 32, outputs, 2),
        "scale": np.linspace(0.5, 2, 32, dtype=np.float32),
        "shift": np.linspace(-1, 1, 32, dtype=np.float32),
    }
    nodes = [
        helper.make_node("Flatten", ["in"], ["a"]),
        helper.make_node("Gemm", ["a", "1.weight", "1.bias"], ["b"], transB=1),
        helper.make_node("LayerNormalization", ["b", "scale", "shift"], ["c"], epsilon=1e-5),
        helper.make_node("Relu", ["c"], ["d"]),
        helper.make_node("Gemm", ["d", "2.weight", "2.bias"], ["e"], transB=1),
        helper.make_node(last, ["e"], ["out"]),
    ]
    return _network(nodes, constants, steps=steps, outputs=outputs)


@pytest.mark.parametrize("word", library.built_in_words())
def test_a_built_in_head_scores_as_tensorflow_lite_does(word):
    path = library.built_in_words()[word]
    published, embeddings = OpenWakeWord.from_model(path), _embeddings()
    expected = [
        score for one in embeddings for score in published.process_streaming(one[np.newaxis, np.newaxis, np.newaxis])
    ]
    _both_ways(_head(path.read_bytes()), _windows(embeddings, 16), expected)


@pytest.mark.parametrize("name", ["computer_v2.onnx", "computer_v2.tflite", "hal_v2.onnx", "jarvis_v1.onnx"])
def test_a_community_head_scores_as_its_file_does(name):
    path = NETWORKS / name
    if not path.is_file():
        pytest.skip(f"no {path}")
    windows = _windows(_embeddings(), 16)
    onnx_file = path.with_suffix(".onnx")  # the same network in both forms
    published = ReferenceEvaluator(str(onnx_file))
    expected = [published.run(None, {published.input_names[0]: one[np.newaxis]})[0].item() for one in windows]
    _both_ways(_head(path.read_bytes()), windows, expected)


@pytest.mark.parametrize("steps", [1, 16, 28])
def test_a_head_may_take_another_number_of_steps(steps):
    """As openWakeWord's training in torch exports it, layer normalisation as one operator."""
    source = _as_torch_exports(steps=steps)
    published, windows = ReferenceEvaluator(onnx.load_from_string(source)), _windows(_embeddings(), steps)
    head = _head(source)
    assert head.window_steps == steps
    _both_ways(head, windows, [published.run(None, {"in": one[np.newaxis]})[0].item() for one in windows])


def test_a_head_with_several_words_is_refused():
    with pytest.raises(ModelInvalid, match="it gives 2 scores"):
        build_head(_as_torch_exports(steps=16, outputs=2))


def test_a_head_whose_scores_are_no_scores_is_refused():
    with pytest.raises(ModelInvalid, match=r"an openWakeWord head's is in \[0, 1\]"):
        build_head(_as_torch_exports(steps=16, last="Relu"))


def test_an_operator_that_is_not_known_is_named():
    with pytest.raises(ModelInvalid, match="it uses Erf"):
        build_head(_as_torch_exports(steps=16, last="Erf"))


def test_an_input_that_is_no_embeddings_is_refused():
    nodes = [helper.make_node("Sigmoid", ["in"], ["out"])]
    graph = helper.make_graph(
        nodes,
        "head",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, [1, 40])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 40])],
    )
    with pytest.raises(ModelInvalid, match=r"it takes FLOAT \[1, 40\]"):
        build_head(helper.make_model(graph).SerializeToString())


def test_a_micro_wake_word_model_is_refused():
    path = NETWORKS / "micro_okay_nabu.tflite"
    if not path.is_file():
        pytest.skip(f"no {path}")
    with pytest.raises(ModelInvalid, match=r"it takes INT8 \[1, 3, 40\], an openWakeWord head FLOAT32 \[1, 16, 96\]"):
        build_head(path.read_bytes())
