"""Language models of the true sizes that say one thing whatever they are asked: they cost what real ones cost.

All weights are random and small, but for the matrix that makes words of the last state: there each word of what shall
be said answers to the one before, the first to the end of the prompt. Architecture: llama (Touvron et al. 2023), in
the sizes of Qwen2.5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from hub.bench.gguf import Matrix, Value, write
from hub.bench.llm_words import END, PAD, Words, words
from hub.bench.quantized import F32, KINDS, Floats

_SMALL = 0.002  # of weights: what the layers add to a word does not hide it
_SURE = 0.5  # of the words that follow: how strongly
_TEMPLATE = """{%- if tools -%}
<|im_start|>system
{{ messages[0].content }}

Functions, one a line, in <tools>:
<tools>
{%- for tool in tools %}

{{ tool | tojson }}
{%- endfor %}

</tools>
To call one, write its name and arguments in <tool_call>: {"name": NAME, "arguments": {}}<|im_end|>
{% else -%}
<|im_start|>system
{{ messages[0].content }}<|im_end|>
{% endif -%}
{%- for message in messages[1:] -%}
<|im_start|>{{ "user" if message.role == "tool" else message.role }}
{{ message.content }}
{%- for call in message.tool_calls or [] %}

<tool_call>
{{ call.function | tojson }}
</tool_call>
{%- endfor -%}
<|im_end|>
{% endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}"""


@dataclass(frozen=True, slots=True)
class Shape:
    """width: of a state. inner: of the layers' other part. Source: config.json of the models."""

    width: int
    heads: int
    key_heads: int
    layers: int
    inner: int
    vocabulary: int

    @property
    def layer_weights(self) -> int:
        """Of all layers: what is multiplied for each token."""
        keys = self.width // self.heads * self.key_heads
        return self.layers * (2 * self.width**2 + 2 * keys * self.width + 3 * self.width * self.inner)


SHAPES = {
    "tiny": Shape(64, 2, 1, 2, 128, 2048),  # for tests
    "qwen2.5-0.5b": Shape(896, 14, 2, 24, 4864, 151_936),
    "qwen2.5-1.5b": Shape(1536, 12, 2, 28, 8960, 151_936),
}


def write_shape(
    path: Path, shape: Shape, *, says: str, text: str, kind: str = "q8_0", merges: int = 1000, seed: int = 1
) -> None:
    """says: its answer. text: what its vocabulary is learnt from. kind: of hub.bench.quantized.KINDS."""
    vocabulary = words(text, says, merges=merges, size=shape.vocabulary)
    matrices = list(_matrices(shape, kind, len(vocabulary.tokens)))
    write(path, _values(shape, vocabulary), matrices, _numbers(matrices, vocabulary, np.random.default_rng(seed)))


def _values(shape: Shape, vocabulary: Words) -> dict[str, Value]:
    return {
        "general.architecture": "llama",
        "general.name": "one sentence",
        "llama.context_length": 32_768,
        "llama.embedding_length": shape.width,
        "llama.block_count": shape.layers,
        "llama.feed_forward_length": shape.inner,
        "llama.attention.head_count": shape.heads,
        "llama.attention.head_count_kv": shape.key_heads,
        "llama.attention.layer_norm_rms_epsilon": 1e-6,
        "llama.rope.dimension_count": shape.width // shape.heads,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "qwen2",
        "tokenizer.ggml.tokens": vocabulary.tokens,
        "tokenizer.ggml.token_type": vocabulary.kinds,
        "tokenizer.ggml.merges": vocabulary.merges,
        "tokenizer.ggml.bos_token_id": vocabulary.id(PAD),
        "tokenizer.ggml.eos_token_id": vocabulary.id(END),
        "tokenizer.ggml.padding_token_id": vocabulary.id(PAD),
        "tokenizer.ggml.add_bos_token": False,
        "tokenizer.chat_template": _TEMPLATE,
    }


def _matrices(shape: Shape, kind: str, vocabulary: int) -> Iterator[Matrix]:
    stored = KINDS[kind]
    keys = shape.width // shape.heads * shape.key_heads
    yield Matrix("token_embd.weight", (vocabulary, shape.width), stored)
    for number in range(shape.layers):
        sizes = {
            "attn_q": (shape.width, shape.width),
            "attn_k": (keys, shape.width),
            "attn_v": (keys, shape.width),
            "attn_output": (shape.width, shape.width),
            "ffn_gate": (shape.inner, shape.width),
            "ffn_up": (shape.inner, shape.width),
            "ffn_down": (shape.width, shape.inner),
        }
        yield from (Matrix(f"blk.{number}.{name}.weight", size, stored) for name, size in sizes.items())
        yield from (Matrix(f"blk.{number}.{name}.weight", (shape.width,), F32) for name in ("attn_norm", "ffn_norm"))
    yield Matrix("output_norm.weight", (shape.width,), F32)
    yield Matrix("output.weight", (vocabulary, shape.width), stored)


def _numbers(matrices: Sequence[Matrix], vocabulary: Words, random: np.random.Generator) -> Iterator[Floats]:
    embedded = np.empty(0, np.float32)
    for matrix in matrices:
        values = random.standard_normal(matrix.shape, dtype=np.float32)
        if matrix.name == "token_embd.weight":
            embedded = values
        elif matrix.name == "output.weight":
            values *= _SMALL
            for before, after in pairwise([vocabulary.id("Ċ"), *vocabulary.says, vocabulary.id(END)]):
                values[after] += embedded[before] * _SURE
        elif matrix.kind is F32:
            values[:] = 1
        else:
            values *= _SMALL
        yield values
