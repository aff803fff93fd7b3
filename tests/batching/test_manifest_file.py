"""Manifests as people and programs write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from render.batching import manifest_file as module
from render.batching.manifest_file import Entry, read_manifest
from render.errors import ManifestError

KEYS = ("fps", "size", "style", "strict")


def written(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass"))
    return path


def found(entries: tuple[Entry, ...]) -> list[tuple[int, dict[str, Any] | str]]:
    return [(e.line, dict(e.values) if e.error is None else str(e.error)) for e in entries]


def test_a_table_with_a_header(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "clips.csv",
        "\ufeffclip,fps,style\r\n"
        'a.mp4,"10,15",\r\n'
        "\r\n"
        ",,\r\n"
        '"day 1/ça, «va».mp4", 5 , mosaic\r\n'
        "日本.mov\r\n"
        '"say ""hi"".mp4",,udnie',
    )
    assert found(read_manifest(path, KEYS)) == [
        (2, {"clip": "a.mp4", "fps": "10,15"}),
        (5, {"clip": "day 1/ça, «va».mp4", "fps": "5", "style": "mosaic"}),
        (6, {"clip": "日本.mov"}),
        (7, {"clip": 'say "hi".mp4', "style": "udnie"}),
    ]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_spreadsheet_s_own_delimiter(tmp_path: Path, delimiter: str) -> None:
    text = "fps;clip\n10,15;a.mp4\n".replace(";", delimiter)
    path = written(tmp_path, "clips.CSV", text)
    assert found(read_manifest(path, KEYS)) == [(2, {"fps": "10,15", "clip": "a.mp4"})]


def test_rows_that_are_wrong_leave_the_others(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "clips.csv",
        'clip,fps\na.mp4,10,15\n,15\n"b.mp4,5\n"c".mp4,5\nb\0.mp4,\n'
        + "d" * 5000
        + ".mp4,\ne.mp4,5",
    )
    one, two, three, four, five, six, seven = found(read_manifest(path, KEYS))
    assert one == (2, "3 values in 2 columns; put a value with a comma in quotes")
    assert two == (3, "no clip")
    quote = "a quote that is not closed, or does not end its value"
    assert (three, four) == ((4, quote), (5, quote))
    assert five == (6, r"`clip`: 'b\x00.mp4': holds what is no character")
    assert "is too long" in str(six[1])
    assert seven == (8, {"clip": "e.mp4", "fps": "5"})


def test_json_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps({"clip": "a.mp4", "fps": [10, 29.97], "strict": True, "size": None}),
        "",
        '{"clip": "b\\nc.mp4", "fps": 5}',
        '{"clip": "b.mp4", "fpss": 5}',
        '{"clip": "b.mp4", "fps": 5, "fps": 6}',
        '{"clip": "b.mp4"',
        "[1]",
        '{"fps": 5}',
        '{"clip": 3}',
        '{"clip": "   "}',
        '{"clip": "\\ud800.mp4"}',
        '{"clip": "b.mp4", "fps": ' + "[" * 40 + "]" * 40 + "}",
        '{"clip": "b.mp4", "fps": NaN}',
        '{"clip": "\\udcff.mp4"}',
    ]
    path = written(tmp_path, "clips.jsonl", "\ufeff" + "\n".join(lines))
    first, second, *wrong, last = found(read_manifest(path, KEYS))
    assert first == (1, {"clip": "a.mp4", "fps": [10, 29.97], "strict": True})
    assert second == (3, {"clip": "b\nc.mp4", "fps": 5})
    assert [line for line, _ in wrong] == list(range(4, 14))
    says = [str(what) for _, what in wrong]
    for said, words in zip(
        says,
        (
            "`fpss`: unknown key; did you mean `fps`?",
            "is no JSON: `fps` is there twice",
            "is no JSON",
            "[1]: is no object; write one a line",
            "no clip",
            "`clip`: 3: is no path",
            "`clip`: ' ': is no path",
            "holds what is no character",
            "nested too deeply",
            "NaN is no number of JSON",
        ),
        strict=True,
    ):
        assert words in said
    assert last == (14, {"clip": "\udcff.mp4"})


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("c.txt", "clip\na.mp4", "a manifest is a .csv or a .jsonl file"),
        ("c.csv", "", "has no rows"),
        ("c.csv", "\n\n", "has no rows"),
        ("c.csv", "clip,fps\n\n,\n", "has no rows"),
        ("c.jsonl", "\n", "has no rows"),
        ("c.csv", "clip\na.mp4".encode("utf-16"), "is not UTF-8 text"),
        ("c.csv", "clip,fpss\na.mp4,5", ":1: `fpss`: unknown key; did you mean `fps`?"),
        ("c.csv", "\nclip,\na.mp4,5", ":2: a column without a name"),
        ("c.csv", "a.mp4\nb.mp4", ":1: `a.mp4`: unknown key"),
        ("c.csv", "fps\n5", ":1: no column `clip`; the first line names the columns"),
        ("c.csv", "clip,fps,clip\na,5,b", ":1: the column `clip` is there twice"),
        ("c.csv", '"clip\na.mp4', ":1: a quote that is not closed"),
    ],
)
def test_what_is_wrong_as_a_whole(tmp_path: Path, name: str, data: str | bytes, said: str) -> None:
    path = written(tmp_path, name, data)
    with pytest.raises(ManifestError) as error:
        read_manifest(path, KEYS)
    assert str(error.value).startswith(str(path)) and said in str(error.value)


def test_what_is_no_file_and_what_is_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ManifestError, match="there is no such manifest"):
        read_manifest(tmp_path / "none.csv", KEYS)
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    with pytest.raises(ManifestError, match="is a folder"):
        read_manifest(folder, KEYS)
    monkeypatch.setattr(module, "MAX_ROWS", 2)
    path = written(tmp_path, "clips.csv", "clip\na\nb\nc\n")
    with pytest.raises(ManifestError, match="over 2 rows; split it"):
        read_manifest(path, KEYS)
