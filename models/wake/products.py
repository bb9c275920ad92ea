"""Matrix products in the calling thread: what the networks spend their time on.

OpenBLAS shares a product among threads, one for each processor, when it takes more than 262,144 multiplications, and
one of a single row beyond 9,216. They then wait for each other, spinning, for longer than products of this size take:
the network ran twice as long, on all processors. So each product is cut into parts below these bounds.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import count

import numpy as np
from numpy.typing import NDArray

_MOST_MULTIPLICATIONS = 262_144
_LEAST_ROWS = 8  # fewer in one part, and fetching the matrix takes longer than multiplying with it


class Matrix:
    """[inputs, outputs], to multiply rows with."""

    def __init__(self, values: NDArray[np.float32]) -> None:
        self.inputs, self.outputs = values.shape
        pieces = next(
            pieces
            for pieces in count(1)
            if self.inputs % pieces == 0 and values.size // pieces * _LEAST_ROWS <= _MOST_MULTIPLICATIONS
        )
        self._pieces = np.ascontiguousarray(values).reshape(pieces, -1, self.outputs)
        self._most_rows = _MOST_MULTIPLICATIONS // self._pieces[0].size

    def times(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """[n, inputs] → [n, outputs]."""
        if len(rows) == 1:
            return self.times(np.concatenate([rows, rows]))[:1]
        if len(self._pieces) > 1:
            return self._sum_of_pieces(rows)
        parts = -(-len(rows) // self._most_rows)
        even = _even_parts(len(rows), parts)
        if even:
            products: NDArray[np.float32] = rows.reshape(even, -1, self.inputs) @ self._pieces[0]
            return products.reshape(-1, self.outputs)
        return np.concatenate([part @ self._pieces[0] for part in np.array_split(rows, parts)])

    def _sum_of_pieces(self, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        pieces = rows.reshape(len(rows), len(self._pieces), -1).transpose(1, 0, 2)
        parts = np.array_split(pieces, -(-len(rows) // self._most_rows), axis=1)
        return np.concatenate([(part @ self._pieces).sum(axis=0) for part in parts])


@lru_cache
def _even_parts(rows: int, least: int) -> int | None:
    """How many parts of one size to cut ``rows`` into, hardly more than ``least``; None if there is no such number."""
    return next((parts for parts in range(least, 2 * least) if rows % parts == 0), None)
