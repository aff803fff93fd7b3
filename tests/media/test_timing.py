"""Frame rate and synchrony: video.md's first rows, on clips made for each."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from render.media.encode import VideoWriter
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from tests.conftest import X264, MakeClip
from tests.media.preview import Identity, oracle_frames, pictures, preview, refusal, sound

SOURCES: dict[str, tuple[str, ...]] = {
    "cfr_25.mp4": ("-i", "testsrc2=s=64x36:r=25:d=3.3", *X264),
    "ntsc.mp4": ("-i", "testsrc2=s=64x36:r=30000/1001:d=3", *X264),
    "film.mkv": ("-i", "testsrc2=s=64x36:r=24000/1001:d=3", *X264),
    "sixty.mp4": ("-i", "testsrc2=s=64x36:r=60:d=2", *X264),
    "slow.mp4": ("-i", "testsrc2=s=64x36:r=2:d=4", *X264),
    "vfr.mp4": (
        *("-i", "testsrc2=s=64x36:r=60:d=6"),
        *("-vf", "select='not(between(t,1,2.37))*not(mod(n*n,7)-2)+lt(t,0.5)'"),
        *("-fps_mode", "vfr", *X264),
    ),
    "milliseconds.mkv": ("-i", "testsrc2=s=64x36:r=30:d=3", *X264),
    "two_rates.mkv": (
        *("-i", "testsrc2=s=64x36:r=50:d=4", "-vf", "select='lt(t,2)+not(mod(n,5))'"),
        *("-fps_mode", "vfr", *X264),
    ),
    "starts_late.mp4": (*("-i", "testsrc2=s=64x36:r=25:d=2", "-output_ts_offset", "10", *X264),),
    "b_frames.ts": ("-i", "testsrc2=s=64x36:r=25:d=2", "-c:v", "libx264", "-bf", "3"),
    "gif.gif": ("-i", "testsrc2=s=64x36:r=10:d=2.5"),
}


@pytest.mark.parametrize("rate", ["10", "15", "29.97", "60"])
@pytest.mark.parametrize("name", SOURCES)
def test_as_many_frames_as_ffmpegs_own_fps_filter(
    name: str, rate: str, make_clip: MakeClip, ff: FFmpeg, tmp_path: Path
) -> None:
    clip = make_clip(name, "-f", "lavfi", *SOURCES[name])
    made = preview(clip, tmp_path / "o.mp4", fps=rate, size="32x18")
    oracle = oracle_frames(ff, clip, "30000/1001" if rate == "29.97" else rate)
    assert abs(made.frames - oracle) <= 1
    assert len(pictures(ff, made.path)) == made.frames


@pytest.mark.parametrize("rate", ["15", "60", "240"])
def test_a_one_frame_clip_is_shown(rate: str, make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip(
        "one.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x36:r=60", "-frames:v", "1", *X264
    )
    made = preview(clip, tmp_path / "o.mp4", fps=rate)
    assert made.frames == max(1, int(rate) // 60)


def test_source_rate_is_the_clips_own(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip("ntsc.mp4", "-f", "lavfi", *SOURCES["ntsc.mp4"])
    made = preview(clip, tmp_path / "o.mp4", fps="source")
    assert made.rate == Fraction(30000, 1001)
    assert made.frames == 90


def test_a_rate_that_lies_is_not_believed(make_clip: MakeClip, ff: FFmpeg) -> None:
    """Matroska's default duration says 1000 fps; the packets say 25."""
    clip = make_clip(
        "liar.mkv", "-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=2", *X264, "-r", "25"
    )
    assert probe(clip, ff).video.rate == 25


def test_pictures_that_repeat_are_stylized_once(make_clip: MakeClip, tmp_path: Path) -> None:
    clip = make_clip("slow.mp4", "-f", "lavfi", *SOURCES["slow.mp4"])
    made = preview(clip, tmp_path / "o.mp4", fps="30")
    assert (made.frames, made.stylized) == (120, 8)


FLASH = "color=black:s=64x36:r=30:d=4,drawbox=c=white:t=fill:enable='between(t,2,2.5)'"
BEEP = "aevalsrc='if(between(t,2,2.5),sin(2*PI*880*t),0)':d=4:s=48000"
SOURCE = ("-f", "lavfi", "-i", FLASH, "-f", "lavfi", "-i", BEEP)

SYNC: dict[str, tuple[str, ...]] = {
    "plain.mp4": (*SOURCE, *X264, "-c:a", "aac"),
    "starts_at_10.mp4": (*SOURCE, "-output_ts_offset", "10", *X264, "-c:a", "aac"),
    "edit_list.mp4": (*SOURCE, *X264, "-bf", "2", "-c:a", "aac", "-ss", "0.7"),
    "opus.mkv": (*SOURCE, *X264, "-c:a", "libopus"),
    "stream.ts": (*SOURCE, *X264, "-c:a", "mp2"),
    "mpeg.mpg": (*SOURCE, "-c:v", "mpeg2video", "-q:v", "2", "-c:a", "mp2"),
    "pcm.mov": (*SOURCE, *X264, "-c:a", "pcm_s16le"),
}
LATE: dict[str, tuple[str, ...]] = {
    # The flash and the beep stay at 2 s; one stream of the two simply begins later.
    "sound_late.mp4": ("-af", "atrim=start=0.8"),
    "picture_late.mp4": ("-vf", "trim=start=0.8"),
    "sound_late.ts": ("-af", "atrim=start=0.8"),
    "picture_late.ts": ("-vf", "trim=start=0.8"),
    "picture_late.mkv": ("-vf", "trim=start=0.8"),
}


def onsets(ff: FFmpeg, path: Path, fps: float) -> tuple[float, float]:
    bright = pictures(ff, path).mean(axis=(1, 2, 3)) > 100
    samples, rate, first = sound(path)
    loud = np.abs(samples) > 0.2
    assert bright.any()
    assert loud.any()
    return float(np.argmax(bright)) / fps, float(np.argmax(loud)) / rate + float(first)


@pytest.mark.parametrize("fps", ["15", "30"])
@pytest.mark.parametrize("name", [*SYNC, *LATE])
def test_flash_and_beep_stay_together(
    name: str, fps: str, make_clip: MakeClip, ff: FFmpeg, tmp_path: Path
) -> None:
    if name in SYNC:
        clip = make_clip(name, *SYNC[name])
    else:
        sound_codec = "mp2" if name.endswith(".ts") else "aac"
        clip = make_clip(name, *SOURCE, *LATE[name], *X264, "-c:a", sound_codec)
    made = preview(clip, tmp_path / "o.mp4", fps=fps, size="64x36")
    flash, beep = onsets(ff, made.path, float(fps))
    assert abs(flash - beep) <= 1 / float(fps) + 0.002


@pytest.mark.parametrize("name", ["plain.mp4", "starts_at_10.mp4", "opus.mkv", "stream.ts"])
def test_a_range_keeps_them_together(
    name: str, make_clip: MakeClip, ff: FFmpeg, tmp_path: Path
) -> None:
    clip = make_clip(name, *SYNC[name])
    start, length = Fraction(13, 10), Fraction(3, 2)
    made = preview(clip, tmp_path / "o.mp4", size="64x36", start=start, duration=length)
    assert made.frames == 23  # ceil(1.5 s at 15 fps)
    flash, beep = onsets(ff, made.path, 15)
    assert abs(flash - beep) <= 1 / 15 + 0.002
    assert flash == pytest.approx(0.7, abs=1 / 15)


def test_a_range_past_the_end_is_refused(moving: Path, tmp_path: Path) -> None:
    assert "past its end" in refusal(moving, tmp_path / "o.mp4", start=Fraction(99))


def test_memory_of_the_pipe_is_bounded(
    make_clip: MakeClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never more than the queues' depth of decoded pictures wait, however long the clip."""
    from render.execution import local, pipeline

    waiting, most = 0, 0
    resize: Callable[..., object] = pipeline.resize

    def counted(*args: object) -> object:
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        return resize(*args)

    monkeypatch.setattr(pipeline, "resize", counted)
    write = VideoWriter.write

    def slow_write(self: object, picture: object) -> None:
        nonlocal waiting
        waiting -= 1
        write(self, picture)  # type: ignore[arg-type]

    monkeypatch.setattr(VideoWriter, "write", slow_write)
    clip = make_clip("cfr_25.mp4", "-f", "lavfi", *SOURCES["cfr_25.mp4"])
    made = preview(clip, tmp_path / "o.mp4", fps="25", size="32x18")
    assert made.frames > 50
    behind = local._AHEAD + 3  # the line's, and what is brought to its display
    assert most <= 2 * pipeline._DEPTH + 5 + Identity.streams + behind
