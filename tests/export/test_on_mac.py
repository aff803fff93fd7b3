"""Core ML itself, with another in its place: what a Mac would be asked, and what comes of it. Not a
run of Core ML."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from render.errors import ExportError
from render.export import on_mac
from render.export.evaluate import evaluate
from render.export.export_target import ExportTarget
from render.export.read_model import read
from render.target import Size
from tests.export.conftest import make_target, saved, verified


class Pretended:
    """A Core ML that computes as the evaluator does, and adds ``wrong`` on one unit."""

    def __init__(self, wrong: dict[str, int] | None = None) -> None:
        self.wrong = wrong or {}
        self.asked: list[str] = []
        self.ComputeUnit = SimpleNamespace(**{unit: unit for unit in on_mac.UNITS.values()})
        self.models = SimpleNamespace(MLModel=self.model)

    def model(self, path: str, compute_units: str) -> Any:
        graph = read(Path(path))

        def predict(inputs: dict[str, Image.Image]) -> dict[str, Image.Image]:
            self.asked.append(compute_units)
            made = evaluate(graph, np.asarray(inputs["image"])).picture
            made = np.clip(np.rint(made) + self.wrong.get(compute_units, 0), 0, 255)
            return {"stylized": Image.fromarray(made.astype(np.uint8)).convert("RGBA")}

        return SimpleNamespace(predict=predict)


@pytest.fixture
def model(tmp_path: Path) -> tuple[Path, ExportTarget]:
    target = make_target(size=Size(40, 30), upscale=None)
    return saved(target, tmp_path), target


def test_each_of_its_units_is_asked(
    model: tuple[Path, ExportTarget], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretended = Pretended()
    monkeypatch.setattr(on_mac, "coremltools", lambda: pretended)
    monkeypatch.setattr(on_mac, "is_here", lambda: True)
    found = verified(*model)
    assert found.passed and found.ran_on == tuple(on_mac.UNITS)
    assert pretended.asked == [*on_mac.UNITS.values()] * 2  # of two pictures
    assert [c.name for c in found.checks if "Core ML" in c.name][-1] == (
        "Core ML on CPU and neural engine"
    )


def test_a_unit_that_is_wrong_fails(
    model: tuple[Path, ExportTarget], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(on_mac, "coremltools", lambda: Pretended({"CPU_AND_NE": 9}))
    monkeypatch.setattr(on_mac, "is_here", lambda: True)
    assert "Core ML on CPU and neural engine" in verified(*model).failed


def test_what_core_ml_cannot_run_is_told(
    model: tuple[Path, ExportTarget], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("Error compiling model\nand more")

    pretended = SimpleNamespace(
        models=SimpleNamespace(MLModel=broken), ComputeUnit=Pretended().ComputeUnit
    )
    monkeypatch.setattr(on_mac, "coremltools", lambda: pretended)
    monkeypatch.setattr(on_mac, "is_here", lambda: True)
    with pytest.raises(ExportError, match=r"does not run it on CPU: Error compiling model$"):
        verified(*model)


def test_elsewhere_nothing_runs(model: tuple[Path, ExportTarget]) -> None:
    if on_mac.is_here():
        pytest.skip("this is a Mac")
    assert verified(*model).ran_on == ()
