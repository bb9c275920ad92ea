"""Which token comes next: the likeliest that the grammar allows, or one drawn from the likeliest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hub.llm.llama.errors import LlamaFailed
from hub.llm.llama.library import Grammar, Llama

_FEW = 64  # looked at before the whole vocabulary, which costs a thousand times as much


class Sampler:
    """temperature 0: always the likeliest. The grammar looks at few tokens: at one, as a rule."""

    def __init__(self, llama: Llama, grammar: Grammar | None, *, temperature: float, top_k: int, seed: int) -> None:
        self._llama, self._grammar = llama, grammar
        self._temperature, self._top_k = temperature, top_k
        self._random = np.random.default_rng(seed)

    def next(self) -> int:
        """The token, taken note of. Raises LlamaFailed (llm-failed) where the grammar allows none."""
        logits = self._llama.logits()
        token = int(logits.argmax()) if self._temperature == 0 else -1
        if token < 0 or not self._allowed(np.array([token]))[0]:
            token = self._among(logits)
        if self._grammar and not self._llama.ends(token):
            self._grammar.accept(token)
        return token

    def _among(self, logits: NDArray[np.float32]) -> int:
        for count in (max(_FEW, self._top_k), len(logits)):
            some = np.argpartition(logits, -count)[-count:] if count < len(logits) else np.arange(len(logits))
            some = some[np.argsort(-logits[some], kind="stable")]
            fit = some[self._allowed(some)]
            if len(fit):
                return self._drawn(fit, logits[fit])
        raise LlamaFailed("llm-failed", "the grammar allows no token of this model")

    def _drawn(self, tokens: NDArray[np.int64], logits: NDArray[np.float32]) -> int:
        if self._temperature == 0:
            return int(tokens[0])
        tokens, logits = tokens[: self._top_k], logits[: self._top_k]
        weights = np.exp((logits - logits.max()).astype(np.float64) / self._temperature)
        return int(self._random.choice(tokens, p=weights / weights.sum()))

    def _allowed(self, tokens: NDArray[np.int64]) -> NDArray[np.bool_]:
        sayable = ~self._llama.unsayable[tokens]
        return sayable & self._grammar.allowed(tokens) if self._grammar else sayable
