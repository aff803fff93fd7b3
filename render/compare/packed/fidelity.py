"""How good a light copy is: SSIM and PSNR of each of its frames against the video's, at the video's
size, by ffmpeg's own filters."""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from render.compare.packed.light_copy import LightCopy
from render.media import ffmpeg
from render.media.decibels import decibels
from render.media.process import Process
from render.media.watch import PATIENCE, Patience

_SSIM = re.compile(rb"^n:\d+ Y:([\d.]+)")
_ERROR = re.compile(rb"^n:\d+ .*\bmse_y:([\d.]+)")


@dataclass(frozen=True, slots=True)
class Fidelity:
    """Of a copy to its video, in luma, over all frames: the mean SSIM, and the PSNR in dB, None
    where they are alike."""

    ssim: float
    psnr: float | None


def measure_fidelity(
    copy: LightCopy, written: Path, ff: Path, *, patience: Patience = PATIENCE
) -> Generator[int, None, Fidelity]:
    """Compare what was ``written`` with the video; yields the frames done. Raises FFmpegError."""
    arguments = _arguments(copy, written)
    alike, errors = [], []
    with Process(ff, arguments, stdout=True, patience=patience) as process:
        while True:
            with process.waiting():
                line = process.stdout.readline()
            if not line:
                break
            if found := _SSIM.match(line):
                alike.append(float(found[1]))
                yield len(alike)
            elif found := _ERROR.match(line):
                errors.append(float(found[1]))
        if process.wait() != 0 or not alike or len(alike) != len(errors):
            raise process.failure(f"{copy.clip.path}: its copy cannot be compared with it")
    error = math.fsum(errors) / len(errors)
    psnr = None if error == 0 else round(decibels(error), 2)
    return Fidelity(round(math.fsum(alike) / len(alike), 4), psnr)


def _arguments(copy: LightCopy, written: Path) -> list[str]:
    size, video = copy.clip.video.displayed, copy.clip.video
    # Frame by frame, whatever the containers say of times; as a player scales a copy up.
    first = "settb=1/1000,setpts=N"
    graph = ";".join((
        f"[0:v:0]{first},scale={size.width}:{size.height}:flags=bicubic+bitexact,"
        "format=yuv420p,split[a][c]",
        f"[1:{video.index}]{first},scale={size.width}:{size.height},format=yuv420p,split[b][d]",
        "[a][b]ssim=stats_file=-,nullsink",
        "[c][d]psnr=stats_file=-[out]",
    ))  # fmt: skip
    words = []
    for name in (ffmpeg.OUTPUT, ffmpeg.CLIP):
        for key, value in ffmpeg.input_options(still=False).items():
            words += [f"-{key}", value]
        words += ["-i", name]
    words += ["-filter_complex", graph, "-map", "[out]", "-f", "null", "-"]
    return ffmpeg.with_names(words, output=written, clip=copy.clip.path)
