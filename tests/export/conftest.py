"""Small models of shipped styles, and pictures to try them on."""

from __future__ import annotations

import contextlib
import gc
import importlib
from pathlib import Path
from typing import Any

import pytest

from render.errors import ExportError
from render.export.convert import convert, save
from render.export.export_target import ExportTarget, Format
from render.export.proof import Verified, verify
from render.export.proof_pictures import Given, given
from render.export.shipped import shipped
from render.export.tools import coremltools
from render.networks.catalogue import find_style
from render.networks.spec import NetworkSpec
from render.target import Size

pytestmark = pytest.mark.torch  # for the whole folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without coremltools nothing here is tested, and each test says so."""
    with contextlib.suppress(ExportError):
        coremltools()
        return
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.skip("no coremltools here: the export is NOT tested"))


@pytest.fixture(scope="module")
def loaded() -> None:
    """Each conversion collects garbage, and takes half as long where it need not go through the
    libraries themselves."""
    coremltools()
    importlib.import_module("torch._dynamo")
    importlib.import_module("coremltools.converters.mil.frontend.torch")
    gc.freeze()


def make_target(network: str = "res1", **changes: Any) -> ExportTarget:
    """97x131 is odd on both sides; the display is no multiple of it."""
    path = changes.pop("style_path", None) or find_style("composition-vii", network).path
    given_: dict[str, Any] = {
        "style_path": path,
        "spec": NetworkSpec.parse(network),
        "strength": 1.0,
        "size": Size(97, 131),
        "upscale": Size(216, 292),
    }
    made = given_ | changes
    if made.get("format") is Format.MLMODEL:
        made.setdefault("ios", 14)
    return ExportTarget(**made)


def finished(steps: Any) -> Any:
    """What a generator returns."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def saved(target: ExportTarget, folder: Path, module: Any = None) -> Path:
    """The model of ``target``, or of another ``module`` that pretends to be it."""
    path = folder / f"model{target.format.suffix}"
    model, spec = convert(module or shipped(target), target, {"author": "a test"})
    save(model, spec, target, path)
    return path


def verified(path: Path, target: ExportTarget, pictures: list[Given] | None = None) -> Verified:
    found: Verified = finished(verify(path, target, pictures or given(target, None)))
    return found
