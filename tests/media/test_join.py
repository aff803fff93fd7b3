"""Segments become one video: every picture as it was coded, at its time in the whole."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from render.errors import OutputError
from render.media.encode import VideoWriter
from render.media.encoding import (
    CONTAINERS,
    AudioMode,
    Encoder,
    Encoding,
    needed,
    suffixes_for,
)
from render.media.ffmpeg import FFmpeg, working
from render.media.join import join
from render.media.probe import probe
from render.media.sound import add_sound
from render.media.tags import read_tags
from render.media.video_parts import VideoParts
from render.planning.segments import Cut
from render.target import Size
from tests.media.preview import pictures, sound

SMALL = Size(64, 64)
HOSTILE = "a#b?c%20d'e\"f:g\nh"
TAGS = {"comment": "ours", "description": "its identity"}
_SLACK = {".mkv": Fraction(1, 2000), ".webm": Fraction(1, 2000), ".gif": Fraction(1, 200)}
X264 = Encoding(Encoder.X264, 18, AudioMode.KEEP)


def coded(
    folder: Path, ff: FFmpeg, rate: Fraction, encoding: Encoding, frames: int = 41
) -> VideoParts:
    """Noise that moves on, cut each half second."""
    folder.mkdir(exist_ok=True)
    whole = np.random.default_rng(0).integers(0, 256, (64, 64 + frames, 3), np.uint8)
    cut = Cut(rate / 2)
    files, counts = [], []
    for index in range(cut.count(frames)):
        path = folder / f"{index:05d}{encoding.codec.segment}"
        span = range(cut.span(index).start, min(frames, cut.span(index).stop))
        with VideoWriter(path, ff.path, SMALL, rate, encoding, {}, spare=True) as video:
            for frame in span:
                video.write(np.ascontiguousarray(whole[:, frame : frame + 64]))
            video.finish()
        files.append(path)
        counts.append(len(span))
    return VideoParts(tuple(files), tuple(counts), rate)


def times(path: Path) -> list[Fraction]:
    with contextlib.closing(av.open(f"file:{path}")) as container:
        stream = container.streams.video[0]
        found = sorted(p.pts for p in container.demux(stream) if p.size and p.pts is not None)
        return [pts * Fraction(stream.time_base or 1) for pts in found]


@pytest.mark.parametrize(
    ("encoder", "suffix"), [(one, suffix) for one in Encoder for suffix in suffixes_for(one)]
)
def test_all_encoders_and_containers(
    encoder: Encoder, suffix: str, ff: FFmpeg, tmp_path: Path
) -> None:
    if lacks := set(needed(Encoding(encoder, 20, AudioMode.NONE), suffix)) - working(ff):
        pytest.skip(f"this ffmpeg has no {', '.join(lacks)}")
    rate = Fraction(30000, 1001)
    parts = coded(tmp_path / "parts", ff, rate, Encoding(encoder, 20, AudioMode.NONE))
    assert len(parts.files) == 3
    output = tmp_path / f"whole{suffix}"
    join(parts, ff.path, output, TAGS)
    if not CONTAINERS[suffix].palette:
        joined = pictures(ff, output)
        assert np.array_equal(joined, np.concatenate([pictures(ff, file) for file in parts.files]))
    found = times(output)
    # Matroska keeps milliseconds, a GIF hundredths.
    slack = _SLACK.get(suffix, Fraction(0))
    assert len(found) == 41
    assert all(abs(time - found[0] - n / rate) <= slack for n, time in enumerate(found))
    assert read_tags(output) | {"comment": "ours", "description": "its identity"} == read_tags(
        output
    )
    if encoder is Encoder.X265 and suffix != ".mkv":
        with contextlib.closing(av.open(str(output))) as container:
            assert container.streams.video[0].codec_context.codec_tag == "hvc1"
    again = tmp_path / f"again{suffix}"
    join(parts, ff.path, again, TAGS)
    assert again.read_bytes() == output.read_bytes()


@pytest.mark.parametrize("rate", ["15", "24000/1001", "60", "1000/7"])
def test_no_rounding_adds_up(rate: str, ff: FFmpeg, tmp_path: Path) -> None:
    parts = coded(tmp_path / "parts", ff, Fraction(rate), X264, frames=90)
    join(parts, ff.path, tmp_path / "whole.mp4", {})
    assert times(tmp_path / "whole.mp4") == [n / Fraction(rate) for n in range(90)]


def test_a_gif_longer_than_was_known_is_refused(ff: FFmpeg, tmp_path: Path) -> None:
    parts = coded(tmp_path / "parts", ff, Fraction(15), X264)
    with pytest.raises(OutputError, match="41 frames of 4000x4000 are too much for a GIF"):
        join(parts, ff.path, tmp_path / "whole.gif", {}, size=Size(4000, 4000))
    assert not (tmp_path / "whole.gif").exists()


def test_folders_may_be_called_anything(ff: FFmpeg, tmp_path: Path, moving: Path) -> None:
    folder = tmp_path / HOSTILE
    parts = coded(folder, ff, Fraction(15), X264)
    join(parts, ff.path, folder / "silent.mp4", {})
    assert len(times(folder / "silent.mp4")) == 41
    clip, output = probe(moving, ff), folder / "heard.mp4"
    assert add_sound(parts, clip, ff.path, output, {}, start=Fraction(0), duration=None) is None
    assert times(output) == [n / Fraction(15) for n in range(41)]
    samples, _, first = sound(output)
    assert len(samples) > 40_000 and abs(first) < Fraction(1, 20)
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        [*(file.name for file in parts.files), "heard.mp4", "silent.mp4"]
    )


def test_one_segment_is_the_video_itself(ff: FFmpeg, tmp_path: Path) -> None:
    parts = coded(tmp_path / "parts", ff, Fraction(15), X264, frames=7)
    join(parts, ff.path, tmp_path / "whole.mp4", {})
    assert (tmp_path / "whole.mp4").read_bytes() == parts.files[0].read_bytes()
    join(parts, ff.path, tmp_path / "whole.mkv", {})
    assert len(times(tmp_path / "whole.mkv")) == 7


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_what_is_missing_is_a_failure(suffix: str, ff: FFmpeg, tmp_path: Path) -> None:
    parts = coded(tmp_path / "parts", ff, Fraction(15), X264)
    parts.files[1].unlink()
    with pytest.raises(OutputError, match=r"could not be joined|holds"):
        join(parts, ff.path, tmp_path / f"whole{suffix}", {})
    assert not [*tmp_path.rglob("*.png"), *tmp_path.rglob("*.ffconcat")]
