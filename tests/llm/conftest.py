"""Tiny language models: one that says a text, one that calls, one that rambles, one that cannot forget in part."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hub.bench import llm_shape
from hub.bench.gguf import Matrix, write
from hub.bench.llm_shape import SHAPES, write_shape
from hub.bench.llm_words import words
from hub.bench.quantized import F32, Floats

STORIES = Path(__file__).resolve().parents[2].parent / "shared" / "models" / "llm" / "stories260K.gguf"
SAYS = "The bed light is on."
CALLS = '<tool_call>\n{"name": "turn_on", "arguments": {"name": "lamp"}}\n</tool_call>'
ENGLISH = (
    "You are the voice of this house. Is the lamp in the kitchen on? Turn on the bed light and open the blinds, "
    "please. The heating in the bedroom is at twenty degrees; the front door is locked. What is the weather like? "
    'To call a function, write {"name": "get_state", "arguments": {"name": "lamp", "area": "hall"}} and no more. '
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("llm")


@pytest.fixture(scope="session")
def talker(folder: Path) -> Path:
    """Says SAYS whatever it is asked."""
    write_shape(folder / "talker.gguf", SHAPES["tiny"], says=SAYS, text=ENGLISH, merges=300)
    return folder / "talker.gguf"


@pytest.fixture(scope="session")
def caller(folder: Path) -> Path:
    """Says CALLS whatever it is asked."""
    write_shape(folder / "caller.gguf", SHAPES["tiny"], says=CALLS, text=ENGLISH, merges=300)
    return folder / "caller.gguf"


@pytest.fixture(scope="session")
def rambler(folder: Path) -> Path:
    """Weights so large that each word counts in all that come after it, and what it says is as good as random."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(llm_shape, "_SMALL", 0.2)
        patch.setattr(llm_shape, "_SURE", 0.0)
        write_shape(folder / "rambler.gguf", SHAPES["tiny"], says=".", text=ENGLISH, merges=300)
    return folder / "rambler.gguf"


@pytest.fixture(scope="session")
def forgetful(folder: Path) -> Path:
    """Mamba (Gu and Dao 2023): its memory is one state, of which no part can be cut off."""
    _write_mamba(folder / "forgetful.gguf")
    return folder / "forgetful.gguf"


@pytest.fixture(scope="session")
def stories() -> Path:
    """A real one of 260,000 weights, that has another kind of vocabulary and no chat template."""
    if not STORIES.is_file():
        pytest.skip(f"no {STORIES}")
    return STORIES


@pytest.fixture(params=["rambler", "stories", "forgetful"])
def model(request: pytest.FixtureRequest) -> Path:
    """Each of those in which every word counts."""
    path: Path = request.getfixturevalue(request.param)
    return path


def _write_mamba(path: Path) -> None:
    width, inner, state, taps, rank, layers = 64, 128, 16, 4, 4, 2
    vocabulary = words(ENGLISH, ".", merges=300, size=1024)
    sizes = {
        "attn_norm.weight": (width,),
        "ssm_in.weight": (2 * inner, width),
        "ssm_conv1d.weight": (inner, taps),
        "ssm_conv1d.bias": (inner,),
        "ssm_x.weight": (rank + 2 * state, inner),
        "ssm_dt.weight": (inner, rank),
        "ssm_dt.bias": (inner,),
        "ssm_a": (inner, state),
        "ssm_d": (inner,),
        "ssm_out.weight": (width, inner),
    }
    matrices = [
        Matrix("token_embd.weight", (1024, width), F32),
        *(Matrix(f"blk.{number}.{name}", size, F32) for number in range(layers) for name, size in sizes.items()),
        Matrix("output_norm.weight", (width,), F32),
        Matrix("output.weight", (1024, width), F32),
    ]
    values = {
        "general.architecture": "mamba",
        "mamba.context_length": 32_768,
        "mamba.embedding_length": width,
        "mamba.feed_forward_length": 0,
        "mamba.attention.head_count": 0,
        "mamba.attention.layer_norm_rms_epsilon": 1e-5,
        "mamba.block_count": layers,
        "mamba.ssm.conv_kernel": taps,
        "mamba.ssm.inner_size": inner,
        "mamba.ssm.state_size": state,
        "mamba.ssm.time_step_rank": rank,
    }
    others = llm_shape._values(SHAPES["tiny"], vocabulary)
    values |= {key: value for key, value in others.items() if key.startswith("tokenizer.")}
    write(path, values, matrices, _numbers(matrices))


def _numbers(matrices: list[Matrix]) -> Iterator[Floats]:
    random = np.random.default_rng(1)
    for matrix in matrices:
        values = random.standard_normal(matrix.shape, dtype=np.float32) * np.float32(0.2)
        if "norm" in matrix.name:
            values[:] = 1
        yield -np.abs(values) if matrix.name.endswith("ssm_a") else values
