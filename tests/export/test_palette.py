"""Palettes of weights."""

from __future__ import annotations

import numpy as np
import pytest

from render.export.palette import palette


def weights(count: int = 5000) -> np.ndarray:
    """Crowded around zero, with a few far out, as a convolution's are."""
    return (np.random.default_rng(0).standard_t(4, count) * 0.05).astype(np.float16)


@pytest.mark.parametrize("bits", [4, 6, 8])
def test_it_loses_less_than_an_even_one(bits: int) -> None:
    held = weights().astype(np.float64)
    values, indices = palette(weights(), bits)
    assert len(values) == 1 << bits and values.dtype == np.float16 and indices.dtype == np.uint8
    assert (np.diff(values.astype(np.float64)) >= 0).all()
    lost = np.square(values[indices] - held).mean()
    step = np.ptp(held) / ((1 << bits) - 1)
    even = np.round((held - held.min()) / step) * step + held.min()
    assert lost < np.square(even - held).mean() / 2
    nearest = np.abs(held[:, None] - values.astype(np.float64)[None]).min(axis=1)
    assert np.allclose(np.abs(values[indices] - held), nearest)


def test_it_is_the_same_again_and_for_any_shape() -> None:
    first, second = palette(weights(36), 4), palette(weights(36).reshape(2, 2, 3, 3), 4)
    assert np.array_equal(first[0], second[0]) and np.array_equal(first[1], second[1])


@pytest.mark.parametrize("held", [np.zeros(9, np.float16), np.array([1, -1, 1], np.float16)])
def test_few_different_weights_are_kept(held: np.ndarray) -> None:
    values, indices = palette(held, 4)
    assert np.array_equal(values[indices], held)
