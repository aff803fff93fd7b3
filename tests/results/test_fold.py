"""The journal of several runs, come to one result."""

from __future__ import annotations

import multiprocessing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from render.errors import ClipError, UsageError
from render.events import CellDone, CellFailed, CellKept
from render.files.journal import Journal
from render.results.begun import Begun
from render.results.fold import Fold
from render.results.record import Recorder
from render.results.results import NAME, Figures, Results, load, save
from tests.cli.conftest import make_plan, make_preview
from tests.results.test_record import CALL, OTHER, cell, record


def test_results_are_made_anew_from_the_journal(tmp_path: Path) -> None:
    written = record(tmp_path, cell(tmp_path, "a.mp4"), cell(tmp_path, "b.mp4"))
    for spoilt in (b"", b"{", b"[]"):
        (tmp_path / NAME).write_bytes(spoilt)
        again = Recorder(make_plan(cell(tmp_path, "a.mp4")), tmp_path, CALL)
        assert again.results() == written
    (tmp_path / NAME).unlink()
    assert Recorder(make_plan(cell(tmp_path, "a.mp4")), tmp_path, CALL).results() == written


def test_the_order_is_the_plan_s_whatever_was_finished_first(tmp_path: Path) -> None:
    cells = [cell(tmp_path, f"{name}.mp4", clip=f"{name}.mov") for name in "abc"]
    beside = tmp_path / "whole"
    beside.mkdir()
    whole = record(beside, *(replace(one, output=beside / one.output.name) for one in cells))
    recorder = Recorder(make_plan(*cells), tmp_path, CALL)
    for one in reversed(cells):
        one.output.write_bytes(b"a preview")
        recorder.event(CellDone(one, make_preview(one)))
    results = recorder.save(12.5)
    assert results.model_dump() == whole.model_dump()


def test_a_run_that_was_killed_and_one_that_goes_on(tmp_path: Path) -> None:
    one, other = cell(tmp_path, "a.mp4"), cell(tmp_path, "b.mp4")
    killed = Recorder(make_plan(one, other), tmp_path, CALL)
    one.output.write_bytes(b"a preview")
    killed.event(CellDone(one, make_preview(one)))
    again = Recorder(make_plan(replace(one, kept=True), other), tmp_path, CALL)
    again.event(CellKept(one, replace(make_preview(one), ms=None, stylized=None)))
    other.output.write_bytes(b"a preview")
    again.event(CellDone(other, make_preview(other)))
    results = again.save(3.0)
    assert [c.video.stylized for c in results.cells] == [73, 73]  # what the first run knew
    # The same command goes on with what it began.
    assert [c.run for c in results.cells] == [0, 0]
    assert [run.wall for run in results.runs] == [3.0]
    more = Recorder(make_plan(replace(one, kept=True)), tmp_path, CALL)
    more.event(CellKept(one, make_preview(one)))
    assert [run.wall for run in more.save(2.0).runs] == [5.0]
    third = cell(tmp_path, "c.mp4")
    another = Recorder(make_plan(third), tmp_path, OTHER)
    third.output.write_bytes(b"a preview")
    another.event(CellDone(third, make_preview(third)))
    results = another.save(1.0)
    assert [c.run for c in results.cells] == [0, 0, 1]
    assert [run.wall for run in results.runs] == [5.0, 1.0]


def test_what_failed_in_a_killed_run_is_tried_again_by_the_same_command(tmp_path: Path) -> None:
    one, other = cell(tmp_path, "a.mp4"), cell(tmp_path, "b.mp4")
    one.output.write_bytes(b"a preview")
    killed = Recorder(make_plan(one, other), tmp_path, CALL)
    killed.event(CellFailed(other.clip.path, None, ClipError("torn")))
    killed.event(CellDone(one, make_preview(one)))
    again = Recorder(make_plan(replace(one, kept=True), other), tmp_path, CALL)
    assert again.results().failures == ()


def test_failures_are_of_runs_that_go_on_and_of_the_last(tmp_path: Path) -> None:
    one, other = cell(tmp_path, "a.mp4"), cell(tmp_path, "b.mp4")
    one.output.write_bytes(b"a preview")
    first = Recorder(make_plan(one, other), tmp_path, CALL)
    first.event(CellDone(one, make_preview(one)))
    first.event(CellFailed(other.clip.path, other, ClipError("torn")))
    second = Recorder(make_plan(one), tmp_path, OTHER)
    second.event(CellKept(one, make_preview(one)))
    assert [f.message for f in second.save(1.0).failures] == []  # not yet told
    assert [f.message for f in first.save(1.0).failures] == ["torn"]
    assert [f.message for f in load(tmp_path).failures] == ["torn"]
    third = Recorder(make_plan(one), tmp_path, OTHER)
    third.event(CellKept(one, make_preview(one)))
    assert third.save(1.0).failures == ()


def test_figures_and_what_is_made_are_kept(tmp_path: Path) -> None:
    written = record(tmp_path, cell(tmp_path, "a.mp4"), cell(tmp_path, "b.mp4"))
    figures = Figures(reference="a.mp4", jod=9.5, basis="x")
    (tmp_path / "grid.mp4").write_bytes(b"a grid")
    recorder = Recorder(make_plan(cell(tmp_path, "a.mp4")), tmp_path, CALL)
    recorder.update(
        written.model_copy(
            update={
                "cells": (written.cells[0], written.cells[1].model_copy(
                    update={"figures": figures})),
                "clips": (written.clips[0].model_copy(update={"reference": "a.mp4"}),),
            }
        )
    )  # fmt: skip
    recorder.made("grid", "grid.mp4", "of these")
    results = load(tmp_path)
    assert results.cells[1].figures == figures and results.cells[0].figures is None
    assert results.clips[0].reference == "a.mp4" and results.grids == ("grid.mp4",)
    again = Recorder(make_plan(cell(tmp_path, "a.mp4")), tmp_path, CALL)
    assert again.is_made("grid", "grid.mp4", "of these")
    assert not again.is_made("grid", "grid.mp4", "of others")
    (tmp_path / "grid.mp4").write_bytes(b"a holiday")
    assert not again.is_made("grid", "grid.mp4", "of these")
    (tmp_path / "grid.mp4").unlink()
    assert not again.is_made("grid", "grid.mp4", "of these")
    assert Recorder(make_plan(cell(tmp_path, "a.mp4")), tmp_path, CALL).results().grids == ()


def test_shares_of_figures_last_until_the_figures_are_whole(tmp_path: Path) -> None:
    def share(first: int, last: int) -> Begun:
        values = {"ssim": tuple(n / 7 for n in range(first, last))}
        return Begun(cell="a.mp4", basis="x", after=(first, 0), done=(last, 0), values=values,
                     missing=("no JOD",))  # fmt: skip

    one = cell(tmp_path, "a.mp4")
    written = record(tmp_path, one)
    recorder = Recorder(make_plan(one), tmp_path, CALL)
    recorder.share(share(0, 2))
    other = Recorder(make_plan(one), tmp_path, CALL)
    assert other.begun == {"a.mp4": share(0, 2)}
    # Both go on at the same place, and have found the same.
    recorder.share(share(2, 5))
    other.share(share(2, 5))
    third = Recorder(make_plan(one), tmp_path, CALL)
    assert third.begun == {"a.mp4": share(0, 5)}
    assert load(tmp_path) == written  # which only tells what is whole
    figures = Figures(reference="a.mp4", ssim=1.0, basis="x")
    cells = (written.cells[0].model_copy(update={"figures": figures}),)
    third.update(written.model_copy(update={"cells": cells}))
    assert third.begun == Recorder(make_plan(one), tmp_path, CALL).begun == {}


def test_results_of_before_there_was_a_journal_are_kept(tmp_path: Path) -> None:
    old = record(tmp_path, cell(tmp_path, "a.mp4"))
    Journal.of(tmp_path).path.unlink()
    old = old.model_copy(update={"cells": (old.cells[0].model_copy(update={"fingerprint": None}),)})
    save(old, tmp_path)
    results = record(tmp_path, cell(tmp_path, "b.mp4"), call=OTHER)
    assert [c.id for c in results.cells] == ["a.mp4", "b.mp4"]
    assert results.cells[0].fingerprint is None and len(results.runs) == 2


def _run(folder: Path, first: int) -> None:
    cells = [
        cell(folder, f"{n}.mp4", clip=f"{n}.mov", rate=Fraction(n)) for n in range(first, first + 8)
    ]
    record(folder, *cells, call=replace(CALL, command=("render", str(first))))


def test_two_runs_at_once_keep_all(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    runs = [context.Process(target=_run, args=(tmp_path, first)) for first in (1, 20)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(120)
    results: Results = load(tmp_path)
    assert len(results.cells) == 16 and len(results.runs) == 2
    names = {(Path(c.id).stem, results.clips[c.clip].name) for c in results.cells}
    assert names == {(str(n), f"{n}.mov") for n in [*range(1, 9), *range(20, 28)]}


@pytest.mark.parametrize(
    "entry",
    [
        {"kind": "run"},
        {"kind": "run", "run": "x", "facts": {"command": 3}, "cells": []},
        {"kind": "cell", "run": "none", "clip": {}, "cell": {}},
        {"kind": "figures", "cell": "none", "figures": {}},
        {"kind": "begun", "share": {"cell": 3}},
        {"kind": "clip", "clip": [], "changes": {}},
        {"kind": "adopted", "results": []},
        {"kind": "adopted", "results": {"grids": ["../grid.mp4"]}},
        {"kind": "made", "what": "grid", "name": "/etc/passwd"},
        {"kind": "made", "what": "grid", "name": "grid.mp4", "basis": "x"},
    ],
)
def test_entries_that_render_did_not_write_are_refused(entry: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="journal is damaged"):
        Fold().take(entry)


def test_entries_of_a_later_render_are_passed_over() -> None:
    Fold().take({"kind": "weather", "fine": True})
