"""Products cut into parts are still products."""

from __future__ import annotations

import numpy as np
import pytest

from models.wake.products import Matrix


@pytest.mark.parametrize("shape", [(9, 24), (72, 24), (288, 96), (1536, 128), (1536, 1), (1537, 131)])
@pytest.mark.parametrize("rows", [1, 2, 7, 13, 256, 1279])
def test_times_is_a_matrix_product(shape, rows):
    random = np.random.default_rng(0)
    matrix, values = (
        random.normal(size=shape).astype(np.float32),
        random.normal(size=(rows, shape[0])).astype(np.float32),
    )
    np.testing.assert_allclose(Matrix(matrix).times(values), values @ matrix, atol=1e-3)
