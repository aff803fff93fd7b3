"""The grid itself: in step, labelled, whole."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from render.compare.labels import overlay
from render.compare.lettering import font, in_lines, shortened
from render.compare.tile_labels import tiles_of
from render.compare.tiles import Page, Room, Tile, arrange
from render.compare.video_grid import about_frames, layout, write_grid
from render.errors import OutputError
from render.media.encoding import AudioMode, Encoder, Encoding
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from render.target import Size
from tests.conftest import X264, MakeClip
from tests.media.preview import pictures

from .videos import number, numbered, tile

FINE = Encoding(Encoder.X264, 1, AudioMode.KEEP)


def plain(paths: list[Path], ff: FFmpeg) -> list[Tile]:
    return [replace(tile, title="", lines=()) for tile in tiles_of(paths, ff)]


def write(page: Page, output: Path, ff: FFmpeg, **options: bool) -> list[str]:
    frames = write_grid(page, output, ff.path, FINE, **options)
    while True:
        try:
            next(frames)
        except StopIteration as end:
            return list(end.value)


def numbers(page: Page, shown: np.ndarray, row: int, column: int) -> list[int]:
    where = layout(page)
    x, y = where.corner(row, column)
    part = shown[:, y + 4 : y + where.cell.height - 4, x + 4 : x + where.cell.width - 4]
    return [number(picture) for picture in part]


@pytest.mark.parametrize("rates", [("10", "15", "30"), ("10", "24", "60"), ("15", "30000/1001")])
def test_every_cell_shows_what_it_would_at_its_own_rate(
    rates: tuple[str, ...], make_clip: MakeClip, ff: FFmpeg, tmp_path: Path
) -> None:
    (page,) = arrange(plain([numbered(make_clip, rate, 0.5) for rate in rates], ff))
    write(page, tmp_path / "grid.mp4", ff)
    shown = pictures(ff, tmp_path / "grid.mp4")
    fastest = max(map(Fraction, rates))
    assert probe(tmp_path / "grid.mp4", ff).video.rate == fastest
    for place, rate in enumerate(map(Fraction, rates)):
        row, column = divmod(place, page.columns)
        found = numbers(page, shown, row, column)
        # The last frames are dimmed where a slow video's own end comes before the grid's.
        ticks = range(int(Fraction(2, 5) * fastest))
        assert found[: len(ticks)] == [int(tick / fastest * rate) for tick in ticks]


def test_matroska_s_milliseconds_do_not_shift_a_picture(
    make_clip: MakeClip, ff: FFmpeg, tmp_path: Path
) -> None:
    paths = [numbered(make_clip, rate, 0.5) for rate in ("10", "30")]
    rewrapped = [
        make_clip(f"ms_{path.stem}.mkv", "-i", path, "-c", "copy", "-map", "0") for path in paths
    ]
    (page,) = arrange(plain(rewrapped, ff))
    write(page, tmp_path / "grid.mp4", ff)
    shown = pictures(ff, tmp_path / "grid.mp4")
    assert numbers(page, shown, 0, 0)[:12] == [tick // 3 for tick in range(12)]
    assert numbers(page, shown, 0, 1)[:12] == list(range(12))


def test_the_longest_goes_on_and_the_others_dim(
    make_clip: MakeClip, ff: FFmpeg, tmp_path: Path
) -> None:
    paths = [numbered(make_clip, "30", seconds) for seconds in (0.3, 0.8)]
    (page,) = arrange(plain(paths, ff))
    assert about_frames(page, shortest=False) == pytest.approx(24, abs=2)
    write(page, tmp_path / "long.mp4", ff)
    shown = pictures(ff, tmp_path / "long.mp4")
    assert len(shown) == pytest.approx(24, abs=2)
    first = numbers(page, shown, 0, 0)
    assert first[:9] == list(range(9))
    assert set(first[10:]) == {2}  # a third as bright as frame 8
    write(page, tmp_path / "short.mp4", ff, shortest=True)
    assert len(pictures(ff, tmp_path / "short.mp4")) == pytest.approx(9, abs=1)


def test_previews_of_one_clip_end_together_undimmed(
    make_clip: MakeClip, ff: FFmpeg, tmp_path: Path
) -> None:
    # A clip's end falls between ticks: the rates round it each to their own.
    paths = [numbered(make_clip, "10", 1), numbered(make_clip, "30", 0.95)]
    (page,) = arrange(plain(paths, ff))
    write(page, tmp_path / "grid.mp4", ff)
    shown = pictures(ff, tmp_path / "grid.mp4")
    assert len(shown) == 30
    assert numbers(page, shown, 0, 1)[-3:] == [27, 27, 27]  # not a third


def test_sound_ends_with_the_pictures(make_clip: MakeClip, ff: FFmpeg, tmp_path: Path) -> None:
    paths = [numbered(make_clip, "30", seconds) for seconds in (2, 0.5)]
    (page,) = arrange(plain(paths, ff))
    write(page, tmp_path / "grid.mp4", ff, shortest=True)
    with av.open(str(tmp_path / "grid.mp4")) as container:
        heard = container.streams.audio[0]
        assert float(heard.duration * heard.time_base) == pytest.approx(0.5, abs=0.06)


def test_a_torn_video_is_said(make_clip: MakeClip, ff: FFmpeg, tmp_path: Path) -> None:
    whole = make_clip(
        "whole.mkv", "-f", "lavfi", "-i", "testsrc2=s=160x90:r=30:d=2", *X264, "-g", "10"
    )
    torn = tmp_path / "torn.mkv"
    torn.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    (page,) = arrange(plain([torn, whole], ff))
    (warning,) = write(page, tmp_path / "grid.mp4", ff)
    assert warning.startswith("torn.mkv: ") and "of about 60 frames decoded" in warning
    # What was not read to its end promises nothing.
    (page,) = arrange(plain([numbered(make_clip, "30", 0.3), whole], ff))
    assert write(page, tmp_path / "short.mp4", ff, shortest=True) == []


def test_places_left_over_say_nothing(make_clip: MakeClip, ff: FFmpeg, tmp_path: Path) -> None:
    (page,) = arrange(plain([numbered(make_clip, rate, 0.3) for rate in ("10", "15", "30")], ff))
    page = replace(page, cells=((*page.tiles[:2],), (page.tiles[2], None)))
    write(page, tmp_path / "grid.mp4", ff)
    where = layout(page)
    x, y = where.corner(1, 1)
    empty = pictures(ff, tmp_path / "grid.mp4")[0][y + 4 : y + 86, x + 4 : x + 156]
    assert int(empty.max()) - int(empty.min()) < 8
    write(replace(page, empty="not rendered"), tmp_path / "said.mp4", ff)
    said = pictures(ff, tmp_path / "said.mp4")[0][y + 4 : y + 86, x + 4 : x + 156]
    assert said.max() > 200


def test_the_label_of_what_has_ended_stays_bright(
    make_clip: MakeClip, ff: FFmpeg, tmp_path: Path
) -> None:
    tiles = tiles_of([numbered(make_clip, "30", seconds) for seconds in (0.3, 0.8)], ff)
    (page,) = arrange(tiles)
    write(page, tmp_path / "grid.mp4", ff)
    last = pictures(ff, tmp_path / "grid.mp4")[-1]
    assert last[60:90, 4:100].max() > 200
    assert last[:30, 4:100].max() < 80


def test_shapes_that_differ_get_bars(make_clip: MakeClip, ff: FFmpeg, tmp_path: Path) -> None:
    wide = make_clip("wide.mp4", "-f", "lavfi", "-i", "color=white:s=160x90:d=0.2", *X264)
    tall = make_clip("tall.mp4", "-f", "lavfi", "-i", "color=white:s=50x90:d=0.2", *X264)
    (page,) = arrange(plain([wide, tall], ff))
    write(page, tmp_path / "grid.mp4", ff)
    shown = pictures(ff, tmp_path / "grid.mp4")[0]
    assert shown.shape == (90, 160 + 8 + 160, 3)
    assert shown[:, 2:158].min() > 240
    assert shown[:, 170:220].max() < 15 and shown[:, 280:].max() < 15
    assert shown[10:80, 226:270].min() > 240


def test_sound_is_the_first_video_s(make_clip: MakeClip, ff: FFmpeg, tmp_path: Path) -> None:
    silent = make_clip("silent.mp4", "-f", "lavfi", "-i", "testsrc2=s=160x90:d=0.5", *X264)
    (page,) = arrange(plain([silent, numbered(make_clip, "10", 0.5)], ff))
    assert write(page, tmp_path / "grid.mp4", ff) == []
    with av.open(str(tmp_path / "grid.mp4")) as container:
        assert len(container.streams.audio) == 1
    frames = write_grid(page, tmp_path / "quiet.mp4", ff.path, replace(FINE, audio=AudioMode.NONE))
    assert list(frames)
    with av.open(str(tmp_path / "quiet.mp4")) as container:
        assert len(container.streams.audio) == 0


@pytest.mark.parametrize("cell", [Size(1280, 720), Size(320, 180), Size(320, 569), Size(200, 112)])
def test_labels_stay_away_from_the_middle(cell: Size) -> None:
    picture = np.full((cell.height, cell.width, 3), 200, np.uint8)
    words = overlay("15 fps · 480x853", ("res3 · 66 ms", "the-scream"), cell, Size(2560, 1440))
    assert words is not None
    words.lay(picture)
    touched = np.argwhere((picture != 200).any(axis=2))
    assert len(touched) > 500
    top, left = touched.min(axis=0)
    assert top > cell.height * 0.55
    assert touched[:, 1].max() < cell.width
    assert left < cell.width * 0.1
    # The ground is translucent, the letters are white.
    assert picture.max() > 245 and 60 < picture[top + 3, left + 12].mean() < 140


def test_a_long_title_takes_two_lines_before_it_is_small() -> None:
    cell, whole = Size(640, 360), Size(1288, 360)
    short = overlay("res3", (), cell, whole)
    long = overlay(
        "a title that is much too long for a single line of a cell of this size", (), cell, whole
    )
    assert short is not None and long is not None
    assert long.colour.shape[1] <= cell.width
    letters = short.colour.shape[0]
    assert 1.5 * letters < long.colour.shape[0] < 2.2 * letters


def test_what_no_line_holds_loses_its_middle() -> None:
    face = font(20)
    for end in ("first", "second"):
        name = f"one_of_many_names_that_{'go_on_' * 20}{end}"
        (words,) = in_lines(name, face, 300, 1)
        assert words.startswith("one_of") and words.endswith(end[-4:]) and "..." in words
        assert face.getlength(words) <= 300
        two = in_lines(name, face, 300, 2)
        assert len(two) == 2 and two[1].endswith(end[-4:])
        assert all(face.getlength(line) <= 300 for line in two)
    assert shortened("fits", face, 300) == "fits"


def shaped(one: Tile, shape: Size) -> Tile:
    return replace(one, clip=replace(one.clip, video=replace(one.clip.video, displayed=shape)))


@pytest.mark.parametrize("shape", [Size(1920, 1080), Size(1080, 1920), Size(160, 90)])
@pytest.mark.parametrize("whole", [Size(2560, 1440), Size(640, 360)])
def test_a_caption_stays_within_the_room(shape: Size, whole: Size) -> None:
    room = Room(whole, cell=10, turns=False)
    for count in (2, 6, 12):
        tiles = [shaped(tile(str(n)), shape) for n in range(count)]
        (page,) = arrange(tiles, room=room)
        where = layout(replace(page, caption="what all of them share"), room)
        assert where.caption > 0 == where.caption % 2
        assert where.whole.width <= whole.width and where.whole.height <= whole.height


def test_no_words_no_label() -> None:
    assert overlay("", (), Size(100, 100), Size(100, 100)) is None


def test_closing_half_way_leaves_nothing(make_clip: MakeClip, ff: FFmpeg, tmp_path: Path) -> None:
    (page,) = arrange(plain([numbered(make_clip, rate) for rate in ("10", "30")], ff))
    frames = write_grid(page, tmp_path / "new" / "grid.mp4", ff.path, FINE)
    next(frames)
    frames.close()
    assert list(tmp_path.iterdir()) == []


def test_what_exists_is_kept(make_clip: MakeClip, ff: FFmpeg, tmp_path: Path) -> None:
    (page,) = arrange(plain([numbered(make_clip, rate, 0.5) for rate in ("10", "30")], ff))
    output = tmp_path / "grid.mp4"
    output.write_bytes(b"precious")
    with pytest.raises(OutputError, match="--force"):
        write(page, output, ff)
    assert output.read_bytes() == b"precious"


def test_cells_are_never_larger_than_their_videos() -> None:
    assert Room().cell_for(1, 2, Size(160, 90)) == Size(160, 90)
    assert Room().cell_for(1, 2, Size(1920, 1080)).width == (2560 - 8) // 2
