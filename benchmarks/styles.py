"""What networks cost and what they give: size, operations, losses, and flicker on clips.

    python benchmarks/styles.py [--clips FILE…] [--seconds 3] [--size 480x853] [--without DIR]

content and style are what `render train` measured on photographs and wrote into the style file;
flicker is measured here, on the clips' own frames as a preview would show them (decoded, sampled,
resized, stylized; not encoded): the warping error of Lai et al. between neighbouring frames, and
between frames 0.1 s apart. The noise floor is the flicker of the clip itself. Flicker grows with
the time between two frames: compare figures of the same clips, size and rate only.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from statistics import fmean
from typing import Any

from preview import SAMPLE, network_inputs

from render.engines.base import Engine, EngineName
from render.errors import RenderError, UsageError
from render.execution import pipeline
from render.look import Look
from render.media.flicker import flicker_along, motions
from render.media.frame import Picture
from render.networks.catalogue import styles_dir
from render.networks.metadata import SUFFIX, StyleMetadata, read_metadata
from render.planning.plan import Cell, Plan, make_plan
from render.planning.request import Request
from render.presets.preset import Preset
from render.target import Rate, Size, Target

FULL, HALF = Size(480, 853), Size(240, 427)
LONGEST = 20 * 60
MACS_A_SECOND = 1.6e11
"""OpenVINO on two processor cores (benchmarks/engines.py): to guess how long this will take."""
APART = Fraction(1, 10)
NONE = "–"


@dataclass
class Entry:
    """One style file, and its flicker on each clip: between neighbours, and 0.1 s apart."""

    group: str  # "with", "without" or "other"
    path: Path
    metadata: StyleMetadata
    near: dict[str, float] = field(default_factory=dict)
    apart: dict[str, float] = field(default_factory=dict)

    def measured(self, name: str) -> float:
        """A figure of its training; nan where the file holds none."""
        value = self.metadata.measured.get(name)
        return float(value) if isinstance(value, int | float) else math.nan

    def loss(self, weights: Entry) -> float:
        """Content and style, weighted as the training of ``weights`` did."""
        settings = weights.metadata.settings
        return sum(
            float(settings.get(f"{name}_weight", math.nan)) * self.measured(name)
            for name in ("content", "style")
        )


def entries(args: argparse.Namespace) -> list[Entry]:
    """The style files to measure: those asked for, each followed by its twin without stability."""
    found: list[Entry] = []
    for path in sorted(args.styles.glob(f"*{SUFFIX}")):
        metadata = read_metadata(path)
        if args.networks and metadata.network not in args.networks:
            continue
        if args.style and metadata.style not in args.style:
            continue
        found.append(Entry("with", path, metadata))
        twin = args.without / path.name if args.without else None
        if twin is not None and twin.exists():
            found.append(Entry("without", twin, read_metadata(twin)))
    known = {entry.path.absolute() for entry in found}
    others = [path for path in dict.fromkeys(args.others) if path.absolute() not in known]
    found += [Entry("other", path, read_metadata(path)) for path in others]
    if not found:
        raise UsageError(f"{args.styles}: holds no style file that was asked for")
    return found


def plan_for(args: argparse.Namespace, styles: Sequence[Entry], size: Size) -> Plan:
    preset = Preset()
    target = Target(Rate.parse(args.fps), size, None, None)
    request = Request(
        clips=tuple(dict.fromkeys(args.clips)),
        looks=tuple(Look(str(entry.path.absolute()), target) for entry in styles),
        orient=preset.orient,
        fit=preset.fit,
        encoding=preset.encoding(),
        duration=Fraction(args.seconds),
        engine=EngineName(args.engine),
        force=True,  # nothing is written
    )
    plan = make_plan(request)
    if plan.refusals:
        raise plan.refusals[0].error
    return plan


def about_seconds(plan: Plan, styles: Sequence[Entry]) -> float:
    specs = {entry.path.absolute(): entry.metadata.spec for entry in styles}
    macs = [
        (cell.about_frames or 0) * specs[cell.style_path].macs(cell.size) for cell in plan.cells
    ]
    return sum(macs) / MACS_A_SECOND


def stylized(engine: Engine, inputs: Sequence[Picture]) -> Iterator[Picture]:
    with ThreadPoolExecutor(engine.streams) as pool:
        yield from pool.map(engine.stylize, inputs)


def measure(plan: Plan, styles: Sequence[Entry]) -> list[dict[str, Any]]:
    """Fill in the entries' flicker; facts of the clips, with their noise floors."""
    by_path = {entry.path.absolute(): entry for entry in styles}
    engines = pipeline.Engines(plan.engine)
    clips = []
    for path in dict.fromkeys(cell.clip.path for cell in plan.cells):
        cells = [cell for cell in plan.cells if cell.clip.path == path]
        first = cells[0]
        say(f"{path.name}: motion of about {first.about_frames} frames at {first.size}")
        inputs = network_inputs(first, plan)
        gap = max(1, round(first.rate * APART))
        moved = [(motions(inputs, g), g) for g in (1, gap)]
        floor = [flicker_along(m, inputs, g).mean for m, g in moved]
        for cell in cells:
            began = time.perf_counter()
            outputs = list(stylized(engines.get(cell), inputs))
            near, apart = (flicker_along(m, outputs, g).mean for m, g in moved)
            entry = by_path[cell.style_path]
            entry.near[path.name], entry.apart[path.name] = near, apart
            say(
                f"{path.name}: {entry.metadata.style} {entry.metadata.network} ({entry.group}): "
                f"{near:.3f}, {apart:.3f} in {time.perf_counter() - began:.0f} s"
            )
        clips.append(clip_facts(first, len(inputs), gap, floor))
    return clips


def clip_facts(cell: Cell, frames: int, gap: int, floor: Sequence[float]) -> dict[str, Any]:
    return {
        "clip": cell.clip.path.name,
        "size": str(cell.size),
        "fps": round(float(cell.rate), 3),
        "frames": frames,
        "gap": gap,
        "floor": floor[0],
        "floor_apart": floor[1],
    }


def style_rows(styles: Sequence[Entry]) -> list[dict[str, Any]]:
    """A row for each style file, its twin's figures beside its own."""
    twins = {entry.path.name: entry for entry in styles if entry.group == "without"}
    rows = []
    for entry in styles:
        if entry.group == "without":
            continue
        twin = twins.get(entry.path.name) if entry.group == "with" else None
        spec = entry.metadata.spec
        rows.append(
            {
                "network": spec.name,
                "styles": entry.metadata.style,
                "other": entry.group == "other",
                "parameters": spec.parameters(),
                "macs": spec.macs(FULL.turned()),
                "content": entry.measured("content"),
                "style": entry.measured("style"),
                "flicker": mean(entry.near.values()),
                "flicker_apart": mean(entry.apart.values()),
                "flicker_without": mean(twin.near.values()) if twin else math.nan,
                "flicker_ratio": ratio(entry.near, twin.near) if twin else math.nan,
                "loss_ratio": entry.loss(entry) / twin.loss(entry) if twin else math.nan,
                "clips": entry.near,
            }
        )
    return rows


def network_rows(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Means over the styles of a network, the smallest network first."""
    means = []
    for other, network in dict.fromkeys((row["other"], row["network"]) for row in rows):
        mine = [row for row in rows if (row["other"], row["network"]) == (other, network)]
        row = {**mine[0], "styles": mine[0]["styles"] if len(mine) == 1 else f"mean of {len(mine)}"}
        for name, value in mine[0].items():
            if isinstance(value, float):
                row[name] = mean(r[name] for r in mine)
        row["clips"] = {clip: mean(r["clips"][clip] for r in mine) for clip in mine[0]["clips"]}
        means.append(row)
    return sorted(means, key=lambda row: (row["other"], row["macs"]))


def mean(values: Iterable[float]) -> float:
    """Of what is known; nan where nothing is."""
    there = [value for value in values if not math.isnan(value)]
    return fmean(there) if there else math.nan


def ratio(these: dict[str, float], those: dict[str, float]) -> float:
    return mean(these.values()) / mean(those.values())


def table(rows: Sequence[dict[str, Any]], clips: Sequence[str], *, without: bool) -> str:
    """Markdown."""
    head = ["network", "style", "parameters", "GMAC", "content", "style loss", "flicker", "0.1 s"]
    if without:
        head += ["flicker without", "with ÷ without", "loss with ÷ without"]
    several = clips if len(clips) > 1 else ()
    lines = [[*head, *several], ["---"] * 2 + ["---:"] * (len(head) - 2 + len(several))]
    for row in rows:
        cells = [row["network"], row["styles"], f"{row['parameters'] / 1e6:.2f} M"]
        cells += [f"{row['macs'] / 1e9:.1f}", number(row["content"], 2), number(row["style"], 2)]
        cells += [number(row["flicker"], 3), number(row["flicker_apart"], 3)]
        if without:
            names = ("flicker_without", "flicker_ratio", "loss_ratio")
            cells += [number(row[name], 3) for name in names]
        lines.append(cells + [number(row["clips"][clip], 3) for clip in several])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def number(value: float, digits: int) -> str:
    return NONE if math.isnan(value) else f"{value:.{digits}f}"


def plain(value: Any) -> Any:
    """JSON knows no nan."""
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, 5)
    if isinstance(value, dict):
        return {key: plain(v) for key, v in value.items()}
    return [plain(v) for v in value] if isinstance(value, list) else value


def say(message: str) -> None:
    print(message, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", nargs="+", type=Path, default=[SAMPLE], metavar="FILE")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each clip's start")
    parser.add_argument(
        "--size", help=f"default: {FULL}, or {HALF} where that would take over 20 minutes"
    )
    parser.add_argument(
        "--fps",
        default="source",
        help="default: source. Above a clip's own rate pictures repeat, and repeats never flicker",
    )
    parser.add_argument("--styles", type=Path, default=styles_dir(), metavar="DIR")
    parser.add_argument(
        "--without", type=Path, metavar="DIR", help="the same files, trained with --stability 0"
    )
    parser.add_argument(
        "--others", nargs="+", type=Path, default=[], metavar="FILE", help="more style files"
    )
    parser.add_argument("--networks", nargs="+", metavar="NAME", help="only these")
    parser.add_argument("--style", nargs="+", metavar="NAME", help="only these")
    parser.add_argument("--engine", default="auto")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    try:
        styles = entries(args)
        size = Size.parse(args.size) if args.size else FULL
        plan = plan_for(args, styles, size)
        if not args.size and about_seconds(plan, styles) > LONGEST:
            size = HALF
            plan = plan_for(args, styles, size)
        minutes = about_seconds(plan, styles) / 60
        say(f"{len(styles)} style files at {size}: about {minutes:.0f} min on two cores")
        clips = measure(plan, styles)
    except RenderError as error:
        say(f"error: {error}")
        return error.exit_status
    rows = style_rows(styles)
    networks = network_rows(rows)
    if args.json:
        print(json.dumps(plain({"clips": clips, "networks": networks, "styles": rows})))
        return 0
    names = [clip["clip"] for clip in clips]
    without = any(entry.group == "without" for entry in styles)
    print(f"Flicker at {size}, the first {args.seconds:g} s; GMAC a frame at {FULL}.\n")
    print(table(networks, names, without=without))
    if len(rows) > len(networks):
        print(f"\n{table(rows, names, without=without)}")
    print("\nThe noise floor, flicker of the clips themselves:\n")
    print("| clip | fps | frames | flicker | 0.1 s |\n| --- | ---: | ---: | ---: | ---: |")
    for clip in clips:
        floor = f"{number(clip['floor'], 3)} | {number(clip['floor_apart'], 3)}"
        print(f"| {clip['clip']} | {clip['fps']:g} | {clip['frames']} | {floor} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
