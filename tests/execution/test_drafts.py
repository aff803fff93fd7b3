"""Drafts from end to end: calibrated on the clip, measured, recorded, kept for the next run."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from render.compare.metrics.modes import Metrics
from render.engines.base import Precision
from render.events import CacheTrouble, CellDone, DraftMeasured
from render.execution import drafts
from render.files.cache import cache_use
from render.look import Look
from render.planning.plan import make_plan
from render.planning.request import Request
from render.sweeping.outputs import Outputs
from render.sweeping.sweep import sweep
from render.target import Rate, Size, Target

pytestmark = pytest.mark.torch
pytest.importorskip("openvino")


@pytest.fixture
def request_(moving: Path, tmp_path: Path) -> Request:
    target = Target(Rate.parse("15"), Size(64, 36), "res1", None)
    return Request(
        clips=(moving,),
        looks=(Look("udnie", target),),
        duration=Fraction(1, 5),
        output=tmp_path / "out",
        precision=Precision.INTEGER,
        cache=tmp_path / "cache",
        segment=Fraction(2),
    )


def test_a_draft_is_measured_recorded_and_kept(
    request_: Request, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = list(sweep(request_, Outputs(metrics=Metrics.NONE)))
    (measured,) = (event for event in first if isinstance(event, DraftMeasured))
    assert 30 < measured.psnr < 90 and measured.faster > 0 and measured.pictures == 2
    (cell,) = (event.cell for event in first if isinstance(event, CellDone))
    assert cell.identity.engine == "openvino cpu int8"
    written = cell.output.read_bytes()
    (use,) = [cache_use(tmp_path / "cache")]
    assert use.entries == 1

    # What is in the cache is not taken again, and gives the same bytes.
    def never(*_: object) -> None:
        raise AssertionError("it was measured again")

    with monkeypatch.context() as patch:
        patch.setattr(drafts, "seen_ranges", never)
        again = list(sweep(replace(request_, force=True), Outputs(metrics=Metrics.NONE)))
    assert measured in again
    assert cell.output.read_bytes() == written

    # Damaged, it is made anew, the same.
    (entry,) = (tmp_path / "cache").iterdir()
    entry.write_bytes(entry.read_bytes()[:-3])
    third = list(sweep(replace(request_, force=True), Outputs(metrics=Metrics.NONE)))
    assert measured.psnr in [e.psnr for e in third if isinstance(e, DraftMeasured)]
    assert cell.output.read_bytes() == written


def test_a_cache_that_takes_nothing_is_said_once(request_: Request, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    events = list(sweep(replace(request_, cache=tmp_path / "file"), Outputs(metrics=Metrics.NONE)))
    assert len([event for event in events if isinstance(event, CacheTrouble)]) == 1
    assert [event for event in events if isinstance(event, CellDone)]


def test_a_draft_is_another_preview(request_: Request) -> None:
    (draft,) = make_plan(request_).cells
    (full,) = make_plan(replace(request_, precision=None)).cells
    (single,) = make_plan(replace(request_, precision=Precision.SINGLE)).cells
    assert draft.fingerprint != full.fingerprint
    if full.identity.engine.startswith("openvino"):
        assert single.fingerprint == full.fingerprint
