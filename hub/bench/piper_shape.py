"""A Piper voice of medium size with random weights, by the training code of piper-tts: it costs what a real one costs.

Needs torch (scripts/setup --train). Sizes: piper.train.vits.lightning, whose defaults are those of medium voices.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import torch
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP
from piper.train.vits.models import SynthesizerTrn

_SYMBOLS, _RATE_HZ = 256, 22_050
_LENGTH_SCALE = 1.8  # untrained voices are quicker: with it, a sentence is as long as a real one says it
_OPSET = 15


def write_shape(path: Path, seed: int = 1) -> None:
    """NAME.onnx and NAME.onnx.json; takes half a minute."""
    torch.manual_seed(seed)
    network = SynthesizerTrn(
        n_vocab=_SYMBOLS,
        spec_channels=513,
        segment_size=32,
        inter_channels=192,
        hidden_channels=192,
        filter_channels=768,
        n_heads=2,
        n_layers=6,
        kernel_size=3,
        p_dropout=0.1,
        resblock="2",
        resblock_kernel_sizes=(3, 5, 7),
        resblock_dilation_sizes=((1, 2), (2, 6), (3, 12)),
        upsample_rates=(8, 8, 4),
        upsample_initial_channel=256,
        upsample_kernel_sizes=(16, 16, 8),
    ).eval()
    with torch.no_grad():
        network.dec.remove_weight_norm()
    ids = torch.randint(0, _SYMBOLS, (1, 50))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Inference(network),
            (ids, torch.LongTensor([50]), torch.FloatTensor([0.667, 1.0, 0.8])),
            str(path),
            opset_version=_OPSET,
            input_names=["input", "input_lengths", "scales"],
            output_names=["output"],
            dynamic_axes={"input": {1: "phonemes"}, "output": {2: "time"}},
            dynamo=False,
        )
    path.with_name(f"{path.name}.json").write_text(json.dumps(_DESCRIBED))


class _Inference(torch.nn.Module):
    """As piper.train.export_onnx has it."""

    def __init__(self, network: SynthesizerTrn) -> None:
        super().__init__()
        self._network = network

    def forward(self, text: torch.Tensor, lengths: torch.Tensor, scales: torch.Tensor) -> torch.Tensor:
        audio: torch.Tensor = self._network.infer(
            text, lengths, noise_scale=scales[0], length_scale=scales[1], noise_scale_w=scales[2]
        )[0]
        return audio.unsqueeze(1)


_DESCRIBED = {
    "audio": {"sample_rate": _RATE_HZ, "quality": "medium"},
    "espeak": {"voice": "en-us"},
    "language": {"code": "en_US"},
    "inference": {"noise_scale": 0.667, "length_scale": _LENGTH_SCALE, "noise_w": 0.8},
    "phoneme_type": "espeak",
    "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
    "num_symbols": _SYMBOLS,
    "num_speakers": 1,
    "speaker_id_map": {},
}
