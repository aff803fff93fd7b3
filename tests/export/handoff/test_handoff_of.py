"""A hand-off of a real export."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

from render.devices.measurements import Measurement
from render.export.description import words_of
from render.export.export_model import Exported, export
from render.export.export_target import ExportTarget, Surroundings
from render.export.handoff.folder import write_handoff
from render.export.handoff.handoff import handoff_of
from render.export.proof_pictures import given
from render.networks.catalogue import find_style
from render.presets.preset import Preset
from tests.export.conftest import finished, make_target

PRESET = Preset().with_options(
    name="live", style="composition-vii", network="res1", size="97x131", upscale="216x292"
)


def exported(target: ExportTarget, folder: Path) -> Exported:
    _, style = find_style("composition-vii", "res1")
    words = words_of(target, PRESET, style)
    made: Exported = finished(
        export(target, words, given(target, None)[:1], folder / "live.mlpackage")
    )
    return made


@pytest.fixture(scope="module")
def reflected(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return exported(make_target(), tmp_path_factory.mktemp("model"))


def test_all_that_the_export_knows_is_handed_off(reflected: Exported, tmp_path: Path) -> None:
    handoff = handoff_of(reflected, PRESET, "2026-11-23", ("a warning",))
    assert handoff.title == "live: composition-vii in res1"
    assert handoff.fps == 15 and handoff.context == 0 and handoff.style_file is None
    assert handoff.author and handoff.licence and "paints 97x131" in handoff.description
    assert handoff.passed and handoff.least_ios == "15.2"
    out = write_handoff(handoff, tmp_path / "out")
    report = json.loads((out / "report.json").read_bytes())
    assert report["model"]["sha256"] == reflected.digest
    assert report["model"]["bytes"] == reflected.bytes
    assert [check["name"] for check in report["checks"]] == [
        check.name for check in reflected.verified.checks
    ]
    assert report["risks"] and report["pictures"][0]["psnr"] >= 50
    assert report["warnings"] == ["a warning"]


def test_with_context_timings_are_of_what_the_model_computes(tmp_path: Path) -> None:
    target = make_target(surroundings=Surroundings.CAMERA)
    handoff = handoff_of(exported(target, tmp_path), PRESET, "2026-11-23")
    assert handoff.context == target.spec.reach and handoff.painted == target.size
    assert handoff.input_size == target.input_size
    place = {"network": handoff.network, "size": str(handoff.painted)}
    read = Measurement.model_validate({"device": "iPhone11,2", "median_ms": 1, **place})
    assert (read.network, read.size) == (target.worked, handoff.painted)


def test_the_clip_s_own_rate_is_the_camera_s(reflected: Exported) -> None:
    preset = PRESET.with_options(fps="source")
    assert handoff_of(reflected, preset, "").fps == 30
    assert handoff_of(reflected, PRESET.with_options(fps="29.97"), "").fps == Fraction(30000, 1001)
