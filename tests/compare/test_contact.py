"""Contact sheets of videos: which moment, which part."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from render.compare.contact import grid, pictures, plan_contact
from render.compare.sheet import draw
from render.compare.tile_labels import tiles_of
from render.errors import UsageError
from render.media.ffmpeg import FFmpeg
from render.planning.geometry import Box
from render.target import Size
from tests.conftest import X264, MakeClip

from .videos import number, numbered, tile


def test_each_video_shows_the_moment_at_its_own_rate(make_clip: MakeClip, ff: FFmpeg) -> None:
    rates = ("10", "15", "30")
    tiles = tiles_of([numbered(make_clip, rate) for rate in rates], ff)
    moments = [Fraction(1, 10), Fraction(11, 20), Fraction(4, 5)]
    contact = plan_contact(tiles, moments=moments)
    shown = list(pictures(contact, ff.path))
    assert [number(picture) for picture in shown] == [
        int(moment * int(rate)) for rate in rates for moment in moments
    ]
    sheet = draw(grid(contact, shown, "three rates"), contact.cell)
    assert sheet.width > 3 * contact.cell.width


def test_moments_are_spread_over_the_shortest(make_clip: MakeClip, ff: FFmpeg) -> None:
    tiles = tiles_of([numbered(make_clip, "10", 1), numbered(make_clip, "30", 0.5)], ff)
    contact = plan_contact(tiles, count=2)
    assert [float(m) for m in contact.moments] == pytest.approx([0.125, 0.375], abs=0.02)


def test_a_crop_is_at_full_size(moving: object, make_clip: MakeClip, ff: FFmpeg) -> None:
    path = numbered(make_clip, "10")
    tiles = tiles_of([path, path], ff)
    whole = next(pictures(plan_contact(tiles, count=1), ff.path))
    contact = plan_contact(tiles, count=1, crop=Box(10, 20, 40, 30))
    part = next(pictures(contact, ff.path))
    assert contact.cell == Size(40, 30)
    assert np.array_equal(part, whole[20:50, 10:50])
    middle = plan_contact(tiles, count=1, crop=Size(40, 30))
    assert middle.crop == Box(60, 30, 40, 30)


def test_pictures_wait_no_larger_than_they_are_shown(make_clip: MakeClip, ff: FFmpeg) -> None:
    path = make_clip("large.mp4", "-f", "lavfi", "-i", "testsrc2=s=1280x720:r=10:d=1", *X264)
    contact = plan_contact(tiles_of([path, path], ff), count=2)
    for picture in pictures(contact, ff.path):
        assert picture.shape == (contact.cell.height, contact.cell.width, 3)


def test_a_crop_shows_the_same_part_of_videos_of_any_size(make_clip: MakeClip, ff: FFmpeg) -> None:
    # A white square in the middle third of both.
    square = "drawbox=x=iw/3:y=ih/3:w=iw/3:h=ih/3:color=white:t=fill"
    paths = [
        make_clip(
            f"{size}.mp4", "-f", "lavfi", "-i", f"color=black:s={size}:d=0.5", "-vf", square, *X264
        )
        for size in ("300x180", "600x360")
    ]
    tiles = tiles_of(paths, ff)
    for crop in (Size(40, 40), Box(280, 160, 40, 40)):
        for picture in pictures(plan_contact(tiles, count=1, crop=crop), ff.path):
            assert picture.shape == (40, 40, 3)
            assert picture.min() > 200
    # At an edge it stays within the smaller one.
    edge = plan_contact(tiles, count=1, crop=Box(560, 0, 40, 40))
    assert {picture.shape for picture in pictures(edge, ff.path)} == {(40, 40, 3)}


def test_what_cannot_be_shown_is_said() -> None:
    tiles = [tile("a.mp4"), tile("b.mp4")]
    with pytest.raises(UsageError, match=r"--at 9: .*ends at 5\.00 s"):
        plan_contact(tiles, moments=[Fraction(9)])
    with pytest.raises(UsageError, match=r"--crop 4000x20.* is not within a\.mp4"):
        plan_contact(tiles, crop=Size(4000, 20))
    with pytest.raises(UsageError, match=r"--moments"):
        plan_contact([tile(f"{n}.mp4") for n in range(20)], count=100, crop=Size(700, 700))
    endless = replace(tiles[0], clip=replace(tiles[0].clip, duration=None))
    with pytest.raises(UsageError, match="length is not known"):
        plan_contact([endless])


def test_upright_videos_among_others_are_as_high_as_these_are_wide(
    make_clip: MakeClip, ff: FFmpeg
) -> None:
    shapes = ("320x180", "180x320", "320x180")
    paths = [
        make_clip(f"{n}.mp4", "-f", "lavfi", "-i", f"color=white:s={shape}:r=5:d=0.4", *X264)
        for n, shape in enumerate(shapes)
    ]
    contact = plan_contact(tiles_of(paths, ff), count=1, width=100)
    assert [contact.cell_of(tile) for tile in contact.tiles] == [
        Size(100, 56), Size(100, 100), Size(100, 56)
    ]  # fmt: skip
    shown = list(pictures(contact, ff.path))
    assert [picture.shape[:2] for picture in shown] == [(56, 100), (100, 56), (56, 100)]
    sheet = np.asarray(draw(grid(contact, shown, ""), contact.cell))
    white = (sheet > 250).all(axis=2)
    rows = np.flatnonzero(white.any(axis=1))
    # Each as high as its own cell, with a gutter between.
    assert np.flatnonzero(np.diff(rows) > 1).tolist() == [55, 155]
    upright = contact.tiles[1]
    alone = plan_contact([upright], count=1, width=100)
    assert alone.cell_of(upright) == alone.cell == Size(100, 178)
