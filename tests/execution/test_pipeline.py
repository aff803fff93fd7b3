"""Many cells of one clip in one pass: what they share is done once, and each is as if alone."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from render.engines.base import DeviceName, EngineChoice, EngineName
from render.errors import EngineError, OutputError, RenderError, StyleError
from render.events import CellDone, CellFailed, CellStarted, Event
from render.execution import execute, pipeline
from render.execution.local import LocalExecutor
from render.media.decode import Decoder
from render.media.encode import VideoWriter
from render.media.frame import Picture
from render.media.sample import sample, sample_all
from render.planning import schedule
from render.planning.plan import Cell, Plan
from render.planning.schedule import passes
from render.target import Size
from tests.conftest import X264, MakeClip
from tests.media.preview import plan_for, request

RATES, SIZES = ("10", "15", "25"), ("64x36", "96x54")
CHOICE = EngineChoice(EngineName.TORCH, DeviceName.CPU, "test")


class Tinted:
    """Stands for a network: what it paints depends on the picture and on its own size."""

    streams = 2
    choice = CHOICE

    def __init__(self, size: Size, seen: Counter[Size]) -> None:
        self.size = size
        self._seen = seen
        self._lock = threading.Lock()

    def stylize(self, picture: Picture) -> Picture:
        with self._lock:
            self._seen[self.size] += 1
        return (255 - picture) // 2 + self.size.width % 50


class Engines(pipeline.Engines):
    def __init__(self) -> None:
        super().__init__(CHOICE, self._tinted)
        self.seen: Counter[Size] = Counter()
        self.broken: dict[Size, RenderError] = {}

    def _tinted(self, cell: Any, _choice: EngineChoice) -> Any:
        if error := self.broken.get(cell.size):
            raise error
        return Tinted(cell.size, self.seen)


def plan_of(clip: Path, folder: Path, rates: Any = RATES, sizes: Any = SIZES) -> Plan:
    plans = [
        plan_for(request(clip, folder / f"{size}-{rate}.mp4", fps=rate, size=size))
        for rate in rates
        for size in sizes
    ]
    assert not any(plan.refusals for plan in plans)
    return replace(plans[0], cells=tuple(cell for plan in plans for cell in plan.cells))


def run(plan: Plan, engines: Engines | None = None) -> list[Event]:
    return list(execute.run(plan, LocalExecutor(engines or Engines())))


def failures(events: list[Event]) -> dict[str, str]:
    failed = [event for event in events if isinstance(event, CellFailed)]
    return {event.cell.output.name: str(event.error) for event in failed if event.cell}


def test_a_sweep_s_files_are_those_of_single_renders(moving: Path, tmp_path: Path) -> None:
    together = plan_of(moving, tmp_path / "together")
    done = [event for event in run(together) if isinstance(event, CellDone)]
    assert len(done) == 6
    for cell in plan_of(moving, tmp_path / "alone").cells:
        (alone,) = (
            event for event in run(replace(together, cells=(cell,))) if isinstance(event, CellDone)
        )
        (same,) = (e.preview for e in done if e.cell.output.name == cell.output.name)
        assert same.path.read_bytes() == alone.preview.path.read_bytes()
        assert (same.frames, same.stylized) == (alone.preview.frames, alone.preview.stylized)


def test_each_picture_is_decoded_resized_and_stylized_once(
    moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts: Counter[str] = Counter()
    resize, walk = pipeline.resize, Decoder.__iter__

    def resized(*arguments: Any) -> Picture:
        counts["resize"] += 1
        return resize(*arguments)

    def walked(self: Decoder) -> Any:
        counts["decode"] += 1
        return walk(self)

    monkeypatch.setattr(pipeline, "resize", resized)
    monkeypatch.setattr(Decoder, "__iter__", walked)
    engines = Engines()
    plan = plan_of(moving, tmp_path)
    done = [event.preview for event in run(plan, engines) if isinstance(event, CellDone)]
    # 2 s at 25 fps: 10 and 15 fps show some of the 50 pictures that 25 fps shows all of.
    assert engines.seen == {Size(64, 36): 50, Size(96, 54): 50}
    assert counts == {"decode": 1, "resize": 100}
    assert sorted(p.stylized for p in done) == [20, 20, 30, 30, 50, 50]
    assert all(p.ms is not None and p.ms > 0 for p in done)
    # A network's time does not depend on who shows its pictures.
    assert len({p.ms for p in done}) == 2


def test_without_the_fastest_rate_only_what_others_show_is_computed(
    moving: Path, tmp_path: Path
) -> None:
    engines = Engines()
    run(plan_of(moving, tmp_path, rates=("5", "25/4"), sizes=("64x36",)), engines)
    with Decoder(plan_of(moving, tmp_path / "x").cells[0].clip, Size(64, 36), _ff()) as decoder:
        frames = list(decoder)
    ticks = {
        id(frame.picture)
        for rate in (Fraction(5), Fraction(25, 4))
        for frame in sample(frames, rate)
    }
    assert engines.seen[Size(64, 36)] == len(ticks) < 10 + 13


def _ff() -> Path:
    from render.media.ffmpeg import find_ffmpeg

    return find_ffmpeg().path


@pytest.mark.parametrize("duration", [None, Fraction(1), Fraction(7, 5)])
def test_all_rates_at_once_see_what_each_sees(duration: Fraction | None, moving: Path) -> None:
    clip = plan_of(moving, Path("x"), rates=("10",), sizes=("64x36",)).cells[0].clip
    with Decoder(clip, Size(64, 36), _ff(), duration=duration) as decoder:
        frames = list(decoder)
    rates = [Fraction(10), Fraction(15), Fraction(30000, 1001), Fraction(60)]
    for rate in rates:
        alone = [frame.picture for frame in sample(frames, rate, duration=duration)]
        shared = [
            shown.picture
            for shown in sample_all(frames, rates, duration=duration)
            for _ in shown.ticks.get(rate, ())
        ]
        assert len(alone) == len(shared)
        assert all(a is b for a, b in zip(alone, shared, strict=True))


def test_a_broken_network_costs_its_own_cells(moving: Path, tmp_path: Path) -> None:
    engines = Engines()
    engines.broken[Size(64, 36)] = StyleError("torn")
    events = run(plan_of(moving, tmp_path), engines)
    assert failures(events) == {f"64x36-{rate}.mp4": "torn" for rate in RATES}
    assert len(list(tmp_path.glob("*"))) == 3


def test_a_network_that_breaks_on_the_way_costs_its_own_cells(
    moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paint = Tinted.stylize

    def breaks(self: Tinted, picture: Picture) -> Picture:
        if self.size == Size(64, 36) and self._seen[self.size] == 9:
            raise EngineError("out of memory for 64x36")
        return paint(self, picture)

    monkeypatch.setattr(Tinted, "stylize", breaks)
    engines = Engines()
    events = run(plan_of(moving, tmp_path), engines)
    assert set(failures(events)) == {f"64x36-{rate}.mp4" for rate in RATES}
    assert engines.seen[Size(96, 54)] == 50
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"96x54-{rate}.mp4" for rate in RATES
    ]


def test_an_encoder_that_dies_costs_its_own_cell(
    moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = VideoWriter.write

    def breaks(self: Any, picture: Any) -> None:
        if self._size.height == 54 and self._rate == 15 and self.frames == 7:
            raise OutputError("the disk went away")
        write(self, picture)

    begin = VideoWriter.__init__

    def noted(
        self: Any, path: Path, ff: Path, size: Size, rate: Fraction, *rest: Any, **options: Any
    ) -> None:
        self._rate = rate
        begin(self, path, ff, size, rate, *rest, **options)

    monkeypatch.setattr(VideoWriter, "__init__", noted)
    monkeypatch.setattr(VideoWriter, "write", breaks)
    events = run(plan_of(moving, tmp_path))
    assert failures(events) == {"96x54-15.mp4": "the disk went away"}
    assert len(list(tmp_path.iterdir())) == 5


def test_where_nothing_comes_out_no_folder_stays(
    moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise OutputError("the disk went away")

    monkeypatch.setattr(VideoWriter, "write", breaks)
    events = run(plan_of(moving, tmp_path / "deep" / "er"))
    assert len(failures(events)) == 6
    assert list(tmp_path.iterdir()) == []


def test_closing_half_way_leaves_nothing(moving: Path, tmp_path: Path) -> None:
    events = execute.run(plan_of(moving, tmp_path / "out"), LocalExecutor(Engines()))
    started = 0
    for event in events:
        started += isinstance(event, CellStarted)
        if not isinstance(event, CellStarted):
            break
    assert started == 6
    events.close()
    assert list(tmp_path.iterdir()) == []


def test_a_clip_that_fails_half_way_fails_all_its_cells_and_no_other_s(
    moving: Path, make_clip: MakeClip, tmp_path: Path
) -> None:
    whole = make_clip("whole.mkv", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2", *X264)
    plans = [plan_of(whole, tmp_path / "a"), plan_of(moving, tmp_path / "b")]
    data = bytearray(whole.read_bytes())
    torn = tmp_path / "torn.mkv"
    data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    torn.write_bytes(data)
    bad = tuple(replace(cell, clip=replace(cell.clip, path=torn)) for cell in plans[0].cells)
    events = run(replace(plans[1], cells=(*bad, *plans[1].cells), strict=True))
    failed = [event.cell for event in events if isinstance(event, CellFailed)]
    assert sorted(failed, key=id) == sorted(bad, key=id)
    assert not (tmp_path / "a").exists()
    assert sum(isinstance(event, CellDone) for event in events) == 6


def cells(moving: Path, count: int, size: str) -> list[Cell]:
    (cell,) = plan_of(moving, Path("x"), rates=("15",), sizes=(size,)).cells
    return [
        replace(cell, style_path=Path(f"{n}.safetensors"), output=Path(f"{n}.mp4"))
        for n in range(count)
    ]


def test_passes_are_bounded_by_what_they_hold(moving: Path) -> None:
    many = cells(moving, 100, "64x36")
    assert [len(one.cells) for one in passes(many)] == [32, 32, 32, 4]
    assert [cell for one in passes(many) for cell in one.cells] == many
    large = cells(moving, 5, "1920x1080")
    assert [len(one.branches) for one in passes(large)] == [3, 2]
    assert 3 * large[0].size.pixels <= schedule._PIXELS_A_PASS
    # One branch is never torn, however many previews it feeds.
    (cell,) = cells(moving, 1, "64x36")
    wide = [replace(cell, rate=Fraction(n), output=Path(f"{n}.mp4")) for n in range(1, 50)]
    assert [len(one.cells) for one in passes(wide)] == [49]


def test_engines_are_let_go_when_a_pass_does_not_need_them(moving: Path) -> None:
    engines = Engines()
    first, second = (passes([cell])[0].branches[0] for cell in cells(moving, 2, "64x36"))
    gone, kept = engines.get(first), engines.get(second)
    assert engines.get(first) is gone
    engines.keep([second])
    assert engines.get(second) is kept and engines.get(first) is not gone


def test_pictures_are_not_shared_with_what_changes_them(moving: Path, tmp_path: Path) -> None:
    """Two displays of one network's picture: neither sees the other's upscale."""
    plan = plan_of(moving, tmp_path, rates=("5",), sizes=("64x36",))
    (cell,) = plan.cells
    larger = replace(
        cell, upscale=Size(128, 72), output_size=Size(128, 72), output=tmp_path / "larger.mp4"
    )
    engines = Engines()
    done = [e for e in run(replace(plan, cells=(cell, larger)), engines) if isinstance(e, CellDone)]
    assert [e.preview.size for e in done] == [Size(64, 36), Size(128, 72)]
    assert engines.seen[Size(64, 36)] == 10
    assert np.all([e.preview.frames == 10 for e in done])
