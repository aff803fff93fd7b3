"""What a plan decides, and that it says all of it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from render.cli.plan_text import plan_lines
from render.errors import UsageError
from render.plan import Cell, make_plan, plan_as_dict
from render.preset import Preset
from render.preview_file import comment
from render.target import Orient, Size
from tests.cli.conftest import make_plan as make_hand_plan
from tests.media.preview import no_network, request


def test_sizes_turn_to_the_clips_orientation(moving: Path, tmp_path: Path) -> None:
    with no_network():
        asked = request(moving, tmp_path / "o.mp4", size="480x853", upscale="1080x1920")
        auto = make_plan(asked).cells[0]
        given = make_plan(replace(asked, orient=Orient.AS_GIVEN)).cells[0]
    assert (auto.size, auto.upscale) == (Size(853, 480), Size(1920, 1080))
    assert (given.size, given.upscale) == (Size(480, 853), Size(1080, 1920))
    assert auto.about_frames == 30


def test_every_clip_meets_every_target_and_style(moving: Path, tmp_path: Path) -> None:
    first = request(moving, tmp_path, size="64x36", fps="10")
    second = request(moving, tmp_path, size="32x18", fps="15")
    asked = replace(
        first, targets=first.targets + second.targets, clips=(moving, moving), styles=("a", "b")
    )
    with no_network():
        plan = make_plan(asked)
    assert len(plan.cells) == 8
    assert len({cell.output for cell in plan.cells}) == 8


def test_one_bad_clip_is_refused_and_the_others_are_planned(moving: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no")
    with no_network():
        plan = make_plan(replace(request(moving, tmp_path / "out"), clips=(bad, moving)))
    assert [r.clip for r in plan.refusals] == [bad]
    assert len(plan.cells) == 1


def test_the_plan_is_json_and_complete(moving: Path, tmp_path: Path) -> None:
    with no_network():
        plan = make_plan(request(moving, tmp_path / "o.mp4", start=Fraction(1, 2)))
    text = json.loads(json.dumps(plan_as_dict(plan)))
    cell = text["cells"][0]
    assert cell["rate"] == "15"
    assert cell["size"] == "160x90"
    assert cell["start"] == "1/2"
    assert cell["strength"] == 1
    assert cell["placement"]["crop"] == {"x": 0, "y": 0, "width": 320, "height": 180}
    assert text["encoding"]["crf"] == 1
    assert text["engine"]["why"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"clips": ()}, "no clip"),
        ({"start": Fraction(-1)}, "--start"),
        ({"duration": Fraction(0)}, "--duration"),
        ({"output": Path("o.avi")}, ".mp4, .mov, .mkv"),
    ],
)
def test_what_cannot_be_meant_is_usage(
    changes: dict[str, object], said: str, moving: Path, tmp_path: Path
) -> None:
    asked = request(moving, tmp_path / "o.mp4")
    with no_network(), pytest.raises(UsageError, match=said):
        make_plan(replace(asked, **changes))


def test_several_previews_need_a_folder(moving: Path, tmp_path: Path) -> None:
    asked = replace(request(moving, tmp_path / "o.mp4"), clips=(moving, moving))
    with no_network(), pytest.raises(UsageError, match="folder"):
        make_plan(asked)


def test_default_names_say_what_they_are(moving: Path, tmp_path: Path) -> None:
    with no_network():
        cell = make_plan(request(moving, tmp_path, fps="29.97")).cells[0]
    assert cell.output.name == "moving-none-res3-160x90-29.97.mp4"


def test_strength_is_planned_named_and_told(moving: Path, tmp_path: Path) -> None:
    asked = request(moving, tmp_path)
    (target,) = asked.targets
    both = (target, replace(target, strength=0.7))
    with no_network():
        whole, part = make_plan(replace(asked, targets=both)).cells
    assert (whole.strength, part.strength) == (1, 0.7)
    assert part.output.name == f"{whole.output.stem}-s0.7.mp4"
    assert comment(part) == f"{comment(whole)}, strength 0.7"
    told = [[line for line in plan_lines_of(cell) if "network" in line] for cell in (whole, part)]
    assert told[1] == [f"{told[0][0]}, strength 0.7"]


def plan_lines_of(cell: Cell) -> list[str]:
    return list(plan_lines(make_hand_plan(cell)))


@pytest.mark.parametrize("strength", [-0.1, 1.1, math.nan, math.inf])
def test_strength_is_a_share(strength: float) -> None:
    with pytest.raises(UsageError, match="0 to 1"):
        replace(Preset().target(), strength=strength)
