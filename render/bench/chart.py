"""A bench as a picture: every iteration a dot, median and p95 marked, and the frame rates' time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from render.bench.bench_table import common, labels
from render.bench.drawing import Dot, Drawing, Rectangle, Stroke, Word, text_width
from render.bench.rounds import Bench
from render.errors import OutputError
from render.files.atomic import whole
from render.versions import machine

SUFFIXES = (".png", ".svg")
# The report page's colours. Shapes differ too, for whoever sees no colours.
_PAPER, _INK, _MUTED, _LINE = "#fffdf9", "#262421", "#6a655d", "#ddd7cb"
_DOT, _BUDGET = "#256660", "#a8431b"
_WIDTH, _ROW, _EDGE = 900, 60, 20
_TITLE, _NAME, _SMALL = 15, 13, 11.5
_TOP, _LEVEL, _BELOW = 52, 17, 74
_HALF = 16  # of a median's line
_TICKS = 10


def draw(bench: Bench, rates: Sequence[Fraction], path: Path) -> None:
    """Write the chart, by ``path``'s suffix, whole or not at all. Raises OutputError.

    The same bench is the same file.
    """
    drawing = chart(bench, rates)
    with whole(path, OutputError, ValueError) as temporary:
        if path.suffix.lower() == ".svg":
            temporary.write_text(drawing.svg(), encoding="utf-8")
        else:
            drawing.save_png(temporary)


@dataclass(frozen=True, slots=True)
class _Plot:
    """Where milliseconds and rows lie."""

    left: float
    right: float
    top: float
    bottom: float
    most: float

    def x(self, ms: float) -> float:
        return self.left + (self.right - self.left) * ms / self.most

    def y(self, row: int) -> float:
        """The middle of a row."""
        return self.top + _ROW * (row + 0.5)


def chart(bench: Bench, rates: Sequence[Fraction]) -> Drawing:
    """What stands where."""
    names = [
        (label, f"{one.contender.macs / 1e9:.3g} GMAC")
        for label, one in zip(labels(bench), bench.timed, strict=True)
    ]
    left = 2 * _EDGE + max(text_width(word, _NAME) for name in names for word in name)
    most = max(_ends(bench, rates)) * 1.04
    plot = _Plot(left, _WIDTH - _EDGE, 0, 0, most)
    levels = _levels(plot, rates)
    top = _TOP + _LEVEL * (1 + max(levels.values(), default=-1))
    bottom = top + _ROW * len(names)
    plot = _Plot(left, _WIDTH - _EDGE, top, bottom, most)
    drawing = Drawing(_WIDTH, round(bottom + _BELOW), _PAPER)
    title = ": ".join(filter(None, ("Milliseconds a picture", common(bench))))
    drawing.add(Word(title, (_EDGE, 30), _TITLE, _INK))
    _dress(drawing, plot, names)
    _budgets(drawing, plot, levels)
    _contenders(drawing, plot, bench)
    caption = (
        f"a dot: one of {bench.rounds} rounds; line: median; dotted: p95; dashed: a frame rate's "
        "time",
        f"measured on {machine()}, not on a phone",
    )
    for number, line in enumerate(caption):
        drawing.add(Word(line, (_EDGE, bottom + 45 + 16 * number), _SMALL, _MUTED))
    return drawing


def _dress(drawing: Drawing, plot: _Plot, names: Sequence[tuple[str, str]]) -> None:
    """Names, and lines to read milliseconds by."""
    for tick in _ticks(plot.most):
        x = plot.x(tick)
        drawing.add(Stroke((x, plot.top), (x, plot.bottom), _LINE))
        drawing.add(Word(f"{tick:g}", (x, plot.bottom + 17), _SMALL, _INK, "middle"))
    drawing.add(Stroke((plot.left, plot.bottom), (plot.right, plot.bottom), _LINE, 1.5))
    for row, (name, cost) in enumerate(names):
        x, y = plot.left - _EDGE / 2, plot.y(row)
        drawing.add(Word(name, (x, y - 2), _NAME, _INK, "end"))
        drawing.add(Word(cost, (x, y + 14), _SMALL, _MUTED, "end"))


def _ticks(most: float) -> list[float]:
    """Round numbers from 0 on, at most ten steps."""
    step = 10.0**-3
    while most / step > _TICKS:
        for factor in (2, 2.5, 2):  # 1, 2, 5, 10
            step *= factor
            if most / step <= _TICKS:
                break
    return [round(n * step, 6) for n in range(int(most / step) + 1)]


def _levels(plot: _Plot, rates: Sequence[Fraction]) -> dict[Fraction, int]:
    """How high each rate's name stands above the first row. From the right, so that no line crosses
    a name: what would run into its neighbour's stands above that."""
    levels: dict[Fraction, int] = {}
    after, level = plot.right, 0
    for rate in sorted(set(rates)):
        end = plot.x(float(1000 / rate)) + 5 + text_width(_said(rate), _SMALL)
        level = level + 1 if levels and end > after else 0
        levels[rate], after = level, plot.x(float(1000 / rate))
    return levels


def _said(rate: Fraction) -> str:
    return f"{float(rate):.4g} fps, {float(1000 / rate):.1f} ms"


def _budgets(drawing: Drawing, plot: _Plot, levels: dict[Fraction, int]) -> None:
    """Lines where the rates' time is up, with their names."""
    for rate, level in levels.items():
        x, top = plot.x(float(1000 / rate)), plot.top - _LEVEL * (level + 1)
        drawing.add(Stroke((x, top + 3), (x, plot.bottom), _BUDGET, 1.4, (5, 4)))
        # To the left of the line where there is no room on the right.
        wide = text_width(_said(rate), _SMALL)
        fits = x + 5 + wide <= _WIDTH - 4
        place = (x + 5, "start") if fits else (x - 5, "end")
        drawing.add(Word(_said(rate), (place[0], top + 13), _SMALL, _BUDGET, place[1]))


def _contenders(drawing: Drawing, plot: _Plot, bench: Bench) -> None:
    for row, one in enumerate(bench.timed):
        y = plot.y(row) + 5
        for number, ms in enumerate(one.ms):
            # A fixed pattern of heights, so that dots do not hide each other.
            height = 0.32 * _ROW * ((number * 0.618) % 1 - 0.5)
            drawing.add(Dot((plot.x(ms), y + height), 2.8, _DOT, 0.4))
        for ms, wide, dash in ((one.median, 3.0, None), (one.p95, 1.6, (1.6, 2.4))):
            x = plot.x(ms)
            drawing.add(Stroke((x, y - _HALF), (x, y + _HALF), _INK, wide, dash))
        said = f"{one.median:.3g} ms"
        half = text_width(said, _NAME) / 2
        x = min(max(plot.x(one.median), plot.left + half + 4), plot.right - half)
        above = y - _HALF - 4
        drawing.add(Rectangle((x - half - 2, above - 12), (x + half + 2, above + 2), _PAPER))
        drawing.add(Word(said, (x, above), _NAME, _INK, "middle"))


def _ends(bench: Bench, rates: Sequence[Fraction]) -> Iterator[float]:
    """What must be within the picture: every dot, and the rates' time."""
    yield from (ms for one in bench.timed for ms in one.ms)
    yield from (float(1000 / rate) for rate in rates)
