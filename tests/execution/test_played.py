"""Previews on a phone: what the file shows is what the simulation says, picture for picture."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from render.devices.latency import Latency
from render.devices.phone import Phone
from render.devices.playback import Late, shows
from render.errors import UsageError
from render.events import Preview
from render.look import Look
from render.media.ffmpeg import FFmpeg
from render.planning.estimate import pictures as pictures_of
from render.results.record import Call, Recorder
from render.results.results import load
from render.target import Rate, Size, Target
from tests.conftest import X264, MakeClip
from tests.media.preview import events, pictures, plan_for, preview, request
from tests.results.test_record import CALL

TARGET = Target(Rate.parse("15"), Size(64, 36), "res3", None)
STEP = 4


@pytest.fixture(scope="session")
def counted(make_clip: MakeClip) -> Path:
    """Two seconds of 30 fps whose every frame is a grey of its own: 16 + 4 for each."""
    level = f"16+{STEP}*(N-56*floor(N/56))"
    return make_clip(
        "counted.mp4",
        *("-f", "lavfi", "-i", "color=black:s=64x36:r=30:d=2"),
        *("-vf", f"geq=lum='{level}':cb=128:cr=128"),
        *X264,
        *("-crf", "0", "-pix_fmt", "yuv420p"),
    )


def look(phone: Phone | None, fps: str = "15") -> Look:
    return Look("none", replace(TARGET, rate=Rate.parse(fps)), phone)


def played(clip: Path, output: Path, phone: Phone | None, fps: str = "15", **more: Any) -> Preview:
    return preview(clip, output, looks=(look(phone, fps),), **more)


def numbers(ff: FFmpeg, path: Path) -> list[int]:
    """Which frame of `counted` each frame of a preview shows."""
    grey = pictures(ff, path).reshape(-1, 64 * 36 * 3).mean(axis=1)
    # Video levels 16 to 235 as 0 to 255.
    return [round((value * 219 / 255) / STEP) for value in grey]


@pytest.mark.parametrize(
    ("latency", "fps", "late"),
    [
        (Latency(40), "30", Late.NEWEST),
        (Latency(66), "15", Late.NEWEST),
        (Latency.spread(70, 25), "15", Late.DISCARD),
        (Latency(180), "15", Late.NEWEST),
    ],
)
def test_the_file_shows_what_the_phone_would(
    latency: Latency, fps: str, late: Late, counted: Path, ff: FFmpeg, tmp_path: Path
) -> None:
    made = played(counted, tmp_path / "a.mkv", Phone("test", latency, late, seed=4), fps)
    assert made.shows is not None and made.cell.playback is not None
    assert made.shows == shows(made.cell.playback, 60)
    assert (made.rate, made.frames, made.duration) == (60, 120, 2)
    found = numbers(ff, made.path)
    expected, sequence = [], dict(made.shows.sequence)
    on_show = made.shows.sequence[0][1]
    for refresh in range(120):
        on_show = sequence.get(refresh, on_show)
        expected.append(on_show % 56)
    assert found == expected
    # Only what is seen, or under way at the end, was computed.
    assert made.shows.shown <= made.stylized <= made.shows.shown + made.shows.in_flight


def test_a_phone_beside_others_changes_nothing_for_them(counted: Path, tmp_path: Path) -> None:
    phone = Phone("66 ms", Latency(66))
    looks = (look(None), look(phone), look(None, "30"))
    alone = [
        events(counted, tmp_path / f"{n}.mp4", looks=(one,))[-1].preview
        for n, one in enumerate(looks)
    ]
    found = events(counted, tmp_path, looks=looks)
    together = [event.preview for event in found if hasattr(event, "preview")]
    assert [one.path.name for one in together] == [
        "counted-none-res3-64x36-15-upnone.mp4",
        "counted-none-res3-64x36-15-on-66-ms-upnone.mp4",
        "counted-none-res3-64x36-30-upnone.mp4",
    ]
    for one, other in zip(alone, together, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes()


def test_a_source_slower_than_the_camera(moving: Path, tmp_path: Path) -> None:
    """25 fps under a camera of 30: some of its pictures come twice."""
    made = played(moving, tmp_path / "a.mp4", Phone("test", Latency(5)), "30")
    assert made.shows is not None
    assert made.shows.frames == 60 and made.frames == 120
    assert made.shows.shown == 60 and made.stylized == 50
    assert any("camera are above the clip's 25" in note for note in made.cell.notes)


def test_the_estimate_counts_what_is_stylized(counted: Path, tmp_path: Path) -> None:
    for latency in (Latency(40), Latency(180)):
        made = played(counted, tmp_path / f"{latency.median}.mp4", Phone("test", latency), "30")
        assert pictures_of([made.cell]) == pytest.approx(made.stylized, abs=2)


def test_a_part_of_a_clip_and_a_very_short_one(counted: Path, ff: FFmpeg, tmp_path: Path) -> None:
    phone = Phone("test", Latency(66))
    part = played(counted, tmp_path / "a.mkv", phone, start=Fraction(1), duration=Fraction(1, 2))
    assert part.frames == 30 and numbers(ff, part.path)[0] == 30
    short = played(counted, tmp_path / "b.mkv", phone, duration=Fraction(1, 30))
    assert short.frames == 2 and set(numbers(ff, short.path)) == {0}


def test_results_keep_what_it_came_to(counted: Path, tmp_path: Path) -> None:
    looks = (look(None), look(Phone("test", Latency(66), seed=9)))
    plan = plan_for(request(counted, tmp_path, looks=looks))
    recorder = Recorder(plan, tmp_path, Call(CALL.command, CALL.at))
    for event in events(counted, tmp_path, looks=looks):
        recorder.event(event)
    recorder.save()
    plain, cell = load(tmp_path).cells
    assert plain.played is None and plain.video_fps == 15 and plain.target.on is None
    assert cell.played is not None and cell.target.on == "test"
    assert (cell.target.fps, cell.video_fps, cell.video.fps_float) == (15, 60, 60.0)
    assert cell.played.seed == 9 and cell.played.frames == 60
    assert cell.played.shown == len(cell.played.sequence)
    assert np.isclose(cell.cost.macs_second, 15 * cell.cost.macs)


def test_a_device_without_evidence_is_refused(counted: Path, tmp_path: Path) -> None:
    from render.devices.profile import Profile

    with pytest.raises(UsageError, match="import"):
        played(counted, tmp_path / "a.mp4", Phone("T", Profile(name="T")))
