"""Iterations of several networks, interleaved, so that a noisy machine is noisy for all of them.

The experiment is the published one: 100 iterations at 480x853, the first left out as start-up. An
iteration is one picture with nothing else in work, as a live filter has it: what is timed is
latency. In each round every contender has one iteration, in a shuffled order; ratios are of rounds.
"""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Protocol

from render.bench.contender import Contender
from render.engines.base import DeviceName, Engine
from render.errors import UsageError


@dataclass(frozen=True, slots=True)
class Timed:
    """What came of a contender: all times in milliseconds.

    Attributes:
        load: of loading and compiling. first: of the first iteration, start-up. ms: of the others,
        in their order. memory: see ``BenchMachine.memory``.
    """

    contender: Contender
    load: float
    first: float
    ms: tuple[float, ...]
    memory: int | None

    @property
    def median(self) -> float:
        return statistics.median(self.ms)

    @property
    def mean(self) -> float:
        return statistics.fmean(self.ms)

    @property
    def p95(self) -> float:
        """The nearest rank: the least of the times that 95 of 100 iterations do not exceed."""
        return sorted(self.ms)[ceil(0.95 * len(self.ms)) - 1]

    @property
    def macs_second(self) -> float:
        return self.contender.macs / self.median * 1e3

    def over(self, other: Timed) -> float:
        """How many times as long as another: the median over rounds, in which both were busy with
        the same neighbours."""
        return statistics.median(a / b for a, b in zip(self.ms, other.ms, strict=True))


@dataclass(frozen=True, slots=True)
class Bench:
    """What is known after some rounds.

    Attributes:
        products: multiply-adds a second of matrix products in single precision on each device in
        use, the median over the rounds. order: of the contenders in each round, the first round
        too. asked: how many iterations there were to be.
    """

    timed: tuple[Timed, ...]
    products: Mapping[DeviceName, float]
    seed: int
    order: tuple[tuple[int, ...], ...]
    asked: int

    @property
    def rounds(self) -> int:
        """Counted, without the first."""
        return len(self.order) - 1

    @property
    def complete(self) -> bool:
        return len(self.order) == self.asked

    def share(self, one: Timed) -> float:
        """Of its device's matrix products."""
        return one.macs_second / self.products[one.contender.choice.device]


class Stage(StrEnum):
    """What ``BenchProgress`` counts: contenders, then iterations of all of them."""

    LOADING = "loading"
    TIMING = "timing"


@dataclass(frozen=True, slots=True)
class BenchProgress:
    """``done`` of ``total``; ``now``: the contender whose turn it was. ``bench``: what is known so
    far, at the end of each round that counts."""

    stage: Stage
    done: int
    total: int
    now: str = ""
    bench: Bench | None = None


class BenchMachine(Protocol):
    """What runs: tests give one with a clock of its own."""

    def memory(self, contender: Contender) -> int | None:
        """Bytes of resident memory that it takes, at most, while it stylizes: weights, what the
        engine keeps, and what it works in. None where that cannot be told."""
        ...

    def load(self, contender: Contender) -> Engine:
        """Ready for one picture at a time."""
        ...

    def turn(self, engine: Engine) -> None:
        """One iteration: one picture."""
        ...

    def product(self, device: DeviceName) -> int:
        """One matrix product; its multiply-adds."""
        ...

    def now(self) -> float:
        """Seconds."""
        ...


def bench(
    contenders: Sequence[Contender],
    iterations: int,
    *,
    machine: BenchMachine,
    seed: int = 0,
) -> Iterator[BenchProgress]:
    """Run ``iterations`` of each contender on ``machine``, the first of them start-up, yielding
    after each; the last one holds the result. Ending it early leaves what the whole rounds say.

    Raises UsageError for fewer than 2 iterations, and an engine's own errors.
    """
    if iterations < 2:
        raise UsageError(f"--iterations {iterations}: the first is start-up, so at least 2")
    engines, loads, memory = [], [], []
    for number, contender in enumerate(contenders):
        yield BenchProgress(Stage.LOADING, number, len(contenders), contender.name)
        memory.append(machine.memory(contender))
        began = machine.now()
        engines.append(machine.load(contender))
        loads.append((machine.now() - began) * 1e3)
    devices = dict.fromkeys(contender.choice.device for contender in contenders)
    products: dict[DeviceName, list[float]] = {device: [] for device in devices}
    times: list[list[float]] = [[] for _ in contenders]
    chance = random.Random(seed)
    order: list[tuple[int, ...]] = []
    total = len(contenders) * iterations
    yield BenchProgress(Stage.TIMING, 0, total)
    for turn in range(iterations):
        places = list(range(len(contenders)))
        chance.shuffle(places)
        for number, place in enumerate(places):
            began = machine.now()
            machine.turn(engines[place])
            times[place].append((machine.now() - began) * 1e3)
            if number + 1 < len(places):
                done = turn * len(contenders) + number + 1
                yield BenchProgress(Stage.TIMING, done, total, contenders[place].name)
        for device, rates in products.items():
            began = machine.now()
            macs = machine.product(device)
            rates.append(macs / (machine.now() - began))
        order.append(tuple(places))
        found = None
        if turn:
            timed = tuple(
                Timed(contender, loads[n], times[n][0], tuple(times[n][1:]), memory[n])
                for n, contender in enumerate(contenders)
            )
            usual = {device: statistics.median(rates[1:]) for device, rates in products.items()}
            found = Bench(timed, usual, seed, tuple(order), iterations)
        done = (turn + 1) * len(contenders)
        yield BenchProgress(Stage.TIMING, done, total, contenders[places[-1]].name, found)
