"""Rows, columns and pages."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from render.compare.axes import KEYS
from render.compare.tiles import GUTTER, Page, Room, Tile, arrange, varying
from render.errors import UsageError
from render.target import Size

from .videos import tile


def sweep(**axes: str) -> list[Tile]:
    """Every combination of the values named: ``sweep(fps="10,15", size="a,b")``."""
    values = {axis: words.split(",") for axis, words in axes.items()}
    return [
        tile("-".join(each), **dict(zip(values, each, strict=True)))
        for each in itertools.product(*values.values())
    ]


def titles(page: Page) -> list[list[str | None]]:
    return [[each and each.title for each in row] for row in page.cells]


def test_rates_go_across_and_sizes_down() -> None:
    tiles = sweep(fps="10,15,30", size="s,m")
    (page,) = arrange(tiles)
    assert titles(page) == [["10-s", "15-s", "30-s"], ["10-m", "15-m", "30-m"]]
    assert page.title == ""


def test_axes_can_be_named() -> None:
    (page,) = arrange(sweep(fps="10,15,30", size="s,m"), rows="fps", columns="size")
    assert titles(page) == [["10-s", "10-m"], ["15-s", "15-m"], ["30-s", "30-m"]]
    (page,) = arrange(sweep(fps="10,15", size="s,m"), columns="size")
    assert titles(page) == [["10-s", "10-m"], ["15-s", "15-m"]]


def test_a_third_axis_nests_where_cells_stay_large() -> None:
    (page,) = arrange(sweep(fps="10,15", size="s,m", network="res5,res3"))
    assert titles(page) == [
        ["10-s-res5", "15-s-res5"], ["10-m-res5", "15-m-res5"],
        ["10-s-res3", "15-s-res3"], ["10-m-res3", "15-m-res3"],
    ]  # fmt: skip


def test_what_does_not_fit_makes_pages_that_say_what_they_are() -> None:
    pages = arrange(sweep(fps="10,15,30", size="s,m,l", network="res5,res3,res1"))
    assert [page.title for page in pages] == ["res5", "res3", "res1"]
    assert all(len(page.cells) == 3 and page.columns == 3 for page in pages)
    assert sorted(t.title for page in pages for t in page.tiles) == sorted(
        t.title for t in sweep(fps="10,15,30", size="s,m,l", network="res5,res3,res1")
    )


@pytest.mark.parametrize("count", [2, 3, 4, 5, 7, 12, 40, 100])
@pytest.mark.parametrize("axes", [{}, {"fps": "x"}])
def test_every_tile_stands_somewhere_and_no_cell_is_tiny(count: int, axes: dict[str, str]) -> None:
    tiles = [tile(f"{n}", **dict.fromkeys(axes, f"{n}")) for n in range(count)]
    room = Room()
    pages = arrange(tiles, room=room)
    assert [t for page in pages for t in page.tiles] == tiles
    for page in pages:
        cell = room.cell_for(len(page.cells), page.columns, Size(1280, 720))
        assert cell.width >= 320
        assert page.columns * (cell.width + GUTTER) - GUTTER <= 2560
        assert len(page.cells) * (cell.height + GUTTER) - GUTTER <= 1440
        assert cell.width % 2 == cell.height % 2 == 0


def test_one_long_axis_is_a_block_not_a_ribbon() -> None:
    (page,) = arrange(sweep(network="a,b,c,d"))
    assert titles(page) == [["a", "b"], ["c", "d"]]


def shaped(tiles: list[Tile], size: Size) -> list[Tile]:
    return [
        replace(t, clip=replace(t.clip, video=replace(t.clip.video, displayed=size))) for t in tiles
    ]


def test_upright_videos_get_an_upright_grid_rather_than_more_pages() -> None:
    tiles = shaped(sweep(fps="10,15,30", size="s,m,l", network="res5,res3"), Size(1080, 1920))
    pages = arrange(tiles)
    assert [page.title for page in pages] == ["res5", "res3"]
    assert all(len(page.cells) == 3 and page.columns == 3 for page in pages)
    assert Room().cell_for(3, 3, Size(1080, 1920)).width == 474
    # A pair stands side by side in the room as it lies; what is asked for is not turned.
    assert Room().cell_for(1, 2, Size(1080, 1920)) == Size(810, 1440)
    asked = Room(Size(2560, 1440), turns=False)
    assert asked.cell_for(3, 3, Size(1080, 1920)).height == 474


@pytest.mark.parametrize(
    ("count", "rows", "columns"), [(2, 1, 2), (4, 2, 2), (6, 2, 3), (9, 3, 3), (12, 3, 4)]
)
def test_no_place_is_left_empty_and_no_ribbon_made(count: int, rows: int, columns: int) -> None:
    for size in (Size(1920, 1080), Size(160, 90)):
        (page,) = arrange(shaped([tile(f"{n}") for n in range(count)], size))
        assert (len(page.cells), page.columns) == (rows, columns)


def test_pages_are_alike_in_number() -> None:
    pages = arrange([tile(f"{n}") for n in range(64)])
    assert {len(page.tiles) for page in pages} == {32}
    rows = [str(n) for n in range(8)]
    tall = arrange(sweep(fps="10,15", size=",".join(rows)), rows="size", columns="fps")
    assert len({len(page.cells) for page in tall}) == 1


def test_only_a_combination_that_is_missing_is_called_so() -> None:
    (page,) = arrange([t for t in sweep(fps="10,15", size="s,m") if t.title != "15-s"])
    assert page.empty == "not rendered"
    (page,) = arrange([tile(name) for name in "abc"])
    assert None in page.cells[1] and page.empty == ""
    (page,) = arrange([*sweep(fps="10,15", size="s,m"), tile("again", fps="10", size="s")])
    assert page.empty == ""


def test_combinations_that_were_not_rendered_stay_empty() -> None:
    tiles = [t for t in sweep(fps="10,15", size="s,m") if t.title != "15-s"]
    (page,) = arrange(tiles)
    assert titles(page) == [["10-s", None], ["10-m", "15-m"]]


def test_two_of_one_place_both_stand() -> None:
    tiles = [*sweep(fps="10,15", size="s,m"), tile("again", fps="10", size="s")]
    (page,) = arrange(tiles)
    assert titles(page) == [["10-s", "15-s"], ["again", None], ["10-m", "15-m"]]


def test_the_source_leads_every_row_and_is_one_tile() -> None:
    source = tile("source")
    (page,) = arrange(sweep(fps="10,15", size="s,m"), sources=[source])
    assert [row[0] for row in page.cells] == [source, source]
    assert page.tiles.count(source) == 1
    (page,) = arrange(sweep(fps="10,15,30"), sources=[source])
    assert titles(page) == [["source", "10"], ["15", "30"]]


def test_clips_make_rows_each_with_its_own_source() -> None:
    tiles = sweep(clip="c,d", style="x,y,z")
    sources = [tile("C", clip="c"), tile("D", clip="d")]
    (page,) = arrange(tiles, rows="clip", columns="style", sources=sources)
    assert titles(page) == [["C", "c-x", "c-y", "c-z"], ["D", "d-x", "d-y", "d-z"]]
    (page,) = arrange(tiles, rows="style", columns="clip")
    assert titles(page) == [["c-x", "d-x"], ["c-y", "d-y"], ["c-z", "d-z"]]
    with pytest.raises(UsageError, match="use --rows clip"):
        arrange(tiles, columns="clip", sources=sources)


def test_what_varies_must_be_known_of_all() -> None:
    tiles = [tile("a", fps="10", size="s"), tile("b", fps="15")]
    assert varying(tiles) == ["fps"]
    assert varying(tiles[:1]) == []


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        ("fps", "fps", "name two axes"),
        ("speed", None, "no such axis"),
        (None, "network", "not known of"),
    ],
)
def test_axes_that_cannot_be(rows: str | None, columns: str | None, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        arrange(sweep(fps="10,15", size="s,m"), rows=rows, columns=columns)


def test_axes_are_the_options_that_are_swept() -> None:
    from render.cli.ranges import SWEPT

    assert set(SWEPT) <= set(KEYS)


def test_what_would_be_mostly_empty_stands_side_by_side() -> None:
    tiles = [t for t in sweep(fps="10,15", size="s,m") if t.title in ("10-s", "15-m")]
    (page,) = arrange(tiles)
    assert titles(page) == [["10-s", "15-m"]]
    (page,) = arrange(tiles, rows="size", columns="fps")
    assert titles(page) == [["10-s", None], [None, "15-m"]]
    # Asked for, and on pages of their own: none that shows nothing.
    pages = arrange(tiles, rows="size", columns="fps", room=Room(Size(340, 200)))
    assert [titles(page) for page in pages] == [[["10-s"]], [["15-m"]]]
