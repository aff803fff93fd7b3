"""What each figure of a sweep costs: milliseconds for one picture, pair or frame.

    python benchmarks/metrics.py [--mode fast|full] [--repeat 5] [--device cpu|cuda|mps]
    python benchmarks/metrics.py --folder DIR [--mode …] [--device …]

On pictures of the sample clip, enlarged to 1920x1080 as previews are, at the sizes that the mode
compares at. The first call of each, which loads its network, is not counted. With a folder of
previews: seconds that all figures of it take, on the wall and of processors (this process's and its
children's), with all that is loaded for them; nothing is written.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import median

import cv2

from render.compare.metrics.cvvdp import jods
from render.compare.metrics.cvvdp_numbers import pixels_per_degree
from render.compare.metrics.detail import detail
from render.compare.metrics.lpips import lpips
from render.compare.metrics.measure import measure
from render.compare.metrics.modes import EFFORTS, Metrics
from render.compare.metrics.reading import pictures, reduced, within
from render.compare.metrics.ssim import ssim
from render.compare.metrics.style import style_eye
from render.compare.metrics.workshop import Workshop, workshop
from render.engines.base import DeviceName, EngineName
from render.engines.select import choose
from render.media.ffmpeg import find_ffmpeg
from render.media.flicker import pair_flicker
from render.media.flow import motion
from render.media.frame import as_picture
from render.media.probe import probe
from render.results.results import load
from render.target import Size

SAMPLE = Path(__file__).parents[1] / "samples" / "bigbuckbunny.mp4"
DISPLAY = Size(1920, 1080)
FRAMES = 10


def milliseconds(work: Callable[[], object], repeat: int) -> float:
    times = []
    for _ in range(repeat + 1):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return 1000 * median(times[1:])


def whole(folder: Path, mode: Metrics, device: DeviceName) -> None:
    results = load(folder)
    bare = (cell.model_copy(update={"figures": None}) for cell in results.cells)
    results = results.model_copy(update={"cells": tuple(bare)})
    began, spent = time.perf_counter(), _processors()
    for _ in measure(results, folder, None, mode, choice=choose(EngineName.AUTO, device)):
        pass
    wall, used = time.perf_counter() - began, _processors() - spent
    print(f"{len(results.cells)} cells, {mode}: {wall:.1f} s, {used:.1f} s of processors")


def _processors() -> float:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(u.ru_utime + u.ru_stime for u in map(resource.getrusage, kinds))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mode", choices=["fast", "full"], default="fast")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--device", type=DeviceName, default=DeviceName.AUTO)
    parser.add_argument("--folder", type=Path)
    args = parser.parse_args()
    if args.folder is not None:
        whole(args.folder, Metrics(args.mode), args.device)
        return 0
    with workshop(choose(EngineName.AUTO, args.device)) as shop:
        return parts(args, shop)


def parts(args: argparse.Namespace, shop: Workshop) -> int:
    """Each figure by itself."""
    effort = EFFORTS[Metrics(args.mode)]
    ff = find_ffmpeg()
    clip = probe(SAMPLE, ff)
    moments = [Fraction(n, 10) for n in range(FRAMES)]
    shown = [picture for _, picture in pictures(clip, DISPLAY, moments, ff.path)]
    sizes = [within(DISPLAY, side) for side in (effort.side, effort.style_side, effort.jod_side)]
    a, b = (reduced(picture, sizes[0]) for picture in shown[:2])
    eye, look = style_eye(shop), lpips(shop)
    styled, reference = reduced(shown[0], sizes[1]), eye.grams(reduced(shown[1], sizes[1]))
    video = [reduced(picture, sizes[2]) for picture in shown]
    soft = [as_picture(cv2.GaussianBlur(picture, (0, 0), 1)) for picture in video]
    device = shop.choice.device if shop.on_gpu else DeviceName.CPU

    def jod(others: int) -> list[float]:
        return jods(video, [soft] * others, 30, density, device=device, pool=shop.pool)

    density, features, moved = pixels_per_degree(sizes[2].height), look.features(b), motion(a, b)
    rows = [
        ("LPIPS, a picture", sizes[0], lambda: look.between(look.features(a), features)),
        ("SSIM, a picture", sizes[0], lambda: ssim(a, b)),
        ("style, a picture", sizes[1], lambda: eye.distance(styled, reference)),
        ("sharpness and stroke, a picture", DISPLAY, lambda: detail(shown[0])),
        ("motion, a pair (once for all cells of a rate)", sizes[0], lambda: motion(a, b)),
        ("flicker, a pair", sizes[0], lambda: pair_flicker(moved, a, b)),
        ("JOD, ten frames of one cell", sizes[2], lambda: jod(1)),
        ("JOD, ten frames of five", sizes[2], lambda: jod(5)),
    ]
    print("| figure | size | ms |\n| --- | --- | ---: |")
    for name, size, work in rows:
        print(f"| {name} | {size} | {milliseconds(work, args.repeat):.0f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
