"""What ``results.json`` says as text is typed in here, and is written as the same text."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from render.compare.metrics.subject import ticks
from render.devices.playback import Late
from render.errors import UsageError
from render.files.journal import Journal
from render.media.encoding import Encoder
from render.networks.spec import NetworkSpec
from render.planning.geometry import Box, Placement
from render.results.fold import Fold
from render.results.results import NAME, load, save
from render.target import Size, Upscaling
from tests.results.test_record import cell, record

WRITTEN = Path(__file__).parent / "written.json"
"""By render while it kept all of this as text: two runs, one of a part of the clip and measured,
one on a phone in a style of one's own."""


@pytest.fixture
def written(tmp_path: Path) -> dict[str, Any]:
    shutil.copy(WRITTEN, tmp_path / NAME)
    found: dict[str, Any] = json.loads(WRITTEN.read_text("ascii"))
    return found


def test_what_was_written_is_written_again_to_the_byte(
    tmp_path: Path, written: dict[str, Any]
) -> None:
    results = load(tmp_path)
    (tmp_path / NAME).unlink()
    save(results, tmp_path)
    assert (tmp_path / NAME).read_bytes() == WRITTEN.read_bytes()


def test_through_the_journal_too(tmp_path: Path, written: dict[str, Any]) -> None:
    for name in (*(c["id"] for c in written["cells"]), *written["grids"]):
        (tmp_path / name).write_bytes(b"a video")
    journal = Journal.of(tmp_path)
    journal.append({"kind": "adopted", "results": load(tmp_path).as_dict()})
    fold = Fold()
    for entry in journal.read()[0]:
        fold.take(entry)
    assert fold.results(tmp_path) == load(tmp_path)
    save(fold.results(tmp_path), tmp_path)
    assert (tmp_path / NAME).read_bytes() == WRITTEN.read_bytes()


def test_it_is_typed(tmp_path: Path, written: dict[str, Any]) -> None:
    results = load(tmp_path)
    first, second, played = results.cells
    clip = results.clips[first.clip]
    assert (clip.size, clip.fps) == (Size(1280, 720), Fraction(25))
    assert (clip.start, clip.part) == (Fraction(13, 10), Fraction(1, 2))
    assert clip.sampling is not None and clip.sampling.jod_size == Size(170, 96)
    assert first.target.network == NetworkSpec.parse("res1")
    assert second.target.fps == second.video_fps == Fraction(30000, 1001)
    assert (first.target.size, first.target.upscale) == (Size(86, 48), Size(170, 96))
    assert first.target.upscaler is Upscaling.BILINEAR
    assert first.video.encoder is Encoder.X264 and first.video.size == Size(170, 96)
    assert first.view is not None
    assert first.view.placement == Placement(
        Size(1280, 720), Box(0, 3, 1280, 714), Box(0, 0, 86, 48)
    )
    assert played.target.upscale is None and played.video_fps == 60
    assert played.played is not None and played.played.late is Late.NEWEST
    assert (played.played.camera, played.played.display) == (30, 60)


def test_a_start_is_exact(tmp_path: Path) -> None:
    """A third of a second and its like are nearest to other fractions, once they are floats."""
    start = Fraction(1_234_567, 3_000_003)
    record(tmp_path, cell(tmp_path, "a.mp4", start=start))
    results = load(tmp_path)
    (one,) = results.cells
    assert one.start == float(start)
    assert Fraction(one.start).limit_denominator(1_000_000) != start
    assert results.clips[one.clip].start == start
    assert ticks(one, results.clips[one.clip].start).time(0) == start


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("cells", 0, "target", "size"), "86 by 48", "`cells.0.target.size`: size '86 by 48'"),
        (("cells", 0, "target", "size"), 86, "`cells.0.target.size`: 86 is not text"),
        (("cells", 1, "target", "upscale"), "0x96", "`cells.1.target.upscale`: size 0x96"),
        (("cells", 0, "target", "fps"), "1/0", "`cells.0.target.fps`: '1/0' is no rate"),
        (("cells", 0, "target", "fps"), "source", "`cells.0.target.fps`: 'source' is no rate"),
        (("cells", 0, "target", "fps"), 10, "`cells.0.target.fps`: 10 is no rate"),
        (("cells", 0, "target", "fps"), "241", "`cells.0.target.fps`: '241' is no rate"),
        (("cells", 0, "target", "network"), "vgg", "`cells.0.target.network`: network 'vgg'"),
        (("cells", 0, "target", "upscaler"), "magic", "`cells.0.target.upscaler`: "),
        (("cells", 0, "video", "encoder"), None, "`cells.0.video.encoder`: "),
        (("cells", 2, "played", "late"), ["newest"], "`cells.2.played.late`: "),
        (("cells", 2, "played", "camera"), "0", "`cells.2.played.camera`: '0' is no rate"),
        (("cells", 0, "view", "crop"), "a corner", "`cells.0.view.crop`: 'a corner' is no part"),
        (("cells", 0, "view", "crop"), "1x1+9999+0", "`cells.0.view`: lies outside its clip"),
        (("cells", 0, "view", "inner"), "0x9+0+0", "`cells.0.view`: lies outside its clip"),
        (("clips", 0, "start"), "-1", "`clips.0.start`: '-1' is no time"),
        (("clips", 0, "part"), 0.5, "`clips.0.part`: 0.5 is no time"),
        (("clips", 0, "start"), f"0.{'1' * 40}", "`clips.0.start`: "),  # cannot be written again
        (("clips", 0, "sampling", "size"), None, "`clips.0.sampling.size`: None is not text"),
    ],
)
def test_what_is_damaged_is_said_with_its_file_and_key(
    place: tuple[str | int, ...],
    value: object,
    said: str,
    tmp_path: Path,
    written: dict[str, Any],
) -> None:
    part: Any = written
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    (tmp_path / NAME).write_text(json.dumps(written))
    with pytest.raises(UsageError) as error:
        load(tmp_path)
    words = str(error.value)
    assert words.startswith(f"{tmp_path / NAME}: is damaged ({said}") and "\n" not in words


def test_odd_ways_to_write_a_value_are_taken_and_come_out_plain(
    tmp_path: Path, written: dict[str, Any]
) -> None:
    """By hand or by another program."""
    clip, target = written["clips"][0], written["cells"][0]["target"]
    clip["start"], clip["part"], target["fps"], target["size"] = "1.30", "2/4", "20/2", "86×48"
    (tmp_path / NAME).write_text(json.dumps(written))
    assert load(tmp_path).as_dict() == json.loads(WRITTEN.read_text("ascii"))


def test_what_cannot_be_a_result_is_not_made(tmp_path: Path) -> None:
    """Values that are typed already are held to the same bounds as text."""
    one = cell(tmp_path, "a.mp4")
    fast = replace(one.clip.video, rate=Fraction(241))
    with pytest.raises(ValueError, match="'241' is no rate"):
        record(tmp_path, replace(one, clip=replace(one.clip, video=fast)))
