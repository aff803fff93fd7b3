"""What previews may differ in: the axes of grids, tables and the report, each described once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from render.results.results import CellResult, Results
from render.target import as_held

Read = Callable[[Results, CellResult], str | None]


NOTHING = "none"
"""The value of a cell that has none: that is not upscaled, that plays on no phone."""


def _as_it_is(value: str | None) -> str:
    return value or NOTHING


@dataclass(frozen=True, slots=True)
class Axis:
    """One of them.

    Attributes:
        key: the option's name, where there is one.
        words: what its values are, as a heading of values that say the rest.
        read: of a cell, as text; None where it has none.
        order: by which a reader expects the cells. Of one axis all are numbers, or all text.
        short: the heading of values as they are, in a narrow table.
        said: a value below its heading. alone: a value without one, in a label.
    """

    key: str
    words: str
    read: Read
    order: Callable[[Results, CellResult], Any]
    short: str = ""
    said: Callable[[str | None], str] = _as_it_is
    alone: Callable[[str | None], str] | None = None

    def value(self, results: Results, cell: CellResult) -> str:
        """What tells cells apart on it."""
        return _as_it_is(self.read(results, cell))

    def below_heading(self, results: Results, cell: CellResult) -> str:
        return self.said(self.read(results, cell))

    def by_itself(self, results: Results, cell: CellResult) -> str:
        return (self.alone or self.said)(self.read(results, cell))


def clip_name(results: Results, clip: int) -> str:
    """Of the file, with a number where others there are called so: other parts of it, say."""
    name = results.clips[clip].name
    alike = [number for number, one in enumerate(results.clips) if one.name == name]
    return name if len(alike) == 1 else f"{name} ({alike.index(clip) + 1})"


def _upscale(results: Results, cell: CellResult) -> str | None:
    shown = cell.target.upscale
    return None if shown is None else as_held(shown, results.clips[cell.clip].size)


def _shown_pixels(results: Results, cell: CellResult) -> int:
    return cell.target.upscale.pixels if cell.target.upscale else 0


def _shallowness(results: Results, cell: CellResult) -> float:
    """Of the network alone, whatever the size: the deepest first."""
    return -cell.cost.macs / cell.target.size.pixels


AXES = (
    Axis(
        "clip",
        "clip",
        lambda results, cell: clip_name(results, cell.clip),
        lambda results, cell: cell.clip,
    ),
    Axis(
        "style",
        "style",
        lambda results, cell: cell.target.style,
        lambda results, cell: cell.target.style,
    ),
    Axis("network", "network", lambda results, cell: cell.target.network.name, _shallowness),
    Axis(
        "size",
        "size",
        lambda results, cell: results.size_of(cell),
        lambda results, cell: cell.target.size.pixels,
    ),
    Axis(
        "upscale",
        "display",
        _upscale,
        _shown_pixels,
        alone=lambda value: "not upscaled" if value is None else f"to {value}",
    ),
    Axis(
        "upscaler",
        "upscaler",
        lambda results, cell: cell.target.upscaler.value,
        lambda results, cell: cell.target.upscaler.value,
    ),
    Axis(
        "strength",
        "strength",
        lambda results, cell: f"{cell.target.strength:g}",
        lambda results, cell: cell.target.strength,
        alone=lambda value: f"strength {value}",
    ),
    Axis(
        "fps",
        "rate",
        lambda results, cell: f"{round(cell.target.fps_float, 3):g}",
        lambda results, cell: cell.target.fps_float,
        short="fps",
        said=lambda value: f"{value} fps",
    ),
    Axis(
        "on",
        "phone",
        lambda results, cell: cell.target.on,
        lambda results, cell: cell.target.on or "",
        said=lambda value: "every frame" if value is None else f"on {value}",
    ),
)
"""In the order in which they nest: the outermost first."""

BY_KEY = {axis.key: axis for axis in AXES}
KEYS = tuple(BY_KEY)

# Rates read best from left to right, everything else from top to bottom.
ACROSS = ("fps", "network", "style", "strength", "upscaler", "upscale", "on", "size", "clip")
"""Which makes the columns: the first one that varies."""
DOWN = ("size", "network", "style", "strength", "upscaler", "upscale", "on", "clip", "fps")
"""Which makes the rows: the first one that varies and is not in the columns."""
NAMED = ("fps", "size", "network", "style", "strength", "upscaler", "upscale", "on", "clip")
"""As a cell's name says them: the first ones say most."""
ALWAYS = ("fps", "size", "network")
"""What is said of a cell that nothing tells from the others."""


def in_order(results: Results, cells: Iterable[CellResult]) -> list[CellResult]:
    """By clip and style, from the deepest network to the lightest, the sizes from small to large
    and the rates from slow to fast."""
    return sorted(cells, key=lambda cell: tuple(axis.order(results, cell) for axis in AXES))
