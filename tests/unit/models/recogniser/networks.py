"""A recogniser's network as torch has it and as it is shipped: small, not trained."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.recogniser.confidence import Calibration, LookAgain
from models.recogniser.looks import UNLEARNED
from models.recogniser.network import PhoneNetwork
from models.recogniser.phones import Alphabet, alphabet
from models.wake.embedding_files import read_embedding
from models.wake.library import published_network


def tiny_network(folder: Path, *, bits: int = 8, calibration: Calibration | None = None) -> PhoneNetwork:
    """English, with weights drawn at random; skips where torch is missing."""
    return PhoneNetwork(tiny_file(folder, alphabet("en"), bits=bits, calibration=calibration))


def tiny_file(folder: Path, of: Alphabet, *, bits: int = 8, calibration: Calibration | None = None) -> Path:
    pytest.importorskip("torch", reason="training is not installed")
    from models.recogniser.training.export import step_graph  # noqa: PLC0415 - torch

    path, head = folder / f"tiny-{bits}.onnx", tiny_head(len(of.phones) + 1)
    path.write_bytes(step_graph(published_layers(), head, of, calibration or Calibration(), bits=bits))
    return path


def published_layers():
    """What every training begins with below."""
    return read_embedding(published_network().read_bytes())


def tiny_head(outputs: int):
    """With a mean and a scale of its own."""
    torch = pytest.importorskip("torch", reason="training is not installed")
    from models.recogniser.training.head import Head, Size  # noqa: PLC0415 - torch

    torch.manual_seed(5)
    head = Head(Size(outputs, width=48, recurrent=32)).eval()
    with torch.no_grad():
        head.mean.copy_(torch.randn_like(head.mean))
        head.scale.copy_(torch.rand_like(head.scale) + 0.5)
    return head


def tiny_second_file(folder: Path, first: PhoneNetwork, *, bits: int = 8, again: LookAgain = UNLEARNED) -> Path:
    """For ``tiny_network``; its weights are drawn at random, too."""
    pytest.importorskip("torch", reason="training is not installed")
    from models.recogniser.training.second_export import whole_graph  # noqa: PLC0415 - torch

    path = folder / "second.onnx"
    head = tiny_looks(len(first.alphabet.phones) + 1).second
    path.write_bytes(whole_graph(head, first.sha256, again, bits=bits))
    return path


def tap_network():
    """As it was published."""
    pytest.importorskip("torch", reason="training is not installed")
    from models.recogniser.training.tap_network import TapNetwork  # noqa: PLC0415 - torch

    return TapNetwork(published_layers())


def tiny_looks(outputs: int):
    """Both, on the network as it was published."""
    torch = pytest.importorskip("torch", reason="training is not installed")
    from models.recogniser.training.head import Size  # noqa: PLC0415 - torch
    from models.recogniser.training.second_head import BothLooks, SecondHead  # noqa: PLC0415 - torch

    first, hears = tiny_head(outputs), tap_network()
    torch.manual_seed(6)
    second = SecondHead(first, Size(outputs, width=24, recurrent=16))
    with torch.no_grad():
        for weights in (second.enter.weight, second.leave.weight):  # far from what it begins with
            weights.normal_(0, 0.3)
    return BothLooks(hears, first, second).eval()
