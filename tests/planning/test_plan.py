"""What a plan decides, and that it says all of it."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from render.cli.plan_text import plan_lines
from render.devices.latency import Latency
from render.devices.playback import Playback
from render.errors import ClipError, StyleError, UsageError
from render.look import Look
from render.media.encoding import AudioMode, Encoder, Encoding
from render.media.ffmpeg import FFmpeg
from render.planning.as_dict import plan_as_dict, plan_from_dict
from render.planning.plan import Cell, Refusal, make_plan
from render.planning.preview_tags import comment
from render.planning.request import Request
from render.presets.preset import Preset
from render.storage.url import Url
from render.target import Orient, Rate, Size, Upscaling
from tests.cli.conftest import make_cell
from tests.cli.conftest import make_plan as make_hand_plan
from tests.media.preview import plan_for, request


def test_sizes_turn_to_the_clips_orientation(moving: Path, tmp_path: Path) -> None:
    asked = request(moving, tmp_path / "o.mp4", size="480x853", upscale="1080x1920")
    auto = plan_for(asked).cells[0]
    given = plan_for(replace(asked, orient=Orient.AS_GIVEN)).cells[0]
    assert (auto.size, auto.upscale) == (Size(853, 480), Size(1920, 1080))
    assert (given.size, given.upscale) == (Size(480, 853), Size(1080, 1920))
    assert auto.about_frames == 30


def test_every_clip_meets_every_target_and_style(moving: Path, tmp_path: Path) -> None:
    first = request(moving, tmp_path, size="64x36", fps="10")
    second = request(moving, tmp_path, size="32x18", fps="15")
    looks = tuple(
        replace(look, target=replace(look.target, network=network))
        for look in first.looks + second.looks
        for network in ("res1", "res3")
    )
    other = tmp_path / "copies" / moving.name
    other.parent.mkdir()
    other.write_bytes(moving.read_bytes())
    plan = plan_for(replace(first, looks=looks, clips=(moving, other)))
    assert len(plan.cells) == 8
    assert len({cell.output for cell in plan.cells}) == 8
    assert {cell.output.stem[-2:] for cell in plan.cells if cell.clip.path == other} == {"-2"}


def test_one_bad_clip_is_refused_and_the_others_are_planned(moving: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"no")
    plan = plan_for(replace(request(moving, tmp_path / "out"), clips=(bad, moving)))
    assert [r.clip for r in plan.refusals] == [bad]
    assert len(plan.cells) == 1


def test_the_plan_is_json_and_complete(moving: Path, tmp_path: Path) -> None:
    plan = plan_for(request(moving, tmp_path / "o.mp4", start=Fraction(1, 2)))
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
        ({"looks": ()}, "no target"),
        ({"start": Fraction(-1)}, "--start"),
        ({"duration": Fraction(0)}, "--duration"),
        ({"output": Path("o.avi")}, ".mp4, .mov, .mkv"),
        (
            {"output": Path("o.mov"), "encoding": Encoding(Encoder.AV1, 30, AudioMode.KEEP)},
            ".mov holds no libsvtav1; it takes libx264 or libx265, and libsvtav1 goes into .mp4",
        ),
    ],
)
def test_what_cannot_be_meant_is_usage(
    changes: dict[str, object], said: str, moving: Path, tmp_path: Path
) -> None:
    asked = request(moving, tmp_path / "o.mp4")
    with pytest.raises(UsageError, match=said):
        plan_for(replace(asked, **changes))


def test_an_encoder_that_this_ffmpeg_lacks_is_refused_at_once(
    ff: FFmpeg, moving: Path, tmp_path: Path
) -> None:
    encoder = Encoder.VIDEOTOOLBOX_H264
    if encoder.value in ff.abilities:
        pytest.skip("a Mac's ffmpeg has it")
    asked = request(moving, tmp_path, encoding=Encoding(encoder, 18, AudioMode.KEEP))
    with pytest.raises(UsageError, match=f"--encoder {encoder}: .* lacks it"):
        plan_for(asked)


def test_several_previews_need_a_folder(moving: Path, tmp_path: Path) -> None:
    asked = replace(request(moving, tmp_path / "o.mp4"), clips=(moving, Path("other.mp4")))
    with pytest.raises(UsageError, match="folder"):
        plan_for(asked)


def test_default_names_say_what_they_are(moving: Path, tmp_path: Path) -> None:
    cell = plan_for(request(moving, tmp_path, fps="29.97", upscale="1080x1920")).cells[0]
    assert cell.output.name == "moving-none-res3-160x90-29.97.mp4"


def test_strength_is_planned_named_and_told(moving: Path, tmp_path: Path) -> None:
    asked = request(moving, tmp_path, upscale="1080x1920")
    whole, part = plan_for(replace(asked, looks=varied(asked, {}, {"strength": 0.7}))).cells
    assert (whole.strength, part.strength) == (1, 0.7)
    assert part.output.name == f"{whole.output.stem}-s0.7.mp4"
    assert comment(part) == f"{comment(whole)}, strength 0.7"
    told = [[line for line in plan_lines_of(cell) if "network" in line] for cell in (whole, part)]
    assert told[1] == [f"{told[0][0]}, strength 0.7"]


def varied(asked: Request, *changes: dict[str, Any]) -> tuple[Look, ...]:
    """The request's look once for each of ``changes`` to its target."""
    (look,) = asked.looks
    return tuple(replace(look, target=replace(look.target, **change)) for change in changes)


def planned(asked: Request, *changes: dict[str, Any]) -> tuple[Cell, ...]:
    return plan_for(replace(asked, looks=varied(asked, *changes))).cells


def test_cells_that_differ_in_the_display_have_names_that_say_so(
    moving: Path, tmp_path: Path
) -> None:
    cells = planned(
        request(moving, tmp_path, upscale="1080x1920"),
        {},
        {"upscaler": Upscaling.NEAREST},
        {"upscale": Size(720, 1280)},
        {"upscale": Size(720, 1280), "upscaler": Upscaling.LANCZOS},
        {"upscale": None},
    )
    tails = [cell.output.stem.removeprefix("moving-none-res3-160x90-15") for cell in cells]
    assert tails == ["", "-nearest", "-up1280x720", "-up1280x720-lanczos", "-upnone"]


def test_what_comes_to_the_same_on_a_clip_is_one_cell(moving: Path, tmp_path: Path) -> None:
    asked = request(moving, tmp_path, upscale="1080x1920")
    same = (
        {"rate": Rate(None), "size": Size(160, 90)},
        {"rate": Rate(Fraction(25)), "size": Size(90, 160)},
        {"rate": Rate(Fraction(25)), "size": Size(160, 90), "upscale": Size(1920, 1080)},
    )
    assert len(planned(asked, *same)) == 1
    # An upscaler that is not used makes no difference either.
    none = ({"upscale": None}, {"upscale": None, "upscaler": Upscaling.NEAREST})
    assert len(planned(asked, *none)) == 1


def test_one_file_is_one_clip(moving: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.mp4"
    link.symlink_to(moving)
    asked = replace(request(moving, tmp_path), clips=(moving, link, moving))
    assert [cell.clip.path for cell in plan_for(asked).cells] == [moving]


def test_too_many_cells_are_a_mistake(moving: Path, tmp_path: Path) -> None:
    asked = request(moving, tmp_path)
    rates = [{"rate": Rate(Fraction(n, 10))} for n in range(1, 1002)]
    with pytest.raises(UsageError, match="1001 targets for each clip: at most 1000"):
        plan_for(replace(asked, looks=varied(asked, *rates)))
    clips = tuple(Path(f"{n}.mp4") for n in range(11))
    with (
        pytest.raises(UsageError, match=r"10989 previews \(11 clips at 999 targets\)"),
    ):
        plan_for(replace(asked, looks=varied(asked, *rates[:999]), clips=clips))


def test_every_missing_network_is_named_at_once(moving: Path, tmp_path: Path) -> None:
    asked = request(moving, tmp_path)
    (look,) = asked.looks
    looks = tuple(
        replace(look, style=style, target=replace(look.target, network=network))
        for style in ("udnie", "composition-vii", "udnei")
        for network in ("res2", "res3", "res4")
    )
    with pytest.raises(StyleError) as caught:
        make_plan(replace(asked, looks=looks))
    said = str(caught.value)
    assert "udnie has no res2 and no res4, only " in said
    assert "composition-vii has no res2 and no res4, only " in said
    assert said.count("'udnei' is not known: did you mean udnie?") == 1


def test_a_clip_of_the_run_is_not_overwritten(moving: Path, tmp_path: Path) -> None:
    asked = request(moving, tmp_path, upscale="1080x1920")
    other = tmp_path / "moving-none-res3-160x90-15.mp4"
    other.write_bytes(moving.read_bytes())
    plan = plan_for(replace(asked, clips=(moving, other), force=True))
    assert [cell.clip.path for cell in plan.cells] == [other]
    assert "is another clip of this run" in str(plan.refusals[0].error)


def test_what_is_wrong_with_a_clip_is_said_once(moving: Path, tmp_path: Path) -> None:
    asked = request(moving, tmp_path / "out", start=Fraction(9))
    looks = varied(asked, {}, {"strength": 0.5})
    plan = plan_for(replace(asked, looks=looks))
    assert len(plan.refusals) == 1 and "past its end" in str(plan.refusals[0].error)


def test_an_empty_folder_does_not_stop_the_others(moving: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    asked = request(moving, tmp_path / "out")
    plan = plan_for(replace(asked, clips=(empty, moving.parent, tmp_path / "*.mov")))
    assert [r.clip.name for r in plan.refusals] == ["empty", "*.mov"]
    assert [cell.clip.path for cell in plan.cells] == [moving]


def plan_lines_of(cell: Cell) -> list[str]:
    return list(plan_lines(make_hand_plan(cell)))


@pytest.mark.parametrize("strength", [-0.1, 1.1, math.nan, math.inf])
def test_strength_is_a_share(strength: float) -> None:
    with pytest.raises(UsageError, match="0 to 1"):
        replace(Preset().target(), strength=strength)


def test_what_made_a_preview_is_said_in_what_a_command_takes() -> None:
    cell = replace(make_cell(Path("a.mp4")), style="a\0b" + "n" * 200_000)
    said = comment(cell)
    assert len(said) < 1200 and "\0" not in said and said.endswith(", res3, 853x480, 15 fps")


def test_a_plan_goes_both_ways(moving: Path, tmp_path: Path) -> None:
    plan = plan_for(request(moving, tmp_path / "o.mp4", size="480x853"))
    refused = Refusal(Path("b.mp4"), ClipError("b.mp4: is empty"))
    latency = Latency(66.0, 0.1, (60.0, 66.0, 70.0), 80.0, 3.0)
    played = replace(plan.cells[0], playback=Playback("A12", latency, Fraction(15)))
    there = Refusal(Url("https://me:secret@h/b.mp4"), ClipError("https://h/b.mp4: is empty"))
    fetched = replace(played, clip=replace(played.clip, source=Url("s3://b/moving.mp4")))
    plan = replace(plan, cells=(*plan.cells, played, fetched), refusals=(refused, there))
    plan = replace(plan, publish=Url("s3://b/out/"))
    data = json.loads(json.dumps(plan_as_dict(plan)))
    again = plan_from_dict(data)
    assert again.cells == plan.cells and again.engine == plan.engine
    assert plan_as_dict(again) == plan_as_dict(plan)
    assert isinstance(again.refusals[0].error, ClipError)
    assert again.refusals[0].clip == Path("b.mp4") and again.publish == plan.publish
    assert again.refusals[1].clip == Url("https://h/b.mp4") and "secret" not in str(data)
    for broken in ({}, {**data, "cells": [{}]}, {**data, "force": "yes"}, {**data, "ffmpeg": 3}):
        with pytest.raises(UsageError, match="no plan of this version"):
            plan_from_dict(broken)
