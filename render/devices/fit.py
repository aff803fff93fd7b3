"""What multiply-adds and moved activations cost on a device: least squares, and how sure it is.

    ms = constant + a · multiply-adds + b · activations moved,   none of the three below 0

A processor that waits for sums takes time by multiply-adds, one that waits for memory by what is
moved; calling it costs something each time. The constant is only asked for from five timings on.

Errors are shares: a network of 10 ms is as well timed as one of 100. So each line is divided by its
ms, and the residuals are shares too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

LEAST = 3
"""Fewer timings than this are no fit."""
_CONSTANT_FROM = 5
_WORST_CONDITION = 1e7
_Floats = NDArray[np.float64]

# 97.5 % quantiles by degrees of freedom, NIST/SEMATECH e-Handbook of Statistical Methods 1.3.6.7.2.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_T_FROM = ((120, 1.980), (60, 2.000), (40, 2.021), (30, 2.042))


def students_t(freedom: int) -> float:
    """Student's t that 95 of 100 values stay within; between the table's rows the wider one.

    ``freedom``: degrees of freedom, at least 1.
    """
    if freedom <= len(_T):
        return _T[freedom - 1]
    return next(t for least, t in _T_FROM if freedom >= least)


@dataclass(frozen=True, slots=True)
class Point:
    """A timing: its multiply-adds and activations moved, its ms, and how far its median may be off,
    as a share (0: not known)."""

    macs: float
    traffic: float
    ms: float
    error: float = 0.0


@dataclass(frozen=True)
class TimeFit:
    """``coefficients``: ms of a call, of a G multiply-adds, of a M activations moved.
    ``residuals``: of each point, (measured − fitted) / measured. ``spread``: their standard
    deviation, or the timings' own error where that is larger. ``freedom``: degrees of freedom."""

    points: tuple[Point, ...]
    coefficients: tuple[float, float, float]
    residuals: tuple[float, ...]
    spread: float
    freedom: int
    _columns: tuple[int, ...] = field(repr=False, default=(1, 2))

    def at(self, macs: float, traffic: float) -> tuple[float, float, float]:
        """ms there, and the interval in which 95 of 100 measurements would lie.

        Two things widen it. Where the fitted line itself may be: of all lines without negative
        parts that are no worse than the best one by what chance explains (an ellipsoid around it,
        as Student's t wants it), the fastest and the slowest; so timings of one network at several
        sizes do not pretend to know what another network costs. And the spread of single networks
        around the line.
        """
        x = _row(macs, traffic)
        ms = float(x @ np.array(self.coefficients))
        t = students_t(self.freedom)
        lows, highs = zip((ms, ms), *self._lines(x, (t * self.spread) ** 2), strict=True)
        scatter = t * self.spread * ms
        return (
            ms,
            max(0.0, ms - math.hypot(ms - min(lows), scatter)),
            ms + math.hypot(max(highs) - ms, scatter),
        )

    def _lines(self, x: _Floats, room: float) -> Iterator[tuple[float, float]]:
        """Of each choice of positive parts, what the fastest and the slowest line say for ``x``.

        A linear function's extreme over the ellipsoid and the positive corner lies inside the face
        of its positive parts, where it is the ellipsoid's own; so the faces' own extremes, where
        they are positive, hold it.
        """
        matrix, target = _weighted(self.points)
        least = sum(r * r for r in self.residuals)
        for face in _faces(self._columns):
            part = matrix[:, face]
            scale = np.linalg.norm(part, axis=0)
            if np.linalg.cond(part / scale) > _WORST_CONDITION:
                continue  # its columns say the same; the smaller faces hold its extremes
            best, squares = _solve(part, target)
            left = least + room - squares
            if left < 0:
                continue
            wanted = x[list(face)]
            toward = np.linalg.solve(part.T @ part, wanted)
            step = math.sqrt(left / float(wanted @ toward)) * toward
            for line in (best - step, best + step):
                if (line >= 0).all():
                    says = float(wanted @ line)
                    yield says, says


def fit(points: Sequence[Point]) -> TimeFit:
    """Of at least three points."""
    matrix, target = _weighted(points)
    columns = (0, 1, 2) if len(points) >= _CONSTANT_FROM else (1, 2)
    found = []
    for face in _faces(columns):
        part, squares = _solve(matrix[:, face], target)
        # A point more than parts, or nothing is left to judge by.
        if (part >= 0).all() and len(points) > len(face):
            found.append((squares, len(face), face, part))
    squares, used, face, part = min(found, key=lambda one: one[:2])
    coefficients = np.zeros(3)
    coefficients[list(face)] = part
    residuals = target - matrix @ coefficients
    # Finding out that a part is zero takes a point too (with `used` alone, 87 of 100 are held where
    # 95 should be, for one network at five sizes).
    freedom = len(points) - max(used, 2)
    own = float(np.mean([point.error**2 for point in points])) / students_t(10**6) ** 2
    return TimeFit(
        tuple(points),
        (float(coefficients[0]), float(coefficients[1]), float(coefficients[2])),
        tuple(map(float, residuals)),
        math.sqrt(max(squares / freedom, own)),
        freedom,
        columns,
    )


def _faces(columns: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    for size in range(1, len(columns) + 1):
        yield from combinations(columns, size)


def _row(macs: float, traffic: float) -> _Floats:
    return np.array([1.0, macs / 1e9, traffic / 1e6])


def _weighted(points: Sequence[Point]) -> tuple[_Floats, _Floats]:
    rows = [_row(point.macs, point.traffic) / point.ms for point in points]
    return np.array(rows), np.ones(len(points))


def _solve(matrix: _Floats, target: _Floats) -> tuple[_Floats, float]:
    """The least squares of these columns, and the sum that is left."""
    solution = np.linalg.lstsq(matrix, target, rcond=None)[0]
    return solution.astype(np.float64), float(((target - matrix @ solution) ** 2).sum())
