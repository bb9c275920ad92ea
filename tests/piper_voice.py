"""A voice with Piper's inputs and outputs that hums: some tens of milliseconds for each phoneme id."""

from __future__ import annotations

import json
from pathlib import Path

import onnx
from onnx import TensorProto, helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

SAMPLES_AN_ID = 800
RATE_HZ = 22_050


def write_voice(folder: Path, *, language: str = "en_US", speakers: tuple[str, ...] = ()) -> Path:
    """NAME.onnx and NAME.onnx.json. A speaker hums higher than the one before."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "voice.onnx"
    onnx.save(_network(several=bool(speakers)), path)
    described = {
        "audio": {"sample_rate": RATE_HZ},
        "espeak": {"voice": language.replace("_", "-").lower()},
        "language": {"code": language},
        "inference": {"noise_scale": 0.667, "length_scale": 1, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": 256,
        "num_speakers": max(1, len(speakers)),
        "speaker_id_map": {name: number for number, name in enumerate(speakers)},
    }
    path.with_name("voice.onnx.json").write_text(json.dumps(described))
    return path


def _network(*, several: bool) -> onnx.ModelProto:
    """output[1, 1, time] = sin(i / 20), times the speaker's number and one; scales[1] is how long."""
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "ids"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    nodes = [
        helper.make_node("Cast", ["input_lengths"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["scales", "one"], ["length"]),
        helper.make_node("Mul", ["ids", "length"], ["stretched"]),
        helper.make_node("Mul", ["stretched", "samples"], ["count"]),
        helper.make_node("Squeeze", ["count"], ["end"]),
        helper.make_node("Range", ["start", "end", "step"], ["times"]),
    ]
    times = "times"
    if several:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, [1]))
        nodes += [
            helper.make_node("Cast", ["sid"], ["number"], to=TensorProto.FLOAT),
            helper.make_node("Add", ["number", "step"], ["height"]),
            helper.make_node("Mul", ["times", "height"], ["higher"]),
        ]
        times = "higher"
    nodes += [
        helper.make_node("Mul", [times, "pitch"], ["phase"]),
        helper.make_node("Sin", ["phase"], ["hum"]),
        helper.make_node("Reshape", ["hum", "shape"], ["output"]),
    ]
    constants = [
        helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        helper.make_tensor("samples", TensorProto.FLOAT, [], [SAMPLES_AN_ID]),
        helper.make_tensor("start", TensorProto.FLOAT, [], [0]),
        helper.make_tensor("step", TensorProto.FLOAT, [], [1]),
        helper.make_tensor("pitch", TensorProto.FLOAT, [], [0.05]),
        helper.make_tensor("shape", TensorProto.INT64, [4], [1, 1, 1, -1]),
    ]
    output = helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "time"])
    graph = helper.make_graph(nodes, "hum", inputs, [output], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
