"""The Swift: as far as it can be checked without a Mac."""

from __future__ import annotations

import json
import plistlib
import re
from pathlib import Path
from typing import Any

import pytest

import render.export.handoff
from render.devices.measurements import Measurement, Units
from render.devices.timings_file import KIND, SCHEMA, load_measurements
from render.export.handoff.folder import write_handoff
from tests.export.handoff.conftest import MakeHandoff

TEMPLATE = Path(render.export.handoff.__file__).parent / "template"
LIBRARY = TEMPLATE / "LiveFilter/Sources/LiveFilter"
FILES = sorted(TEMPLATE.rglob("*.swift"))


def faults(text: bytes) -> list[str]:
    """What the grammar does not take, by line."""
    tree_sitter = pytest.importorskip("tree_sitter", reason="the Swift is NOT parsed")
    language = pytest.importorskip("tree_sitter_swift", reason="the Swift is NOT parsed")
    parser = tree_sitter.Parser(tree_sitter.Language(language.language()))
    found: list[str] = []
    nodes = [parser.parse(text).root_node]
    while nodes:
        node = nodes.pop()
        if node.is_error or node.is_missing:
            found.append(f"line {node.start_point[0] + 1}: {node.text[:60]!r}")
        nodes += node.children
    return found


def test_there_is_swift() -> None:
    assert len(FILES) == 19


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TEMPLATE)))
def test_it_parses(file: Path) -> None:
    assert faults(file.read_bytes()) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TEMPLATE)))
@pytest.mark.parametrize(
    ("right", "wrong"),
    [(rb"\n\W*\Z", b"\n"), (rb"(?m)^import ", b"import import nothing "), (rb"\(", b"{")],
    ids=["a bracket too few", "a word too many", "another bracket"],
)
def test_a_planted_fault_is_found(file: Path, right: bytes, wrong: bytes) -> None:
    text = re.sub(right, wrong, file.read_bytes(), count=1)
    assert text != file.read_bytes()
    assert faults(text)


def keys(text: str, type_: str) -> set[str]:
    """The keys that a type's CodingKeys write."""
    body = text[re.search(rf"struct {type_}\b", text).end() :]  # type: ignore[union-attr]
    listed = re.search(r"enum CodingKeys: String, CodingKey \{(.*?)\n\s*\}", body, re.DOTALL)
    assert listed
    return {
        written or name for name, written in re.findall(r'case (\w+)(?: = "(\w+)")?', listed[1])
    }


def test_what_it_writes_is_what_import_reads(tmp_path: Path) -> None:
    text = (LIBRARY / "TimingsFile.swift").read_text()
    top, measurement = keys(text, "TimingsFile"), keys(text, "Measurement")
    phone = {"device", "name", "os"}
    assert top == {"schema", "kind", "measurements"} | phone
    assert measurement | phone == set(Measurement.model_fields)
    assert f"schema = {SCHEMA}\n" in text and f'kind = "{KIND}"\n' in text
    # Filled, they are a file that is read.
    values: dict[str, Any] = {
        "network": "res3", "size": "480x853", "units": "all", "median_ms": 64.2, "p95_ms": 70.1,
        "samples": 3, "sustained_ms": 81.0, "sustained_after_minutes": 5.0,
        "latencies_ms": [60.1, 64.2, 70.1],
    }  # fmt: skip
    assert set(values) == measurement
    whole = {"schema": 1, "kind": KIND, "device": "iPhone11,2", "name": "iPhone11,2",
             "os": "iOS 18.5", "measurements": [values]}  # fmt: skip
    assert set(whole) == top
    file = tmp_path / "timings.json"
    file.write_text(json.dumps(whole))
    (one,) = load_measurements(file)
    assert one.median_ms == 64.2 and one.sustained_after_minutes == 5


def test_every_key_has_its_value() -> None:
    """A case of CodingKeys without a property of that name would not compile."""
    text = (LIBRARY / "TimingsFile.swift").read_text()
    cases = re.findall(r"case (\w+)", text)
    properties = set(re.findall(r"public var (\w+)", text))
    assert set(cases) == properties


def test_its_units_are_those_of_timings() -> None:
    text = (LIBRARY / "ComputeUnits.swift").read_text()
    declared = text[text.index("enum ComputeUnits") : text.index("public var id")]
    assert set(re.findall(r"case (\w+)", declared)) == {unit.value for unit in Units}


def test_what_it_reads_is_what_is_written(make_handoff: MakeHandoff, tmp_path: Path) -> None:
    out = write_handoff(make_handoff(), tmp_path / "out")
    facts = json.loads((out / "LiveFilter/Sources/LiveFilter/Model/filter.json").read_bytes())
    text = (LIBRARY / "FilterFacts.swift").read_text()
    read = dict(re.findall(r"public let (\w+): (\w+)", text))
    assert set(read) == set(facts)
    kinds = {"Int": int, "String": str, "Double": float}
    assert all(isinstance(facts[name], kinds[kind]) for name, kind in read.items())


def test_no_template_holds_a_place_to_fill() -> None:
    """All that differs between two filters is in filter.json and in the model."""
    for file in TEMPLATE.rglob("*"):
        assert file.is_dir() or "@@" not in file.read_text("utf-8")


def test_what_the_app_needs_is_declared() -> None:
    app = TEMPLATE / "LiveFilterApp.swiftpm"
    manifest = (app / "Package.swift").read_text()
    assert ".camera(purposeString:" in manifest  # NSCameraUsageDescription
    named = re.search(r'additionalInfoPlistContentFilePath: "(.*)"', manifest)
    assert named
    plist = plistlib.loads((app / named[1]).read_bytes())
    assert plist == {"UIFileSharingEnabled": True, "LSSupportsOpeningDocumentsInPlace": True}
    path = re.search(r'\.package\(path: "(.*)"\)', manifest)
    assert path and (app / path[1] / "Package.swift").is_file()
    for text in (manifest, (TEMPLATE / "LiveFilter/Package.swift").read_text()):
        assert text.startswith("// swift-tools-version: 5.7\n")
    # A folder of that name in a flat bundle cannot be signed for iOS.
    assert '.copy("Model")' in (TEMPLATE / "LiveFilter/Package.swift").read_text()


def test_the_words_on_the_screen_name_render_s_command_no_other() -> None:
    """What the README tells people to type is a command of render."""
    text = (Path(render.export.handoff.__file__).parent / "readme.md").read_text()
    typed = set(re.findall(r"render devices (\w+)", text))
    from render.cli import devices

    said = Path(devices.__file__).read_text()
    assert typed == {"import", "show"} and all(word in said for word in typed)
