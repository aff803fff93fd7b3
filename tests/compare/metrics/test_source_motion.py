"""The clip's own motion, seen as the cell shows it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from render.compare.metrics.source_motion import Source, open_source, placement_of
from render.execution.resize import bars, resize
from render.media.clip import Clip
from render.media.ffmpeg import FFmpeg
from render.media.frame import Picture
from render.media.probe import probe
from render.planning.geometry import place
from render.results.results import View
from render.target import Fit, Size
from tests.compare.metrics.folders import a_cell

DISPLAYED, WORKING = Size(320, 180), Size(120, 120)


@pytest.fixture(scope="module")
def clip(moving: Path, ff: FFmpeg) -> Clip:
    return probe(moving, ff)


def seen(clip: Clip, fit: Fit, ff: FFmpeg) -> tuple[Picture, Picture]:
    """A picture as Source shows it, and as the pipeline would have."""
    size = Size(60, 60)
    placement = place(DISPLAYED, size, fit)
    view = View.of(placement)
    source = Source(clip, a_cell("x.mp4", size="60x60", view=view), WORKING, ff.path)
    source.read([Fraction(0), Fraction(1, 5)])
    full = Source(clip, a_cell("x.mp4", size="320x180"), DISPLAYED, ff.path)
    full.read([Fraction(0)])
    (picture,) = full.pictures.values()
    expected = bars(resize(picture, placement, size), placement)
    return source.pictures[Fraction(0)], expected


@pytest.mark.parametrize("fit", list(Fit))
def test_the_view_is_the_previews(clip: Clip, fit: Fit, ff: FFmpeg) -> None:
    shown, expected = seen(clip, fit, ff)
    assert shown.shape == (120, 120, 3)
    small = cv2.resize(shown, (60, 60), interpolation=cv2.INTER_AREA)
    assert np.abs(small.astype(int) - expected).mean() < 8
    dark = (shown.max(axis=(1, 2)) == 0).sum()
    assert dark == (52 if fit is Fit.CONTAIN else 0)


def test_motion_is_computed_once(clip: Clip, ff: FFmpeg) -> None:
    source = Source(clip, a_cell("x.mp4", size="320x180"), DISPLAYED, ff.path)
    source.read([Fraction(0), Fraction(1, 5)])
    first = source.motion(Fraction(0), Fraction(1, 5))
    assert source.motion(Fraction(0), Fraction(1, 5)) is first
    assert first.flow.shape == (180, 320, 2)


def test_what_was_not_recorded_is_taken_as_cover(clip: Clip) -> None:
    assert placement_of(a_cell("x.mp4", size="60x60"), DISPLAYED) == place(
        DISPLAYED, Size(60, 60), Fit.COVER
    )


def test_a_clip_that_is_gone_or_no_clip_is_none(ff: FFmpeg, tmp_path: Path) -> None:
    assert open_source(tmp_path / "gone.mp4", ff) is None
    (tmp_path / "words.mp4").write_text("no video")
    assert open_source(tmp_path / "words.mp4", ff) is None
