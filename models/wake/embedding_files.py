"""Reads the speech-embedding network from openWakeWord's two forms: TensorFlow Lite and ONNX."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import onnx
import tflite
from numpy.typing import NDArray
from onnx import numpy_helper

from models.wake import flatbuffer
from models.wake.layers import Conv, Floor, Layer, LeakyRelu, MaxPool, checked


def read_embedding(source: bytes) -> tuple[Layer, ...]:
    """Raises ModelInvalid, or anything else over a broken file."""
    return checked(list(_from_tflite(source) if source[4:8] == flatbuffer.IDENTIFIER else _from_onnx(source)))


def _from_tflite(source: bytes) -> Iterator[Layer]:
    (graph,) = flatbuffer.read(source)
    padded_bins, before = 0, graph.inputs[0]
    for operator in graph.operators:
        if operator.inputs[0] != before:
            raise flatbuffer.invalid(f"{operator.name} does not follow the layer before it")
        before = operator.outputs[0]
        match operator.name:
            case "PAD":
                padded_bins = _padded_bins(flatbuffer.constant(graph, operator.inputs[1]))
            case "CONV_2D":
                yield _tflite_conv(graph, operator, padded_bins)
                padded_bins = 0
            case "LEAKY_RELU":
                yield LeakyRelu(float(operator.option(tflite.LeakyReluOptions, "Alpha")))
            case "MAXIMUM":
                yield Floor(flatbuffer.constant(graph, operator.inputs[1]).item())
            case "MAX_POOL_2D":
                size, strides = (
                    tuple(int(operator.option(tflite.Pool2DOptions, field)) for field in fields)
                    for fields in (("FilterHeight", "FilterWidth"), ("StrideH", "StrideW"))
                )
                yield _pool(size, strides)
            case _:
                raise flatbuffer.invalid(f"{operator.name} is no part of openWakeWord's speech-embedding network")


def _tflite_conv(graph: flatbuffer.Subgraph, operator: flatbuffer.Operator, padded_bins: int) -> Conv:
    kinds = ("StrideH", "StrideW", "DilationHFactor", "DilationWFactor", "FusedActivationFunction")
    if [operator.option(tflite.Conv2DOptions, kind) for kind in kinds] != [1, 1, 1, 1, 0]:
        raise flatbuffer.invalid("a convolution with strides, dilation or an activation of its own")
    weights = np.transpose(flatbuffer.constant(graph, operator.inputs[1]), (1, 2, 3, 0)).astype(np.float32)
    same = operator.option(tflite.Conv2DOptions, "Padding") == tflite.Padding.SAME
    if same and len(weights) > 1:
        raise flatbuffer.invalid("a convolution that pads in time")
    bias = flatbuffer.constant(graph, operator.inputs[2]).astype(np.float32)
    return Conv(weights, bias, weights.shape[1] // 2 if same else padded_bins)


def _padded_bins(pads: flatbuffer.Constant) -> int:
    before, after = pads[2].tolist()
    if before != after or pads[[0, 1, 3]].any():
        raise flatbuffer.invalid("padding in time, or on one side")
    return int(before)


def _pool(size: tuple[int, ...], strides: tuple[int, ...]) -> MaxPool:
    if size != strides:
        raise flatbuffer.invalid(f"a pool of {size} that moves by {strides}")
    return MaxPool(*size)


def _from_onnx(source: bytes) -> Iterator[Layer]:
    graph = onnx.load_from_string(source).graph
    constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    before = graph.input[0].name
    for node in graph.node:
        if node.input[0] != before:
            raise flatbuffer.invalid(f"{node.op_type} does not follow the layer before it")
        before = node.output[0]
        values = {one.name: onnx.helper.get_attribute_value(one) for one in node.attribute}
        match node.op_type:
            case "Conv":
                yield _onnx_conv([constants[name] for name in node.input[1:]], values)
            case "LeakyRelu":
                yield LeakyRelu(float(values["alpha"]))
            case "Max":
                yield Floor(constants[node.input[1]].item())
            case "MaxPool":
                yield _pool(tuple(values["kernel_shape"]), tuple(values["strides"]))
            case "Reshape":
                continue  # at both ends, from channels last and back
            case _:
                raise flatbuffer.invalid(f"{node.op_type} is no part of openWakeWord's speech-embedding network")


def _onnx_conv(constants: list[NDArray[np.float32]], values: dict[str, list[int]]) -> Conv:
    weights = np.transpose(constants[0], (2, 3, 1, 0))
    top, left, bottom, right = values.get("pads", [0, 0, 0, 0])
    if top or bottom or left != right or values["strides"] != [1, 1] or values["dilations"] != [1, 1]:
        raise flatbuffer.invalid("a convolution with strides, dilation or padding in time")
    bias = constants[1] if len(constants) > 1 else np.zeros(weights.shape[3], np.float32)
    return Conv(weights, bias, left)
