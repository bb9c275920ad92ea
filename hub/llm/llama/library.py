"""llama.cpp through ctypes: one model, one sequence of tokens in its memory. The only import of llama_cpp.

Not thread-safe: one thread calls everything here but ``stop`` and ``go``. Calls release the interpreter's lock.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp
import llama_cpp.llama_cpp as lib
import numpy as np
from numpy.typing import NDArray

from hub.llm.llama.errors import LlamaFailed

_log = logging.getLogger(__name__)

VERSION: str = llama_cpp.__version__

_BATCH_TOKENS = 128  # of one call, and of one step of it: what stopping it may have to wait for
_PIECE_BYTES = 256  # no token is longer; one that is would be asked for again
_ABORTED = 2  # llama_decode's status
_SEQUENCE = 0
_WARN = 3  # ggml's level for warnings; 2 is information, 4 errors
_TOKEN_DATA = np.dtype([("id", "<i4"), ("logit", "<f4"), ("p", "<f4")])  # llama_token_data
_stopping: list[object] = []  # what llama.cpp calls an error then is what we asked for


class Stopped(Exception):
    """The work was stopped from outside; what was computed stays."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """context_tokens: prompt and answer together. threads: for one token and for many."""

    context_tokens: int
    threads: int


class Llama:
    """``tokens`` is what the model's memory holds; ``evaluate`` makes it hold something else, at the least cost.

    Raises LlamaFailed (llm-model-invalid, llm-memory).
    """

    def __init__(self, path: Path, sizes: Sizes) -> None:
        _quieten()
        lib.llama_backend_init()
        self._model = lib.llama_model_load_from_file(str(path).encode(), lib.llama_model_default_params())
        if not self._model:
            raise LlamaFailed(
                "llm-model-invalid", f"{path} is no model that llama.cpp {VERSION} can load; fetch it again"
            )
        self._vocab = lib.llama_model_get_vocab(self._model)
        self._stop = ctypes.create_string_buffer(2)
        self._context = self._open(sizes)
        self._memory = lib.llama_get_memory(self._context)
        self.context_tokens: int = lib.llama_n_ctx(self._context)
        self.vocabulary: int = lib.llama_vocab_n_tokens(self._vocab)
        self.tokens: list[int] = []
        self._pieces: dict[int, bytes] = {}
        self.unsayable = self._controls()

    def _open(self, sizes: Sizes) -> Any:
        params = lib.llama_context_default_params()
        trained: int = lib.llama_model_n_ctx_train(self._model)
        params.n_ctx = min(sizes.context_tokens, trained) if trained > 0 else sizes.context_tokens
        params.n_batch = params.n_ubatch = _BATCH_TOKENS
        params.n_seq_max = 1
        params.n_threads = params.n_threads_batch = sizes.threads
        params.n_outputs_max = 1  # only the last token's logits; else room for every token's, 0.3 GB and more
        # On a CPU flash attention adds up in 16 bits: what was kept would differ by a percent from what is read anew. A
        # memory in 8 bits is read at half the speed.
        params.flash_attn_type = lib.LLAMA_FLASH_ATTN_TYPE_DISABLED
        params.no_perf = True
        # Called at every step of the computation, where Python would have to take its lock a thousand times a token.
        # strlen is a function of a pointer that is false for an empty string and true for one byte: a flag.
        params.abort_callback = ctypes.cast(ctypes.CDLL(None).strlen, lib.ggml_abort_callback)
        params.abort_callback_data = ctypes.cast(self._stop, ctypes.c_void_p)
        context = lib.llama_init_from_model(self._model, params)
        if not context:
            raise LlamaFailed("llm-memory", "no memory for the model's context; set [llm] context_tokens lower")
        return context

    def close(self) -> None:
        lib.llama_free(self._context)
        lib.llama_model_free(self._model)

    # --- from any thread

    def stop(self) -> None:
        """End the computation that runs, within a few milliseconds: it raises Stopped."""
        self._stop[0] = b"\x01"
        _stopping.append(self)

    def go(self) -> None:
        """Take back ``stop``."""
        self._stop[0] = b"\x00"
        _stopping.clear()

    # --- text

    def metadata(self, key: str) -> str | None:
        """A value of the model file, as text."""
        size = lib.llama_model_meta_val_str(self._model, key.encode(), ctypes.create_string_buffer(1), 1)
        if size < 0:
            return None
        buffer = ctypes.create_string_buffer(size + 1)
        lib.llama_model_meta_val_str(self._model, key.encode(), buffer, len(buffer))
        return buffer.value.decode("utf-8", "replace")

    def tokenize(self, text: str) -> list[int]:
        """As a chat template wrote it: names of special tokens are these tokens. Its own begin token is not doubled."""
        data = text.encode()
        begin = self.piece(lib.llama_vocab_bos(self._vocab)) if lib.llama_vocab_bos(self._vocab) >= 0 else b""
        add_special = not (begin and data.startswith(begin))
        tokens = (ctypes.c_int32 * (len(data) + 8))()
        count = lib.llama_tokenize(self._vocab, data, len(data), tokens, len(tokens), add_special, True)
        if count < 0:
            raise LlamaFailed("llm-request-invalid", "the prompt cannot be made into tokens")
        return list(tokens[:count])

    def piece(self, token: int) -> bytes:
        """A token's bytes; not always whole characters."""
        if token not in self._pieces:
            size = _PIECE_BYTES
            while True:
                buffer = ctypes.create_string_buffer(size)
                count = lib.llama_token_to_piece(self._vocab, token, buffer, size, 0, True)
                if count >= 0:
                    break
                size = -count
            self._pieces[token] = buffer.raw[:count]
        return self._pieces[token]

    def text_of(self, which: str) -> str:
        """Of the token that begins (``bos``) or ends (``eos``) everything; empty where the model has none."""
        token = {"bos": lib.llama_vocab_bos, "eos": lib.llama_vocab_eos}[which](self._vocab)
        return self.piece(token).decode("utf-8", "replace") if token >= 0 else ""

    def is_control(self, token: int) -> bool:
        """It is a sign of the chat template's, which no text may hold."""
        return bool(lib.llama_vocab_is_control(self._vocab, token))

    def _controls(self) -> NDArray[np.bool_]:
        """For each token: it is a sign of the chat template's, which no text may hold. Those that end all may come."""
        return np.array([self.is_control(token) and not self.ends(token) for token in range(self.vocabulary)])

    def ends(self, token: int) -> bool:
        """It is the model's sign that all was said."""
        return bool(lib.llama_vocab_is_eog(self._vocab, token))

    # --- computing

    def evaluate(self, tokens: Sequence[int]) -> Iterator[int]:
        """Make the memory hold ``tokens``, keeping what it has in common with them; gives how many it holds meanwhile.

        The first number is what was kept. Afterwards ``logits`` are those of the last token. Raises Stopped.
        """
        kept = common(self.tokens, tokens[:-1])
        yield self._rewind(kept)
        while len(self.tokens) < len(tokens):
            self._decode(tokens[len(self.tokens) : len(self.tokens) + _BATCH_TOKENS])
            yield len(self.tokens)

    def add(self, token: int) -> None:
        """One more. Raises Stopped."""
        self._decode([token])

    def logits(self) -> NDArray[np.float32]:
        """Of what comes next; valid until the next computation."""
        return np.ctypeslib.as_array(lib.llama_get_logits_ith(self._context, -1), shape=(self.vocabulary,))

    def _rewind(self, kept: int) -> int:
        """Drop what comes after; a model that cannot forget in part forgets all. Gives what is left."""
        if kept < len(self.tokens):
            if not lib.llama_memory_seq_rm(self._memory, _SEQUENCE, kept, -1):
                lib.llama_memory_seq_rm(self._memory, _SEQUENCE, -1, -1)
                kept = 0
            del self.tokens[kept:]
        return kept

    def _decode(self, tokens: Sequence[int]) -> None:
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        status = lib.llama_decode(self._context, lib.llama_batch_get_one(array, len(tokens)))
        if status == 0:
            self.tokens.extend(tokens)
            return
        held = len(self.tokens)
        if not lib.llama_memory_seq_rm(self._memory, _SEQUENCE, held, -1):
            lib.llama_memory_seq_rm(self._memory, _SEQUENCE, -1, -1)
            self.tokens.clear()
        if status == _ABORTED:
            raise Stopped
        raise LlamaFailed(
            "llm-failed", f"llama.cpp could not compute (status {status}); see the log, take another model"
        )

    # --- the memory, as bytes

    def state(self) -> bytes:
        """The memory as it is, to be given back to ``restore`` by a model that is the same."""
        size = lib.llama_state_seq_get_size(self._context, _SEQUENCE)
        buffer = (ctypes.c_uint8 * size)()
        written = lib.llama_state_seq_get_data(self._context, buffer, size, _SEQUENCE)
        return bytes(memoryview(buffer)[:written])

    def restore(self, tokens: Sequence[int], state: bytes) -> bool:
        """Take up a memory of ``tokens``; False where llama.cpp refuses it, and then the memory is empty."""
        lib.llama_memory_seq_rm(self._memory, _SEQUENCE, -1, -1)
        self.tokens = []
        buffer = (ctypes.c_uint8 * len(state)).from_buffer_copy(state)
        if not lib.llama_state_seq_set_data(self._context, buffer, len(state), _SEQUENCE):
            lib.llama_memory_seq_rm(self._memory, _SEQUENCE, -1, -1)
            return False
        self.tokens = list(tokens)
        return True

    @property
    def forgets_in_part(self) -> bool:
        """False: its memory cannot be cut, only taken up again as it was (``state``)."""
        recurrent = lib.llama_model_is_recurrent(self._model) or lib.llama_model_is_hybrid(self._model)
        return not (recurrent or lib.llama_model_n_swa(self._model))

    def grammar(self, text: str) -> Grammar:
        """Raises LlamaFailed (llm-grammar)."""
        sampler = lib.llama_sampler_init_grammar(self._vocab, text.encode(), b"root")
        if not sampler:
            raise LlamaFailed("llm-grammar", "llama.cpp refuses the grammar of these tools; see the log")
        return Grammar(sampler)


class Grammar:
    """Where an answer is in a GBNF grammar. ``close`` when done."""

    def __init__(self, sampler: Any) -> None:
        self._sampler = sampler

    def allowed(self, tokens: Sequence[int] | NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which of ``tokens`` may come next."""
        entries = np.zeros(len(tokens), _TOKEN_DATA)
        entries["id"] = tokens
        pointer = ctypes.cast(entries.ctypes.data, lib.llama_token_data_p)
        array = lib.llama_token_data_array(pointer, len(tokens), -1, False)
        lib.llama_sampler_apply(self._sampler, ctypes.byref(array))
        allowed: NDArray[np.bool_] = entries["logit"] == 0
        return allowed

    def accept(self, token: int) -> None:
        """One that is ``allowed``: llama.cpp ends the process at any other."""
        lib.llama_sampler_accept(self._sampler, token)

    def close(self) -> None:
        lib.llama_sampler_free(self._sampler)


def common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with."""
    for index, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return index
    return min(len(one), len(other))


@lib.llama_log_callback  # type: ignore[untyped-decorator]
def _take_log(level: int, text: bytes, _: Any) -> None:
    if _WARN <= level <= _WARN + 1 and not _stopping:
        _log.warning("llama.cpp: %s", text.decode("utf-8", "replace").strip()[:400])


def _quieten() -> None:
    """Only warnings and errors, in our log."""
    lib.llama_log_set(_take_log, None)
