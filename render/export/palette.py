"""A palette for weights: few values, so that each weight need only say which one it is.

One-dimensional k-means from quantiles: no chance in it, so the same weights always give the same
bytes. An even palette, which coremltools would make without scikit-learn, loses much more, since
weights crowd around zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating[Any]]

_ROUNDS = 50


def palette(weights: Floats, bits: int) -> tuple[Floats, npt.NDArray[np.uint8]]:
    """``2**bits`` values in rising order, of the weights' type, and for each weight (flat) the
    number of the nearest."""
    flat = weights.astype(np.float64).ravel()
    rising = np.sort(flat)
    sums = np.concatenate([[0.0], np.cumsum(rising)])
    count = 1 << bits
    # Between quantiles and an even division: the crowd around zero is seen, the far ones are too.
    quantiles = np.quantile(rising, (np.arange(count) + 0.5) / count)
    even = np.linspace(rising[0], rising[-1], count)
    values = (quantiles + even) / 2
    for _ in range(_ROUNDS):
        bounds = np.searchsorted(rising, _between(values))
        first = np.concatenate([[0], bounds])
        after = np.concatenate([bounds, [len(rising)]])
        held = after - first
        means = (sums[after] - sums[first]) / np.maximum(held, 1)
        moved = np.where(held > 0, means, values)
        if np.array_equal(moved, values):
            break
        values = moved
    values = values.astype(weights.dtype)
    indices = np.searchsorted(_between(values.astype(np.float64)), flat)
    return values, indices.astype(np.uint8)


def _between(values: Floats) -> Floats:
    middle: Floats = (values[1:] + values[:-1]) / 2
    return middle
