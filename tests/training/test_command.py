"""``render train``: results on stdout, words on stderr, refusals in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from render.cli.app import run
from render.networks.metadata import read_metadata

pytestmark = pytest.mark.torch


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    rng = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for name in ("painting.png", "photos/a.png", "photos/b.png"):
        picture = rng.integers(0, 256, (40, 40, 3), dtype=np.uint8)
        Image.fromarray(picture).save(tmp_path / name)
    (tmp_path / "photos" / "broken.jpg").write_text("no")
    return tmp_path


TINY = ["--network", "res0-w4", "--steps", "10", "--batch", "1", "--crop", "32",
        "--stroke-size", "0.1", "--device", "cpu"]  # fmt: skip


def test_it_writes_a_style(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = folder / "out"
    command = ["train", str(folder / "painting.png"), "--content", str(folder / "photos")]
    words = ["--title", "A Painting", "--licence", "CC0-1.0"]
    status = run([*command, "-o", str(out), *words, *TINY])
    stdout, stderr = capfd.readouterr()
    assert status == 0
    path = out / "painting.res0-w4.safetensors"
    assert stdout == f"{path}\n"
    assert "2 pictures to train on" in stderr
    assert "broken.jpg" in stderr
    assert "on this processor it takes about" in stderr
    assert read_metadata(path).title == "A Painting"


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        ([], 2, "no painting given"),
        (["a.png"], 2, "--content is missing"),
        (["a.png", "b.png", "--content", ".", "--title", "T"], 2, "describe one painting"),
        (["a.png", "--content", ".", "--device", "tpu"], 2, "choose one of auto, cpu"),
        (["a.png", "--content", ".", "--network", "rse3"], 2, "did you mean res3"),
        (["a.png", "--content", ".", "--motion", "real"], 2, "choose one of warp, flow"),
        (["a.png", "--content", ".", "--layer-weights", "1,2"], 2, "write four numbers"),
        (["a.png", "--content", ".", "--steps", "0"], 1, "steps 0: must be 1"),
        (["missing.png", "--content", "."], 1, "missing.png: no such painting"),
        (["painting.png", "--content", "nowhere"], 1, "nowhere: no such folder"),
    ],
)
def test_refusals(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    words: str,
) -> None:
    monkeypatch.chdir(folder)
    assert run(["train", *arguments]) == status
    stdout, stderr = capfd.readouterr()
    assert stdout == ""
    assert words in stderr
    assert "Traceback" not in stderr
