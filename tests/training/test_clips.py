"""Photographs and moving pairs out of clips of every kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from render.errors import ClipError, TrainingError
from render.media.flow import warp
from render.training import clips
from render.training.clips import clip_frames, clip_pairs, find_clips, is_clip, load_clips
from tests.compare.scenes import texture
from tests.conftest import MakeClip

LOSSLESS = ("-c:v", "ffv1", "-pix_fmt", "bgr0")


@pytest.fixture(scope="session")
def pan(make_clip: MakeClip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """2 s at 30 fps, 128x96: the camera moves right by 2 pixels a frame."""
    scene = tmp_path_factory.mktemp("scene") / "scene.png"
    cv2.imwrite(str(scene), texture(96, 256)[..., ::-1])
    camera = ("-vf", "crop=128:96:x='2*n':y=0", "-t", "2")
    return make_clip("pan.mkv", "-loop", "1", "-r", "30", "-i", scene, *camera, *LOSSLESS)


@pytest.fixture(scope="session")
def brightening(make_clip: MakeClip) -> Path:
    """3 s at 25 fps, 64x64: frame n is grey 3 n."""
    source = "color=black:s=64x64:r=25:d=3,format=gray,geq=lum='3*N',format=gbrp"
    return make_clip("brightening.mkv", "-f", "lavfi", "-i", source, *LOSSLESS)


def levels(path: Path, n: int) -> list[float]:
    return [float(p.mean()) for p in clip_frames(path, 32, n)]


@pytest.mark.parametrize("n", [1, 4, 7, 20])
def test_frames_are_spread_over_the_clip(brightening: Path, n: int) -> None:
    found = levels(brightening, n)
    assert len(found) == n
    assert found[0] == 0
    assert found[-1] >= 220 - 2 * 220 / n  # of 3 s, 45 ticks, of which the last has no next one
    steps = np.diff(found)
    # Levels rise by 3 or 6 from tick to tick.
    assert all(220 / n / 2 - 3 <= step <= 2 * 220 / n + 3 for step in steps), steps


def test_no_more_frames_than_there_are(brightening: Path) -> None:
    found = levels(brightening, 200)
    assert len(found) == 44
    assert all(np.diff(found) > 0)


def test_long_clips_are_looked_up_and_not_read_through(
    brightening: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clips, "_READ_THROUGH", 1)
    # The middles of five fifths: 0.3, 0.9, … s, at 75 a second.
    assert np.abs(np.array(levels(brightening, 5)) - (22, 67, 112, 157, 202)).max() <= 5
    assert len(clip_pairs(brightening, 32, 5)) <= 5


def test_a_long_clip_that_is_cut_short_gives_what_is_there(
    make_clip: MakeClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clips, "_READ_THROUGH", 1)
    source = ("-f", "lavfi", "-i", "testsrc2=s=64x64:r=25:d=4")
    whole = make_clip("whole.mp4", *source, "-c:v", "mjpeg", "-movflags", "+faststart")
    data = whole.read_bytes()
    short = tmp_path / "short.mp4"
    short.write_bytes(data[: len(data) // 2])
    assert len(clip_frames(whole, 32, 8)) == 8
    assert 3 <= len(clip_frames(short, 32, 8)) <= 5


@pytest.mark.parametrize(("crop", "short"), [(32, 64), (48, 96), (60, 96), (200, 200)])
def test_frames_are_scaled_as_photographs_are(pan: Path, crop: int, short: int) -> None:
    (frame,) = clip_frames(pan, crop, 1)
    assert frame.shape == (short, round(short * 4 / 3), 3)
    assert frame.dtype == np.uint8


def test_colours_and_rotation_are_as_displayed(
    make_clip: MakeClip, run_ffmpeg: Callable[..., object], tmp_path: Path
) -> None:
    source = "color=red:s=64x96:r=25:d=1,drawbox=w=64:h=48:color=blue:t=fill,format=yuv420p"
    upright = make_clip("bars.mp4", "-f", "lavfi", "-i", source, "-c:v", "libx264")
    turned = tmp_path / "turned.mp4"
    run_ffmpeg("-display_rotation", "90", "-i", upright, "-c", "copy", turned)
    (frame,) = clip_frames(turned, 32, 1)
    assert frame.shape == (64, 96, 3)
    assert np.abs(frame[32, 10].astype(int) - (0, 0, 255)).max() < 12  # its top is now left
    assert np.abs(frame[32, 80].astype(int) - (255, 0, 0)).max() < 12


def test_pairs_know_their_motion(pan: Path) -> None:
    pairs = clip_pairs(pan, 48, 8)
    assert len(pairs) == 8
    for pair in pairs:
        assert pair.first.shape == pair.second.shape == (96, 128, 3)
        assert pair.flow.dtype == np.float16
        assert pair.flow.shape == (96, 128, 2)
        assert pair.valid.dtype == np.bool_
        # 1/15 s are 4 pixels; the second frame's places lie further right in the first.
        inner = pair.flow[10:-10, 10:-10].astype(np.float32)
        assert np.abs(inner - (4, 0)).mean() < 0.1
        assert not pair.valid[:, -3:].any()
        assert pair.valid[:, :110].mean() > 0.97
        explained = warp(pair.first, pair.flow.astype(np.float32)).astype(int)
        error = np.abs(explained - pair.second)[pair.valid].mean()
        still = np.abs(pair.first.astype(int) - pair.second)[pair.valid].mean()
        assert error < 0.1 * still


def test_slow_clips_pair_with_the_next_picture(make_clip: MakeClip) -> None:
    slow = make_clip("slow.gif", "-f", "lavfi", "-i", "testsrc2=s=64x64:r=5:d=2,eq=saturation=0.5")
    assert len(clip_frames(slow, 32)) == 9  # and none twice
    pairs = clip_pairs(slow, 32)
    assert 5 <= len(pairs) <= 9
    assert all((p.first != p.second).any() for p in pairs)


def test_nothing_moves(tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    cv2.imwrite(str(still), texture(64, 64))
    assert len(clip_frames(still, 32)) == 1
    assert clip_pairs(still, 32) == []
    assert load_clips([tmp_path], 32).pictures == ()  # a folder's pictures are not meant


def test_a_cut_makes_no_pair(make_clip: MakeClip, tmp_path: Path) -> None:
    for i in range(6):
        cv2.imwrite(str(tmp_path / f"{i}.png"), texture(96, 128, seed=i))
    cuts = make_clip("cuts.mkv", "-r", "15", "-i", tmp_path / "%d.png", *LOSSLESS)
    assert len(clip_frames(cuts, 32)) == 5
    assert clip_pairs(cuts, 32) == []


def test_a_stream_without_a_duration(make_clip: MakeClip) -> None:
    source = ("-f", "lavfi", "-i", "testsrc2=s=64x64:r=15:d=2")
    raw = make_clip("raw.h264", *source, "-c:v", "libx264", "-pix_fmt", "yuv420p")
    assert len(clip_frames(raw, 32, 10)) == 10


def test_memory_is_bounded(pan: Path, tmp_path: Path) -> None:
    pair = 128 * 96 * 11
    assert len(clip_pairs(pan, 48, 20, memory=5 * pair)) == 5
    assert len(clip_frames(pan, 48, 20, memory=1)) == 1
    for name in ("a.mkv", "b.mkv"):
        (tmp_path / name).write_bytes(pan.read_bytes())
    footage = load_clips([tmp_path], 48, memory=8 * pair)
    assert footage.names == ("a.mkv",) * 4 + ("b.mkv",) * 4
    assert len(footage.pairs) == 8


def test_clips_of_folders_and_files(pan: Path, tmp_path: Path) -> None:
    deep = tmp_path / "deep"
    (deep / "folder.mp4").mkdir(parents=True)
    for name in ("b.MKV", "a.mkv"):
        (deep / name).write_bytes(pan.read_bytes())
    (tmp_path / "broken.mp4").write_text("no video")
    (tmp_path / "photo.jpg").write_text("no picture")
    (tmp_path / "notes.txt").write_text("no picture")
    assert [p.name for p in find_clips([tmp_path, deep])] == ["broken.mp4", "a.mkv", "b.MKV"]
    footage = load_clips([tmp_path, tmp_path / "photo.jpg"], 48, per_clip=3)
    assert footage.names == ("a.mkv",) * 3 + ("b.MKV",) * 3
    assert len(footage.pictures) == len(footage.pairs) == 6
    assert footage.skipped == (tmp_path / "broken.mp4",)
    assert load_clips([deep], 48, pairs=False, per_clip=2).pairs == ()
    assert load_clips([tmp_path / "photo.jpg"], 48) == clips.Footage()


def test_what_counts_as_a_clip() -> None:
    for name in ("a.mp4", "a.GIF", "a.h264", "a", "a.txt"):
        assert is_clip(Path(name)), name
    for name in ("a.jpg", "a.JPEG", "a.png", "a.webp", "a.bmp"):
        assert not is_clip(Path(name)), name


@pytest.mark.parametrize("name", ["broken.mp4", "notes.txt"])
def test_a_clip_given_by_name_must_be_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("no video at all")
    with pytest.raises(TrainingError, match=rf"{name}: .*\(--content\)") as error:
        load_clips([tmp_path, path], 32)
    assert "\n" not in str(error.value)
    with pytest.raises(ClipError, match=name):
        clip_frames(path, 32)
    with pytest.raises(TrainingError, match="does not exist"):
        load_clips([tmp_path / "none.mp4"], 32)


def test_a_ribbon_is_refused(make_clip: MakeClip) -> None:
    ribbon = make_clip("ribbon.mkv", "-f", "lavfi", "-i", "color=red:s=4000x16:d=0.2", *LOSSLESS)
    with pytest.raises(TrainingError, match="8192"):
        load_clips([ribbon], 64)
