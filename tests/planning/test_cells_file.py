"""``--cells FILE.toml``: chosen combinations, and what every mistake is told."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from render.cli.read_request import make_request
from render.errors import UsageError
from render.look import Look
from render.planning.cells_file import MAX_BYTES, load_cells
from render.presets.preset import Preset
from render.target import Size, Upscaling

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def file(text: str | bytes) -> Path:
        path = tmp_path / "cells.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return file


def looks(path: Path, preset: str | None = None, **options: str) -> tuple[Look, ...]:
    return make_request(
        (Path("a.mp4"),), dict(options), preset=preset, cells=path, start=None, duration=None,
        device=None, engine=None, output=None, force=False, strict=False, ffmpeg=None,
    ).looks  # fmt: skip


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        load_cells(path)
    message = str(caught.value)
    assert "\n" not in message and message.startswith(str(path))
    return message


TWO = """
schema = 1

[[cell]]
fps = 10
size = "480x853"
network = "res5"

[[cell]]
fps = 29.97
size = "240x427"
"""


def test_what_a_cell_leaves_out_is_the_preset_s(write: Write) -> None:
    base = Preset()
    assert looks(write(TWO)) == (
        base.with_options(fps=10, network="res5").look(),
        base.with_options(fps=29.97, size="240x427").look(),
    )


def test_single_options_fill_what_is_left_out_and_lists_multiply_it(write: Write) -> None:
    found = looks(write(TWO), network="res1,res3", size="64x64", upscaler="nearest")
    said = [(str(k.target.rate), str(k.target.size), k.target.network) for k in found]
    assert said == [
        ("10", "480x853", "res5"),
        ("30000/1001", "240x427", "res1"),
        ("30000/1001", "240x427", "res3"),
    ]
    assert {k.target.upscaler for k in found} == {Upscaling.NEAREST}


def test_every_key_of_a_cell(write: Write, tmp_path: Path) -> None:
    (found,) = looks(
        write(
            "schema = 1\n[[cell]]\nfps = 'source'\nsize = '64x36'\nnetwork = 'res1'\n"
            "style = 'mine.safetensors'\nupscale = 'none'\nupscaler = 'lanczos'\nstrength = 0.5\n"
        ),
        upscale="100x100",
    )
    assert found.style == str(tmp_path / "mine.safetensors"), "found from where the file lies"
    target = found.target
    assert (target.rate.fps, target.size, target.network) == (None, Size(64, 36), "res1")
    assert (target.upscale, target.upscaler, target.strength) == (None, Upscaling.LANCZOS, 0.5)


def test_cells_that_come_to_the_same_are_one(write: Write) -> None:
    text = "schema = 1\n[[cell]]\nfps = 15\n[[cell]]\nfps = '15.0'\n[[cell]]\n"
    (found,) = looks(write(text))
    assert found.target.rate.fps == Fraction(15)


def test_too_many_are_refused_before_they_are_made(write: Write) -> None:
    cells = write("schema = 1\n" + "[[cell]]\nsize = '64x64'\n" * 11)
    with pytest.raises(UsageError, match="1100 targets for each clip"):
        looks(cells, fps="1..100:1")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[cell]]\nfps = 3", "`schema`: is missing; write `schema = 1`"),
        ("schema = 2\nnew = 1", "written for a newer render: schema 2"),
        ("schema = 1", "holds no [[cell]], each with keys such as fps = 10"),
        ("", "`schema`: is missing"),
        (
            "schema = 1\n[cell]\nfps = 3",
            "`cell`: write each as a table of its own, headed [[cell]]",
        ),
        ("schema = 1\ncell = [3]", "cell 1: 3 is no table; write [[cell]]"),
        ("schema = 1\n[[cells]]\nfps = 3", "`cells`: unknown key; did you mean `cell`?"),
        ("schema = 1\nfps = 3", "`fps`: belongs to a cell; write [[cell]] above it, or give --fps"),
        ("schema = 1\n[[cell]]\n[[cell]]\nfpss = 3", "cell 2: `fpss`: unknown key; did you mean"),
        ("schema = 1\n[[cell]]\nzzz = 3", "known keys: fps, size, network, style, upscale, ups"),
        ("schema = 1\n[[cell]]\ncrf = 3", "cell 1: `crf`: is the same for all cells; give it as"),
        ("schema = 1\n[[cell]]\nfps = [10, 15]", "cell 1: `fps`: [10, 15] is no frame rate"),
        ("schema = 1\n[[cell]]\nsize = 480", "cell 1: `size`: 480 is no size"),
        ("schema = 1\n[[cell]]\nstrength = 2", "`strength`: 2 is not a number from 0 to 1"),
        ("schema = 1\n[[cell]]\nupscaler = 'linear'", "did you mean `bilinear`?"),
        ("schema = 1\n[[cell]]\nnetwork = 'res33'", "'res33' is not known: did you mean res3?"),
        ("schema = 1\n[[cell]\n", "is not valid TOML"),
        (b"schema = 1\n# \xff", "is not UTF-8 text (at byte 13)"),
        ("#" * (MAX_BYTES + 1), "is over 1 MiB, too long for a cells file"),
    ],
)
def test_mistakes_name_file_cell_and_key(write: Write, text: str | bytes, said: str) -> None:
    assert said in refusal(write(text))


def test_files_that_are_none(tmp_path: Path) -> None:
    assert "there is no such cells file" in refusal(tmp_path / "no.toml")
    assert "is a folder" in refusal(tmp_path)
