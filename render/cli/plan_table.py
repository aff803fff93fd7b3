"""``--dry-run`` of many cells: a row for each, and what they share said once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from render.cli.plan_text import clip_facts, in_all, part, rate, row, shared_lines
from render.cli.table import table
from render.cli.words import amount, took
from render.planning.estimate import CellEstimate, Estimate
from render.planning.plan import Cell, Plan
from render.target import as_held

_Column = tuple[str, Callable[[Cell, CellEstimate | None], str]]


def table_lines(plan: Plan, found: Estimate | None) -> Iterator[str]:
    """A row a cell, the clips, the notes, the totals, and the machine."""
    columns = _columns(plan)
    titles = [title for title, _ in columns]
    estimates = found.cells if found else [None] * len(plan.cells)
    rows = [
        [say(cell, each) for _, say in columns]
        for cell, each in zip(plan.cells, estimates, strict=True)
    ]
    right = [titles.index(title) for title in ("fps", "frames", "GMAC/s", "alone", "disk")]
    yield from table(titles, rows, right)
    yield ""
    clips = {cell.clip.path: cell for cell in plan.cells}
    for cell in clips.values():
        yield row("clip", f"{cell.clip.place}: {clip_facts(cell.clip)}")
    if words := part(plan.cells[0]):
        yield row("part", words)
    for note, names in _notes(plan).items():
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield row("note", f"{names[0]}{more}: {note}")
    folders = dict.fromkeys(str(cell.output.parent) for cell in plan.cells)
    yield row("to", ", ".join(folders))
    if found:
        yield from in_all(found)
    yield from shared_lines(plan)


def _columns(plan: Plan) -> list[_Column]:
    cells = plan.cells
    names = {cell.clip.place.name for cell in cells}
    short = len(names) == len({cell.clip.path for cell in cells})
    columns: list[_Column] = [
        ("clip", lambda cell, _: cell.clip.place.name if short else str(cell.clip.place)),
        ("style", lambda cell, _: cell.style),
        ("network", lambda cell, _: cell.network.name),
        ("size", lambda cell, _: as_held(cell.size, cell.clip.video.displayed)),
        ("fps", lambda cell, _: rate(cell.rate)),
    ]
    # These are seldom swept: a column only where they are.
    if len({cell.strength for cell in cells}) > 1:
        columns.append(("strength", lambda cell, _: f"{cell.strength:g}"))
    if len({_upscale(cell) for cell in cells}) > 1:
        columns.append(("upscale", lambda cell, _: _upscale(cell)))
    return [
        *columns,
        ("frames", lambda cell, _: _known(cell.about_frames, str)),
        ("GMAC/s", lambda cell, _: f"{gmacs(cell):.0f}"),
        ("alone", lambda _, each: _known(each and each.seconds, took)),
        ("disk", lambda _, each: _known(each and each.bytes, amount)),
        ("preview", lambda cell, _: cell.output.name),
    ]


def gmacs(cell: Cell) -> float:
    """Billions of multiply-adds a second at the cell's rate."""
    return float(cell.network.macs(cell.size) * cell.rate) / 1e9


def _known(value: float | None, say: Callable[..., str]) -> str:
    return "?" if value is None else say(value)


def _upscale(cell: Cell) -> str:
    if cell.upscale is None:
        return "none"
    return f"{as_held(cell.upscale, cell.clip.video.displayed)} {cell.upscaler.value}"


def _notes(plan: Plan) -> dict[str, list[str]]:
    """Each note once, with the clips that it is about."""
    found: dict[str, dict[Path, str]] = {}
    for cell in plan.cells:
        for note in cell.notes:
            found.setdefault(note, {})[cell.clip.path] = cell.clip.place.name
    return {note: list(names.values()) for note, names in found.items()}
