"""The hand-off folder: whole or not at all, its page, and Swift that a parser takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from render.devices.timings_file import load_measurements
from render.errors import OutputError
from render.export.handoff import folder as module
from render.export.handoff.folder import check_folder, write_handoff
from render.export.pictures import given
from render.export.run import Exported, export
from render.networks.catalogue import find_style
from render.preset import Preset, load_preset
from tests.compare.report.conftest import browser  # noqa: F401
from tests.export.conftest import finished, make_target

PRESET = Preset().with_options(name="live", network="res1", size="97x131", upscale="216x292")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    target = make_target()
    place = tmp_path_factory.mktemp("model") / "live.mlpackage"
    made: Exported = finished(export(target, {}, given(target, None), place))
    return made


def test_the_folder_holds_what_a_developer_needs(exported: Exported, tmp_path: Path) -> None:
    out = write_handoff(exported, PRESET, tmp_path / "hand-off")
    files = {p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file()}
    for name in (
        "README.md", "index.html", "report.json", "live.toml", "live.mlpackage/Manifest.json",
        "LiveFilter.swiftpm/Package.swift", "LiveFilter.swiftpm/Sources/Camera.swift",
        "LiveFilter.swiftpm/Sources/Resources/filter.json",
        "LiveFilter.swiftpm/Sources/Resources/filter.mlpackage/Manifest.json",
    ):  # fmt: skip
        assert name in files
    assert load_preset(out / "live.toml") == PRESET
    info = json.loads((out / "LiveFilter.swiftpm/Sources/Resources/filter.json").read_text())
    assert info == {
        "model": "filter.mlpackage", "title": "live: composition-vii in res1",
        "network": "res1", "size": "97x131", "fps": 15.0,
    }  # fmt: skip
    report = json.loads((out / "report.json").read_text())
    assert report["schema"] == 1 and report["passed"] is True
    assert report["sha256"] == exported.digest and len(report["checks"]) >= 5
    readme = (out / "README.md").read_text()
    assert "not compiled" in readme and "@@" not in readme
    assert [p.name for p in tmp_path.iterdir()] == ["hand-off"]


def test_what_the_app_reads_is_what_is_written(exported: Exported, tmp_path: Path) -> None:
    out = write_handoff(exported, PRESET, tmp_path / "a")
    held = json.loads((out / "LiveFilter.swiftpm/Sources/Resources/filter.json").read_text())
    swift = (out / "LiveFilter.swiftpm/Sources/FilterInfo.swift").read_text()
    struct = swift[swift.index("struct FilterInfo") : swift.index("static func load")]
    assert set(re.findall(r"let (\w+): ", struct)) == set(held)


def test_what_the_app_writes_is_what_import_reads(tmp_path: Path) -> None:
    """The keys that Timings.swift encodes, filled with numbers, are a file of timings."""
    swift = resources.files("render.export.handoff").joinpath(
        "LiveFilter.swiftpm", "Sources", "Timings.swift"
    )
    text = swift.read_text()
    measured = text[text.index("struct Measurement") : text.index("enum CodingKeys")]
    assert set(re.findall(r"let (\w+): ", measured)) == {
        "network", "size", "units", "medianMs", "p95Ms", "samples", "sustainedMs",
        "sustainedAfterMinutes", "latenciesMs",
    }  # fmt: skip
    keys = re.findall(r"case (\w+)(?: = \"(\w+)\")?", text[text.index("enum CodingKeys") :])
    written = {written or name for name, written in keys}
    values: dict[str, Any] = {
        "network": "res3", "size": "480x853", "units": "all", "median_ms": 64.2, "p95_ms": 70.1,
        "samples": 3, "sustained_ms": 81.0, "sustained_after_minutes": 3.4,
        "latencies_ms": [60.0, 64.2, 70.1],
    }  # fmt: skip
    top = {"schema": 1, "kind": "render-timings", "device": "iPhone11,2", "name": "iPhone",
           "os": "iOS 18.5"}  # fmt: skip
    assert written == set(values) | set(top) | {"measurements"}
    assert 'let kind = "render-timings"' in text and "let schema = 1" in text
    path = tmp_path / "timings.json"
    path.write_text(json.dumps(top | {"measurements": [values]}))
    (one,) = load_measurements(path)
    assert one.median_ms == 64.2 and one.sustained_ms == 81.0
    units = (swift.parent if isinstance(swift, Path) else Path()) / "FilterModel.swift"
    if units.is_file():
        cases = re.findall(r"^    case (\w+)$", units.read_text(), re.MULTILINE)
        assert cases == ["all", "cpuAndNeuralEngine", "cpuAndGPU", "cpuOnly"]


def swift_files() -> Iterator[Any]:
    root = resources.files("render.export.handoff").joinpath("LiveFilter.swiftpm")
    yield root.joinpath("Package.swift")
    yield from (f for f in root.joinpath("Sources").iterdir() if f.name.endswith(".swift"))


def faults(text: bytes) -> list[str]:
    """What a parser does not take, by line."""
    tree_sitter = pytest.importorskip("tree_sitter", reason="the Swift is NOT parsed")
    language = pytest.importorskip("tree_sitter_swift", reason="the Swift is NOT parsed")
    parser = tree_sitter.Parser(tree_sitter.Language(language.language()))
    found: list[str] = []

    def walk(node: Any) -> None:
        if node.is_error or node.is_missing:
            found.append(f"line {node.start_point[0] + 1}: {node.text[:60]!r}")
        for child in node.children:
            walk(child)

    walk(parser.parse(text).root_node)
    return found


@pytest.mark.parametrize("file", list(swift_files()), ids=lambda file: file.name)
def test_the_swift_parses(file: Any) -> None:
    text = file.read_bytes()
    assert faults(text) == []
    # And one that does not would be found.
    assert faults(text.replace(b"{", b"(", 1)) or faults(text.replace(b"(", b"{", 1))


def test_a_style_of_one_s_own_travels_along(tmp_path: Path) -> None:
    mine = tmp_path / "mine.res1.safetensors"
    mine.write_bytes(find_style("udnie", "res1").path.read_bytes())
    target = make_target(style_path=mine)
    place = tmp_path / "live.mlmodel"
    from render.export.target import Format

    target = replace(target, format=Format.MLMODEL, ios=14)
    made = finished(export(target, {}, given(target, None), place))
    preset = PRESET.with_options(style=str(mine), network="res1")
    out = write_handoff(made, preset, tmp_path / "out")
    moved = out.rename(tmp_path / "elsewhere")
    mine.unlink()
    again = load_preset(moved / "live.toml")
    assert Path(again.style).read_bytes() and str(tmp_path) not in (moved / "live.toml").read_text()
    assert (moved / "LiveFilter.swiftpm/Sources/Resources/filter.mlmodel").is_file()


def test_a_folder_of_somebody_else_stays(exported: Exported, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work")
    for force in (False, True):
        with pytest.raises(OutputError, match="no hand-off of render's"):
            check_folder(out, force=force)
    with pytest.raises(OutputError):
        write_handoff(exported, PRESET, out, force=True)
    assert (out / "thesis.txt").read_text() == "years of work"


def test_ours_is_written_anew_only_when_told(
    exported: Exported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = write_handoff(exported, PRESET, tmp_path / "out")
    with pytest.raises(OutputError, match="--force writes it anew"):
        write_handoff(exported, PRESET, out)
    before = (out / "index.html").read_bytes()

    def full(*_: Any, **__: Any) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module, "build", full)
    with pytest.raises(OutputError, match="No space left"):
        write_handoff(exported, PRESET, out, force=True)
    assert (out / "index.html").read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    monkeypatch.undo()
    write_handoff(exported, PRESET, out, force=True)


def test_the_page_in_a_browser(
    exported: Exported,
    tmp_path: Path,
    browser: Any,  # noqa: F811
) -> None:
    odd = PRESET.with_options(name='a <b> & "c"')
    out = write_handoff(exported, odd, tmp_path / "out")
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    requests: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto((out / "index.html").as_uri())
    assert page.locator("h1").inner_text() == 'a <b> & "c": composition-vii in res1'
    assert page.locator("td.ok").count() == len(exported.verified.checks)
    assert page.locator("td.failed").count() == 0
    shown = page.locator("img").evaluate_all("all => all.map(i => i.naturalWidth)")
    assert len(shown) == 4 * len(exported.verified.shots) and all(width > 50 for width in shown)
    assert page.locator("li").count() == len(exported.risks)
    assert "Not checked" in page.locator("body").inner_text()
    context.close()
    assert complaints == []
    assert all(url.startswith(("file:", "data:")) for url in requests)
