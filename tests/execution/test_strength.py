"""Style strength through the pipeline: each its own engine, and the picture that comes of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from render.engines.base import DeviceName, EngineChoice, EngineName
from render.execution.pipeline import Engines
from render.networks.checkpoint import save_style
from render.networks.metadata import StyleMetadata
from render.target import Size
from tests.cli.conftest import make_cell
from tests.networks.test_modules import lively

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("engine", [EngineName.TORCH, EngineName.OPENVINO])
def test_a_sweep_of_strengths_loads_an_engine_for_each(engine: EngineName, tmp_path: Path) -> None:
    network = lively("res0-w4")
    path = tmp_path / "s.res0-w4.safetensors"
    save_style(path, network, StyleMetadata("s", network.spec))
    engines = Engines(EngineChoice(engine, DeviceName.CPU, "a test"))
    cell = replace(make_cell(Path("a.mp4")), style_path=path, size=Size(24, 16))
    shown = np.random.default_rng(0).integers(0, 256, (16, 24, 3), dtype=np.uint8)
    whole, half, none = (
        engines.get(replace(cell, strength=s)).stylize(shown).astype(int) for s in (1.0, 0.5, 0.0)
    )
    assert np.abs(none - shown).max() == 0
    assert np.abs(half - (whole + shown) / 2).max() <= 1
    assert np.abs(whole - shown).max() > 20
    same = replace(cell, strength=0.5)
    assert engines.get(same) is engines.get(same)
