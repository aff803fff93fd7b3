"""Interleaved iterations: statistics on planted times, whatever the machine does meanwhile."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest
import torch

from render.bench.alone import memory
from render.bench.contender import Contender
from render.bench.machine import RealMachine
from render.bench.rounds import Bench, BenchProgress, Stage, bench
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.errors import EngineError, UsageError
from render.networks.modules import StyleNetwork
from render.networks.spec import NetworkSpec
from render.target import Size

pytestmark = pytest.mark.torch

CHOICE = EngineChoice(EngineName.TORCH, DeviceName.CPU, "test")
ON_GPU = EngineChoice(EngineName.TORCH, DeviceName.CUDA, "test")
MEMORY = {"res5": 500, "res3": 300, "res1": 100}


def contender(network: str, choice: EngineChoice = CHOICE) -> Contender:
    return Contender(NetworkSpec.parse(network), Size(480, 853), choice, None)


@dataclass
class FakeEngine:
    """An engine that takes ``seconds`` for a turn."""

    size: Size
    name: str
    seconds: float
    choice: EngineChoice = CHOICE
    streams: int = 1

    def stylize(self, picture: Any) -> Any:
        raise AssertionError("the machine runs it")


@dataclass
class FakeMachine:
    """A clock that goes on only by what is planted: ``seconds`` of each network, times ``drift``
    for every turn so far, times what ``busy`` says of a round, and ``start`` seconds more in an
    engine's first turn."""

    seconds: dict[str, float]
    drift: float = 1.0
    start: float = 0.0
    busy: dict[int, float] = field(default_factory=dict)
    time: float = 0.0
    turns: list[str] = field(default_factory=list)
    products: list[tuple[int, DeviceName]] = field(default_factory=list)

    def memory(self, one: Contender) -> int | None:
        self.time += 100.0  # a process of its own: no part of loading
        return MEMORY.get(one.spec.name)

    def load(self, one: Contender) -> Any:
        self.time += 2.0
        name = one.spec.name
        return FakeEngine(one.size, name, self.seconds[name], one.choice)

    def turn(self, engine: Any) -> None:
        first = engine.name not in self.turns
        round_ = len(self.turns) // len(self.seconds)
        slow = self.drift ** len(self.turns) * self.busy.get(round_, 1.0)
        self.turns.append(engine.name)
        self.time += engine.seconds * slow + (self.start if first else 0.0)

    def product(self, device: DeviceName) -> int:
        self.products.append((len(self.turns), device))
        self.time += 0.01 if device is DeviceName.CPU else 0.001
        return 10**9

    def now(self) -> float:
        return self.time


def steps(machine: FakeMachine, iterations: int = 11, **more: Any) -> list[BenchProgress]:
    contenders = [contender(name) for name in machine.seconds]
    return list(bench(contenders, iterations, machine=machine, **more))


def result(machine: FakeMachine, iterations: int = 11, **more: Any) -> Bench:
    found = steps(machine, iterations, **more)[-1].bench
    assert found is not None
    return found


def test_the_first_iteration_is_start_up() -> None:
    found = result(FakeMachine({"res3": 0.2, "res1": 0.1}, start=5.0))
    for one, ms in zip(found.timed, (200.0, 100.0), strict=True):
        assert len(one.ms) == 10 and one.first == pytest.approx(5000 + ms)
        assert [one.median, one.mean, one.p95] == pytest.approx([ms] * 3)
        assert one.load == pytest.approx(2000)
        assert one.memory == MEMORY[one.contender.spec.name]
    assert found.rounds == 10 and found.complete
    assert found.products == {DeviceName.CPU: pytest.approx(1e11)}
    assert found.share(found.timed[0]) == pytest.approx(found.timed[0].contender.macs / 0.2 / 1e11)


def test_every_round_has_every_network_in_an_order_of_its_own() -> None:
    machine = FakeMachine({"res5": 0.3, "res3": 0.2, "res1": 0.1})
    found = result(machine, seed=3)
    turns = [machine.turns[n : n + 3] for n in range(0, len(machine.turns), 3)]
    assert all(sorted(turn) == ["res1", "res3", "res5"] for turn in turns)
    assert len({tuple(turn) for turn in turns}) > 2
    names = list(machine.seconds)
    assert [[names[place] for place in order] for order in found.order] == turns
    again = FakeMachine(machine.seconds)
    result(again, seed=3)
    other = FakeMachine(machine.seconds)
    result(other, seed=4)
    assert again.turns == machine.turns != other.turns


def test_matrix_products_are_interleaved_too_on_each_device() -> None:
    machine = FakeMachine({"res3": 0.2, "res1": 0.1})
    contenders = [contender("res3"), contender("res1", ON_GPU)]
    *_, last = bench(contenders, 4, machine=machine)
    cpu, cuda = DeviceName.CPU, DeviceName.CUDA
    assert machine.products == [(2 * n, device) for n in (1, 2, 3, 4) for device in (cpu, cuda)]
    assert last.bench is not None
    assert last.bench.products == {cpu: pytest.approx(1e11), cuda: pytest.approx(1e12)}
    assert last.bench.share(last.bench.timed[1]) == pytest.approx(
        contenders[1].macs / 0.1 / 1e12
    )  # of its own device's


def test_times_stand_at_their_rounds() -> None:
    found = result(FakeMachine({"res3": 0.2, "res1": 0.1}, busy={2: 10.0}), iterations=5)
    assert found.timed[0].ms == pytest.approx((200, 2000, 200, 200))
    assert found.timed[1].ms == pytest.approx((100, 1000, 100, 100))


def test_ratios_do_not_see_what_slows_all_alike() -> None:
    """Half of the rounds are up to ten times slower: medians of the times would say nothing."""
    busy = {n: 1.0 + 9 * (n % 7) / 6 for n in range(1, 41)}
    three, one = result(FakeMachine({"res3": 0.2, "res1": 0.1}, busy=busy), iterations=41).timed
    assert max(three.ms) == pytest.approx(10 * min(three.ms))
    assert three.over(one) == pytest.approx(2) and one.over(three) == pytest.approx(0.5)
    assert one.over(one) == 1


def test_ratios_hardly_see_a_machine_that_slows_down() -> None:
    found = result(FakeMachine({"res3": 0.2, "res1": 0.1}, drift=1.07), iterations=31)
    three, one = found.timed
    assert three.ms[-1] > 20 * three.ms[0]
    assert three.over(one) == pytest.approx(2, rel=0.08)  # one turn of drift at most


@pytest.mark.parametrize(
    ("counted", "rank"), [(1, 1), (2, 2), (19, 19), (20, 19), (99, 95), (100, 95)]
)
def test_p95_is_the_nearest_rank(counted: int, rank: int) -> None:
    machine = FakeMachine({"res3": 0.2}, drift=1.01)
    (one,) = result(machine, iterations=counted + 1).timed
    assert one.p95 == sorted(one.ms)[rank - 1]


def test_fewer_than_two_is_refused() -> None:
    with pytest.raises(UsageError, match="at least 2"):
        next(bench([contender("res3")], 1, machine=FakeMachine({"res3": 0.1})))


def test_progress_counts_what_is_loaded_then_what_is_timed() -> None:
    said = steps(FakeMachine({"res3": 0.2, "res1": 0.1}), iterations=3)
    assert [(s.stage, s.done, s.total) for s in said] == [
        *((Stage.LOADING, n, 2) for n in range(2)),
        *((Stage.TIMING, n, 6) for n in range(7)),
    ]
    assert [s.bench is not None for s in said[-5:]] == [False, False, True, False, True]


def test_what_is_ended_early_is_known_by_its_whole_rounds() -> None:
    machine = FakeMachine({"res3": 0.2, "res1": 0.1})
    found = None
    for step in bench([contender("res3"), contender("res1")], 100, machine=machine):
        found = step.bench or found
        if len(machine.turns) == 9:
            break
    assert found is not None and found.rounds == 3 and not found.complete
    assert [len(one.ms) for one in found.timed] == [3, 3]


@pytest.mark.parametrize("engine", [EngineName.TORCH, EngineName.OPENVINO])
def test_the_real_machine_has_one_picture_at_a_time(engine: EngineName) -> None:
    if engine is EngineName.OPENVINO:
        pytest.importorskip("openvino")
    machine = RealMachine(memory=lambda contender: None)
    choice = EngineChoice(engine, DeviceName.CPU, "test")
    small = Contender(NetworkSpec.parse("res0-w4"), Size(32, 48), choice, None)
    assert machine.load(small).streams == 1
    *_, last = bench([small], 3, machine=machine)
    found = last.bench
    assert found is not None and found.products[DeviceName.CPU] > 1e8
    assert all(ms > 0 for ms in found.timed[0].ms)


def test_random_weights_are_the_same_every_time_and_leave_others_chance_alone() -> None:
    machine = RealMachine()
    small = Contender(NetworkSpec.parse("res1-w4"), Size(32, 48), CHOICE, None)
    picture = machine._picture(small.size)
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    first, second = (machine.load(small).stylize(picture) for _ in range(2))
    assert torch.rand(1) == expected
    assert (first == second).all() and first.std() > 0


def test_random_weights_give_nothing_denormal() -> None:
    """Processors take up to a hundred times as long with numbers below the smallest normal one:
    a network of those would not take a trained one's time."""
    from render.bench.machine import _weights

    seen: list[float] = []

    def look(module: Any, inputs: Any, output: Any) -> None:
        tiny = torch.finfo(torch.float32).tiny
        seen.append(float(((output != 0) & (output.abs() < tiny)).float().mean()))

    for name, form in itertools.product(("res5", "res3-sep"), ("", "-in")):
        network = StyleNetwork.of(_weights(contender(f"{name}-w8{form}"))).eval()
        for module in network.modules():
            if not list(module.children()):
                module.register_forward_hook(look)
        machine = RealMachine()
        picture = torch.from_numpy(machine._picture(Size(64, 96)))
        with torch.inference_mode():
            network(picture.permute(2, 0, 1)[None].float())
    assert len(seen) > 50 and max(seen) == 0


def small_ones(size: str, engine: EngineName = EngineName.TORCH) -> Contender:
    choice = EngineChoice(engine, DeviceName.CPU, "test")
    return Contender(NetworkSpec.parse("res1-w16"), Size.parse(size), choice, None)


def test_memory_is_measured_in_a_process_of_its_own() -> None:
    small, large = (memory(small_ones(size)) for size in ("64x96", "480x853"))
    assert small is not None and large is not None
    # Sixteen channels in and sixteen out at full size, four bytes each, are held at once.
    assert large - small > 0.7 * 2 * 480 * 853 * 16 * 4
    assert memory(contender("res1", ON_GPU)) is None  # a GPU's memory is not the process's


def test_what_does_not_fit_in_memory_is_one_line() -> None:
    from render.bench import alone_worker

    free = alone_worker._kib("/proc/meminfo", "MemAvailable")
    if free is None:
        pytest.skip("only Linux tells what is free")
    # In the process of its own, whatever this machine has: 64 MiB are free.
    start = (
        "import json, sys; asked = json.loads(sys.argv[1]); sys.path[:] = asked['path']; "
        "from render.bench import alone_worker as alone; real = alone._kib; alone._kib = "
        "lambda path, key: 65536 if key == 'MemAvailable' else real(path, key); "
        "alone.answer(asked)"
    )
    with pytest.raises(EngineError, match="2000x2000 torch: out of memory") as caught:
        memory(small_ones("2000x2000"), start)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "want of memory"),
        ("""print('{"error": "no such thing"}')""", "64x96 torch: no such thing"),
    ],
)
def test_a_trial_that_fails_is_an_error(code: str, message: str) -> None:
    with pytest.raises(EngineError, match=message):
        memory(small_ones("64x96"), code)


def test_a_trial_that_says_nothing_is_no_figure() -> None:
    for code in ("pass", "print('nonsense')", "raise SystemExit(3)"):
        assert memory(small_ones("64x96"), code) is None


def test_rates_are_exact() -> None:
    from render.bench.bench_table import budgets

    found = result(FakeMachine({"res3": 0.05, "res1": 0.1}))
    table = budgets(found, [Fraction(15), Fraction(30000, 1001)])
    assert table.header == ("network", "left at 15 fps", "at p95", "left at 29.97 fps", "at p95")
    assert table.rows == (
        ("res3", "16.7", "16.7", "-16.6", "-16.6"),
        ("res1", "-33.3", "-33.3", "-66.6", "-66.6"),
    )
