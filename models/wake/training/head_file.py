"""Writes a trained head in openWakeWord's form: ``embeddings`` [1, 16, 96] → ``score`` [1, 1].

``python -m models.wake.training.head_file < values.npz > head.onnx``: a process of its own, so that onnx and its 50 MB
are gone afterwards.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Sequence

import numpy as np

from models.errors import ModelInvalid
from models.wake.layers import EMBEDDING_VALUES
from models.wake.training.features import WINDOW_STEPS
from models.wake.training.learning import Scale
from models.wake.training.perceptron import LAYER_NORM_EPSILON, Perceptron, Values

OPSET, IR_VERSION = 17, 8  # LayerNormalization came with 17; an onnxruntime of 2022 reads both

_WRITING_SECONDS = 120.0
_LAYER_VALUES = 4


def onnx_head(networks: Sequence[Perceptron], scale: Scale, *, threshold: float) -> bytes:
    """One head of several networks: the mean of their logits, moved so that the score 0.5 is ``threshold``, a logit.

    Raises ModelInvalid (wake-head-unwritten).
    """
    file = io.BytesIO()
    arrays = {f"{number}.{place}": value for number, one in enumerate(networks) for place, value in _raw(one, scale)}
    np.savez(file, allow_pickle=False, threshold=np.float32(threshold), **arrays)
    child = subprocess.run(
        [sys.executable, "-m", "models.wake.training.head_file"],
        input=file.getvalue(),
        capture_output=True,
        timeout=_WRITING_SECONDS,
        check=False,
    )
    if child.returncode:
        said = child.stderr.decode("utf-8", "replace").strip().splitlines()
        why = said[-1] if said else f"exit {child.returncode}"
        raise ModelInvalid("wake-head-unwritten", f"the head cannot be written ({why}); report it")
    return child.stdout


def _raw(network: Perceptron, scale: Scale) -> list[tuple[int, Values]]:
    """Its values, the first layer's for embeddings as they come."""
    first, *others = network.values
    deviation, mean = (np.tile(value, WINDOW_STEPS) for value in (scale.deviation, scale.mean))
    weights = first / deviation[:, np.newaxis]
    bias, *rest = others
    return list(enumerate([weights, bias - mean @ weights, *rest]))


def _graph(arrays: dict[str, Values]) -> bytes:
    import onnx  # noqa: PLC0415  # heavy, and only the child needs it
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415

    numbers = sorted({name.partition(".")[0] for name in arrays} - {"threshold"}, key=int)
    nodes = [helper.make_node("Flatten", ["embeddings"], ["flat"])]
    logits = []
    for number in numbers:
        values = [f"{number}.{place}" for place in range(sum(name.startswith(f"{number}.") for name in arrays))]
        *layers, out, bias = values
        inputs = "flat"
        for place in range(0, len(layers), _LAYER_VALUES):
            weights, shift, *norm = layers[place : place + _LAYER_VALUES]
            nodes += [
                helper.make_node("Gemm", [inputs, weights, shift], [f"{weights} sum"]),
                helper.make_node(
                    "LayerNormalization", [f"{weights} sum", *norm], [f"{weights} norm"], epsilon=LAYER_NORM_EPSILON
                ),
                helper.make_node("Relu", [f"{weights} norm"], [f"{weights} out"]),
            ]
            inputs = f"{weights} out"
        arrays[out] = (arrays[out] / len(numbers)).astype(np.float32)
        arrays[bias] = ((arrays[bias] - arrays["threshold"]) / len(numbers)).astype(np.float32)
        nodes.append(helper.make_node("Gemm", [inputs, out, bias], [f"{number} logit"]))
        logits.append(f"{number} logit")
    for place, logit in enumerate(logits[1:], 1):
        nodes.append(helper.make_node("Add", [logits[place - 1], logit], [f"sum {place}"]))
        logits[place] = f"sum {place}"
    nodes.append(helper.make_node("Sigmoid", [logits[-1]], ["score"]))
    graph = helper.make_graph(
        nodes,
        "wake word",
        [helper.make_tensor_value_info("embeddings", TensorProto.FLOAT, [1, WINDOW_STEPS, EMBEDDING_VALUES])],
        [helper.make_tensor_value_info("score", TensorProto.FLOAT, [1, 1])],
        [
            numpy_helper.from_array(value.astype(np.float32), name)
            for name, value in arrays.items()
            if name != "threshold"
        ],
    )
    written = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    onnx.checker.check_model(written)
    content: bytes = written.SerializeToString()
    return content


def main() -> int:
    with np.load(io.BytesIO(sys.stdin.buffer.read())) as given:
        arrays = dict(given)
    sys.stdout.buffer.write(_graph(arrays))
    return 0


if __name__ == "__main__":
    sys.exit(main())
