"""Bytes and processor time of x264's settings at equal SSIM, on real stylized previews.

    python benchmarks/encoders.py [PREVIEW ...] [--frames 16] [--rounds 2]

Without lossless previews of your own (`render … --crf 0 --audio none`), two of the sample clip are
rendered, at 853x480 and 427x240, shown on 1920x1080 at 15 fps. Each setting codes the same pictures
at two qualities, with a key frame every half second as previews have it, on one thread; settings
take turns, so that a noisy machine is noisy for all. Its bytes are those at which it has the SSIM
of the first setting at crf 18, read off the line through its own two points (logarithm of bytes
over SSIM in decibels); time is the processor's, of all of ffmpeg.
"""

from __future__ import annotations

import argparse
import math
import re
import resource
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from preview import SAMPLE

from render.media.encoding import AudioMode, Encoder, Encoding, codec_options, key_interval
from render.media.ffmpeg import find_ffmpeg
from render.media.probe import probe

QUALITIES = (18, 21)
PLAIN = "preset=superfast:bf=0:coder=0"
_LARGE = "partitions=i8x8:ipratio=1.2"
_TURNS = f"{_LARGE}:bf=1:b-adapt=0:pbratio=1.1"
SETTINGS = {
    "superfast, no B-frames, no CABAC (0.1)": PLAIN,
    "ultrafast": "preset=ultrafast",
    "superfast, no B-frames": "preset=superfast:bf=0",
    "superfast": "preset=superfast",
    "no 4x4, no B-frames, no CABAC": f"preset=superfast:bf=0:coder=0:{_LARGE}:subme=2",
    "no 4x4, no B-frames": f"preset=superfast:bf=0:{_LARGE}",
    "no 4x4, no B-frames, subme 2": f"preset=superfast:bf=0:{_LARGE}:subme=2",
    "no 4x4, B-frames": f"preset=superfast:{_TURNS}",
    "no 4x4, B-frames, subme 2": f"preset=superfast:{_TURNS}:subme=2",
    "no 4x4, B-frames, subme 2, trellis": f"preset=superfast:{_TURNS}:subme=2:trellis=1",
    "veryfast": "preset=veryfast",
    "faster": "preset=faster",
    "medium": "preset=medium",
    "medium, tuned for SSIM": "preset=medium:tune=ssim",
    "slower": "preset=slower",
}


@dataclass(frozen=True)
class Point:
    ms: float
    bytes: float
    ssim: float

    @property
    def decibels(self) -> float:
        return -10 * math.log10(1 - self.ssim)


def raw(ffmpeg: Path, preview: Path, frames: int, folder: Path) -> Path:
    """The preview's first pictures as they are."""
    path = folder / f"{preview.stem}.yuv"
    command = [ffmpeg, "-nostdin", "-v", "error", "-i", preview, "-frames:v", frames]
    command += ["-pix_fmt", "yuv420p", "-f", "rawvideo", path]
    subprocess.run([*map(str, command)], check=True)
    return path


def code(ffmpeg: Path, pictures: Path, size: str, rate: Fraction, setting: str, crf: int) -> Point:
    source = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-r", str(rate), "-i"]
    words = dict(word.split("=") for word in setting.split(":"))
    head = [word for key in ("preset", "tune") if key in words for word in (f"-{key}", words[key])]
    rest = ":".join(f"{key}={to}" for key, to in words.items() if key not in ("preset", "tune"))
    output = pictures.with_suffix(".mp4")
    command = [str(ffmpeg), "-nostdin", "-v", "error", "-y", *source, str(pictures)]
    command += ["-c:v", "libx264", *head, "-crf", str(crf), "-g", str(key_interval(rate))]
    command += ["-threads", "1"]
    # coder and bf by ffmpeg's own names, as previews say them.
    rest = rest.replace("coder=0", "no-cabac=1").replace("bf=", "bframes=")
    command += ["-x264-params", rest] if rest else []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([*command, str(output)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    same = "settb=1/90000,setpts=N*3000"  # one time for one picture
    graph = f"[0:v]{same}[a];[1:v]{same}[b];[a][b]ssim"
    command = [str(ffmpeg), "-nostdin", "-hide_banner", *source, str(pictures), "-i", str(output)]
    command += ["-lavfi", graph, "-f", "null", "-"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    found = re.search(r"All:([\d.]+)", said)
    assert found
    width, height = map(int, size.split("x"))
    frames = pictures.stat().st_size / (width * height * 1.5)
    return Point(seconds / frames * 1e3, output.stat().st_size / frames, float(found[1]))


def at_equal(points: list[Point], wanted: Point) -> float:
    """Bytes a frame at which the points' line has the SSIM that is wanted."""
    good, bad = points
    slope = math.log(good.bytes / bad.bytes) / (good.decibels - bad.decibels)
    return math.exp(math.log(good.bytes) + slope * (wanted.decibels - good.decibels))


def render_some(folder: Path, frames: int) -> list[Path]:
    found = []
    for size in ("480x853", "240x427"):
        path = folder / f"sample-{size}.mp4"
        command = [sys.executable, "-m", "render", SAMPLE, "--no-config", "-q", "--fps", 15]
        command += ["--size", size, "--start", 1, "--duration", frames / 15, "--crf", 0]
        subprocess.run([*map(str, [*command, "--audio", "none", "-o", path])], check=True)
        found.append(path)
    return found


def today() -> str:
    both = []
    for spare, where in ((True, "beside a processor's network"), (False, "beside a GPU")):
        options = codec_options(Encoding(Encoder.X264, 18, AudioMode.NONE), spare=spare)
        both.append(f"previews are written, {where}, with {options}")
    return "\n".join(both)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("previews", nargs="*", type=Path)
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=2, help="of timing, at crf 18")
    parser.add_argument("--only", default="", help="settings whose names hold this, and the first")
    args = parser.parse_args()
    ffmpeg = find_ffmpeg()
    names = [name for number, name in enumerate(SETTINGS) if not number or args.only in name]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        previews = args.previews or render_some(folder, args.frames)
        ratios: dict[str, list[float]] = {name: [] for name in names}
        times: dict[str, list[float]] = {name: [] for name in names}
        for preview in previews:
            clip = probe(preview, ffmpeg)
            size, rate = str(clip.video.coded), clip.video.rate
            pictures = raw(ffmpeg.path, preview, args.frames, folder)
            found: dict[str, list[Point]] = {name: [] for name in names}
            for crf in (*QUALITIES, *[QUALITIES[0]] * (args.rounds - 1)):
                for name in names:
                    point = code(ffmpeg.path, pictures, size, rate, SETTINGS[name], crf)
                    found[name].append(point)
            wanted = found[names[0]][0]
            print(f"{preview.name}: {size} at {rate} fps, {args.frames} frames; SSIM of all:")
            print(f"{wanted.ssim:.4f} at {wanted.bytes / 1e3:.1f} kB a frame")
            for name in names:
                first, last, *again = found[name]
                share = at_equal([first, last], wanted) / wanted.bytes
                ms = statistics.median(point.ms for point in (first, *again))
                ratios[name].append(share)
                times[name].append(ms)
                print(
                    f"  {name:<40}{ms:6.0f} ms {first.bytes / 1e3:7.1f} kB, SSIM {first.ssim:.4f} "
                    f"at crf {QUALITIES[0]}; {share:.2f} of the bytes at equal SSIM",
                    flush=True,
                )
            pictures.unlink()
    print(f"\n{'means of ' + str(len(previews)):<42}{'ms':>6}{'bytes':>8}")
    for name in names:
        print(f"{name:<42}{statistics.mean(times[name]):6.0f}{statistics.mean(ratios[name]):8.2f}")
    print(today())
    return 0


if __name__ == "__main__":
    sys.exit(main())
