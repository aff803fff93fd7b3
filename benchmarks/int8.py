"""What 8-bit integers win and lose here: times as fast as single precision, PSNR to it.

    python benchmarks/int8.py [CLIP] [--size 480x853] [--rounds 3]

The shipped networks of one style each; ranges are taken from eight frames of the clip, and the
pictures of three others compared, in turns (f32, int8, int8, f32 …), by processor time.
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from pathlib import Path

import av
import cv2
import numpy as np

from render.engines.base import DeviceName, Engine, EngineChoice, EngineName, Precision
from render.engines.openvino_int8 import seen_ranges
from render.engines.select import create
from render.media.frame import Picture
from render.networks.catalogue import find_style
from render.networks.weights import read_weights
from render.target import Size

SAMPLE = Path(__file__).parents[1] / "samples" / "bigbuckbunny.mp4"
STYLES = (
    ("composition-vii", "res5"), ("great-wave", "res3"), ("udnie", "res3-sep"),
    ("udnie", "res3-w16"), ("the-scream", "res1"),
)  # fmt: skip
SINGLE = EngineChoice(EngineName.OPENVINO, DeviceName.CPU, "a benchmark")
INTEGER = EngineChoice(EngineName.OPENVINO, DeviceName.CPU, "a benchmark", Precision.INTEGER)


def frames(clip: Path, size: Size) -> list[Picture]:
    """Every eighth of the clip."""
    found = []
    with av.open(str(clip)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number % 8 == 0:
                found.append(frame.to_ndarray(format="rgb24"))
    sides = size.width, size.height
    return [cv2.resize(picture, sides, interpolation=cv2.INTER_AREA) for picture in found]


def timed(engine: Engine, picture: Picture) -> tuple[float, Picture]:
    began = time.process_time()
    shown = engine.stylize(picture)
    return time.process_time() - began, shown


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("clip", nargs="?", type=Path, default=SAMPLE)
    parser.add_argument("--size", default="480x853")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    size = Size.parse(args.size).turned()
    pictures, small = frames(args.clip, size), frames(args.clip, Size(427, 240))
    taken = small[:: max(1, len(small) // 8)][:8]
    print(f"{'':<24}{'f32 s':>8}{'int8 s':>8}{'faster':>8}{'PSNR dB':>9}   (processor seconds)")
    for style, network in STYLES:
        weights = read_weights(find_style(style, network).path)
        engines = {
            "f32": create(weights, size, SINGLE),
            "int8": create(
                weights, size, INTEGER, ranges=seen_ranges(weights, Size(427, 240), taken)
            ),
        }
        times: dict[str, list[float]] = {name: [] for name in engines}
        off = []
        for turn in range(args.rounds + 1):
            for picture in pictures[3 :: max(1, len(pictures) // 3)]:
                shown = {}
                for name in list(engines)[:: 1 if turn % 2 else -1]:
                    took, shown[name] = timed(engines[name], picture)
                    if turn:  # the first is start-up
                        times[name].append(took)
                off.append(np.mean((shown["f32"].astype(float) - shown["int8"]) ** 2))
        single, integer = (statistics.median(times[name]) for name in ("f32", "int8"))
        psnr = 10 * math.log10(255**2 / float(np.mean(off)))
        print(
            f"{style + ' ' + network:<24}{single:>8.3f}{integer:>8.3f}{single / integer:>8.2f}"
            f"{psnr:>9.1f}",
            flush=True,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
