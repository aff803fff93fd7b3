"""Names that others chose, from the command line to the files that are written."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from render.cli.app import run
from render.errors import ClipError, OutputError
from render.networks.catalogue import find_style
from render.results.results import NAME, load
from tests.conftest import MakeClip

pytestmark = pytest.mark.torch

Command = Callable[..., int]
Capture = pytest.CaptureFixture[str]
TINY = (
    "--network", "res1", "--size", "48x86", "--upscale", "none", "--metrics", "none", "--duration",
    "0.5", "--fps", "5,10",
)  # fmt: skip
PATH = "x/../../../victim/y"


@pytest.fixture
def render(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.delenv("RENDER_FFMPEG", raising=False)
    monkeypatch.chdir(tmp_path)
    return lambda *words: run([str(word) for word in words])


def style_called(name: str, path: Path) -> Path:
    """A shipped style that says another name of itself."""
    data = find_style("composition-vii", "res1").path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header["__metadata__"]["style"] = name
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])
    return path


@pytest.fixture
def unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run without its seconds of measuring, which it can do without."""

    def nothing(_plan: object) -> None:
        raise ClipError("not now")

    monkeypatch.setattr("render.execution.calibrate.calibrate", nothing)


def everything(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_style_that_calls_itself_a_path_stays_in_the_folder(
    render: Command, moving: Path, tmp_path: Path, capsys: Capture
) -> None:
    style = style_called(PATH, tmp_path / "style.safetensors")
    made = ("--grid", "--sheet", "--report")
    assert render(moving, "--style", style, *TINY, *made, "-o", "a/b/out") == 0
    safe = "moving-x-victim-y-8cbc00cc-res1-86x48"
    previews = [f"{safe}-{fps}-upnone.mp4" for fps in (5, 10)]
    beside = [
        ".render/journal.jsonl",
        "index.html",
        "moving-grid.mp4",
        "moving-sheet.png",
        "moving-source.mp4",
        NAME,
    ]
    expected = sorted(f"a/b/out/{name}" for name in [*previews, *beside])
    assert everything(tmp_path) == [*expected, "style.safetensors"]
    # Its name is what it says, wherever names are words.
    assert {cell.target.style for cell in load(tmp_path / "a/b/out").cells} == {PATH}
    assert capsys.readouterr().out.splitlines()[:2] == [f"a/b/out/{name}" for name in previews]


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("name", ["n" * 5000, "../" * 300, "\x1b[2J\u202e\n", "..", "/"])
def test_no_name_of_a_style_stops_a_plan(
    name: str, render: Command, moving: Path, tmp_path: Path, capsys: Capture
) -> None:
    style = style_called(name, tmp_path / "style.safetensors")
    assert render(moving, "--style", style, *TINY, "-o", "out", "--dry-run", "--json") == 0
    plan = json.loads(capsys.readouterr().out.splitlines()[0])["plan"]
    places = [Path(cell["output"]) for cell in plan["cells"]]
    assert [cell["style"] for cell in plan["cells"]] == [name] * 2
    assert [place.parent for place in places] == [Path("out")] * 2
    assert len({*places}) == 2 and all(len(place.name) <= 240 for place in places)


def test_a_clip_s_name_as_long_as_names_get(
    render: Command, make_clip: MakeClip, tmp_path: Path
) -> None:
    for letter in "ab":
        source = ("-f", "lavfi", "-i", "testsrc2=s=86x48:r=10:d=0.5", "-pix_fmt", "yuv420p")
        clip = make_clip("moving.mp4", *source)
        (tmp_path / ("x" * 245 + f"{letter}.mp4")).write_bytes(clip.read_bytes())
    clips = sorted(tmp_path.glob("x*.mp4"))
    assert [len(clip.name) for clip in clips] == [250, 250]
    assert render(*clips, *TINY, "--grid", "--sheet", "--report", "-o", "out") == 0
    results = load(Path("out"))
    assert len(results.cells) == 4 and len({cell.id for cell in results.cells}) == 4
    assert len({*results.grids}) == len({*results.sheets}) == 2
    sources = [clip.preview for clip in results.clips]
    assert len({*sources}) == 2
    named = [*(cell.id for cell in results.cells), *sources, *results.grids, *results.sheets]
    assert sorted(filter(None, named)) == sorted(
        name
        for name in everything(tmp_path / "out")
        if name not in (NAME, "index.html", ".render/journal.jsonl")
    )
    assert "-composition-vii-res1-86x48-5-upnone.mp4" in results.cells[0].id


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("folder", ["sweep.v2", "out.mp4/", "2026.11.23/a.b"])
def test_a_dot_makes_no_file_of_a_folder(
    folder: str, render: Command, moving: Path, capsys: Capture
) -> None:
    assert render(moving, *TINY[:-1], "5", "-o", folder, "--dry-run", "--json") == 0
    plan = json.loads(capsys.readouterr().out.splitlines()[0])["plan"]
    assert [Path(cell["output"]).parent for cell in plan["cells"]] == [Path(folder)]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("out.wmv", "-o out.wmv: previews are written as .mp4, .mov, .mkv, .webm, .gif"),
        ("out.gif", "several previews need a folder"),
        ("sweep.v2/out.avi", "previews are written as .mp4, .mov, .mkv"),
        ("out.mp4", "several previews need a folder"),
        ("n" * 300 + ".mp4", "is too long a name: 304 bytes"),
        ("n" * 300, "is too long a name: 300 bytes"),
    ],
)
def test_what_is_no_place_for_previews(
    place: str, said: str, render: Command, moving: Path, tmp_path: Path, capsys: Capture
) -> None:
    assert render(moving, *TINY, "-o", place) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and said in captured.err and captured.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_slash_at_the_end_is_a_folder_for_every_command(
    render: Command, moving: Path, tmp_path: Path, capsys: Capture
) -> None:
    from PIL import Image

    Image.new("RGB", (64, 48)).save("photo.jpg")
    for words in (
        ("compare", moving, moving, "-o", "grid.mp4/"),
        ("compare", moving, moving, "-o", "sheet.png/"),
        ("bench", "-o", "times.json/"),
    ):
        assert render(*words) == 2
        assert "is a folder; name a file" in capsys.readouterr().err
    words = ("--network", "res1", "--size", "48x48", "--style", "udnie")
    for folder in ("sheets.v2", "sheet.png/"):
        assert render("styles", "sheet", "photo.jpg", *words, "-o", folder) == 0
        assert (tmp_path / folder / "photo-sheet.png").is_file()


def test_a_preset_that_is_called_a_path_exports_into_this_folder(
    render: Command, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    places: list[Path] = []

    def check_place(place: Path, *_: object, **__: object) -> None:
        places.append(place)
        raise OutputError("far enough")

    monkeypatch.setattr("render.export.export_model.check_place", check_place)
    for name in ("../../evil", "my live filter", "x" * 400):
        Path("shared.toml").write_text(f'schema = 1\nname = "{name}"\n')
        assert render("export", "shared.toml") == 1
        assert "far enough" in capsys.readouterr().err
    evil, plain, long = places
    assert evil.name.startswith("evil-") and plain == Path("my live filter.mlpackage")
    assert len(long.name) <= 240 and {place.parent for place in places} == {Path()}


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("cells", 0, "id"), "../../outside.mp4"),
        (("cells", 1, "id"), "/etc/passwd"),
        (("grids",), ["a/../../grid.mp4"]),
        (("sheets",), ["../sheet.png"]),
        (("clips", 0, "preview"), "../source.mp4"),
    ],
)
@pytest.mark.parametrize("command", ["compare", "report", "choose", "render"])
def test_results_that_lead_outside_are_refused(
    where: tuple[Any, ...], value: object, command: str, render: Command, moving: Path,
    tmp_path: Path, capsys: Capture, swept: Path,
) -> None:  # fmt: skip
    out = tmp_path / "out"
    out.mkdir()
    data = json.loads((swept / NAME).read_bytes())
    held = data
    for key in where[:-1]:
        held = held[key]
    held[where[-1]] = value
    (out / NAME).write_text(json.dumps(data))
    words = {
        "choose": ("choose", out, "--on", "A12"),
        "render": (moving, *TINY, "-o", out),
    }.get(command, (command, out))
    assert render(*words) == 2
    captured = capsys.readouterr()
    assert captured.err.count("\n") == 1 and captured.out == ""
    assert "results.json: names '" in captured.err and "not in its folder" in captured.err
    assert everything(tmp_path) == [f"out/{NAME}"]


@pytest.fixture(scope="session")
def swept(moving: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of two tiny previews."""
    out = tmp_path_factory.mktemp("swept")
    assert run([str(moving), *TINY, "-o", str(out)]) == 0
    return out
