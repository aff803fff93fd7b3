"""A folder's figures, measured on small previews of a clip that moves."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from render.compare.metrics.measure import Measured, Measuring, measure
from render.compare.metrics.metric_list import METRICS
from render.compare.metrics.modes import EFFORTS, Metrics, effort
from render.compare.metrics.reading import at_any_time, at_its_ticks, pictures
from render.compare.metrics.stills import SOURCE_GONE
from render.compare.metrics.subject import Trouble
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.engines.select import choose as choose_engine
from render.errors import ClipError, UsageError
from render.media.decode import Decoder
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from render.planning.geometry import place
from render.results.begun import Begun
from render.results.results import Figures, Results, View, load, save
from render.target import Fit, Size
from tests.compare.metrics.folders import RunFFmpeg, a_cell, a_clip, preview, results_of

pytestmark = pytest.mark.torch

CELLS = {"best.mp4": (20, 192), "slow.mp4": (10, 192), "soft.mp4": (20, 64)}

# Also where there is a GPU.
ON_PROCESSOR = choose_engine(EngineName.AUTO, DeviceName.CPU)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Pictures this small gain nothing from several, which wait for each other on busy machines."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, run_ffmpeg: RunFFmpeg) -> tuple[Path, Results]:
    """A clip of 1.5 s at 20 fps that scrolls, and three previews of it."""
    folder = tmp_path_factory.mktemp("figures")
    source = folder / "source" / "clip.mp4"
    source.parent.mkdir()
    scroll = "testsrc2=s=192x108:r=20:d=1.5,scroll=h=0.01"
    run_ffmpeg("-f", "lavfi", "-i", scroll, "-c:v", "libx264", "-crf", "8", source)
    canvas = Size(192, 108)
    display = {"upscale": "192x108"}
    cells = []
    for name, (rate, width) in CELLS.items():
        preview(run_ffmpeg, source, folder / name, rate, width)
        size = Size(width, width * 9 // 16)
        frames = rate * 3 // 2
        view = View.of(place(canvas, size, Fit.STRETCH))
        facts = {"macs": width, "frames": frames, "view": view, **display}
        cells.append(a_cell(name, str(rate), str(size), **facts))
    clip = a_clip(source, fps="20", fps_float=20.0, duration=1.5)
    return folder, results_of(*cells, clips=(clip,))


def run(
    results: Results, folder: Path, ff: FFmpeg, reference: str | None = None
) -> tuple[Results, list[Any]]:
    """The results, and what is said on the way, but for figures as they are taken."""
    *updates, last = measure(results, folder, ff.path, Metrics.FAST, reference)
    assert isinstance(last, Measured)
    return last.results, [each for each in updates if not isinstance(each, Measured | Begun)]


def figures(results: Results) -> dict[str, Figures]:
    return {cell.id: cell.figures for cell in results.cells if cell.figures is not None}


def value(figures: Figures, key: str) -> float:
    found = figures.get(key)
    assert found is not None, key
    return found


@pytest.fixture(scope="module")
def every_update(made: tuple[Path, Results], ff: FFmpeg) -> list[Any]:
    """One cell in hand at a time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("render.compare.metrics.windows._AT_ONCE", 1)
        return list(measure(made[1], made[0], ff.path, Metrics.FAST, choice=ON_PROCESSOR))


@pytest.fixture(scope="module")
def measured(every_update: list[Any]) -> tuple[Results, list[Any]]:
    *updates, last = every_update
    return last.results, [each for each in updates if not isinstance(each, Measured | Begun)]


def test_the_reference_loses_nothing(measured: tuple[Results, list[Any]]) -> None:
    results, _ = measured
    best = figures(results)["best.mp4"]
    assert results.clips[0].reference == best.reference == "best.mp4"
    alike = {"lpips": 0, "ssim": 1, "style": 0, "jod": 10}
    assert {key: best.get(key) for key in alike} == alike
    assert best.missing == ()


def test_single_pictures_say_nothing_of_the_rate_and_jod_does(
    measured: tuple[Results, list[Any]],
) -> None:
    found = figures(measured[0])
    slow, soft = found["slow.mp4"], found["soft.mp4"]
    for one in (slow, soft):
        assert None not in one.values.values()
        assert set(one.values) == {metric.key for metric in METRICS}
    assert value(slow, "lpips") < 0.02 < value(soft, "lpips")
    assert value(slow, "ssim") > 0.97 > value(soft, "ssim")
    assert value(slow, "style") < value(soft, "style")
    assert value(slow, "jod") < 9.5


def test_sharpness_and_stroke_are_of_the_display(measured: tuple[Results, list[Any]]) -> None:
    found = figures(measured[0])
    best, soft = found["best.mp4"], found["soft.mp4"]
    assert value(soft, "sharpness") < 0.6 * value(best, "sharpness")
    assert value(soft, "stroke") > 1.3 * value(best, "stroke")


def test_the_sample_is_said(measured: tuple[Results, list[Any]]) -> None:
    sampling = measured[0].clips[0].sampling
    assert sampling is not None
    assert (sampling.mode, sampling.size, sampling.gap) == ("fast", Size(192, 108), 0.2)
    assert 1 <= sampling.moments <= 6 < sampling.of == 30
    assert sampling.jod_seconds == 1.0
    assert sampling.notes == ()


def test_it_says_how_far_it_is(measured: tuple[Results, list[Any]]) -> None:
    updates = measured[1]
    assert all(isinstance(update, Measuring) for update in updates)
    assert [u.done for u in updates] == list(range(1, len(updates) + 1))
    assert all(u.done <= u.total for u in updates)
    assert {u.words for u in updates} == set(CELLS)


def test_what_is_measured_stays_and_what_is_new_is_added(
    measured: tuple[Results, list[Any]], made: tuple[Path, Results], ff: FFmpeg, tmp_path: Path
) -> None:
    results, folder = measured[0], made[0]
    save(results, tmp_path)
    again, updates = run(load(tmp_path), folder, ff)
    assert again == results and updates == []
    forgotten = results.cells[1].model_copy(update={"figures": None})
    cells = (results.cells[0], forgotten, results.cells[2])
    again, updates = run(results.model_copy(update={"cells": cells}), folder, ff)
    assert {u.words for u in updates} == {forgotten.id}
    before, after = (value(figures(one)[forgotten.id], "lpips") for one in (results, again))
    assert after == pytest.approx(before, abs=1e-6)
    assert again.clips[0].sampling == results.clips[0].sampling


def test_what_was_measured_before_there_was_a_metric_is_measured_with_it(
    measured: tuple[Results, list[Any]], made: tuple[Path, Results], ff: FFmpeg, tmp_path: Path
) -> None:
    results, folder = measured[0], made[0]
    saved = results.as_dict()
    del saved["cells"][2]["figures"]["ssim"]
    (tmp_path / "results.json").write_text(json.dumps(saved))
    again, updates = run(load(tmp_path), folder, ff)
    assert {u.words for u in updates} == {saved["cells"][2]["id"]}
    assert again == results
    # One that could not be had is not tried for ever.
    saved["cells"][2]["figures"]["ssim"] = None
    (tmp_path / "results.json").write_text(json.dumps(saved))
    assert run(load(tmp_path), folder, ff)[1] == []


def test_another_reference_measures_anew(
    measured: tuple[Results, list[Any]], made: tuple[Path, Results], ff: FFmpeg
) -> None:
    again, updates = run(measured[0], made[0], ff, "soft")
    found = figures(again)
    assert again.clips[0].reference == "soft.mp4"
    assert found["soft.mp4"].get("lpips") == 0 and value(found["best.mp4"], "lpips") > 0.02
    assert {u.words for u in updates} == set(CELLS)
    with pytest.raises(UsageError, match="no cell fits"):
        run(measured[0], made[0], ff, "res9")


def test_a_preview_alone_in_its_style_is_held_against_nothing(
    made: tuple[Path, Results], ff: FFmpeg, tmp_path: Path
) -> None:
    folder, results = made
    target = results.cells[2].target.model_copy(update={"style": "other"})
    lone = results.cells[2].model_copy(update={"target": target})
    found, updates = run(results.model_copy(update={"cells": (lone,)}), folder, ff)
    (own,) = figures(found).values()
    of_itself = {key for key, number in own.values.items() if number is not None}
    assert of_itself == {"flicker", "flicker_gap", "sharpness", "stroke"}
    assert own.reference is None and found.clips[0].reference is None
    save(found, tmp_path)
    assert figures(load(tmp_path))["soft.mp4"] == own
    assert updates and run(found, folder, ff)[1] == []
    # With another of its style it is measured, or becomes what that is held against.
    sharp = results.cells[0].model_copy(update={"target": results.cells[0].target.model_copy(
        update={"style": "other"})})  # fmt: skip
    both = figures(run(found.model_copy(update={"cells": (*found.cells, sharp)}), folder, ff)[0])
    assert both["soft.mp4"].reference == "best.mp4" and value(both["soft.mp4"], "lpips") > 0.02


def test_a_clip_that_is_gone_costs_only_the_flicker(
    made: tuple[Path, Results],
    measured: tuple[Results, list[Any]],
    ff: FFmpeg,
) -> None:
    folder, results = made
    lost = results.clips[0].model_copy(update={"path": "/nowhere/clip.mp4"})
    gone, updates = run(results.model_copy(update={"clips": (lost,)}), folder, ff)
    slow = figures(gone)["slow.mp4"]
    assert slow.get("flicker") is None and slow.get("flicker_gap") is None
    assert slow.get("lpips") is not None and slow.get("jod") is not None
    assert slow.missing == (SOURCE_GONE,)
    assert gone.clips[0].sampling is not None
    assert gone.clips[0].sampling.notes == (SOURCE_GONE,)
    assert not [u for u in updates if isinstance(u, Trouble)]
    # Nothing to be gained without it; all of it when it is back; and what was had stays.
    assert run(gone, folder, ff)[1] == []
    back = gone.model_copy(update={"clips": results.clips})
    assert figures(run(back, folder, ff)[0])["slow.mp4"].get("flicker") is not None
    shared = measured[0].model_copy(update={"clips": (lost,)})
    assert figures(run(shared, folder, ff)[0])["slow.mp4"].get("flicker") is not None


def test_a_broken_preview_is_reported_and_the_others_go_on(
    made: tuple[Path, Results], ff: FFmpeg, tmp_path: Path
) -> None:
    folder, results = made
    for name in ("best.mp4", "slow.mp4"):
        shutil.copy(folder / name, tmp_path)
    (tmp_path / "soft.mp4").write_bytes((folder / "soft.mp4").read_bytes()[:3000])
    broken, updates = run(results, tmp_path, ff)
    trouble = [u for u in updates if isinstance(u, Trouble)]
    assert [t.cell for t in trouble] == ["soft.mp4"]
    assert "\n" not in str(trouble[0].error)
    found = figures(broken)
    assert found["soft.mp4"].missing and found["soft.mp4"].get("lpips") is None
    assert found["slow.mp4"].get("lpips") is not None
    # It is tried again when it has been mended.
    shutil.copy(folder / "soft.mp4", tmp_path)
    mended, updates = run(broken, tmp_path, ff)
    assert figures(mended)["soft.mp4"].get("lpips") is not None
    assert {u.words for u in updates} == {"soft.mp4"}


def test_without_its_reference_nothing_is_measured(
    made: tuple[Path, Results], ff: FFmpeg, tmp_path: Path
) -> None:
    shutil.copy(made[0] / "slow.mp4", tmp_path)
    shutil.copy(made[0] / "soft.mp4", tmp_path)
    results, updates = run(made[1], tmp_path, ff)
    assert {u.cell for u in updates if isinstance(u, Trouble)} == set(CELLS)
    assert all(f.get("lpips") is None and f.missing for f in figures(results).values())


def test_a_faster_cell_than_its_reference_has_no_jod(
    made: tuple[Path, Results], ff: FFmpeg
) -> None:
    found = figures(run(made[1], made[0], ff, "slow")[0])
    assert found["best.mp4"].get("jod") is None
    assert "faster than its reference" in found["best.mp4"].missing[0]
    assert found["best.mp4"].get("lpips") is not None


def test_none_measures_nothing(made: tuple[Path, Results], ff: FFmpeg) -> None:
    folder, results = made
    (only,) = measure(results, folder, ff.path, Metrics.NONE)
    assert isinstance(only, Measured) and only.results is results


def test_pictures_are_those_on_show(made: tuple[Path, Results], ff: FFmpeg) -> None:
    clip = probe(made[0] / "best.mp4", ff)
    moments = [Fraction(0), Fraction(1, 20), Fraction(1, 10), Fraction(29, 20)]
    found = dict(pictures(clip, Size(192, 108), reversed(moments), ff.path))
    assert list(found) == moments
    # Seeking gives the same picture as reading through.
    (alone,) = pictures(clip, Size(192, 108), moments[-1:], ff.path)
    assert np.array_equal(alone[1], found[moments[-1]])
    assert not np.array_equal(found[moments[0]], found[moments[1]])
    # So does converting no more than is asked for; and where nothing is near, all is read.
    between = [Fraction(1, 40), Fraction(37, 40)]
    all_read = dict(pictures(clip, Size(192, 108), between, ff.path))
    for near in (at_its_ticks(Fraction(20)), at_any_time(clip), Fraction(1, 1000)):
        assert near is not None
        few = dict(pictures(clip, Size(192, 108), moments, ff.path, near))
        assert all(np.array_equal(few[moment], found[moment]) for moment in moments)
        few = dict(pictures(clip, Size(192, 108), between, ff.path, near))
        assert all(np.array_equal(few[moment], all_read[moment]) for moment in between)
    with pytest.raises(ClipError, match=r"ends at 1\.50 s, before the picture at 2\.30 s"):
        list(pictures(clip, Size(192, 108), [Fraction(1), Fraction(23, 10)], ff.path))


def test_what_is_not_asked_for_is_not_converted(made: tuple[Path, Results], ff: FFmpeg) -> None:
    clip, tick = probe(made[0] / "best.mp4", ff), Fraction(1, 20)
    spans = [(tick * n - tick / 4, tick * n + tick / 4) for n in (8, 9, 20)]
    with Decoder(clip, Size(192, 108), ff.path, only=spans) as decoder:
        times = [float(frame.time) for frame in decoder]
    # Where they are, wherever reading began; the last one closes the interval.
    assert times[:-1] == pytest.approx([0.4, 0.45, 1.0], abs=1e-4)


@pytest.mark.parametrize(
    "device",
    [
        pytest.param(DeviceName.CPU, id="torch-cpu"),
        pytest.param(DeviceName.CUDA, id="torch-cuda", marks=pytest.mark.gpu),
        pytest.param(DeviceName.MPS, id="torch-mps", marks=pytest.mark.gpu),
    ],
)
def test_every_engine_and_device_gives_the_same_figures(
    device: DeviceName, made: tuple[Path, Results], measured: tuple[Results, list[Any]], ff: FFmpeg
) -> None:
    """The previews are smaller than what a GPU would look at, so that all is alike."""
    there = {
        DeviceName.CUDA: torch.cuda.is_available(),
        DeviceName.MPS: torch.backends.mps.is_available(),
    }
    if not there.get(device, True):
        pytest.skip(f"no {device.value} device here: figures on {device.value} are NOT tested")
    choice = EngineChoice(EngineName.TORCH, device, "a test")
    *_, last = measure(made[1], made[0], ff.path, Metrics.FAST, choice=choice)
    assert isinstance(last, Measured)
    found = figures(last.results)
    for id_, expected in figures(measured[0]).items():
        assert found[id_].values == pytest.approx(expected.values, abs=2e-4)
        # What was looked at more closely is not mixed with what was not.
        assert (found[id_].basis == expected.basis) == (device is DeviceName.CPU)
    assert last.results.clips[0].sampling == measured[0].clips[0].sampling


def test_on_a_gpu_jod_is_taken_of_larger_pictures() -> None:
    assert effort(Metrics.FAST, gpu=False) == EFFORTS[Metrics.FAST]
    for mode in (Metrics.FAST, Metrics.FULL):
        assert effort(mode, gpu=True) == replace(EFFORTS[mode], jod_side=720)


def test_whoever_stops_asking_leaves_nothing_running(
    made: tuple[Path, Results], ff: FFmpeg
) -> None:
    updates = measure(made[1], made[0], ff.path, Metrics.FAST)
    next(updates)
    assert [each for each in threading.enumerate() if each.name.startswith("figures")]
    updates.close()  # type: ignore[attr-defined]
    assert not [each for each in threading.enumerate() if each.name.startswith("figures")]


def test_each_cell_is_told_as_it_is_done_and_what_is_told_is_not_taken_again(
    made: tuple[Path, Results], ff: FFmpeg, every_update: list[Any]
) -> None:
    told = [each for each in every_update if isinstance(each, Measured)]
    # The reference first; the last one is the whole.
    assert [each.cells for each in told] == [("best.mp4",), ("slow.mp4",), ("soft.mp4",), ()]
    assert [len(figures(each.results)) for each in told] == [1, 2, 3, 3]
    # Wherever it was cut, and however many are in hand at a time: the same figures.
    again, steps = run(told[0].results, made[0], ff)
    assert again == told[-1].results
    assert {step.words for step in steps} == {"slow.mp4", "soft.mp4"}


def test_a_kill_costs_no_more_than_a_share(
    made: tuple[Path, Results], ff: FFmpeg, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut after every share, each time going on from there."""
    # Several shares a cell, of pictures and of stretches.
    effort = replace(EFFORTS[Metrics.FAST], moments=4, at_once=2, windows=2, window=0.3)
    monkeypatch.setitem(EFFORTS, Metrics.FAST, effort)
    folder, results = made[0], made[1].model_copy(update={"cells": made[1].cells[::2]})
    whole = figures(run(results, folder, ff)[0])
    begun: dict[str, Begun] = {}
    taken = 0
    while len(figures(results)) < 2:
        for update in measure(results, folder, ff.path, Metrics.FAST, begun=dict(begun)):
            if isinstance(update, Measured):
                results = update.results
            if isinstance(update, Begun):
                # As the journal has it.
                share = Begun.model_validate(json.loads(update.model_dump_json()))
                known = begun.get(share.cell)
                begun[share.cell] = share if known is None else known.and_then(share)
                taken += 1
                break
    assert figures(results) == whole
    assert taken == 2 * 2 + 2  # of none was any taken twice


def test_a_share_of_another_run_is_not_taken_twice() -> None:
    def share(after: int, done: int, basis: str = "x") -> Begun:
        values = {"ssim": tuple(n / 10 for n in range(after, done))}
        return Begun(
            cell="a.mp4", basis=basis, after=(after, 0), done=(done, 0), values=values, missing=()
        )

    first = share(0, 2)
    assert first.and_then(share(2, 3)) == share(0, 3)
    assert first.and_then(share(0, 2)) == first.and_then(share(3, 4)) == first
    assert first.and_then(share(0, 1, "y")) == share(0, 1, "y")
