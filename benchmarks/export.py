"""Every style exported in both of Core ML's forms, with what its verification found.

    python benchmarks/export.py                      all shipped styles, 480x853 to 1080x1920
    python benchmarks/export.py --style udnie --network res3,res1
    python benchmarks/export.py --compress           what fewer bits lose, of one style's networks
    python benchmarks/export.py --clip clip.mp4 --table table.md

Needs coremltools. Against the preview's own network on real pictures: PSNR (dB), mean and largest
difference (of 255), all of the worst picture; the largest number inside; the model's size on disk;
seconds to convert, write, read and verify it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from render.errors import RenderError
from render.export.description import words_of
from render.export.export_model import Exported, export
from render.export.export_target import (
    Compression,
    ExportTarget,
    Format,
    Surroundings,
    WeightPrecision,
    least_ios,
)
from render.export.proof_pictures import Given, given
from render.networks.catalogue import FoundStyle, list_styles
from render.presets.preset import Preset
from render.target import Size

HEADER = ["style", "network", "form", "PSNR", "mean", "max", "shown", "peak", "MB", "s", ""]


def main() -> int:
    options = parse()
    rows = [HEADER]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for style in chosen(options):
            for target in targets(style, options):
                row = measured(style, target, Path(folder), options)
                failed += row[-1] != "passed"
                rows.append(row)
                print("  ".join(row), file=sys.stderr, flush=True)
    text = markdown(rows)
    print(text)
    if options.table:
        options.table.write_text(text + "\n", encoding="utf-8")
    return 1 if failed else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--style", default="", help="names, with commas; else all")
    parser.add_argument("--network", default="", help="names, with commas; else all")
    parser.add_argument("--size", type=Size.parse, default=Size(480, 853))
    parser.add_argument("--upscale", type=Size.parse, default=Size(1080, 1920))
    parser.add_argument("--clip", type=Path, help="verify on this; else on render's two pictures")
    parser.add_argument("--compress", action="store_true", help="what fewer bits lose")
    parser.add_argument("--table", type=Path, help="also write the table here")
    return parser.parse_args()


def chosen(options: argparse.Namespace) -> list[FoundStyle]:
    styles = set(filter(None, options.style.split(",")))
    networks = set(filter(None, options.network.split(",")))
    if options.compress and not styles:
        styles = {"composition-vii"}
    return [
        each
        for each in list_styles()
        if (not styles or each.metadata.style in styles)
        and (not networks or each.metadata.network in networks)
    ]


def targets(style: FoundStyle, options: argparse.Namespace) -> Iterator[ExportTarget]:
    plain = ExportTarget(
        style_path=style.path,
        spec=style.metadata.spec,
        strength=1.0,
        size=options.size,
        upscale=options.upscale,
    )
    if options.compress:
        for how in Compression:
            yield replace(plain, compression=how, ios=least_ios(Format.MLPACKAGE, how))
        return
    yield plain
    yield replace(plain, format=Format.MLMODEL, ios=14)
    if style.metadata.style == "composition-vii":  # the same sums in every style
        yield replace(plain, precision=WeightPrecision.FP32)
        yield replace(plain, surroundings=Surroundings.CAMERA)


def measured(
    style: FoundStyle, target: ExportTarget, folder: Path, options: argparse.Namespace
) -> list[str]:
    form = [target.format.value]
    form += [target.precision.value] if target.precision is WeightPrecision.FP32 else []
    form += [target.compression.value] if target.compression is not Compression.NONE else []
    form += ["camera"] if target.surroundings is Surroundings.CAMERA else []
    named = [style.metadata.style, style.metadata.network, ", ".join(form)]
    pictures: list[Given] = given(target, options.clip)
    words = words_of(target, Preset(), style.metadata)
    output = folder / f"model{target.format.suffix}"
    began = time.perf_counter()
    try:
        done = finished(export(target, words, pictures, output, force=True))
    except RenderError as error:
        return [*named, *[""] * 7, str(error).removeprefix(f"{output}: ")]
    found = done.verified
    numbers = [
        f"{found.psnr:.1f}",
        f"{found.mean:.3f}" if found.mean >= 0.001 else f"{found.mean:.1e}",
        f"{found.largest:.2f}" if found.largest >= 0.01 else f"{found.largest:.1e}",
        f"{found.shown:.1f}",
        f"{found.peak:.0f}",
        f"{done.bytes / 1e6:.2f}",
        f"{time.perf_counter() - began:.1f}",
    ]
    return [*named, *numbers, "passed"]


def finished(steps: Any) -> Exported:
    while True:
        try:
            next(steps)
        except StopIteration as end:
            done: Exported = end.value
            return done


def markdown(rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])


if __name__ == "__main__":
    sys.exit(main())
