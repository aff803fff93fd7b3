"""Where a clip's picture is cropped and lands."""

from __future__ import annotations

import pytest

from render.planning.geometry import Box, canvas_for, place
from render.target import Fit, Size


@pytest.mark.parametrize(
    "canvas", ["1920x1080", "1080x1920", "640x272", "161x121", "1x1", "8000x10"]
)
@pytest.mark.parametrize("size", ["853x480", "480x853", "96x170", "1x1"])
@pytest.mark.parametrize("fit", list(Fit))
def test_boxes_stay_inside_and_centred(canvas: str, size: str, fit: Fit) -> None:
    whole, wanted = Size.parse(canvas), Size.parse(size)
    placement = place(whole, wanted, fit)
    for box, outer in ((placement.crop, whole), (placement.inner, wanted)):
        assert box.width >= 1
        assert box.height >= 1
        assert 0 <= box.x <= outer.width - box.width
        assert 0 <= box.y <= outer.height - box.height
        assert abs(outer.width - box.width - 2 * box.x) <= 1
        assert abs(outer.height - box.height - 2 * box.y) <= 1
    if fit is not Fit.CONTAIN:
        assert placement.inner == Box.whole(wanted)
    if fit is not Fit.COVER:
        assert placement.crop == Box.whole(whole)


def test_cover_keeps_the_shape() -> None:
    placement = place(Size(1920, 1080), Size(480, 853), Fit.COVER)
    assert placement.crop == Box(656, 0, 608, 1080)


def test_the_canvas_is_a_cameras_unless_the_target_needs_more() -> None:
    assert canvas_for(Size(1280, 720), Size(853, 480)) == Size(1280, 720)
    assert canvas_for(Size(3840, 2160), Size(853, 480)) == Size(1920, 1080)
    assert canvas_for(Size(2160, 3840), Size(480, 853)) == Size(1080, 1920)
    assert canvas_for(Size(3840, 2160), Size(2560, 1440)) == Size(3840, 2160)
