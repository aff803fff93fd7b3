"""Sweeps whose figures are made up, and a device whose times are known exactly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest

from render.devices.profile import Profile
from render.events import CellDone
from render.networks.spec import NetworkSpec
from render.results.record import Call, Recorder
from render.results.results import Figures, Results
from render.target import Size
from tests.cli.conftest import make_cell, make_plan, make_preview

CALL = Call(("render", "clip.mp4"), datetime(2026, 11, 23, tzinfo=UTC))
Sweep = Callable[..., Results]
_UPRIGHT = Size(480, 853)


@pytest.fixture
def device() -> Profile:
    """res3 at 480x853 in exactly 60 ms, and nothing else is known."""
    return device_of(60.0)


def device_of(ms: float) -> Profile:
    said = {"kind": "measured", "source": "a test", "says": "so"}
    figure = {"network": "res3", "size": "480x853", "ms": ms, **said}
    return Profile.model_validate({"name": "T1", "figure": [figure]})


@pytest.fixture
def sweep(tmp_path: Path) -> Sweep:
    """``sweep({("15", "480x853", "res3"): 7.0, …})``: a preview for each, with that JOD (None: not
    measured), of each of ``clips``; ``jods`` of further clips are those less 0.5 a clip."""

    def make(
        jods: dict[tuple[str, str, str], float | None], clips: tuple[str, ...] = ("clip.mp4",)
    ) -> Results:
        cells, figures = [], {}
        for number, clip in enumerate(clips):
            for (fps, size, network), jod in jods.items():
                name = f"{Path(clip).stem}-{network}-{size}-{fps}.mp4"
                turned = Size.parse(size).turned() if number % 2 == 0 else Size.parse(size)
                shown = Size(1920, 1080) if number % 2 == 0 else Size(1080, 1920)
                cell = replace(
                    make_cell(Path("/clips") / clip),
                    rate=Fraction(fps), size=turned, network=NetworkSpec.parse(network),
                    upscale=shown, output_size=shown, output=tmp_path / name,
                )  # fmt: skip
                cells.append(cell)
                (tmp_path / name).write_bytes(b"a preview")
                if jod is not None:
                    figures[name] = Figures(reference="best.mp4", jod=jod - number / 2, basis=name)
        recorder = Recorder(make_plan(*cells), tmp_path, CALL)
        for cell in cells:
            recorder.event(CellDone(cell, make_preview(cell)))
        results = recorder.results()
        return results.model_copy(
            update={
                "cells": tuple(
                    one.model_copy(update={"figures": figures.get(one.id)}) for one in results.cells
                )
            }
        )

    return make
