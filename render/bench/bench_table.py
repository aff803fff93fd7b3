"""What a bench came to: tables for people, JSON for programs, and what a frame rate leaves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from render.bench.contender import WEIGHTS_SEED
from render.bench.rounds import Bench, Timed
from render.versions import machine, versions

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Table:
    """All columns but the first hold numbers."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def right(self) -> range:
        return range(1, len(self.header))


def labels(bench: Bench) -> list[str]:
    """Each contender by what tells it from the others; its network always."""
    varying = [len(set(words)) > 1 for words in zip(*map(_words, bench.timed), strict=True)]
    varying[0] = True
    return [
        " ".join(word for word, varies in zip(_words(one), varying, strict=True) if varies)
        for one in bench.timed
    ]


def common(bench: Bench) -> str:
    """What all contenders have in common, beside this machine: ``480x853, openvino on cpu``."""
    found = list(zip(*map(_words, bench.timed), strict=True))[1:]
    return ", ".join(words[0] for words in found if len(set(words)) == 1)


def _words(one: Timed) -> tuple[str, str, str]:
    choice = one.contender.choice
    engine = f"{choice.engine.value} on {choice.device.value}"
    return one.contender.spec.name, str(one.contender.size), engine


def times(bench: Bench, baseline: Timed) -> Table:
    """Milliseconds; the ratio is to ``baseline``."""
    return Table(
        ("network", "median", "mean", "p95", "min", "max", "ratio", "load", "first"),
        tuple(
            (
                label,
                *(f"{ms:.1f}" for ms in (one.median, one.mean, one.p95, min(one.ms), max(one.ms))),
                f"{one.over(baseline):.2f}",
                f"{one.load:.0f}",
                f"{one.first:.0f}",
            )
            for label, one in zip(labels(bench), bench.timed, strict=True)
        ),
    )


def costs(bench: Bench) -> Table:
    return Table(
        ("network", "M param.", "GMAC", "GMAC/s", "of product", "MB"),
        tuple(
            (
                label,
                f"{one.contender.spec.parameters() / 1e6:.3g}",
                f"{one.contender.macs / 1e9:.3g}",
                f"{one.macs_second / 1e9:.0f}",
                f"{bench.share(one):.0%}",
                "–" if one.memory is None else f"{one.memory / 1e6:.0f}",
            )
            for label, one in zip(labels(bench), bench.timed, strict=True)
        ),
    )


def budgets(bench: Bench, rates: Sequence[Fraction]) -> Table:
    """What each frame rate leaves of its time after the median and after p95, here; below zero,
    what is missing."""
    header = ["network"]
    for rate in rates:
        header += [f"left at {float(rate):.4g} fps", "at p95"]
    return Table(
        tuple(header),
        tuple(
            (label, *(f"{left:.1f}" for rate in rates for left in _left(one, rate)))
            for label, one in zip(labels(bench), bench.timed, strict=True)
        ),
    )


def _left(one: Timed, rate: Fraction) -> tuple[float, float]:
    budget = float(1000 / rate)
    return budget - one.median, budget - one.p95


def words(bench: Bench, baseline: int, rates: Sequence[Fraction]) -> list[str]:
    """What the tables say, one idea a line."""
    to = labels(bench)[baseline]
    spans = ", ".join(f"{float(1000 / r):.1f} ms at {float(r):.4g} fps" for r in rates)
    rate = " and ".join(
        f"{value / 1e9:.0f} GMAC/s on {device.value}" for device, value in bench.products.items()
    )
    lines = [
        f"{bench.rounds} rounds, in each of which all took a turn; milliseconds of one picture "
        "with no other in work (latency); p95: 95 of 100 took at most this",
        f"ratio: the median of the rounds' ratios to {to}; load, with compiling, and first are "
        "start-up, which no other figure counts",
    ]
    if spans:
        lines.append(
            f"left: of {spans}, after the median and after p95; on this machine, not a phone"
        )
    return [
        *lines,
        f"of product: share of the machine's matrix products in single precision, {rate}; over "
        "100 % is possible, since Winograd's convolutions multiply less",
        "MB: resident memory while it stylizes, at most, over that of a process without it; "
        "measured in one of its own",
    ]


def as_dict(
    bench: Bench, baseline: int, rates: Sequence[Fraction], command: Sequence[str], at: str
) -> dict[str, Any]:
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
        "complete": bench.complete,
        "baseline": baseline,
        "product_macs_second": {d.value: round(rate) for d, rate in bench.products.items()},
        "order": [list(places) for places in bench.order],
        "contenders": [_contender(one, bench, baseline, rates) for one in bench.timed],
    }


def _contender(
    one: Timed, bench: Bench, baseline: int, rates: Sequence[Fraction]
) -> dict[str, Any]:
    contender = one.contender
    style = contender.style_path
    left = [(rate, *_left(one, rate)) for rate in rates]
    return {
        "network": contender.spec.name,
        "size": str(contender.size),
        "engine": contender.choice.engine.value,
        "device": contender.choice.device.value,
        "style": None if style is None else style.name,
        "weights_seed": WEIGHTS_SEED if style is None else None,
        "parameters": contender.spec.parameters(),
        "macs": contender.macs,
        "streams": 1,
        "load_ms": round(one.load, 3),
        "first_ms": round(one.first, 3),
        "median_ms": round(one.median, 3),
        "mean_ms": round(one.mean, 3),
        "p95_ms": round(one.p95, 3),
        "min_ms": round(min(one.ms), 3),
        "max_ms": round(max(one.ms), 3),
        "ratio": round(one.over(bench.timed[baseline]), 4),
        "macs_second": round(one.macs_second),
        "share_of_product": round(bench.share(one), 4),
        "memory": one.memory,
        "budgets": [
            {
                "fps": str(rate),
                "budget_ms": round(float(1000 / rate), 3),
                "left_ms": round(median, 3),
                "left_p95_ms": round(p95, 3),
            }
            for rate, median, p95 in left
        ],
        "ms": [round(ms, 3) for ms in one.ms],
    }
