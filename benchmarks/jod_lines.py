"""Does JOD on 240 lines rank targets as JOD on 720 lines does?

    python benchmarks/jod_lines.py CLIP... [--fps 10,15,30] [--size 240x427,480x853,720x1280]
        [--network res5,res3,res1] [--duration 1] [--lines 240,720] [--keep DIR]

Every target is rendered, and held against the dearest one by its figures at either number of lines.
For each clip: Kendall's tau between the two orders; of every row (the targets of one rate, of one
size, of one network) whether the best is the same; what the best target is within a tenth and
within a third of the dearest's multiply-adds a second; and the pairs that swap. 27 targets of a
second take some minutes on two cores; DIR keeps the previews.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path

import render
from render.compare.metrics.cvvdp import jods
from render.compare.metrics.cvvdp_numbers import pixels_per_degree
from render.compare.metrics.reading import at_its_ticks, pictures, within
from render.compare.metrics.reference import groups
from render.compare.metrics.subject import ticks
from render.media.ffmpeg import FFmpeg, find_ffmpeg
from render.media.frame import Picture
from render.media.probe import probe
from render.results.results import CellResult, Results

BUDGETS = {"a tenth": Fraction(1, 10), "a third": Fraction(1, 3)}
"""Of the multiply-adds a second that the dearest target takes."""


def rendered(clip: Path, args: argparse.Namespace, folder: Path) -> Results:
    looks = tuple(
        render.Preset().with_options(fps=fps, size=size, network=network).look()
        for network, size, fps in product(*(_words(args, w) for w in ("network", "size", "fps")))
    )
    request = render.Request(
        clips=(clip,), looks=looks, duration=Fraction(args.duration), output=folder
    )
    for event in render.sweep(request, render.Outputs(metrics=render.Metrics.NONE)):
        if isinstance(event, render.CellDone):
            print(f"  {event.preview.path.name}", file=sys.stderr, flush=True)
        if isinstance(event, render.CellFailed):
            raise event.error
    return render.load_results(folder)


def _words(args: argparse.Namespace, name: str) -> list[str]:
    words: str = getattr(args, name)
    return words.split(",")


def taken(results: Results, folder: Path, lines: int, ff: FFmpeg) -> dict[str, float]:
    """JOD of each cell against the dearest, on pictures of so many lines."""
    (group,) = groups(results, 0)
    reference = group.reference
    clock = ticks(reference, Fraction(0))
    size = within(reference.video.size, lines)

    def shown(cell: CellResult) -> list[Picture]:
        own = ticks(cell, Fraction(0))
        held = [own.on_show(clock.time(tick)) or 0 for tick in range(clock.count)]
        at = {tick / own.rate: tick for tick in held}
        clip = probe(folder / cell.id, ff)
        read = pictures(clip, size, at, ff.path, at_its_ticks(own.rate))
        found = {at[time]: picture for time, picture in read}
        return [found[tick] for tick in held]

    first = shown(reference)
    others = [cell for cell in group.cells if cell is not reference]
    found = {reference.id: 10.0}
    density = pixels_per_degree(lines)
    with ThreadPoolExecutor(2) as pool:
        for n in range(0, len(others), 4):  # bounds memory
            some = others[n : n + 4]
            values = jods(
                first, [shown(cell) for cell in some], float(clock.rate), density, pool=pool
            )
            found |= {cell.id: value for cell, value in zip(some, values, strict=True)}
    return found


def tau(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    """Kendall's: of all pairs, the share in one order less the share in opposite ones."""
    signs = [
        (first[a] - first[b]) * (second[a] - second[b]) for a, b in combinations(sorted(first), 2)
    ]
    return (sum(s > 0 for s in signs) - sum(s < 0 for s in signs)) / len(signs)


def _name(cell: CellResult) -> str:
    return f"{cell.target.network} {cell.target.size} at {cell.target.fps} fps"


def compared(
    cells: Sequence[CellResult], low: Mapping[str, float], high: Mapping[str, float]
) -> None:
    best = lambda some, by: max(some, key=lambda cell: by[cell.id])  # noqa: E731
    rows: dict[str, list[CellResult]] = {}
    for cell in cells:
        for part in (f"{cell.target.fps} fps", str(cell.target.size), str(cell.target.network)):
            rows.setdefault(part, []).append(cell)
    print(f"tau {tau(low, high):.2f} over {len(cells)} targets")
    other = [row for row, some in rows.items() if best(some, low) is not best(some, high)]
    print(
        f"best of {len(rows)} rows: " + (f"another in {', '.join(other)}" if other else "the same")
    )
    dearest = max(cell.cost.macs_second for cell in cells)
    for words, share in BUDGETS.items():
        some = [cell for cell in cells if cell.cost.macs_second <= dearest * share]
        if some:
            first, second = best(some, low), best(some, high)
            same = "the same" if first is second else f"else {_name(second)}"
            print(f"best within {words}: {_name(first)}; {same}")
    for a, b in combinations(cells, 2):
        if (low[a.id] - low[b.id]) * (high[a.id] - high[b.id]) < 0:
            print(
                f"swaps: {_name(a)} and {_name(b)}, {low[a.id]:.2f} to {low[b.id]:.2f}, "
                f"then {high[a.id]:.2f} to {high[b.id]:.2f}"
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clips", nargs="+", type=Path)
    parser.add_argument("--fps", default="10,15,30")
    parser.add_argument("--size", default="240x427,480x853,720x1280")
    parser.add_argument("--network", default="res5,res3,res1")
    parser.add_argument("--duration", default="1")
    parser.add_argument("--lines", default="240,720")
    parser.add_argument("--keep", type=Path)
    args = parser.parse_args()
    low, high = (int(word) for word in args.lines.split(","))
    ff = find_ffmpeg()
    with tempfile.TemporaryDirectory() as temporary:
        for clip in args.clips:
            print(f"{clip.name}, {args.duration} s, JOD on {low} and on {high} lines", flush=True)
            folder = (args.keep or Path(temporary)) / clip.stem
            results = rendered(clip, args, folder)
            figures = [taken(results, folder, lines, ff) for lines in (low, high)]
            compared(results.cells, *figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
