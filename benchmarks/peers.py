"""render end to end against its peers, in turns, start-up included: wall and processor time.

    python benchmarks/peers.py vapoursynth|cv2|ffmpeg|all [--frames 40] [--rounds 3]
                               [--size 853x480] [--chart peers.svg]

All make the same video of the sample clip: 15 fps, the shipped style's res3, shown on 1920x1080.

- vapoursynth: BestSource, mlrt-ov (OpenVINO, single precision, two streams as render has) with the
  same weights as ONNX, `vspipe -c y4m - | ffmpeg` with a preview's own x264 settings. It needs
  Python 3.12 or later (--python), and gets an environment of its own, kept in --cache.
- cv2: a loop of cv2.VideoCapture, torch and cv2.VideoWriter (mp4v, which is what it has).
- ffmpeg: decoding, rate, scaling and a preview's x264 alone: the floor without any network.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import torch
from preview import SAMPLE
from torch import Tensor, nn

from render.bench.drawing import Drawing, Rectangle, Word
from render.media.encoding import AudioMode, Encoder, Encoding, codec_options, key_interval
from render.media.ffmpeg import find_ffmpeg
from render.media.probe import probe
from render.networks.catalogue import find_style
from render.networks.checkpoint import load_style
from render.networks.modules import folded
from render.presets.preset import Preset
from render.target import Size

HERE = Path(__file__).parent
RATE = Fraction(15)
PACKAGES = ("vapoursynth", "vapoursynth-mlrt-ov", "vapoursynth-bestsource")
PYTHONS = ("python3.13", "python3.12")


class MissingError(Exception):
    """Why a peer cannot be run here."""


@dataclass(frozen=True)
class Task:
    clip: Path
    size: Size  # turned: width by height
    pace: Fraction  # pictures of the clip to one of the video
    frames: int
    ffmpeg: Path
    style: Path
    folder: Path

    @property
    def x264(self) -> list[str]:
        """What a preview is written with beside a processor's network."""
        options = codec_options(Encoding(Encoder.X264, 18, AudioMode.NONE), spare=True)
        options |= {"g": key_interval(RATE)}
        return [word for key, value in options.items() for word in (f"-{key}", str(value))]


def environment(python: str | None, cache: Path) -> tuple[Path, str]:
    """VapourSynth's: made once. Its folder of programs, and its packages' versions."""
    programs = cache / "vapoursynth" / "bin"
    cache.mkdir(parents=True, exist_ok=True)
    if not (programs / "vspipe").exists():
        found = python or next(filter(None, map(shutil.which, PYTHONS)), None)
        if found is None:
            raise MissingError("no Python 3.12 or 3.13 here; --python names one")
        subprocess.run([found, "-m", "venv", "--clear", programs.parent], check=True)
        done = subprocess.run([programs / "pip", "install", "-q", *PACKAGES], check=False)
        if done.returncode:
            raise MissingError(f"pip could not install {', '.join(PACKAGES)}")
        # vspipe asks this file where its Python is; the user's own stays as it is.
        subprocess.run([programs / "vapoursynth", "config"], check=True, env=own(cache))
    listed = subprocess.run(
        [programs / "pip", "list", "--format=freeze"], capture_output=True, text=True, check=True
    ).stdout
    return programs, " ".join(line for line in listed.split() if "apoursynth" in line.lower())


def own(cache: Path) -> dict[str, str]:
    return {**os.environ, "HOME": str(cache), "XDG_CONFIG_HOME": str(cache)}


def as_onnx(task: Task) -> Path:
    class Planes(nn.Module):  # VapourSynth's floats run from 0 to 1
        def __init__(self) -> None:
            super().__init__()
            self.network = folded(load_style(task.style).network).float()

        def forward(self, x: Tensor) -> Tensor:
            return torch.clamp(self.network(x * 255) / 255, 0, 1)

    path = task.folder / "network.onnx"
    example = torch.zeros(1, 3, task.size.height, task.size.width)
    with torch.inference_mode():
        torch.onnx.export(
            Planes().eval(), (example,), str(path), opset_version=17, dynamo=False,
            input_names=["input"], output_names=["output"],
        )  # fmt: skip
    return path


def vapoursynth(task: Task, python: str | None, cache: Path) -> tuple[Callable[[Path], None], str]:
    programs, versions = environment(python, cache)
    model = as_onnx(task)
    said = {
        "clip": task.clip,
        "model": model,
        "width": task.size.width,
        "height": task.size.height,
        "pace": task.pace,
        "frames": task.frames,
    }
    words = [word for key, value in said.items() for word in ("-a", f"{key}={value}")]
    script = [programs / "vspipe", "-c", "y4m", *words, HERE / "peer.vpy", "-"]
    writer = [task.ffmpeg, "-nostdin", "-v", "error", "-y", "-i", "-", *task.x264]

    def once(output: Path) -> None:
        with subprocess.Popen(
            [*map(str, script)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=own(cache)
        ) as source:
            done = subprocess.run([*map(str, [*writer, output])], stdin=source.stdout, check=False)
            assert source.stderr
            said = source.stderr.read().decode()
        if source.returncode or done.returncode:
            raise MissingError(f"vspipe: {said.strip().splitlines()[-1]}")

    return once, versions


def cv2_loop(task: Task) -> tuple[Callable[[Path], None], str]:
    command = [sys.executable, HERE / "cv2_loop.py", task.clip, task.style, task.size]
    command += [task.pace, task.frames]

    def once(output: Path) -> None:
        subprocess.run([*map(str, [*command, output])], check=True)

    return once, f"opencv {cv2.__version__}, torch {torch.__version__}"


def ffmpeg_alone(task: Task) -> tuple[Callable[[Path], None], str]:
    command = [task.ffmpeg, "-nostdin", "-v", "error", "-y", "-i", task.clip, "-an"]
    command += ["-vf", f"fps={RATE},scale=1920:1080:flags=bilinear", "-frames:v", task.frames]
    command += [*task.x264]

    def once(output: Path) -> None:
        subprocess.run([*map(str, [*command, output])], check=True)

    return once, find_ffmpeg().version


def render_itself(task: Task) -> Callable[[Path], None]:
    command = [sys.executable, "-m", "render", task.clip, "--no-config", "-q", "--fps", RATE]
    command += ["--size", task.size, "--duration", f"{float((task.frames - 0.5) / RATE):.3f}"]
    command += ["--audio", "none", "--orient", "as-given", "--metrics", "none", "--force"]

    def once(output: Path) -> None:
        subprocess.run([*map(str, [*command, "-o", output])], check=True, stdout=subprocess.DEVNULL)

    return once


@dataclass(frozen=True)
class Spent:
    wall: float
    processor: float


def timed(once: Callable[[Path], None], output: Path, frames: int) -> Spent:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    once(output)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    found = round(cv2.VideoCapture(str(output)).get(cv2.CAP_PROP_FRAME_COUNT))
    if found != frames:
        raise RuntimeError(f"{output.name}: {found} frames, not {frames}")
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall, spent)


def chart(rows: dict[str, float], path: Path, frames: int) -> None:
    """Median seconds as bars."""
    drawing = Drawing(720, 60 + 34 * len(rows), "#fffdf9")
    title = f"Seconds for {frames} frames, start-up included (median)"
    drawing.add(Word(title, (20, 28), 15, "#262421"))
    most = max(rows.values())
    for number, (name, seconds) in enumerate(rows.items()):
        y = 48 + 34 * number
        end = 150 + 470 * seconds / most
        colour = "#256660" if name == "render" else "#a8a095"
        drawing.add(Word(name, (140, y + 17), 13, "#262421", "end"))
        drawing.add(Rectangle((150, y), (end, y + 24), colour))
        drawing.add(Word(f"{seconds:.1f}", (end + 8, y + 17), 13, "#262421"))
    path.write_text(drawing.svg(), encoding="utf-8")


def processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} cores, {names[0] if names else platform.machine()}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=("vapoursynth", "cv2", "ffmpeg", "all"))
    parser.add_argument("--clip", type=Path, default=SAMPLE)
    parser.add_argument("--size", default="853x480")
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", help="3.12 or later, for VapourSynth's environment")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "render-peers")
    parser.add_argument("--chart", type=Path, help="an SVG of the medians")
    args = parser.parse_args()
    ffmpeg = find_ffmpeg()
    clip = probe(args.clip, ffmpeg)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        task = Task(
            clip=args.clip.absolute(),
            size=Size.parse(args.size),
            pace=clip.video.rate / RATE,
            frames=args.frames,
            ffmpeg=ffmpeg.path,
            style=find_style(Preset().style, "res3").path,
            folder=folder,
        )
        make = {
            "vapoursynth": lambda: vapoursynth(task, args.python, args.cache),
            "cv2": lambda: cv2_loop(task),
            "ffmpeg": lambda: ffmpeg_alone(task),
        }
        runs, about = {"render": render_itself(task)}, {"render": f"ffmpeg {ffmpeg.version}"}
        for name in make if args.peer == "all" else (args.peer,):
            try:
                runs[name], about[name] = make[name]()
                timed(runs[name], folder / f"first-{name}.mp4", task.frames)  # files into memory
            except (MissingError, OSError, subprocess.CalledProcessError) as error:
                runs.pop(name, None)
                print(f"{name}: NOT run: {error}")
        spent: dict[str, list[Spent]] = {name: [] for name in runs}
        for number in range(args.rounds):
            for name in sorted(runs, reverse=bool(number % 2)):
                spent[name].append(timed(runs[name], folder / f"{name}.mp4", task.frames))
        sizes = {name: (folder / f"{name}.mp4").stat().st_size for name in runs}
    print(f"{args.clip.name}: {task.frames} frames, res3 at {task.size}, {args.rounds} rounds")
    print(f"{platform.platform()}, {processor()}, Python {platform.python_version()}")
    print("| | wall s (of each round) | processor s | render's wall over it | processor | MB | |")
    print("|---|---|---|---|---|---|---|")
    wall = {name: statistics.median(s.wall for s in each) for name, each in spent.items()}
    used = {name: statistics.median(s.processor for s in each) for name, each in spent.items()}
    for name, each in spent.items():
        rounds = ", ".join(f"{s.wall:.1f}" for s in each)
        print(
            f"| {name} | {wall[name]:.1f} ({rounds}) | {used[name]:.1f} "
            f"| {wall['render'] / wall[name]:.2f} | {used['render'] / used[name]:.2f} "
            f"| {sizes[name] / 1e6:.1f} | {about[name]} |"
        )
    if args.chart:
        chart(wall, args.chart, task.frames)
    return 0


if __name__ == "__main__":
    sys.exit(main())
