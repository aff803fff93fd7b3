"""``render styles sheet``."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.cli.help import ShownAs
from render.cli.output import labelled, put, say
from render.defaults import DEFAULTS
from render.errors import OutputError, UsageError

if TYPE_CHECKING:
    from render.compare.sheet import Grid, Label
    from render.compare.style_table import StyleRow
    from render.engines.base import EngineChoice
    from render.execution.still import Still
    from render.networks.catalogue import FoundStyle
    from render.networks.spec import NetworkSpec

_CELLS = range(40, 4097)


def _help(text: str, *names: str) -> Parameter:
    return Parameter(name=names or None, help=text, allow_leading_hyphen=not names)


def sheet(
    picture: Annotated[
        Path | None, Parameter(help="A photograph, or a clip, of which one moment is taken.")
    ] = None,
    /,
    *,
    output: Annotated[
        str | None,
        _help("The sheet, .png or .jpg, or a folder for it.", "--output", "-o"),
        ShownAs("FILE|DIR", "previews/<picture>-sheet.png"),
    ] = None,
    style: Annotated[
        str | None,
        _help("The rows: styles by name, or .safetensors files."),
        ShownAs("NAME|FILE[,…]", "all that come with render"),
    ] = None,
    network: Annotated[
        str | None,
        _help("The columns, shown from the costliest to the cheapest."),
        ShownAs("NAME[,…]", "all that the styles have"),
    ] = None,
    size: Annotated[
        str | None, _help("The network's input, in pixels."), ShownAs("WxH", DEFAULTS.size)
    ] = None,
    at: Annotated[
        str | None,
        _help("The clip's moment: seconds, or [HH:]MM:SS."),
        ShownAs("TIME", "the middle"),
    ] = None,
    strength: Annotated[
        str | None,
        _help("How much of the style shows, from 0 to 1."),
        ShownAs("0..1", f"{DEFAULTS.strength:g}"),
    ] = None,
    cell: Annotated[
        str | None,
        _help("The width of one picture, in pixels."),
        ShownAs("N", "360, or less for a sheet of at most 2400"),
    ] = None,
    device: Annotated[
        str | None,
        _help("Where the networks run."),
        ShownAs("auto|cpu|cuda|mps", "auto"),
    ] = None,
    engine: Annotated[
        str | None, _help("What runs them."), ShownAs("auto|torch|openvino", "auto")
    ] = None,
    force: Annotated[bool, Parameter(help="Overwrite a sheet that exists.")] = False,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """One picture in every style and network, on one sheet.

    Each cell shows what a preview would show: the same input size, network and upscale.
    """
    from render.cli.count import waiting
    from render.cli.foreign_style import at_hand
    from render.cli.ranges import words
    from render.cli.read_request import one_of, seconds
    from render.cli.user_settings import chosen_ffmpeg
    from render.compare.sheet import check, draw, fitting_width, save
    from render.compare.style_table import rows_and_columns
    from render.engines.base import DeviceName, EngineName
    from render.engines.select import choose
    from render.execution.still import take
    from render.media.ffmpeg import find_ffmpeg
    from render.networks.spec import NetworkSpec
    from render.presets.preset import Preset
    from render.target import Size

    if picture is None:
        raise UsageError("no picture given. Usage: render styles sheet PHOTO|CLIP [OPTIONS]")
    preset = Preset().with_options(size=size, strength=strength)
    moment = None if at is None else seconds("--at", at)
    width = None if cell is None else _width(cell)
    rows, columns = rows_and_columns(
        None if style is None else [at_hand(word) for word in words("style", style)],
        None if network is None else [NetworkSpec.parse(n) for n in words("network", network)],
        preset.size,
    )
    asked = one_of(EngineName, "--engine", engine), one_of(DeviceName, "--device", device)
    path = _output(output, picture, force=force)
    with waiting(f"reading {picture.name}"):
        choice = choose(*asked)
        still = take(picture, preset, find_ffmpeg(chosen_ffmpeg()), moment)
    for warning in still.warnings:
        say(labelled("warning", warning, sys.stderr))
    say(f"{choice.engine.value} on {choice.device.value}: {choice.why}")
    grid = _grid(still, rows, columns)
    across = len(columns) if len(columns) > 1 else len(rows) + 1
    wide = width or fitting_width(across)
    shape = Size(wide, max(1, round(wide * still.shape.height / still.shape.width)))
    form = _flat if len(columns) == 1 else (lambda grid: grid)
    check(form(grid), shape)
    stylized = _stylized(grid, still, rows, columns, choice)
    with waiting(f"{path.name}: drawing"):
        save(draw(form(stylized), shape), path)
    put(str(path))
    return 0


def _width(text: str) -> int:
    if not text.strip().isdecimal() or len(text) > 9 or int(text) not in _CELLS:
        raise UsageError(
            f"--cell {text!r}: not a number of pixels from {_CELLS[0]} to {_CELLS[-1]}"
        )
    return int(text)


def _output(asked: str | None, picture: Path, *, force: bool) -> Path:
    """Where the sheet goes, refused before any work where it cannot."""
    from render.compare.sheet import SUFFIXES
    from render.files.names import file_name, inside, is_file
    from render.planning.plan import PREVIEWS

    written = f"sheets are written as {', '.join(SUFFIXES)}"
    if asked is not None and is_file(asked, SUFFIXES, written):
        path = Path(asked)
    else:
        folder = PREVIEWS if asked is None else Path(asked)
        path = inside(folder, file_name([picture.stem, "sheet"], ".png"))
    if path.exists():
        if picture.exists() and path.samefile(picture):
            raise OutputError(f"{path}: is the picture itself; choose another place with -o")
        if not force:
            raise OutputError(f"{path}: exists already; --force overwrites it")
    return path


def _stylized(
    grid: Grid,
    still: Still,
    rows: Sequence[StyleRow],
    columns: Sequence[NetworkSpec],
    choice: EngineChoice,
) -> Grid:
    """The grid with every style in every network that it has."""
    from render.cli.count import Count
    from render.engines.select import create
    from render.networks.weights import read_weights

    cells = [list(row) for row in grid.cells]
    there = [(r, c) for r, row in enumerate(rows) for c, n in enumerate(columns) if n.name in row]
    with contextlib.closing(Count("cell", sys.stderr)) as count:
        for done, (r, c) in enumerate(there):
            path, said = rows[r][columns[c].name]
            count.show("sheet", done, len(there), now_at=f"{said.style} {said.network}")
            weights = read_weights(path).at(still.preset.strength)
            cells[r][c] = still.stylized(create(weights, still.size, choice))
        count.show("sheet", len(there), len(there))
    return replace(grid, cells=tuple(map(tuple, cells)))


def _grid(still: Still, rows: Sequence[StyleRow], columns: Sequence[NetworkSpec]) -> Grid:
    """The sheet before any picture is stylized: words in every cell."""
    from render.compare.sheet import Grid, Label

    return Grid(
        title=Label(still.name, (_conditions(still),)),
        corner=still.source(),
        columns=tuple(
            Label(spec.name, (f"{spec.macs(still.size) / 1e9:.3g} G MACs",)) for spec in columns
        ),
        rows=_row_labels(rows, columns),
        cells=tuple(tuple(f"no {spec.name}" for spec in columns) for _ in rows),
    )


def _flat(grid: Grid) -> Grid:
    """The sheet of a single network: its styles in a line behind the picture itself, where a column
    of their own names would leave half of it empty."""
    from render.compare.sheet import Label

    assert grid.corner is not None
    (network,) = grid.columns
    said = ", ".join([network.head, *network.lines, *grid.title.lines])
    return replace(
        grid,
        title=Label(grid.title.head, (said,)),
        corner=None,
        columns=(Label("the picture itself"), *grid.rows),
        rows=(Label(""),),
        cells=((grid.corner, *(row[0] for row in grid.cells)),),
    )


def _conditions(still: Still) -> str:
    from render.target import as_held

    facts = [] if still.moment is None else [f"at {_clock(still.moment)}"]
    facts.append(f"network input {as_held(still.size, still.shape)}")
    if still.upscale is not None:
        facts.append(f"shown at {as_held(still.upscale, still.shape)}")
    if still.preset.strength != 1:
        facts.append(f"strength {still.preset.strength:g}")
    return ", ".join(facts)


def _clock(moment: Fraction) -> str:
    minutes, tenths = divmod(round(moment * 10), 600)  # rounded first: no 0:60.0
    return f"{minutes}:{tenths / 10:04.1f}"


def _row_labels(rows: Sequence[StyleRow], columns: Sequence[NetworkSpec]) -> tuple[Label, ...]:
    from render.compare.sheet import Label

    files = [_foremost(row, columns) for row in rows]
    titles = [said.title or said.style for _, said in files]
    labels = []
    for (path, said), title in zip(files, titles, strict=True):
        # Two trainings of one painting are told apart by their files.
        file = path.name if titles.count(title) > 1 else ""
        lines = (said.artist, said.year, file)
        labels.append(Label(title, tuple(line for line in lines if line)))
    return tuple(labels)


def _foremost(row: StyleRow, columns: Sequence[NetworkSpec]) -> FoundStyle:
    """The first file that is shown, or any where none is."""
    shown = (row[spec.name] for spec in columns if spec.name in row)
    return next(shown, next(iter(row.values())))
