"""What a grid, a sheet or a source video depends on, as one mark: what is there and is of the same
mark is not made again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from render.compare.tiles import Page, Tile
from render.errors import ClipError
from render.files.digest import digest_of
from render.media.encoding import Encoding
from render.planning.jsonable import jsonable
from render.planning.plan import Cell

VERSION = 2
"""Of how they are drawn and written: raised when they would come out differently."""


def basis_of_page(page: Page, encoding: Encoding) -> str:
    """Raises ClipError for a video that cannot be read."""
    tiles = page.tiles
    number = {tile: n for n, tile in enumerate(tiles)}
    cells = [[None if tile is None else number[tile] for tile in row] for row in page.cells]
    return _mark("grid", page.caption, page.empty, cells, _shown(tiles), encoding)


def basis_of_sheet(tiles: Iterable[Tile], title: str) -> str:
    """Raises ClipError for a video that cannot be read."""
    return _mark("sheet", title, _shown(tiles))


def basis_of_source(cell: Cell, rate: object, encoding: Encoding) -> str:
    """Of a video of the clip, framed as ``cell`` frames it."""
    shown = cell.upscale or cell.size
    part = [cell.start, cell.duration]
    return _mark(
        "source", cell.identity.clip, part, cell.size, shown, cell.placement, rate, encoding
    )


def _shown(tiles: Iterable[Tile]) -> list[Any]:
    """Labels, parts and contents: names of folders say nothing."""
    return [
        [
            digest_of(tile.clip.path, ClipError),
            tile.clip.path.name,
            *(tile.rate, tile.title, tile.lines, dict(tile.axes)),
            *(tile.placement, tile.start, tile.duration, tile.over),
        ]
        for tile in tiles
    ]


def _mark(*parts: Any) -> str:
    return hashlib.sha256(json.dumps([VERSION, jsonable(parts)]).encode()).hexdigest()[:16]
