"""Interleaved iterations: statistics on planted times, whatever the machine does meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from render.bench.measure import Bench, Contender, Progress, bench
from render.bench.report import HEADER, as_dict, budgets, rows
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.errors import UsageError
from render.networks.spec import NetworkSpec
from render.target import Size

CHOICE = EngineChoice(EngineName.TORCH, DeviceName.CPU, "test")


def contender(network: str) -> Contender:
    return Contender(NetworkSpec.parse(network), Size(480, 853), CHOICE, None)


@dataclass
class Fake:
    """An engine that takes ``seconds`` for a turn."""

    size: Size
    seconds: float
    streams: int = 1
    choice: EngineChoice = CHOICE

    def stylize(self, picture: Any) -> Any:
        raise AssertionError("the machine runs it")


@dataclass
class FakeMachine:
    """A clock that goes on only by what is planted: ``seconds`` of each network, times ``drift``
    for every turn so far, and ``start`` seconds more in an engine's first turn."""

    seconds: dict[str, float]
    drift: float = 1.0
    start: float = 0.0
    streams: int = 1
    time: float = 0.0
    turns: list[str] = field(default_factory=list)
    held: int = 1000

    def load(self, one: Contender) -> Any:
        self.time += 2.0
        return Fake(one.size, self.seconds[one.spec.name], self.streams)

    def turn(self, engine: Any) -> None:
        name = next(n for n, s in self.seconds.items() if s == engine.seconds)
        first = name not in self.turns
        self.turns.append(name)
        self.held += 500 if first else 0
        slow = self.drift ** (len(self.turns) // len(self.seconds))
        self.time += engine.seconds * slow + (self.start if first else 0.0)

    def product(self) -> int:
        self.time += 0.01
        return 10**9

    def memory(self) -> int:
        return self.held

    def now(self) -> float:
        return self.time


def result(machine: FakeMachine, iterations: int = 11, **more: Any) -> Bench:
    names = list(machine.seconds)
    steps = list(bench([contender(n) for n in names], iterations, machine=machine, **more))
    assert all(isinstance(step, Progress) for step in steps)
    assert steps[-1].done == steps[-1].total == iterations * len(names)
    found = steps[-1].bench
    assert found is not None
    return found


def test_the_first_iteration_is_start_up() -> None:
    found = result(FakeMachine({"res3": 0.2, "res1": 0.1}, start=5.0))
    for one, ms in zip(found.timed, (200.0, 100.0), strict=True):
        assert len(one.ms) == 10 and one.first == pytest.approx(5000 + ms)
        assert [one.median, one.mean, one.p95] == pytest.approx([ms] * 3)
        assert one.load == pytest.approx(2000)
        assert one.memory == 500
    assert found.rounds == 10
    assert found.product == pytest.approx(1e11)


def test_every_round_has_every_network_in_an_order_of_its_own() -> None:
    machine = FakeMachine({"res5": 0.3, "res3": 0.2, "res1": 0.1})
    found = result(machine, seed=3)
    turns = [machine.turns[n : n + 3] for n in range(0, len(machine.turns), 3)]
    assert all(sorted(turn) == ["res1", "res3", "res5"] for turn in turns)
    assert len({tuple(turn) for turn in turns}) > 2
    assert [len(order) for order in found.order] == [3] * 11
    again = FakeMachine(machine.seconds)
    result(again, seed=3)
    other = FakeMachine(machine.seconds)
    result(other, seed=4)
    assert again.turns == machine.turns != other.turns


def test_ratios_do_not_see_a_machine_that_slows_down() -> None:
    found = result(FakeMachine({"res3": 0.2, "res1": 0.1}, drift=1.15), iterations=31)
    three, one = found.timed
    assert three.ms[-1] > 20 * three.ms[0]
    assert three.over(one) == pytest.approx(2, rel=0.16)  # one turn of drift at most
    assert one.over(one) == 1


def test_a_turn_of_several_pictures_is_shared() -> None:
    found = result(FakeMachine({"res3": 0.2}, streams=2))
    assert found.timed[0].median == pytest.approx(100)


def test_p95_is_the_nearest_rank() -> None:
    found = result(FakeMachine({"res3": 0.2}, drift=1.01), iterations=101)
    ordered = sorted(found.timed[0].ms)
    assert found.timed[0].p95 == ordered[94]


def test_fewer_than_two_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 2"):
        next(bench([contender("res3")], 1, machine=FakeMachine({"res3": 0.1})))


def test_what_is_ended_early_is_known_by_its_whole_rounds() -> None:
    machine = FakeMachine({"res3": 0.2, "res1": 0.1})
    found = None
    for step in bench([contender("res3"), contender("res1")], 100, machine=machine):
        found = step.bench or found
        if len(machine.turns) == 9:
            break
    assert found is not None and found.rounds == 3
    assert [len(one.ms) for one in found.timed] == [3, 3]


def test_rows_and_json_say_the_same() -> None:
    found = result(FakeMachine({"res3": 0.05, "res1": 0.1}))
    table = rows(found, found.timed[0])
    assert [len(row) for row in table] == [len(HEADER)] * 2
    assert table[1][HEADER.index("ratio")] == "2.00"
    assert table[0][HEADER.index("median")] == "50.0"
    data = as_dict(found, ("render", "bench"), "2026-11-23T00:00:00+00:00")
    assert data["schema"] == 1 == next(iter(data.values()))
    first, second = data["contenders"]
    assert len(first["ms"]) == 10 and first["median_ms"] == 50.0 and second["median_ms"] == 100.0
    assert first["macs"] == NetworkSpec.parse("res3").macs(Size(480, 853))
    (said,) = budgets(found, [15])  # type: ignore[list-item]
    assert said == ("15 fps leaves 66.7 ms here: res3 leaves 17 ms; res1 takes 1.5 times that")


def test_the_real_machine_runs_what_it_should(tmp_path: Path) -> None:
    from render.bench.measure import RealMachine

    machine = RealMachine()
    small = Contender(NetworkSpec.parse("res0-w4"), Size(32, 48), CHOICE, None)
    steps = list(bench([small], 3, machine=machine))
    found = steps[-1].bench
    assert found is not None and found.product > 1e8
    assert all(ms > 0 for ms in found.timed[0].ms)
