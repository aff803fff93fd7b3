"""A bench as a picture: every iteration a dot, median and p95 marked, and what rates leave."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from render.bench.measure import Bench
from render.errors import OutputError
from render.whole import whole

SUFFIXES = (".png", ".svg", ".pdf")
# The report page's colours.
_PAPER, _INK, _MUTED, _LINE = "#fffdf9", "#262421", "#6a655d", "#ddd7cb"
_DOT, _MEDIAN, _BUDGET = "#256660", "#a8431b", "#b3261e"


def draw(bench: Bench, rates: Sequence[Fraction], path: Path) -> None:
    """Write the chart, by ``path``'s suffix, whole or not at all. Raises OutputError."""
    import matplotlib as mpl

    mpl.use("Agg")
    # The same bench is the same file: no date, no random identifiers.
    mpl.rcParams["svg.hashsalt"] = "render"
    mpl.rcParams["svg.fonttype"] = "none"
    import matplotlib.pyplot as plt

    count = len(bench.timed)
    figure, axes = plt.subplots(figsize=(9, 1.5 + 0.55 * count), facecolor=_PAPER)
    try:
        _contenders(axes, bench)
        _budgets(axes, bench, rates)
        _dress(axes, bench)
        figure.tight_layout()
        kind = path.suffix[1:].lower()
        metadata = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}.get(kind)
        with whole(path, OutputError, ValueError) as temporary:
            figure.savefig(temporary, format=kind, dpi=150, metadata=metadata)
    finally:
        plt.close(figure)


def _contenders(axes: Any, bench: Bench) -> None:
    for row, one in enumerate(bench.timed):
        y = len(bench.timed) - 1 - row
        # A fixed pattern of heights, so that dots do not hide each other.
        spread = [y + 0.28 * ((n * 0.618) % 1 - 0.5) for n in range(len(one.ms))]
        axes.scatter(one.ms, spread, s=11, color=_DOT, alpha=0.4, linewidths=0, zorder=2)
        axes.plot([one.median] * 2, [y - 0.3, y + 0.3], color=_MEDIAN, lw=2.5, zorder=3)
        axes.plot([one.p95] * 2, [y - 0.2, y + 0.2], color=_MEDIAN, lw=1.2, ls=":", zorder=3)
        axes.annotate(
            f"{one.median:.0f} ms", (one.median, y + 0.32), ha="center", va="bottom",
            fontsize=9, color=_INK,
        )  # fmt: skip


def _budgets(axes: Any, bench: Bench, rates: Sequence[Fraction]) -> None:
    top = len(bench.timed) - 0.35
    for rate in rates:
        at = float(1000 / rate)
        axes.axvline(at, color=_BUDGET, lw=1, ls="--", zorder=1)
        axes.annotate(
            f"{float(rate):.4g} fps", (at, top), xytext=(3, 0), textcoords="offset points",
            fontsize=8, color=_BUDGET, va="center",
        )  # fmt: skip


def _dress(axes: Any, bench: Bench) -> None:
    sizes = {one.contender.size for one in bench.timed}
    engines = {one.contender.choice.engine for one in bench.timed}
    labels = []
    for one in bench.timed:
        words = [one.contender.spec.name]
        words += [str(one.contender.size)] if len(sizes) > 1 else []
        words += [one.contender.choice.engine.value] if len(engines) > 1 else []
        labels.append(f"{' '.join(words)}\n{one.contender.macs / 1e9:.1f} GMAC")
    axes.set_yticks(range(len(labels)), list(reversed(labels)), fontsize=9, color=_INK)
    axes.set_ylim(-0.6, len(labels) - 0.1)
    axes.set_xlim(left=0)
    axes.set_facecolor(_PAPER)
    axes.grid(axis="x", color=_LINE, lw=0.8, zorder=0)
    axes.tick_params(axis="both", length=0, colors=_MUTED)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)
    size = f" at {next(iter(sizes))}" if len(sizes) == 1 else ""
    axes.set_xlabel(
        f"milliseconds a picture{size}, on this machine, not a phone\n"
        f"dots: {bench.rounds} rounds; line: their median, dotted: 95 of 100 are faster",
        fontsize=9, color=_MUTED,
    )  # fmt: skip
