"""Which folder a row gets, whatever it is called and whoever else is there."""

from __future__ import annotations

from pathlib import Path

from render.batching.row import Row
from render.batching.row_clip import clip_id
from render.batching.row_folders import placed
from render.batching.row_mark import RowKeys, RowMark
from render.errors import UsageError
from render.planning.request import Request


def row(written: str, *own: str, at: str = "/in", **changes: object) -> Row:
    request = Request(clips=(Path(at) / written,), **changes)  # type: ignore[arg-type]
    return Row(f"clips.csv:{written} {own}", request, written, own)


def names(rows: list[Row], output: Path) -> list[str]:
    found = placed(rows, output, ("rows.jsonl",))
    return [
        "" if one.folder is None else one.folder.relative_to(output).as_posix() for one in found
    ]


def mark(row: Row, folder: Path) -> None:
    assert isinstance(row.request, Request)
    RowMark(clip_id(row.request.clips[0]), RowKeys().of(row.request)).save(folder)


def test_names_are_the_clips_own_and_never_two_rows(tmp_path: Path) -> None:
    rows = [
        row("a.mp4"),
        row("a.mov"),
        row("A.mp4"),
        row("./b.mp4"),
        row("day 1/a.mp4"),
        row("day 2/a.mp4"),
        row("../../etc/passwd"),
        row("rows.jsonl.mp4"),
        row(".hidden"),
        row("cafe\u0301.mp4"),
        row("caf\u00e9.mp4"),
        row("x" * 200 + "é" * 60 + ".mp4"),
        row("\u202etxt.mp4"),
    ]
    found = names(rows, tmp_path)
    assert found[0] == "a" and found[3] == "b"
    assert len({name.casefold() for name in found}) == len(rows)
    assert found[4].startswith("day 1-a-") and found[6].startswith("etc-passwd-")
    for name in found:
        assert name not in ("", ".", "..", "rows.jsonl") and "/" not in name
        assert not name.startswith(".") and len(name.encode()) <= 240
    assert names(rows, tmp_path) == found


def test_rows_of_one_clip_are_told_apart_by_their_own_options(tmp_path: Path) -> None:
    rows = [row("a.mp4", "start=0"), row("a.mp4", "start=5", start=5), row("a.mp4", start=6)]
    assert names(rows, tmp_path)[:2] == ["a", "a-start=5"]
    again = placed([*rows, row("a.mp4", "start=5.0", start=5)], tmp_path)[-1]
    assert again.folder is None and isinstance(again.error, UsageError)
    assert "again: the same clip with the same options" in str(again.error)


def test_rows_may_be_added_moved_and_taken_away(tmp_path: Path) -> None:
    first, second = row("a.mp4", "start=1", start=1), row("a.mp4", "start=2", start=2)
    for one, name in zip((first, second), names([first, second], tmp_path), strict=True):
        mark(one, tmp_path / name)
    assert names([second, first], tmp_path) == ["a-start=2", "a"]
    assert names([second], tmp_path) == ["a-start=2"]
    between = row("a.mp4", "start=3", start=3)
    assert names([between, first, second], tmp_path) == ["a-start=3", "a", "a-start=2"]
    # Another clip of that name, from another folder: two manifests into one folder.
    other = row("a.mp4", "start=1", at="/elsewhere", start=1)
    assert names([other], tmp_path) == ["a-start=1"]
    # Options that changed find their folder.
    assert names([row("a.mp4", "start=4", start=4)], tmp_path) == ["a"]
