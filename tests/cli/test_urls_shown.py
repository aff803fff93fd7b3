"""What the command says of URLs: as given, without credentials, in few lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from render.cli.placed_word import placed_word
from render.cli.show_fetching import ShowFetching
from render.cli.show_publishing import ShowPublishing
from render.errors import OutputError
from render.storage.fetching import ClipFetching
from render.storage.url import Url
from render.sweeping.sweep_events import Published, PublishFailed, StepMade, SweepStep

from .conftest import Machine
from .test_options import Command

Capture = pytest.CaptureFixture[str]
SECRET = Url("https://me:pw@h/a%20b.mp4?token=t1")


def test_clips_side_by_side_are_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, str, int, int | None]] = []

    class Seen:
        def __init__(self, unit: str, _: object) -> None:
            self.unit = unit

        def show(self, title: str, done: int, total: int | None) -> None:
            shown.append((self.unit, title, done, total))

        def close(self) -> None:
            pass

    monkeypatch.setattr("render.cli.show_fetching.Count", Seen)
    show = ShowFetching(json=False)
    show.event(ClipFetching(SECRET, 5_000, 9_000))
    show.event(ClipFetching(Url("s3://b/x.mp4"), 2_000_000, 19_000_001))
    show.event(ClipFetching(Url("s3://b/y.mp4"), 3_000_000, None))
    assert shown == [
        ("kilobyte", "fetching a b.mp4", 5, 9),
        ("megabyte", "fetching 2 clips", 2, 20),
        ("kilobyte", "fetching 3 clips", 5005, None),
    ]


def test_lines_for_programs_have_no_credentials(capsys: Capture) -> None:
    ShowFetching(json=True).event(ClipFetching(SECRET, 5, None))
    show = ShowPublishing(json=True, debug=False)
    show.event(Published(Path("a.mp4"), Url("sftp://me:pw@h/a.mp4"), kept=True))
    show.event(PublishFailed(Path("a.mp4"), SECRET, OutputError("no")))
    out = capsys.readouterr().out
    assert "pw" not in out and "t1" not in out
    first, second, third = map(json.loads, out.splitlines())
    assert first["clip_path"] == "https://h/a%20b.mp4" and first["of"] is None
    assert (second["event"], second["kept"]) == ("published", True)
    assert (third["event"], third["step"], show.failed) == ("failed", "publish", 1)


def test_a_result_is_said_once_where_it_is(capsys: Capture) -> None:
    show = ShowPublishing(json=False, debug=False)
    path = Path("work/grid.mp4")
    for _ in range(2):
        show.event(Published(path, Url("s3://b/grid.mp4")))
    assert capsys.readouterr().out == ""
    show.made(StepMade(SweepStep.GRID, path))
    show.made(StepMade(SweepStep.SOURCE, Path("work/source.mp4")))
    for _ in range(2):
        show.event(Published(path, Url("s3://b/grid.mp4")))
    show.event(Published(Path("work/source.mp4"), Url("s3://b/source.mp4")))
    assert capsys.readouterr().out == "s3://b/grid.mp4\n"


@pytest.mark.parametrize("word", ["s3://b/out", "s3://b/out/"])
def test_where_outputs_of_a_url_are_made(
    word: str, command: Command, machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RENDER_CACHE", str(tmp_path))
    command("a.mp4", "s3://b/b.mp4", "-o", word, "--dry-run")
    request = machine.request
    assert request.clips == (Path("a.mp4"), Url("s3://b/b.mp4"))
    assert request.publish == Url(word) and request.into_folder
    assert request.output is not None and request.output.parent == tmp_path / "outputs"
    command("a.mp4", "-o", "s3://b/out/x.webm", "--dry-run")
    file = machine.request
    assert file.output == request.output / "x.webm" and file.publish == Url("s3://b/out/")
    assert not file.into_folder


def test_a_file_url_is_a_file(command: Command, machine: Machine, tmp_path: Path) -> None:
    place = tmp_path / "a b#c"
    command((tmp_path / "ü %.mp4").as_uri(), "-o", place.as_uri() + "/", "--dry-run")
    request = machine.request
    assert request.clips == (tmp_path / "ü %.mp4",)
    assert (request.output, request.into_folder, request.publish) == (place, True, None)


def test_a_setting_may_be_a_url(tmp_path: Path) -> None:
    assert placed_word("output", "s3://b/out", tmp_path) == "s3://b/out/"
    assert placed_word("output", "out", tmp_path) == "out/"


def test_what_is_no_place_is_refused(command: Command, machine: Machine, capsys: Capture) -> None:
    assert command("file://nas/clip.mp4") == 2
    assert "of this machine" in capsys.readouterr().err
    assert command("zip://a.mp4::s3://b/x.zip") == 2
    assert "not supported" in capsys.readouterr().err
