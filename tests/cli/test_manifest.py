"""`render --manifest`: a row's words and the options beside it, what is said, and what is kept."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from render.cli.app import run
from render.cli.manifest_rows import read_rows
from render.cli.options import RenderOptions
from render.errors import RenderError, StyleError, UsageError
from render.planning.request import Request
from render.target import Fit, Rate, Size
from tests.conftest import X264, MakeClip

pytestmark = pytest.mark.torch
Captured = pytest.CaptureFixture[str]
Write = Callable[..., Path]
ROOT = Path(__file__).parents[2]
TINY = ("--size", "64x36", "--network", "res1", "--upscale", "none", "--audio", "none")


@pytest.fixture(scope="module")
def clip(make_clip: MakeClip) -> Path:
    return make_clip("tiny.mp4", "-f", "lavfi", "-i", "testsrc2=s=64x36:r=10:d=0.4", *X264)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def put(*lines: str, name: str = "clips.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join(lines))
        return path

    return put


def asked(manifest: Path, **words: Any) -> list[Request | str]:
    rows, _ = read_rows(manifest, RenderOptions(**words))
    return [
        str(row.request) if isinstance(row.request, RenderError) else row.request for row in rows
    ]


def test_a_row_s_words_win_over_the_options(write: Write, tmp_path: Path) -> None:
    manifest = write(
        "clip,fps,size,start,duration,fit,style,strict,crf",
        'a.mp4,"5..15:5",64x36,1:02,2.5,contain,udnie,true,30',
        "b c.mp4,,,,,,,,",
        "/abs/d.mp4,,,,,,,FALSE,",
    )
    first, second, third = asked(manifest, fps="20", size="32x32", crf="20", strict=True)
    assert isinstance(first, Request) and isinstance(second, Request) and isinstance(third, Request)
    assert first.clips == (tmp_path / "a.mp4",)
    assert [look.target.rate for look in first.looks] == [Rate.parse(n) for n in ("5", "10", "15")]
    assert {(look.target.size, look.style) for look in first.looks} == {(Size(64, 36), "udnie")}
    assert (first.start, first.duration) == (Fraction(62), Fraction(5, 2))
    assert first.fit is Fit.CONTAIN and first.strict and first.coding.crf == 30
    (look,) = second.looks
    assert (look.target.rate, look.target.size) == (Rate.parse("20"), Size(32, 32))
    assert second.clips == (tmp_path / "b c.mp4",) and second.strict and second.coding.crf == 20
    assert third.clips == (Path("/abs/d.mp4"),) and not third.strict


def test_what_a_row_s_preset_says_wins_over_the_options_and_its_files_are_found(
    write: Write, tmp_path: Path
) -> None:
    (tmp_path / "looks").mkdir()
    preset = 'schema = 1\nfps = 5\nsize = "48x86"\nnetwork = "res1"\n'
    (tmp_path / "looks" / "mine.toml").write_text(preset)
    (tmp_path / "ms.txt").write_text("66\n70\n")
    (tmp_path / "cells.toml").write_text("schema = 1\n[[cell]]\nfps = 3\n\n[[cell]]\nfps = 4\n")
    style = next((ROOT / "presets" / "styles").glob("*.res5.safetensors"))
    shutil.copy(style, tmp_path / "mine.res5.safetensors")
    manifest = write(
        *(json.dumps(row) for row in (
            {"clip": "a.mp4", "preset": "looks/mine.toml", "network": "res3"},
            {"clip": "a.mp4", "style": "./mine.res5.safetensors"},
            {"clip": "a.mp4", "latency": "ms.txt"},
            {"clip": "a.mp4", "cells": "cells.toml", "strict": True},
            {"clip": "a.mp4", "fps": [5, 29.97]},
        )),
        name="clips.jsonl",
    )  # fmt: skip
    found = asked(manifest, fps="20", size="32x32", network="res1", play_on="A12")
    assert [one for one in found if isinstance(one, str)] == []
    mine, styled, late, cells, listed = found
    (look,) = mine.looks
    assert (look.target.rate, look.target.size) == (Rate.parse("5"), Size(48, 86))
    assert str(look.target.network) == "res3"
    assert styled.looks[0].style == str(tmp_path / "mine.res5.safetensors")
    assert styled.looks[0].target.network is None or "res5" in str(styled.looks[0].target.network)
    assert [look.phone.name for look in late.looks] == ["ms"]
    assert [look.phone.name for look in mine.looks] == ["A12"]
    assert [look.target.rate for look in cells.looks] == [Rate.parse("3"), Rate.parse("4")]
    assert [look.target.rate for look in listed.looks] == [Rate.parse("5"), Rate.parse("29.97")]


def test_what_is_wrong_with_a_row_is_said_in_the_manifest_s_words(write: Write) -> None:
    manifest = write(
        *(json.dumps(row) for row in (
            {"clip": "a.mp4"},
            {"clip": "a.mp4", "fps": "abc"},
            {"clip": "a.mp4", "start": -1},
            {"clip": "a.mp4", "strict": "maybe"},
            {"clip": "a.mp4", "fps": True},
            {"clip": "a.mp4", "fps": {"a": 1}},
            {"clip": "a.mp4", "preset": "no-such"},
            {"clip": "a.mp4", "fit": "covr"},
            {"clip": "a.mp4", "late": "newest"},
            {"clip": "x" * 300},
            {"clip": "a.mp4", "output": "b.mp4"},
            {"clip": "a.mp4", "grid": True},
            {"clip": "a.mp4", "cells": "none.toml"},
        )),
        name="clips.jsonl",
    )  # fmt: skip
    fine, *wrong = asked(manifest)
    assert isinstance(fine, Request)
    for said, words in zip(
        wrong,
        (
            "`fps`: 'abc': write a number",
            "`start`: '-1': write seconds",
            "`strict`: maybe: write true or false",
            "`fps`: true: write a text or a number",
            "`fps`: {'a': 1}: write a text, a number",
            "`preset`: ",
            "did you mean `cover`?",
            "`late`: needs a phone; name one with --play-on",
            "is too long a name",
            "`output`: unknown key",
            "`grid`: unknown key",
            "none.toml: there is no such",
        ),
        strict=True,
    ):
        assert isinstance(said, str) and words in said, (said, words)


def test_what_is_wrong_with_the_options_ends_it(write: Write) -> None:
    manifest = write("clip,fps", "a.mp4,5", "b.mp4,")
    with pytest.raises(UsageError, match="--size: 'x'"):
        read_rows(manifest, RenderOptions(size="x"))
    with pytest.raises(StyleError, match="no-such"):
        read_rows(manifest, RenderOptions(style="no-such"))
    # Not where every row says better.
    manifest = write("clip,size", "a.mp4,64x36")
    read_rows(manifest, RenderOptions(size="x"))


def test_what_cannot_be_meant(
    write: Write, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    manifest = str(write("clip", "a.mp4"))
    for words, said in (
        (["a.mp4", "--manifest", manifest], "beside --manifest, clips stand in its rows"),
        (["a.mp4", "--at-once", "2"], "--at-once: is about the rows of a --manifest"),
        (["--manifest", manifest, "--at-once", "0"], "--at-once '0': must be a whole number"),
        (["--manifest", manifest, "--at-once", "x"], "--at-once 'x': must be a whole number"),
        (["--manifest", "none.csv"], "none.csv: there is no such manifest"),
        (["--manifest", str(write("fps", "5", name="f.csv"))], "no column `clip`"),
        (["--manifest", str(write("clip", name="e.csv"))], "has no rows"),
        (["--manifest", manifest, "-o", "x.mp4"], "a folder, not one file"),
        (["--manifest", manifest, "--rows", "clip"], "each clip is rendered by itself here"),
    ):
        assert run([*words]) == 2, words
        captured = capsys.readouterr()
        assert said in captured.err and captured.out == "", (words, captured.err)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clips.csv", "e.csv", "f.csv"]


def test_a_batch_from_the_command_line(
    write: Write, clip: Path, tmp_path: Path, capsys: Captured
) -> None:
    for name in ("a", "b"):
        shutil.copy(clip, tmp_path / f"{name}.mp4")
    (tmp_path / "bad.mp4").write_bytes(b"no video" * 99)
    manifest = write("clip,fps", 'a.mp4,"5,10"', "bad.mp4,", "c.mp4,", "b.mp4,abc", "b.mp4,5")
    out = tmp_path / "out"
    command = ["--manifest", str(manifest), *TINY, "--metrics", "none", "-o", str(out)]
    assert run([*command, "--dry-run"]) == 1
    captured = capsys.readouterr()
    assert f"{manifest}:6: b.mp4 → {out}/b/b-" in captured.out and "in all" in captured.out
    assert "5 rows: 2 to do, 3 failed" in captured.err and not out.exists()

    assert run(command) == 1
    captured = capsys.readouterr()
    paths = [str(path) for path in sorted(out.rglob("*.mp4"))]
    assert sorted(captured.out.splitlines()) == paths and len(paths) == 3
    said = captured.err.splitlines()
    for line, words in ((3, "is no video"), (4, "there is no such file"), (5, "`fps`: 'abc'")):
        for label in ("error", "failed"):
            assert any(
                one.startswith(f"{label}: {manifest}:{line}: ") and words in one for one in said
            )
    assert said[-1].startswith("2 done, 3 failed, in ")
    assert said[-1].endswith(f"({out}/rows.jsonl lists them)")

    assert run([*command, "--json"]) == 1
    captured = capsys.readouterr()
    events = [json.loads(line) for line in captured.out.splitlines()]
    assert events[0] == {"schema": 1, "event": "batch", "rows": 5, "output": str(out)}
    by_row = {event["row"]: event for event in events if event["event"] == "row"}
    states = [by_row[f"{manifest}:{line}"]["state"] for line in range(2, 7)]
    assert states == ["kept", "failed", "failed", "failed", "kept"]
    done = {"event": "done", "rows": 5, "kept": 2, "failed": 3, "previews": 3, "exit_status": 1}
    assert events[-1] | done == events[-1]

    # All is put right.
    manifest.write_text('clip,fps\na.mp4,"5,10"\nb.mp4,5\n')
    assert run([*command, "-q"]) == 0
    assert capsys.readouterr().err == ""


def test_a_signal_stops_it_and_it_goes_on(write: Write, clip: Path, tmp_path: Path) -> None:
    for number in range(6):
        shutil.copy(clip, tmp_path / f"{number}.mp4")
    manifest = write("clip", *(f"{number}.mp4" for number in range(6)))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "render", "--manifest", str(manifest), *TINY, "--json"]
    with subprocess.Popen(
        [*command, "-o", str(out)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
    ) as process:  # fmt: skip
        assert process.stdout is not None and process.stderr is not None
        rows = 0
        for text in process.stdout:
            event = json.loads(text)
            if event["event"] == "row":
                rows += 1
                if rows == 2:
                    process.send_signal(signal.SIGINT)
        said = process.stderr.read()
    assert process.wait(60) == 130, said
    assert event["event"] == "error" and event["kind"] == "interrupted"
    assert "of 6 rows are through (" in said and "the same command goes on" in said
    assert not list(out.rglob(".render-*")) and not (out / "summary.json").exists()
    assert run([*command[3:], "-o", str(out)]) == 0
    states = [json.loads(line)["state"] for line in (out / "rows.jsonl").read_text().splitlines()]
    assert states.count("kept") >= 2 and len(states) == 6
