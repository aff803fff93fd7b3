"""What a bench came to: rows for people, JSON for programs, and what a frame rate leaves."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from render.bench.measure import Bench, Timed
from render.record import machine, versions

SCHEMA = 1
HEADER = (
    "network", "size", "engine", "M param.", "GMAC", "load ms", "first", "median", "mean", "p95",
    "min", "max", "ratio", "GMAC/s", "of product", "MB",
)  # fmt: skip
RIGHT = tuple(range(3, len(HEADER)))


def rows(bench: Bench, baseline: Timed) -> list[tuple[str, ...]]:
    """One for each contender, in their order; the ratio is to ``baseline``."""
    return [
        (
            one.contender.spec.name,
            str(one.contender.size),
            one.contender.choice.engine.value,
            f"{one.contender.spec.parameters() / 1e6:.2f}",
            f"{one.contender.macs / 1e9:.1f}",
            f"{one.load:.0f}",
            f"{one.first:.0f}",
            f"{one.median:.1f}",
            f"{one.mean:.1f}",
            f"{one.p95:.1f}",
            f"{min(one.ms):.1f}",
            f"{max(one.ms):.1f}",
            f"{one.over(baseline):.2f}",
            f"{one.macs_second / 1e9:.0f}",
            f"{one.macs_second / bench.product:.0%}",
            "–" if one.memory is None else f"{one.memory / 1e6:.0f}",
        )
        for one in bench.timed
    ]


def legend(bench: Bench) -> list[str]:
    """What the columns say."""
    streams = sorted({one.streams for one in bench.timed})
    at_once = " or ".join(map(str, streams))
    return [
        f"{bench.rounds} rounds of milliseconds a picture, {at_once} in work at once as in a "
        "preview; the first, start-up, is not among them",
        "ratio: the median of rounds, in each of which all took a turn; MB: what the process grew "
        "by in its first turn",
        f"of product: share of {bench.product / 1e9:.0f} GMAC/s, this machine's matrix products in "
        "single precision; over 100 % is possible (Winograd's convolutions)",
    ]


def budgets(bench: Bench, rates: Sequence[Fraction]) -> list[str]:
    """What each frame rate leaves of its time, here; not on a phone."""
    return [
        f"{float(rate):.4g} fps leaves {float(1000 / rate):.1f} ms here: " + "; ".join(
            _left(one, float(1000 / rate)) for one in bench.timed
        )
        for rate in rates
    ]  # fmt: skip


def _left(one: Timed, budget: float) -> str:
    name = one.contender.spec.name
    if one.median > budget:
        return f"{name} takes {one.median / budget:.1f} times that"
    late = "" if one.p95 <= budget else ", but 1 in 20 is late"
    return f"{name} leaves {budget - one.median:.0f} ms{late}"


def as_dict(bench: Bench, command: Sequence[str], at: str) -> dict[str, Any]:
    """JSON types, ``schema`` first. Milliseconds, bytes, multiply-adds."""
    return {
        "schema": SCHEMA,
        "command": list(command),
        "at": at,
        "machine": machine(),
        "versions": versions(),
        "seed": bench.seed,
        "iterations": bench.asked,
        "rounds": bench.rounds,
        "product_macs_second": bench.product,
        "order": [list(places) for places in bench.order],
        "contenders": [
            {
                "network": one.contender.spec.name,
                "size": str(one.contender.size),
                "engine": one.contender.choice.engine.value,
                "device": one.contender.choice.device.value,
                "style": None
                if one.contender.style_path is None
                else one.contender.style_path.name,
                "parameters": one.contender.spec.parameters(),
                "macs": one.contender.macs,
                "streams": one.streams,
                "load_ms": round(one.load, 3),
                "first_ms": round(one.first, 3),
                "median_ms": round(one.median, 3),
                "mean_ms": round(one.mean, 3),
                "p95_ms": round(one.p95, 3),
                "min_ms": round(min(one.ms), 3),
                "max_ms": round(max(one.ms), 3),
                "memory": one.memory,
                "ms": [round(ms, 3) for ms in one.ms],
            }
            for one in bench.timed
        ],
    }
