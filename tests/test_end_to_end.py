"""The command as its users run it: a process, a shipped style, real files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from render.cli.app import run
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.engines.select import create
from render.execution.resize import resize
from render.media.ffmpeg import FFmpeg
from render.networks.catalogue import find_style, list_styles
from render.networks.checkpoint import load_style
from render.planning.geometry import place
from render.presets.preset import Preset
from render.presets.preset_library import list_presets, load_preset
from render.target import Fit, Size
from tests.conftest import X264, MakeClip
from tests.media.preview import pictures

pytestmark = pytest.mark.torch

QUICK = ("--size", "96x54", "--upscale", "192x108")


def render(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "render", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, timeout=120, check=False
    )


def test_the_front_door(moving: Path, tmp_path: Path, ff: FFmpeg) -> None:
    done = render(moving, "--fps", "15", *QUICK, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    written = tmp_path / done.stdout.strip()
    assert written.parent == tmp_path / "previews"
    shown = pictures(ff, written)
    assert shown.shape == (30, 108, 192, 3)
    # What ships: the network in single precision, then the bilinear upscale, all in torch.
    source = resize(
        pictures(ff, moving)[0], place(Size(320, 180), Size(96, 54), Fit.COVER), Size(96, 54)
    )
    style, metadata = find_style(Preset().style, Preset().network)
    assert metadata.network == Preset().network
    with torch.inference_mode():
        x = torch.from_numpy(source).permute(2, 0, 1)[None].float()
        y = load_style(style).network(x)
        y = F.interpolate(y, size=(108, 192), mode="bilinear", align_corners=False)
    expected = y[0].permute(1, 2, 0).numpy()
    off = np.abs(shown[0].astype(float) - expected).mean()
    assert off < 6  # the video coding's share
    plain = cv2.resize(source, (192, 108)).astype(float)
    assert np.abs(plain - expected).mean() > 4 * off


@pytest.mark.skipif(any(Path("/dev").glob("nvidia*")), reason="on a GPU torch is what runs")
def test_on_a_processor_a_preview_needs_no_torch(moving: Path, tmp_path: Path) -> None:
    """Its import takes as long as all the rest of the start."""
    pytest.importorskip("openvino")
    code = "import sys; sys.modules['torch'] = None; from render.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", code, str(moving), *QUICK, "--duration", "0.2"]
    done = subprocess.run(
        [*command, "-o", "preview.mp4"], capture_output=True, text=True, cwd=tmp_path,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "preview.mp4").exists()


def test_a_batch_goes_on_past_a_bad_clip(moving: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"this is no video")
    done = render(bad, moving, *QUICK, "--json", "-o", "out/", cwd=tmp_path)
    assert done.returncode == 1
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = [line["event"] for line in lines]
    assert kinds[-1] == "done"
    assert kinds.count("failed") == 1
    assert kinds.count("preview") == 1
    made = next(line for line in lines if line["event"] == "preview")
    assert made["frames"] == 30
    assert set(made["timings"]) >= {"decode", "resize", "stylize", "upscale", "encode", "wall"}
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_dry_run_writes_nothing(moving: Path, tmp_path: Path) -> None:
    done = render(moving, "--dry-run", "--network", "res1", "--upscale", "none", cwd=tmp_path)
    assert done.returncode == 0
    assert "853x480" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_interrupting_leaves_nothing(
    number: signal.Signals, status: int, make_clip: MakeClip, tmp_path: Path
) -> None:
    clip = make_clip("long.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=60", *X264)
    child = subprocess.Popen(
        [sys.executable, "-m", "render", str(clip), "--size", "320x180", "-o", "out/"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    out = tmp_path / "out"
    deadline = time.monotonic() + 60
    while not (out.exists() and any(out.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    children = Path(f"/proc/{child.pid}/task/{child.pid}/children")
    below = children.read_text().split() if children.exists() else []
    child.send_signal(number)
    try:
        assert child.wait(timeout=30) == status
    finally:
        child.kill()
    assert b"Traceback" not in (child.stderr.read() if child.stderr else b"")
    assert not out.exists() or list(out.iterdir()) == []
    for pid in below:
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_a_disk_that_ends_is_one_line(moving: Path, tmp_path: Path) -> None:
    """A limit on file size, where the platform has one, stands for the full disk."""
    script = (
        "import resource, runpy, signal, sys;"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000));"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "sys.argv = ['render', *sys.argv[1:]];"
        "runpy.run_module('render', run_name='__main__')"
    )
    command = [sys.executable, "-c", script, str(moving), *QUICK, "--crf", "1", "-o", "out/"]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, timeout=120, check=False
    )
    assert done.returncode == 1
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", [preset.name for preset in list_presets()])
def test_shipped_presets_render(name: str, moving: Path, tmp_path: Path) -> None:
    preset = load_preset(name)
    assert preset.licence
    assert preset.author
    assert preset.description
    words = (str(moving), "--preset", name, *QUICK, "--duration", "0.2", "-o", str(tmp_path))
    assert run(list(words)) == 0


@pytest.mark.parametrize("path", [style.path for style in list_styles()], ids=lambda p: p.name)
def test_shipped_styles(path: Path) -> None:
    style = load_style(path)
    said = style.metadata
    assert path.name == f"{said.style}.{said.network}.safetensors"
    assert all((said.title, said.artist, said.year, said.licence, said.trained_on, said.settings))
    # The border trap: no frame along the edges of a flat picture.
    assert said.measured["border_step"] <= 5
    choice = EngineChoice(EngineName.TORCH, DeviceName.CPU, "test")
    engine = create(style.network.weights(), Size(160, 160), choice)
    flat = engine.stylize(np.full((160, 160, 3), 128, np.uint8)).astype(float)
    middle = flat[64:96, 64:96].mean(axis=(0, 1))
    for edge in (flat[:8], flat[-8:], flat[:, :8], flat[:, -8:]):
        assert np.abs(edge.mean(axis=(0, 1)) - middle).max() <= 5


def test_the_sample_is_a_clip_with_sound() -> None:
    sample = Path(__file__).parents[1] / "samples" / "bigbuckbunny.mp4"
    with av.open(str(sample)) as container:
        assert container.streams.video[0].codec_context.width == 1280
        assert container.streams.audio
