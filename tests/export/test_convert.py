"""What Core ML cannot express is told: which operation, and which form can."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from render.errors import ExportError, OutputError
from render.export.convert import convert
from render.export.export_target import Format
from render.export.tools import coremltools
from tests.export.conftest import make_target, saved


class With(nn.Module):
    """One operation on the picture."""

    def __init__(self, do: Any) -> None:
        super().__init__()
        self.do = do

    def forward(self, image: Tensor) -> Tensor:
        result: Tensor = self.do(image)
        return result


@pytest.mark.parametrize("form", list(Format))
def test_what_no_form_has(form: Format) -> None:
    def bicubic(image: Tensor) -> Tensor:
        return F.interpolate(image, scale_factor=2.0, mode="bicubic")

    with pytest.raises(ExportError, match="res1 uses upsample_bicubic2d, which Core ML has in no"):
        convert(With(bicubic), make_target(format=form), {})


def test_what_a_later_one_has() -> None:
    grid = torch.zeros(1, 8, 8, 2)

    def sampled(image: Tensor) -> Tensor:
        return F.grid_sample(image, grid, align_corners=False)

    said = "uses resample, which mlmodel for iOS 14 does not have; --format mlpackage --ios 15 does"
    with pytest.raises(ExportError, match=said):
        convert(With(sampled), make_target(format=Format.MLMODEL), {})


def test_a_full_disk_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """coremltools writes weights beside, and says of that what its library does."""

    def full(*_: Any, **__: Any) -> None:
        raise RuntimeError(
            "[MIL FileWriter]: Unknown error occurred while writing data to the file."
        )

    monkeypatch.setattr(coremltools(), "convert", full)
    with pytest.raises(OutputError, match="the disk is full"):
        convert(nn.ReLU(), make_target(), {})


def test_nothing_of_coremltools_is_said(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    saved(make_target(), tmp_path)
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_names_and_pictures_are_declared(tmp_path: Path) -> None:
    from render.export.read_model import read

    for form in Format:
        graph = read(saved(make_target(format=form), tmp_path))
        assert (graph.image.name, graph.output.name) == ("image", "stylized")
        assert graph.image.colours == graph.output.colours == "RGB" and not graph.flexible
