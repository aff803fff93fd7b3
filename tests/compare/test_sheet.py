"""A sheet: where pictures and words land on it, and how it reaches the disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from render.compare import lettering, sheet
from render.compare.sheet import Grid, Label, check, draw, fitting_width, save
from render.errors import OutputError, UsageError
from render.media.frame import Picture
from render.target import Size

COLOURS = [(200, 0, 0), (0, 200, 0), (0, 0, 200), (200, 200, 0)]
MARGIN, GUTTER = 64, 20


def plain(colour: tuple[int, int, int], width: int = 64, height: int = 36) -> Picture:
    picture: Picture = np.full((height, width, 3), colour, np.uint8)
    return picture


def grid(corner: Picture | None = None, **changes: object) -> Grid:
    red, green, blue, _ = map(plain, COLOURS)
    parts: dict[str, object] = {
        "title": Label("a clip"),
        "corner": corner,
        "columns": (Label("res5", ("77 G MACs",)), Label("res3", ("52 G MACs",))),
        "rows": (Label("The Wave", ("Hokusai", "1831")), Label("The Night")),
        "cells": ((red, green), (blue, "no res3")),
    }
    return Grid(**(parts | changes))  # type: ignore[arg-type]


def boxes(drawn: Image.Image, colour: tuple[int, int, int]) -> tuple[int, int, int, int]:
    """Left, top, right and bottom (past the end) of a colour's pixels."""
    there = (np.asarray(drawn) == colour).all(axis=2)
    ys, xs = np.nonzero(there)
    return int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1


def test_cells_are_whole_even_and_aligned() -> None:
    drawn = draw(grid(plain(COLOURS[3])), Size(360, 202))
    corner, red, green, blue = (boxes(drawn, COLOURS[i]) for i in (3, 0, 1, 2))
    for left, top, right, bottom in (corner, red, green, blue):
        assert (right - left, bottom - top) == (360, 202)
    assert corner[:2] == (MARGIN, MARGIN)
    assert red[0] - corner[2] == red[1] - corner[3] == GUTTER
    assert green[0] - red[2] == blue[1] - red[3] == GUTTER
    assert (green[1], blue[0]) == (red[1], red[0])
    assert drawn.size == (green[2] + MARGIN, blue[3] + MARGIN)


def ink(drawn: Image.Image, left: int, top: int, right: int, bottom: int) -> Picture:
    """Which pixels of a part are no paper."""
    part = np.asarray(drawn)[top:bottom, left:right]
    return (part != sheet._PAPER).any(axis=2)


def test_labels_stand_on_the_pictures_lower_edges() -> None:
    drawn = draw(grid(plain(COLOURS[3])), Size(360, 202))
    left, top, right, bottom = boxes(drawn, COLOURS[0])
    row = ink(drawn, 0, top - GUTTER, left - GUTTER, bottom)
    assert row.any(axis=1).nonzero()[0].max() == bottom - (top - GUTTER) - 1
    head = ink(drawn, left, top - 80, right, top)
    assert head.any()
    assert not head[-GUTTER + 6 :].any()  # below the baseline only a descender


def test_an_empty_cell_says_why() -> None:
    drawn = draw(grid(), Size(360, 202))
    _, top, right, bottom = boxes(drawn, COLOURS[2])
    cell = np.asarray(drawn)[top:bottom, right + GUTTER : right + GUTTER + 360]
    assert (cell[:5] == sheet._EMPTY).all()
    assert (cell != sheet._EMPTY).any()


def test_shapes_are_kept() -> None:
    tall = plain(COLOURS[0], 20, 40)
    drawn = draw(grid(cells=((tall, "x"), ("x", "x"))), Size(100, 100))
    left, top, right, bottom = boxes(drawn, COLOURS[0])
    assert (right - left, bottom - top) == (50, 100)


def test_shrinking_averages() -> None:
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 2, (800, 800, 1), dtype=np.uint8).repeat(3, axis=2) * 255
    drawn = draw(grid(plain(COLOURS[3]), cells=((noise, "x"), ("x", "x"))), Size(100, 100))
    left, top = MARGIN * 6 // 10 + 112, MARGIN * 6 // 10 + 112
    shown = np.asarray(drawn)[top + 2 : top + 98, left + 2 : left + 98]
    assert abs(shown.mean() - 127.5) < 4
    assert shown.std() < 40  # 127 where pixels are picked


def test_labels_stay_within_their_column() -> None:
    long = Label(
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk " * 2, ("日本語 🎨 é " * 30,)
    )
    name = Label("res5-sep-w64-k9-in-reflect-c0-bilinear")
    drawn = draw(grid(rows=(long, long), columns=(name, name)), Size(120, 68))
    cells = [boxes(drawn, COLOURS[i]) for i in (0, 1, 2)]
    assert all((right - left, bottom - top) == (120, 68) for left, top, right, bottom in cells)
    left = cells[0][0]
    assert not ink(drawn, left - 12, 0, left, drawn.height)[cells[0][1] :].any()


def test_the_labels_column_is_no_wider_than_its_words() -> None:
    names = (Label("The Wave"), Label("The Night"))
    for rows, most in ((names, 180), ((Label(""), Label("")), 0)):
        left = boxes(draw(grid(rows=rows), Size(360, 202)), COLOURS[0])[0]
        assert MARGIN <= left <= MARGIN + most
    assert boxes(draw(grid(plain(COLOURS[3])), Size(360, 202)), COLOURS[0])[0] == 64 + 360 + 20


def test_long_words_go_on_in_the_next_line() -> None:
    face = lettering.font(18)
    text = "holiday_by-the-sea.2019.uncut mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm"
    lines = list(lettering.wrapped(text, face, 120))
    assert "".join(lines) == text.replace(" ", "")
    assert lines[0] == "holiday_by-" and all(face.getlength(line) <= 120 for line in lines)


@pytest.mark.parametrize(
    ("text", "drawable"),
    [("Édouard Manet", "Edouard Manet"), ("480×853 – ß Łø", "480x853 - ss Lo"), ("日本", "??")],
)
def test_the_font_lacks_no_letter(text: str, drawable: str) -> None:
    assert lettering.drawable(text) == drawable


@pytest.mark.parametrize("columns", range(1, 16))
def test_a_sheet_is_2400_wide_at_most(columns: int) -> None:
    labels = tuple(Label("n") for _ in range(columns))
    width = fitting_width(columns)
    made = draw(grid(columns=labels, rows=(Label("r"),), cells=(("x",) * columns,)), Size(width, 9))
    assert made.width <= 2400
    assert width == 360 or made.width > 2000


def test_immense_sheets_are_refused_before_they_are_drawn() -> None:
    with pytest.raises(UsageError, match="lower --cell"):
        check(grid(), Size(8000, 8000))
    check(grid(), Size(800, 800))


@pytest.mark.parametrize(
    ("name", "kind"), [("s.png", "PNG"), ("s.jpg", "JPEG"), ("s.JPEG", "JPEG")]
)
def test_it_is_written_by_its_suffix(tmp_path: Path, name: str, kind: str) -> None:
    path = tmp_path / "deep" / name
    save(draw(grid(), Size(120, 68)), path)
    with Image.open(path) as read:
        assert read.format == kind
    assert [p.name for p in path.parent.iterdir()] == [name]


def test_a_failed_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.png"
    path.write_text("before")

    def full(_self: object, place: Path, *_: object, **__: object) -> None:
        Path(place).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(OutputError, match=r"s\.png: cannot be written \(No space left"):
        save(Image.new("RGB", (4, 4)), path)
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("s.png", "before")]
