"""``--dry-run``: what would run, and what it would take."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from render.cli.dry_run import warn_long
from render.cli.plan_table import table_lines
from render.cli.plan_text import plan_lines
from render.errors import EngineError
from render.networks.spec import NetworkSpec
from render.planning.estimate import Disk, estimate
from render.planning.plan import Cell
from render.target import Size

from .conftest import Machine, make_cell, make_plan

Command = Callable[..., int]
Capture = pytest.CaptureFixture[str]

MACS = NetworkSpec.parse("res3").macs(Size(853, 480))


def test_a_few_cells_are_a_paragraph_each(
    command: Command, machine: Machine, capsys: Capture
) -> None:
    assert command("a.mp4", "b.mp4", "--dry-run") == 0
    out = capsys.readouterr().out
    assert out.count("  takes    47.3 GMAC a frame, 709 GMAC/s; about 3.5 s here, ") == 2
    assert "  in all   2 previews, about 7.1 s in one pass (7.1 s one by one), about " in out
    assert "  preview  video 1920x1080, about 75 frames" in out
    assert machine.calibrated == 1


def test_many_cells_are_a_table(command: Command, machine: Machine, capsys: Capture) -> None:
    machine.cells_a_clip = 4
    assert command("a.mp4", "bad.mp4", "--dry-run") == 1
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert " ".join(lines[0].split()) == (
        "CLIP STYLE NETWORK SIZE FPS FRAMES GMAC/S ALONE DISK PREVIEW"
    )
    first = lines[1].split()
    assert first[:7] == ["a.mp4", "composition-vii", "res3", "480x853", "15", "75", "709"]
    assert first[-1] == "a.mp4"
    assert len([line for line in lines if line.startswith("a.mp4 ")]) == 4
    assert lines.count("  note     a.mp4: a note of the plan") == 1
    assert "  to       previews" in lines
    assert any(line.startswith("  clip     a.mp4: h264 1280x720, 29.97 fps") for line in lines)
    (in_all,) = (line for line in lines if line.startswith("  in all   4 previews, about "))
    assert "in one pass" in in_all and "one by one" in in_all
    assert "error: bad.mp4: is not a video" in captured.err


def test_what_varies_has_a_column() -> None:
    cell = make_cell(Path("a.mp4"))
    cells = (cell, replace(cell, strength=0.5), replace(cell, upscale=None))
    header, first, second, third, *_ = table_lines(make_plan(*cells), None)
    assert "STRENGTH" in header and "UPSCALE" in header
    assert " 1080x1920 bilinear " in first and " 0.5 " in second and " none " in third
    assert first.count("?") == 2, "not measured"
    header = next(iter(table_lines(make_plan(cell, upright(cell)), None)))
    assert "STRENGTH" not in header and "UPSCALE" not in header


def upright(cell: Cell) -> Cell:
    """The same target on a clip that stands."""
    video = replace(cell.clip.video, displayed=Size(720, 1280))
    clip = replace(cell.clip, video=video)
    return replace(cell, clip=clip, size=Size(480, 853), upscale=Size(1080, 1920))


def test_a_target_is_called_as_the_phone_is_held_whichever_way_its_clip_turns() -> None:
    cell = make_cell(Path("a.mp4"))
    assert (cell.size, cell.upscale) == (Size(853, 480), Size(1920, 1080))
    lying, standing = ("\n".join(plan_lines(make_plan(one))) for one in (cell, upright(cell)))
    for said in ("at 480x853", "upscale  1080x1920"):
        assert said in lying and said in standing
    assert "(here 853x480)" in lying and "(here 1920x1080)" in lying and "(here" not in standing
    rows = table_lines(make_plan(cell, upright(cell), replace(cell, upscale=None)), None)
    _, first, second, third, *_ = rows
    for row in (first, second):
        assert " 480x853 " in row and " 1080x1920 bilinear " in row
    assert "853x480" not in first + second + third


def test_clips_of_one_name_are_shown_by_their_folders() -> None:
    plan = make_plan(make_cell(Path("x/a.mp4")), make_cell(Path("y/a.mp4")))
    rows = list(table_lines(plan, None))
    assert rows[1].startswith("x/a.mp4 ") and rows[2].startswith("y/a.mp4 ")
    assert "  note     a.mp4 and 1 more: a note of the plan" in rows


def test_a_length_that_is_not_known_is_said(machine: Machine) -> None:
    plan = make_plan(make_cell(Path("a.mp4")), make_cell(Path("b.mp4"), about=None))
    lines = list(table_lines(plan, estimate(plan, machine.calibrate(plan))))
    assert lines[2].count("?") == 3
    assert any("; without 1 whose clip's length is not known" in line for line in lines)
    plan = make_plan(*[make_cell(Path("b.mp4"), about=None)] * 2)
    lines = list(table_lines(plan, estimate(plan, machine.calibrate(plan))))
    assert "  in all   2 previews of clips whose length is not known" in lines


def test_a_disk_without_room_is_a_warning(machine: Machine) -> None:
    plan = make_plan(make_cell(Path("a.mp4")))
    found = estimate(plan, machine.calibrate(plan))
    short = replace(found, disks=(Disk(Path("previews"), 3_000_000, 2_000_000),))
    said = "  warning  about 3.0 MB to write, 2.0 MB free at previews"
    assert said in table_lines(plan, short)
    assert said not in table_lines(plan, found)


def test_json_has_the_estimate(command: Command, machine: Machine, capsys: Capture) -> None:
    machine.cells_a_clip = 2
    assert command("a.mp4", "--dry-run", "--json") == 0
    plan, done = map(json.loads, capsys.readouterr().out.splitlines())
    found = plan["estimate"]
    assert [cell["cell"] for cell in found["cells"]] == [0, 1]
    assert found["cells"][0]["frames"] == 75
    assert found["cells"][0]["macs"] == MACS
    assert found["cells"][0]["macs_second"] == MACS * 15
    assert found["cells"][0]["seconds"] == pytest.approx(75 * MACS * 1e-12, abs=1e-3)
    assert found["seconds"] < found["seconds_apart"], "what they share is done once"
    assert found["bytes"] == sum(cell["bytes"] for cell in found["cells"])
    assert done["event"] == "done"


def test_without_a_measurement_the_plan_is_shown(
    command: Command, machine: Machine, capsys: Capture
) -> None:
    machine.calibration_error = EngineError("out of memory")
    assert command("a.mp4", "--dry-run") == 0
    captured = capsys.readouterr()
    assert "takes" not in captured.out and "about 75 frames" in captured.out
    assert captured.err == "note: what it takes cannot be measured here: out of memory\n"
    assert command("bad.mp4", "--dry-run") == 1
    assert machine.calibrated == 1, "nothing to measure"


def long_cell(name: str, frames: int) -> Cell:
    made = make_cell(Path(name), about=frames)
    return replace(made, clip=replace(made.clip, duration=frames / made.rate))


LONG = long_cell("a.mp4", 80_000)


def test_a_sweep_of_hours_says_so_before_it_starts(
    command: Command, machine: Machine, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = make_plan(LONG, long_cell("b.mp4", 80_000))
    said = "about 2 h 6 min in all for 2 previews; --dry-run shows what each takes"
    assert warn_long(plan) == said
    monkeypatch.setattr("render.planning.plan.make_plan", lambda _: plan)
    assert command("a.mp4", "b.mp4") == 0
    err = capsys.readouterr().err
    assert err.splitlines()[0] == said


def test_only_what_may_take_long_is_measured(machine: Machine) -> None:
    assert warn_long(make_plan(LONG)) is None, "a single preview's progress says it soon"
    assert warn_long(make_plan(*[make_cell(Path("a.mp4"))] * 3)) is None
    assert machine.calibrated == 0
    hour = long_cell("a.mp4", 20_000)
    assert warn_long(make_plan(hour, long_cell("b.mp4", 20_000))) is None
    assert machine.calibrated == 1, "it might have been long"
    machine.calibration_error = EngineError("out of memory")
    assert warn_long(make_plan(LONG, LONG)) is None
