"""Previews of every kind of file: exact, the same bytes whatever interrupts, and known again."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from render.events import CellDone, Preview
from render.files.journal import STATE
from render.media.encoding import AudioMode, Encoder, Encoding, needed
from render.media.ffmpeg import FFmpeg, working
from render.planning.plan import Plan
from render.planning.request import Request
from render.target import Size
from tests.conftest import MakeClip
from tests.media.preview import FINE, pictures, plan_for, request, run, sound

KINDS = (
    (".mp4", Encoder.X264),
    (".mkv", Encoder.X264),
    (".webm", Encoder.VP9),
    (".mov", Encoder.PRORES_LT),
    (".gif", Encoder.GIF),
)


@pytest.fixture(scope="module")
def clip(make_clip: MakeClip) -> Path:
    """0.8 s at 25 fps of four colours that stay, with a tone in 5.1."""
    boxes = "color=red:s=64x36:r=25:d=0.8,drawbox=x=32:w=32:h=18:c=lime:t=fill"
    boxes += ",drawbox=y=18:w=32:h=18:c=blue:t=fill,drawbox=x=32:y=18:w=32:h=18:c=gray:t=fill"
    return make_clip(
        "colours.mkv",
        *("-f", "lavfi", "-i", boxes),
        *("-f", "lavfi", "-i", "sine=f=440:d=0.8,aformat=channel_layouts=5.1(side)"),
        *("-c:v", "libx264rgb", "-qp", "0", "-c:a", "flac"),
    )


def plan_of(clip: Path, output: Path, encoder: Encoder, **changes: Any) -> Plan:
    given: dict[str, Any] = {"size": "64x36", "fps": "25", "segment": Fraction(1, 5)}
    encoding = Encoding(encoder, 4, AudioMode.KEEP)
    return plan_for(request(clip, output, encoding=encoding, **given | changes))


def last(plan: Plan) -> Preview:
    event = list(run(plan))[-1]
    assert isinstance(event, CellDone), event
    return event.preview


@pytest.mark.parametrize(("suffix", "encoder"), KINDS)
def test_a_preview_of_every_kind(
    suffix: str, encoder: Encoder, clip: Path, ff: FFmpeg, tmp_path: Path
) -> None:
    whole, broken = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    plan = plan_of(clip, whole, encoder)
    if lacks := set(needed(plan.encoding, suffix)) - working(ff):
        pytest.skip(f"this ffmpeg has no {', '.join(lacks)}")
    preview = last(plan)
    assert (preview.frames, preview.size) == (20, Size(64, 36))
    assert preview.bytes == whole.stat().st_size

    with contextlib.closing(run(plan_of(clip, broken, encoder))) as events:
        next(event for event in events if list(tmp_path.glob(f"{STATE}/*/00000*")))
    assert not broken.exists()
    last(plan_of(clip, broken, encoder))
    assert broken.read_bytes() == whole.read_bytes()
    assert not (tmp_path / STATE).exists()

    assert plan_of(clip, whole, encoder).cells[0].kept
    other = Path(tmp_path / f"c{suffix}")
    other.write_bytes(whole.read_bytes())
    refused = plan_of(clip, other, encoder, size="32x18").refusals
    assert "is another preview (size 64x36, now 32x18," in str(refused[0].error)

    shown = pictures(ff, whole).astype(int)
    for picture in (shown[0], shown[-1]):
        found = [picture[y, x] for y in (9, 27) for x in (16, 48)]
        wanted = [(255, 0, 0), (0, 255, 0), (0, 0, 255), (128, 128, 128)]
        assert np.abs(np.array(found) - wanted).max() <= 6
    if suffix != ".gif":
        samples, rate, first = sound(whole)
        assert abs(len(samples) / rate - 0.8) < 0.1 and abs(first) < Fraction(1, 20)


@pytest.mark.parametrize(
    ("suffix", "encoder", "pixels"),
    [(".webm", Encoder.VP9, "yuv420p"), (".mov", Encoder.PRORES_HQ, "yuv422p10le")],
)
def test_colours_are_tagged(
    suffix: str, encoder: Encoder, pixels: str, clip: Path, tmp_path: Path
) -> None:
    last(plan_of(clip, tmp_path / f"a{suffix}", encoder, duration=Fraction(2, 5)))
    with contextlib.closing(av.open(str(tmp_path / f"a{suffix}"))) as container:
        frame = next(container.decode(video=0))
    assert frame.format.name == pixels
    # BT.709, H.273's 1, and limited range, ffmpeg's 1.
    assert (frame.colorspace, frame.color_primaries, frame.color_trc) == (1, 1, 1)
    assert frame.color_range == 1
    if encoder is Encoder.PRORES_HQ:
        # As sharp in colour as in light, from left to right: each column of the boxes' edge is one.
        cb = np.frombuffer(frame.planes[1], np.uint16)[:32]
        assert len({*cb[:15].tolist()}) <= 3 and abs(int(cb[12]) - int(cb[20])) > 100


def test_a_gif_is_brought_down_and_says_so(clip: Path, tmp_path: Path) -> None:
    output = tmp_path / "a.gif"
    plan = plan_of(clip, output, Encoder.GIF, upscale="1280x720", duration=Fraction(2, 5))
    assert [note for note in plan.cells[0].notes if "brought down to 640x360" in note]
    assert [note for note in plan.cells[0].notes if "no sound" in note]
    last(plan)
    with contextlib.closing(av.open(str(output))) as container:
        assert (container.streams.video[0].width, container.streams.video[0].height) == (640, 360)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fps": "60"}, "a GIF shows at most 50 pictures a second, not 60"),
        ({"upscale": "640x360"}, r"18000 frames of 640x360 are too much for a GIF, which .* 868 "),
    ],
)
def test_what_is_too_much_for_a_gif(
    changes: dict[str, Any], said: str, clip: Path, tmp_path: Path
) -> None:
    from dataclasses import replace

    from render.media.probe import probe

    def long(path: Path, ff: FFmpeg) -> Any:
        return replace(probe(path, ff), duration=Fraction(1200))

    asked = request(clip, tmp_path / "a.gif", encoding=None, size="64x36", **changes)
    refused = plan_for(asked, probe=long).refusals
    with pytest.raises(Exception, match=said):
        raise refused[0].error


def test_the_file_names_its_encoder(clip: Path, tmp_path: Path) -> None:
    def of(name: str, **changes: Any) -> Encoder:
        return Request((clip,), output=tmp_path / name, **changes).coding.encoder

    assert of("a.webm") is Encoder.VP9
    assert of("a.GIF") is Encoder.GIF
    assert of("a.mov") is of("a.mkv") is of("folder") is Encoder.X264
    assert of("a.webm", into_folder=True) is Encoder.X264
    assert of("a.mp4", encoding=FINE) is Encoder.X264


def test_folders_hold_what_the_encoder_writes(clip: Path, tmp_path: Path) -> None:
    for encoder, suffix in ((Encoder.VP9, ".webm"), (Encoder.PRORES_HQ, ".mov")):
        cell = plan_of(clip, tmp_path, encoder).cells[0]
        assert cell.output.suffix == suffix
        assert cell.identity.encoding.endswith(suffix[1:])
