"""What a packed report weighs and costs: six previews of five seconds, and the same to be sent.

    python benchmarks/packing.py [--clip samples/bigbuckbunny.mp4] [--seconds 5] [--folder DIR]

Renders them at the A12's target (480x853, shown at 1080x1920) if they are not in ``--folder`` yet,
packs their report twice and says bytes, seconds, and how near the copies come to the previews.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import render

RATES, NETWORKS = ("10", "15", "30"), ("res3-w16", "res1")


def rendered(clip: Path, seconds: Fraction, folder: Path) -> int:
    """Bytes of the previews and of the plain clip."""
    looks = tuple(
        render.Preset().with_options(fps=rate, network=network).look()
        for network in NETWORKS
        for rate in RATES
    )
    request = render.Request(
        clips=(clip,), looks=looks, duration=seconds, output=folder, into_folder=True
    )
    for event in render.sweep(request, render.Outputs(report=True, metrics=render.Metrics.NONE)):
        if isinstance(event, render.CellFailed | render.StepFailed):
            raise event.error
    return sum(path.stat().st_size for path in folder.glob("*.mp4"))


def packed(folder: Path, path: Path) -> tuple[int, float, list[render.CopyMade]]:
    """Bytes, seconds, and the copies."""
    began = time.perf_counter()
    events = list(render.pack_report(folder, path, force=True))
    took = time.perf_counter() - began
    return path.stat().st_size, took, [e for e in events if isinstance(e, render.CopyMade)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clip", type=Path, default=Path("samples/bigbuckbunny.mp4"))
    parser.add_argument("--seconds", type=Fraction, default=Fraction(5))
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary) / "sweep"
        before = rendered(asked.clip, asked.seconds, folder)
        print(f"{len(RATES) * len(NETWORKS)} previews and the clip: {before / 1e6:.1f} MB")
        for name in ("sweep.zip", "again.zip", "page.html"):
            size, took, copies = packed(folder, Path(temporary) / name)
            print(f"{name}: {size / 1e6:.1f} MB in {took:.1f} s")
        for copy in copies:
            print(
                f"  {copy.name}: {copy.bytes / 1e6:.2f} MB, SSIM {copy.ssim}, PSNR {copy.psnr} dB"
            )


if __name__ == "__main__":
    main()
