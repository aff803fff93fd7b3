"""Which words stand on a grid or a sheet: on each tile, and once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import StrEnum

from render.compare.axes import ALWAYS, NAMED
from render.compare.tiles import Page, Tile, varying

_LARGE = 3
"""So many of what differs stand in large letters."""
_SHARED = ("clip", "style", "network", "size", "fps", "strength", "on")


class Labels(StrEnum):
    """How much is written on grids and sheets: all that is known on each tile, with this computer's
    times; what tells them apart, and once what they share; or nothing."""

    FULL = "full"
    SHORT = "short"
    NONE = "none"


def pages_in_words(pages: Sequence[Page], labels: Labels) -> list[Page]:
    """Pages that belong together with their labels and captions; titles of a user's own stay."""
    every = [tile for page in pages for tile in page.tiles]
    return [_page_in_words(page, labels, every) for page in pages]


def _page_in_words(page: Page, labels: Labels, every: Sequence[Tile]) -> Page:
    tiles, caption = in_words(page.tiles, labels, among=every)
    new = dict(zip(page.tiles, tiles, strict=True))
    cells = tuple(tuple(None if tile is None else new[tile] for tile in row) for row in page.cells)
    empty = "" if labels is Labels.NONE else page.empty
    return replace(page, cells=cells, caption=caption, empty=empty)


def in_words(
    tiles: Sequence[Tile], labels: Labels, among: Sequence[Tile] = ()
) -> tuple[list[Tile], str]:
    """Tiles with their labels: large, what tells them from each other; small, the rest. And what
    all of them share, which then is in no label. This computer's own time says nothing of a phone:
    it is said only where all is. ``among`` are those of other pages too: a page of one tile says
    what tells it from them."""
    if labels is Labels.NONE:
        return [replace(tile, title="", lines=()) for tile in tiles], ""
    known = [tile for tile in tiles if tile.told]
    vary = varying(known) or varying(tile for tile in among if tile.told)
    named = [axis for axis in NAMED if axis in vary] or ["fps", "size"]
    shares = labels is Labels.SHORT and all(tile.told or tile.is_source for tile in tiles)
    shared = [axis for axis in _SHARED if shares and axis not in named]
    found = [_labelled(tile, named, labels, shares=shares) for tile in tiles]
    caption = _joined(known[0].told[axis] for axis in shared if _speaks(known, axis))
    if labels is Labels.SHORT and not known:
        lines = {tile.lines for tile in tiles if not tile.titled}
        if len(lines) == 1 and not any(tile.titled for tile in tiles):
            caption = _joined(lines.pop())
            found = [replace(tile, lines=()) for tile in found]
    return found, caption


def _labelled(tile: Tile, named: Sequence[str], labels: Labels, *, shares: bool) -> Tile:
    if tile.titled or not tile.told:
        return tile
    told = tile.told
    large, more = named[:_LARGE], named[_LARGE:]
    alike: list[str] = []
    if not shares:
        alike = [told[axis] for axis in ALWAYS if axis not in named]
        if "strength" not in named and _speaks([tile], "strength"):
            alike.append(told["strength"])
    full = labels is Labels.FULL
    if full:
        alike += [told[axis] for axis in ("style", "clip") if axis not in named]
    here = [tile.here] if full and tile.here else []
    lines = [[told[axis] for axis in more], list(tile.times), alike, here]
    title = _joined(told[axis] for axis in large)
    return replace(tile, title=title, lines=tuple(_joined(line) for line in lines if line))


def _speaks(tiles: Sequence[Tile], axis: str) -> bool:
    """Whether what all share on an axis is worth a word: not that all of the style shows, or that
    no phone is in it."""
    usual = {"strength": "1", "on": "none"}.get(axis)
    return bool(tiles) and tiles[0].axes.get(axis, usual) != usual


def _joined(words: Iterable[str]) -> str:
    return " · ".join(words)
