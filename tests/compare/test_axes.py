"""What previews may differ in, read from their results."""

from __future__ import annotations

import pytest

from render.compare.axes import ACROSS, ALWAYS, AXES, BY_KEY, DOWN, KEYS, NAMED, in_order
from tests.compare.metrics.folders import a_cell, a_clip, results_of

UPRIGHT = a_clip("/x/up.mp4", size="1080x1920")
ACROSS_CLIP = a_clip("/x/across.mp4", size="1920x1080")


@pytest.mark.parametrize("order", [ACROSS, DOWN, NAMED])
def test_every_axis_has_its_place_in_every_order(order: tuple[str, ...]) -> None:
    assert sorted(order) == sorted(KEYS)
    assert set(ALWAYS) < set(KEYS)


def test_a_value_below_a_heading_and_by_itself() -> None:
    cell = a_cell(
        "a.mp4", "24000/1001", "853x480", style="waves", strength=0.5, upscale="1920x1080"
    )
    results = results_of(cell, clips=(ACROSS_CLIP,))
    words = {
        axis.key: (
            axis.value(results, cell),
            axis.below_heading(results, cell),
            axis.by_itself(results, cell),
        )
        for axis in AXES
    }
    assert words == {
        "clip": ("across.mp4",) * 3,
        "style": ("waves",) * 3,
        "network": ("res3",) * 3,
        # As the phone is held, whichever way the clip has turned it.
        "size": ("480x853",) * 3,
        "upscale": ("1080x1920", "1080x1920", "to 1080x1920"),
        "upscaler": ("bilinear",) * 3,
        "strength": ("0.5", "0.5", "strength 0.5"),
        "fps": ("23.976", "23.976 fps", "23.976 fps"),
        "on": ("none", "every frame", "every frame"),
    }


def test_what_a_cell_has_none_of_has_its_words_too() -> None:
    cell = a_cell("a.mp4")
    bare = {"upscale": None, "on": "A12"}
    cell = cell.model_copy(update={"target": cell.target.model_copy(update=bare)})
    results = results_of(cell)
    assert BY_KEY["upscale"].value(results, cell) == "none"
    assert BY_KEY["upscale"].by_itself(results, cell) == "not upscaled"
    assert BY_KEY["on"].value(results, cell) == "A12"
    assert BY_KEY["on"].by_itself(results, cell) == "on A12"


def test_parts_of_one_clip_are_told_apart() -> None:
    one, two = a_cell("a.mp4"), a_cell("b.mp4", clip=1)
    results = results_of(one, two, clips=(UPRIGHT, UPRIGHT))
    assert [BY_KEY["clip"].value(results, c) for c in (one, two)] == ["up.mp4 (1)", "up.mp4 (2)"]


def test_cells_come_by_depth_pixels_and_rate() -> None:
    cells = [
        a_cell(f"{name}-{size}-{rate}", rate, size, network=name, macs=depth * pixels)
        for rate in ("30", "7.5", "15")
        for size, pixels in (("96x54", 96 * 54), ("100x50", 5000), ("160x90", 14400))
        for name, depth in (("res1", 10), ("res5", 50))
    ]
    ordered = in_order(results_of(*cells), cells)
    names = [cell.id for cell in ordered]
    assert names[:4] == ["res5-100x50-7.5", "res5-100x50-15", "res5-100x50-30", "res5-96x54-7.5"]
    assert names[-1] == "res1-160x90-30"
