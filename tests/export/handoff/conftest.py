"""A hand-off made up: no network runs, no coremltools is needed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from render.export.handoff.handoff import Handoff
from render.export.lint import Risk, Severity
from render.export.proof import Check, Shot
from render.media.frame import as_picture
from render.presets.preset import Preset
from render.target import Size

MakeHandoff = Callable[..., Handoff]


def shot(name: str = "clip.mp4 at 1.00 s", *, apart: int = 3, scale: int = 2) -> Shot:
    """The model's picture is ``apart`` levels off in a single pixel."""
    rng = np.random.default_rng(5)
    source = as_picture(rng.integers(0, 256, (64, 36, 3)).astype(np.uint8))
    preview = as_picture(rng.integers(0, 200, (64 * scale, 36 * scale, 3)).astype(np.uint8))
    exported = preview.copy()
    exported[70, 30, 1] += apart
    return Shot(name, source, preview, as_picture(exported))


@pytest.fixture
def make_handoff(tmp_path: Path) -> MakeHandoff:
    """``make_handoff(name="live.mlpackage", **changes)``, the model a folder or a file."""

    def make(name: str = "live.mlpackage", **changes: Any) -> Handoff:
        model = tmp_path / "made" / name
        model.parent.mkdir(exist_ok=True)
        if name.endswith(".mlpackage"):
            (model / "Data").mkdir(parents=True)
            (model / "Manifest.json").write_text("{}")
            (model / "Data" / "weights").write_bytes(bytes(range(256)))
        else:
            model.write_bytes(b"a network")
        given: dict[str, Any] = {
            "model": model,
            "preset": Preset().with_options(name="live", fps="12.5"),
            "style_file": None,
            "title": "live: udnie in res1",
            "description": "A live filter",
            "licence": "CC0-1.0",
            "author": "Somebody",
            "network": "res1",
            "painted": Size(36, 64),
            "input_size": Size(36, 64),
            "output_size": Size(72, 128),
            "context": 0,
            "fps": Fraction("12.5"),
            "ios": 15,
            "checks": (Check("PSNR", "61.0 dB", ">= 55", True),),
            "risks": (Risk(Severity.LOW, "odd sides", "a --size in multiples of 4"),),
            "shots": (shot(), shot("photo.jpg", apart=0)),
            "versions": {"render": "0.1.0"},
            "made": "2026-11-23",
        }
        return Handoff(**given | changes)

    return make
