"""The executors' contract: whoever works the segments off, and whatever happens on the way, the
previews are the same bytes, once."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import pytest

from render.devices.latency import Latency
from render.devices.phone import Phone
from render.errors import EngineError, StyleError
from render.events import CellDone, CellFailed, CellStarted
from render.execution.execute import run
from render.execution.executor import Executor
from render.execution.local import LocalExecutor
from render.execution.pipeline import Engines
from render.files.digest import digest_of
from render.files.journal import STATE
from render.look import Look
from render.networks.spec import NetworkSpec
from render.planning.plan import Plan, make_plan
from render.planning.resolve import StyleFile
from render.target import Rate, Size, Target
from tests.conftest import X264, MakeClip
from tests.execution.executors import FarExecutor, SilentExecutor
from tests.execution.test_pipeline import CHOICE, Tinted
from tests.media.preview import request

# A file that is there: workers look whether theirs is the same.
STYLE = StyleFile(
    "none", NetworkSpec.parse("res3"), Path(__file__), digest_of(Path(__file__), StyleError)
)
PHONE = Phone("66 ms", Latency.spread(66, 20), seed=3)


class Painters(Engines):
    """Stand for networks. Those of ``broken`` sizes fail at their 20th picture, each time, or with
    ``once``, a file, as long as that is there, which they remove: workers have copies of us."""

    def __init__(self, *broken: Size, once: Path | None = None) -> None:
        super().__init__(CHOICE, lambda cell, _: Painter(cell.size, self))
        self.seen: Counter[Size] = Counter()
        self.broken, self.once = broken, once

    def fail(self, size: Size) -> bool:
        if size not in self.broken or self.seen[size] <= 20:
            return False
        if self.once is not None:
            try:
                self.once.unlink()
            except FileNotFoundError:
                return False
        return True


class Painter(Tinted):
    def __init__(self, size: Size, painters: Painters) -> None:
        super().__init__(size, painters.seen)
        self._painters = painters

    def stylize(self, picture: Any) -> Any:
        painted = super().stylize(picture)
        if self._painters.fail(self.size):
            raise EngineError("it broke", transient=True)
        return painted


Make = Callable[[Painters, Path], Executor]
EXECUTORS: dict[str, Make] = {
    "local": lambda painters, folder: LocalExecutor(painters),
    "far": FarExecutor,
    "far, losing and repeating": lambda painters, folder: FarExecutor(
        painters, folder, lost=0.3, twice=0.3, seed=5
    ),
}


def executor_of(request: pytest.FixtureRequest) -> Make:
    if request.param != "ray":
        return EXECUTORS[request.param]
    return cast(Make, request.getfixturevalue("on_ray"))


@pytest.fixture(params=[*EXECUTORS, "ray"])
def make(request: pytest.FixtureRequest) -> Make:
    return executor_of(request)


@pytest.fixture(params=["local", "far", "ray"])
def reliable(request: pytest.FixtureRequest) -> Make:
    return executor_of(request)


@pytest.fixture
def on_ray(ray_here: None) -> Iterator[Make]:
    """Executors with two workers; copies of the painters work there."""
    from render.execution.ray_cluster import RayExecutor
    from render.execution.workers import Workers

    with contextlib.ExitStack() as stack:

        def make(painters: Painters, _folder: Path) -> Executor:
            stack.close()  # two workers are all that there is room for
            found = RayExecutor(Workers(count=2), lambda *_: painters)
            return stack.enter_context(found)

        yield make


@pytest.fixture(scope="module")
def clips(moving: Path, make_clip: MakeClip) -> tuple[Path, ...]:
    silent = make_clip("silent.mp4", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30:d=0.7", *X264)
    return moving, silent


def plan_of(clips: tuple[Path, ...], folder: Path, **changes: Any) -> Plan:
    """Two clips at three targets, one of them on a phone, in segments of half a second."""
    looks = tuple(
        Look("none", Target(Rate.parse(fps), Size.parse(size), "res3", None), phone)
        for fps, size, phone in (
            ("25", "64x36", None),
            ("24000/1001", "96x54", None),
            ("15", "96x54", PHONE),
        )
    )
    asked = request(clips[0], folder, looks=looks, segment=Fraction(1, 2), into_folder=True)
    return make_plan(replace(asked, clips=clips, **changes), styles=lambda *_: STYLE)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture(scope="module")
def undisturbed(
    clips: tuple[Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Any], dict[str, bytes]]:
    folder = tmp_path_factory.mktemp("peace")
    events = list(run(plan_of(clips, folder), LocalExecutor(Painters())))
    return events, contents(folder)


def facts(events: list[Any]) -> dict[str, Any]:
    """What a run says of its previews, but for times."""
    previews = [event.preview for event in events if isinstance(event, CellDone)]
    return {
        one.path.name: (one.frames, one.stylized, one.duration, one.bytes, one.warnings, one.shows)
        for one in previews
    }


def test_all_come_to_the_same(
    make: Make, clips: tuple[Path, ...], undisturbed: Any, tmp_path: Path
) -> None:
    executor = make(Painters(), tmp_path / "far")
    events = list(run(plan_of(clips, tmp_path / "out"), executor))
    assert not [event for event in events if isinstance(event, CellFailed)]
    assert len(undisturbed[1]) == 6
    assert contents(tmp_path / "out") == undisturbed[1]
    assert facts(events) == facts(undisturbed[0])
    assert [path.name for path in (tmp_path / "out").iterdir() if path.is_dir()] == []
    started = [event.cell for event in events if isinstance(event, CellStarted)]
    assert len(started) == len(set(started)) == 6


def test_it_goes_on_wherever_it_was_interrupted(
    reliable: Make, clips: tuple[Path, ...], undisturbed: Any, tmp_path: Path
) -> None:
    out, chance = tmp_path / "out", random.Random(2)
    done: list[Any] = []
    seen = []
    for attempt in range(3):
        plan = plan_of(clips, out)
        painters = Painters()
        stop = chance.randrange(10, 100) if attempt < 2 else 10**6
        executor = reliable(painters, tmp_path / f"far{attempt}")
        with contextlib.closing(run(plan, executor)) as events:
            for count, event in enumerate(events):
                done.append(event)
                if count == stop:
                    break
        seen.append(sum(painters.seen.values()))
        half_written = [*out.glob(".render-*"), *out.glob(f"{STATE}/*/.render-*")]
        assert half_written == []
    assert contents(out) == undisturbed[1]
    assert facts(done) == facts(undisturbed[0])
    assert not (out / STATE).exists()


def test_what_is_there_is_not_painted_again(clips: tuple[Path, ...], tmp_path: Path) -> None:
    out = tmp_path / "out"
    first, second = Painters(), Painters()
    plan = plan_of(clips[:1], out)
    with contextlib.closing(run(plan, LocalExecutor(first))) as events:
        for event in events:
            at = getattr(event, "frames", 0)
            if event.cell.rate == 25 and at == 45:  # 1.8 of 2 s
                break
    list(run(plan_of(clips[:1], out), LocalExecutor(second)))
    list(run(plan_of(clips[:1], tmp_path / "one"), LocalExecutor(one := Painters())))
    assert contents(out) == contents(tmp_path / "one")
    painted = sum(first.seen.values()) + sum(second.seen.values())
    # At most the segments in work, of 0.5 s and of 0.8 s, are done twice.
    assert sum(one.seen.values()) < painted < sum(one.seen.values()) * 1.45


def test_a_cell_that_breaks_costs_itself_and_its_segments_wait(
    reliable: Make, clips: tuple[Path, ...], undisturbed: Any, tmp_path: Path
) -> None:
    out, painters = tmp_path / "out", Painters(Size(96, 54))
    events = list(run(plan_of(clips, out), reliable(painters, tmp_path / "far")))
    failed = {event.cell.output.name for event in events if isinstance(event, CellFailed)}
    assert failed and all("96x54" in name for name in failed)
    there = contents(out)
    assert all(there[name] == undisturbed[1][name] for name in there)
    assert set(there) == set(undisturbed[1]) - failed
    assert not [
        event
        for event in run(plan_of(clips, out), reliable(Painters(), tmp_path / "again"))
        if isinstance(event, CellFailed)
    ]
    assert contents(out) == undisturbed[1]
    assert not (out / STATE).exists()


def test_what_breaks_once_is_tried_again(
    reliable: Make, clips: tuple[Path, ...], undisturbed: Any, tmp_path: Path
) -> None:
    (once := tmp_path / "once").touch()
    painters = Painters(Size(96, 54), once=once)
    events = list(run(plan_of(clips, tmp_path / "out"), reliable(painters, tmp_path / "far")))
    assert not once.exists()
    assert not [event for event in events if isinstance(event, CellFailed)]
    assert contents(tmp_path / "out") == undisturbed[1]


def test_an_executor_that_loses_everything_fails_its_cells(
    clips: tuple[Path, ...], tmp_path: Path
) -> None:
    events = list(run(plan_of(clips, tmp_path / "out"), SilentExecutor()))
    assert [type(event) for event in events] == [CellFailed] * 6
    assert "got lost" in str(events[0].error)
    assert not (tmp_path / "out").exists()


def test_segments_of_other_versions_are_not_mixed_in(
    clips: tuple[Path, ...], undisturbed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, first = tmp_path / "out", Painters()
    with contextlib.closing(run(plan_of(clips, out), LocalExecutor(first))) as events:
        for event in events:
            if any(out.glob(f"{STATE}/*/0*.mp4")):  # a segment is whole
                break
            assert not isinstance(event, CellDone)
    journals = [*out.glob(f"{STATE}/*/segments.jsonl")]
    assert journals
    for journal in journals:
        journal.write_text(journal.read_text().replace('"ffmpeg": "', '"ffmpeg": "0'))
    again = Painters()
    list(run(plan_of(clips, out), LocalExecutor(again)))
    assert contents(out) == undisturbed[1]
    assert sum(again.seen.values()) == 135  # all pictures of all clips


@pytest.mark.parametrize("harm", ["truncate", "remove", "link", "lines", "binary"])
def test_what_is_damaged_is_made_again(
    harm: str, clips: tuple[Path, ...], undisturbed: Any, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with contextlib.closing(run(plan_of(clips, out), LocalExecutor(Painters()))) as events:
        for event in events:
            if getattr(event, "frames", 0) >= 40:
                break
    damage(harm, out)
    list(run(plan_of(clips, out), LocalExecutor(Painters())))
    assert contents(out) == undisturbed[1]


def damage(harm: str, out: Path) -> None:
    segments = sorted(out.glob(f"{STATE}/*/0*.mp4"))
    journals = sorted(out.glob(f"{STATE}/*/segments.jsonl"))
    assert segments and journals
    if harm == "truncate":
        segments[0].write_bytes(segments[0].read_bytes()[:-1])
    elif harm == "remove":
        segments[0].unlink()
    elif harm == "link":
        moved = segments[0].rename(out.parent / "elsewhere.mp4")
        segments[0].symlink_to(moved)
    elif harm == "lines":
        for line in ('{"kind": "segment"}', '{"kind": "counted", "frames": "x"}', "[1", "{}"):
            journals[0].write_text(journals[0].read_text() + line + "\n")
    else:
        journals[0].write_bytes(bytes(range(256)) + journals[0].read_bytes()[40:])


def test_two_runs_at_once_both_come_to_the_end(
    clips: tuple[Path, ...], undisturbed: Any, tmp_path: Path
) -> None:
    """Turn by turn: one of them takes the segments away that the other works on."""
    out = tmp_path / "out"
    runs = [run(plan_of(clips, out), LocalExecutor(Painters())) for _ in range(2)]
    events: list[list[Any]] = [[], []]
    chance = random.Random(1)
    alive = [0, 1]
    while alive:
        number = chance.choice(alive)
        for _ in range(chance.randrange(60)):
            event = next(runs[number], None)
            if event is None:
                alive.remove(number)
                break
            events[number].append(event)
    assert not [e for found in events for e in found if isinstance(e, CellFailed)]
    assert contents(out) == undisturbed[1]
    assert not (out / STATE).exists()


def test_one_clip_under_two_names(moving: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.mp4"
    copy.write_bytes(moving.read_bytes())
    events = list(run(plan_of((moving, copy), tmp_path / "out"), LocalExecutor(Painters())))
    assert not [event for event in events if isinstance(event, CellFailed)]
    there = contents(tmp_path / "out")
    assert len(there) == 6
    for name, data in there.items():
        assert data == there[name.replace("copy", "moving")]
