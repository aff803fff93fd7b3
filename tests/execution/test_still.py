"""A still shows what a preview of that moment shows."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from render.compare.style_table import rows_and_columns
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.engines.select import create
from render.errors import ClipError, StyleError, UsageError
from render.execution.painter import Displayed
from render.execution.pipeline import painted, painter_for
from render.execution.still import take
from render.media.colour import ToYUV
from render.media.decode import Decoder
from render.media.ffmpeg import FFmpeg
from render.networks.checkpoint import save_style
from render.networks.metadata import StyleMetadata
from render.networks.spec import NetworkSpec
from render.planning.schedule import passes
from render.presets.preset import Preset
from render.target import Size
from tests.conftest import X264, MakeClip
from tests.media.preview import plan_for, request
from tests.networks.test_modules import lively

pytestmark = pytest.mark.torch

SMALL = Preset().with_options(size="48x86", upscale="96x172")


@pytest.mark.parametrize("preset", [SMALL, SMALL.with_options(fit="contain", upscale="none")])
@pytest.mark.parametrize("at", [Fraction(0), Fraction(1), Fraction("1.31")])
def test_a_cell_is_the_preview_s_frame(
    at: Fraction, preset: Preset, moving: Path, tmp_path: Path, ff: FFmpeg
) -> None:
    still = take(moving, preset, ff, at)
    assert still.size == Size(86, 48)
    choice = EngineChoice(EngineName.TORCH, DeviceName.CPU, "a test")
    engine = create(lively("res0-w4").weights(), still.size, choice)
    asked = request(moving, tmp_path / "o.mp4", start=at)
    asked = replace(asked, looks=(preset.look(),), orient=preset.orient, fit=preset.fit)
    (cell,) = plan_for(asked).cells
    with Decoder(cell.clip, cell.placement.canvas, ff.path, start=at) as decoder:
        (one,) = passes((cell,))
        painter = painter_for(engine, cell.placement)
        shown = next(painted(one, {one.branches[0]: painter}, decoder)).shown
    assert isinstance(shown, Displayed)
    picture = still.stylized(engine)
    assert still.source().shape == picture.shape
    (planes,) = shown.planes.values()
    expected = ToYUV(Size(picture.shape[1], picture.shape[0])).convert(picture)
    assert np.array_equal(planes.data, expected.data)
    assert not still.warnings


def test_the_middle_is_taken_where_nothing_is_said(moving: Path, ff: FFmpeg) -> None:
    middle = take(moving, SMALL, ff)
    assert middle.moment == pytest.approx(1, abs=0.05)
    assert np.array_equal(middle.given, take(moving, SMALL, ff, middle.moment).given)
    assert not np.array_equal(middle.given, take(moving, SMALL, ff, Fraction(0)).given)


def test_a_photograph_is_turned_and_fitted(tmp_path: Path, ff: FFmpeg) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter: landscape in the file, portrait to the eye
    picture = Image.new("RGB", (120, 60), "blue")
    picture.paste("red", (0, 0, 60, 60))
    picture.save(tmp_path / "a.jpg", exif=exif, quality=100, subsampling=0)
    still = take(tmp_path / "a.jpg", SMALL, ff)
    assert (still.size, still.upscale, still.moment) == (Size(48, 86), Size(96, 172), None)
    red, blue = still.given[:40].mean(axis=(0, 1)), still.given[-40:].mean(axis=(0, 1))
    assert red[0] > 200 and red[2] < 50
    assert blue[2] > 200 and blue[0] < 50


def test_moments_that_are_not_there(moving: Path, tmp_path: Path, ff: FFmpeg) -> None:
    with pytest.raises(ClipError, match=r"--at 99 is past its end \(2\.\d\d s\)"):
        take(moving, SMALL, ff, Fraction(99))
    photo = tmp_path / "a.png"
    Image.new("RGB", (20, 30)).save(photo)
    with pytest.raises(UsageError, match="photograph"):
        take(photo, SMALL, ff, Fraction(0))


def test_a_clip_without_a_length_ends_too(make_clip: MakeClip, ff: FFmpeg) -> None:
    raw = make_clip("raw.h264", "-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=1", *X264)
    assert take(raw, SMALL, ff).moment == 0
    with pytest.raises(ClipError):
        take(raw, SMALL, ff, Fraction(30))


def test_damage_is_told(moving: Path, tmp_path: Path, ff: FFmpeg) -> None:
    data = bytearray(moving.read_bytes())
    start = data.index(b"mdat")
    for place in range(start + 3000, len(data) // 2, 150):
        data[place] ^= 0xFF
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(data)
    try:
        still = take(broken, SMALL, ff, Fraction(1, 2))
    except ClipError as error:
        assert "\n" not in str(error)
    else:
        assert still.warnings and "broken.mp4: " in still.warnings[0]


def style(folder: Path, name: str, network: str, file: str = "") -> str:
    path = folder / (file or f"{name}.{network}.safetensors")
    net = lively(network)
    save_style(path, net, StyleMetadata(name, net.spec))
    return str(path)


def test_rows_are_styles_and_columns_networks_by_cost(tmp_path: Path) -> None:
    files = [
        style(tmp_path, "a", "res0-w4"),
        style(tmp_path, "b", "res1-w8"),
        style(tmp_path, "a", "res1-w8"),
        style(tmp_path, "a", "res0-w4", "again.safetensors"),
    ]
    rows, columns = rows_and_columns([*files, files[0]], None, Size(32, 32))
    assert [spec.name for spec in columns] == ["res1-w8", "res0-w4"]
    named = [{network: str(found.path) for network, found in row.items()} for row in rows]
    assert named == [
        {"res0-w4": files[0], "res1-w8": files[2]},
        {"res1-w8": files[1]},
        {"res0-w4": files[3]},
    ]
    wanted = [NetworkSpec.parse(name) for name in ("res0", "res1-w8")]
    _, columns = rows_and_columns(files, wanted, Size(32, 32))
    assert [spec.name for spec in columns] == ["res0", "res1-w8"]
    with pytest.raises(StyleError, match="no style here has a file for res3, only for res0-w4"):
        rows_and_columns(files, [NetworkSpec.parse("res3")], Size(32, 32))


def test_all_that_is_shipped_by_default() -> None:
    rows, columns = rows_and_columns(None, None, Size(480, 853))
    assert len(rows) >= 3
    assert {spec.name for spec in columns} == {network for row in rows for network in row}
