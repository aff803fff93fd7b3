"""What the preview shows is what ships: a preview's own frame against the exported model's."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from render.engines.base import DeviceName, EngineChoice, EngineName
from render.execution.pipeline import Engines
from render.execution.resize import resize
from render.execution.upscale import create
from render.export.evaluate import evaluate
from render.export.export_target import Format
from render.export.read_model import read
from render.media.ffmpeg import FFmpeg
from render.planning.plan import make_plan
from render.presets.preset import Preset
from render.target import Orient, Size
from tests.export.conftest import make_target, saved
from tests.media.preview import pictures, request


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("engine", [EngineName.TORCH, EngineName.OPENVINO])
def test_a_preview_s_frame_is_the_model_s(
    form: Format, engine: EngineName, moving: Path, ff: FFmpeg, tmp_path: Path
) -> None:
    """The pipeline's engine and upscale on a decoded frame, and the package on the same one."""
    target = make_target(format=form, size=Size(160, 90), upscale=Size(320, 180))
    preset = Preset().with_options(network="res1", size="160x90", upscale="320x180")
    plan = make_plan(
        request(moving, tmp_path / "a.mp4", looks=(preset.look(),), orient=Orient.AS_GIVEN)
    )
    (cell,) = plan.cells
    frame = pictures(ff, moving)[20]
    source = resize(np.ascontiguousarray(frame), cell.placement, cell.size)
    chosen = EngineChoice(engine, DeviceName.CPU, "test")
    stylized = Engines(chosen).get(cell).stylize(source)
    preview = create(cell.size, cell.upscale, cell.upscaler).upscale(stylized)
    exported = evaluate(read(saved(target, tmp_path)), source).picture
    shown = np.clip(np.rint(exported), 0, 255)
    square = float(np.mean((shown - preview.astype(np.float32)) ** 2))
    assert 10 * math.log10(255**2 / square) >= 50
