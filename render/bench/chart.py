"""A bench as a picture: every iteration a dot, median and p95 marked, and the frame rates' time."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from render.bench.bench_table import common, labels
from render.bench.rounds import Bench
from render.errors import OutputError
from render.files.atomic import whole
from render.versions import machine

SUFFIXES = (".png", ".svg", ".pdf")
# The report page's colours. Shapes differ too, for whoever sees no colours.
_PAPER, _INK, _MUTED, _LINE = "#fffdf9", "#262421", "#6a655d", "#ddd7cb"
_DOT, _BUDGET = "#256660", "#a8431b"
_WIDTH, _ROW, _AROUND = 9.0, 0.6, 1.65  # inches
_APART = 0.18  # of the width: names of rates nearer than this stand above each other
_STEP = 0.28  # of a row
_EDGE = 0.03  # of the width: a median's figure stands no nearer to the names


def draw(bench: Bench, rates: Sequence[Fraction], path: Path) -> None:
    """Write the chart, by ``path``'s suffix, whole or not at all. Raises OutputError.

    The same bench is the same file, whatever the display and the settings.
    """
    # It tells of its font cache and of folders that it may not write, which nobody asked.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rc("svg", hashsalt="render", fonttype="none")  # no identifiers by chance; letters stay
        mpl.rc("font", family="DejaVu Sans")
        count = len(bench.timed)
        figure = Figure((_WIDTH, _AROUND + _ROW * count), facecolor=_PAPER, layout="constrained")
        axes = figure.subplots()
        _dress(axes, bench, rates)
        _contenders(axes, bench)
        _budgets(axes, count, rates)
        kind = path.suffix[1:].lower()
        metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
        with whole(path, OutputError, ValueError) as temporary:
            figure.savefig(temporary, format=kind, dpi=150, metadata=metadata)


def _contenders(axes: Any, bench: Bench) -> None:
    near = _EDGE * axes.get_xlim()[1]
    for row, one in enumerate(reversed(bench.timed)):
        # A fixed pattern of heights, so that dots do not hide each other.
        heights = [row + 0.32 * ((n * 0.618) % 1 - 0.5) for n in range(len(one.ms))]
        axes.scatter(one.ms, heights, s=12, color=_DOT, alpha=0.4, linewidths=0, zorder=2)
        axes.plot([one.median] * 2, [row - 0.27, row + 0.27], color=_INK, lw=2.5, zorder=3)
        axes.plot([one.p95] * 2, [row - 0.27, row + 0.27], color=_INK, lw=1.3, ls=":", zorder=3)
        axes.annotate(
            f"{one.median:.3g} ms", (max(one.median, near), row + 0.27), xytext=(0, 1),
            ha="center", va="bottom", textcoords="offset points", fontsize=9, color=_INK, zorder=5,
            bbox={"facecolor": _PAPER, "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip


def _budgets(axes: Any, count: int, rates: Sequence[Fraction]) -> None:
    """Lines where the rates' time is up; their names above the first row."""
    level, after, highest = 0, float("inf"), 0
    for rate in sorted(rates):  # from the right, so that no line crosses a name
        at = float(1000 / rate)
        near = after - at < _APART * axes.get_xlim()[1]
        level, after = level + 1 if near else 0, at
        highest = max(highest, level)
        top = count - 0.1 + _STEP * level
        axes.plot([at, at], [-0.6, top], color=_BUDGET, lw=1.1, ls="--", zorder=1)
        axes.annotate(
            f"{float(rate):.4g} fps, {at:.1f} ms", (at, top), xytext=(3, 0), va="top",
            textcoords="offset points", fontsize=8, color=_BUDGET, zorder=5,
        )  # fmt: skip
    axes.set_ylim(-0.6, count - 0.1 + _STEP * highest)


def _dress(axes: Any, bench: Bench, rates: Sequence[Fraction]) -> None:
    names = [
        f"{label}\n{one.contender.macs / 1e9:.3g} GMAC"
        for label, one in zip(labels(bench), bench.timed, strict=True)
    ]
    axes.set_yticks(range(len(names)), list(reversed(names)), fontsize=9)
    axes.set_xlim(0, max(_ends(bench, rates)) * 1.04)
    axes.set_facecolor(_PAPER)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color=_LINE, lw=0.8)
    axes.tick_params(axis="both", length=0, labelcolor=_INK)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)
    title = ": ".join(filter(None, ("Milliseconds a picture", common(bench))))
    axes.set_title(title, loc="left", fontsize=11, color=_INK, pad=10)
    axes.set_xlabel(
        f"a dot: one of {bench.rounds} rounds; line: median; dotted: p95; dashed: a frame rate's "
        f"time\nmeasured on {machine()}, not on a phone",
        fontsize=8.5, color=_MUTED, loc="left",
    )  # fmt: skip


def _ends(bench: Bench, rates: Sequence[Fraction]) -> Iterator[float]:
    """What must be within the picture: every dot, and the rates' time."""
    yield from (ms for one in bench.timed for ms in one.ms)
    yield from (float(1000 / rate) for rate in rates)
