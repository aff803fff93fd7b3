"""Iterations of several networks, interleaved, so that a noisy machine is noisy for all of them.

The experiment is the published one (100 iterations at 480x853, the first left out as start-up). An
iteration is what a preview does: as many pictures at once as the engine works on, and a picture's
share of the time. In each round every contender has one, in a shuffled order; ratios are of rounds.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any, Protocol

from render.engines.base import Engine, EngineChoice
from render.errors import UsageError
from render.networks.spec import NetworkSpec
from render.target import Size

Clock = Callable[[], float]
_PRODUCT = 1024  # side of the matrices: their product is bound by sums, not by memory


@dataclass(frozen=True, slots=True)
class Contender:
    """A network at a size on an engine. ``style_path`` None: random weights."""

    spec: NetworkSpec
    size: Size
    choice: EngineChoice
    style_path: Path | None

    @property
    def name(self) -> str:
        return f"{self.spec.name} {self.size} {self.choice.engine.value}"

    @property
    def macs(self) -> int:
        return self.spec.macs(self.size)


@dataclass(frozen=True, slots=True)
class Timed:
    """What came of a contender: all times in milliseconds.

    Attributes:
        load: of loading and compiling. first: of the first iteration, start-up. ms: of the others,
        in their order. memory: bytes that the process grew by while it was loaded and ran first;
        None where the system does not say. streams: pictures at once.
    """

    contender: Contender
    load: float
    first: float
    ms: tuple[float, ...]
    memory: int | None
    streams: int

    @property
    def median(self) -> float:
        return statistics.median(self.ms)

    @property
    def mean(self) -> float:
        return statistics.fmean(self.ms)

    @property
    def p95(self) -> float:
        """The nearest rank: 95 of 100 iterations took at most this."""
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
    """``product``: multiply-adds a second of matrix products in single precision, the median over
    the rounds. ``order``: of the contenders in each round."""

    timed: tuple[Timed, ...]
    product: float
    seed: int
    order: tuple[tuple[int, ...], ...]
    asked: int

    @property
    def rounds(self) -> int:
        """Counted, without the first."""
        return len(self.order) - 1


@dataclass(frozen=True, slots=True)
class Progress:
    """``done`` of ``total`` iterations of all contenders; ``bench``: what is known so far, once
    every contender has a round that counts."""

    done: int
    total: int
    words: str
    bench: Bench | None


class Machine(Protocol):
    """What runs: tests give one with a clock of its own."""

    def load(self, contender: Contender) -> Engine: ...

    def turn(self, engine: Engine) -> None:
        """One iteration: as many pictures as the engine works on at once."""
        ...

    def product(self) -> int:
        """One matrix product; its multiply-adds."""
        ...

    def memory(self) -> int | None:
        """Bytes that the process holds."""
        ...

    def now(self) -> float:
        """Seconds."""
        ...


def bench(
    contenders: Sequence[Contender],
    iterations: int,
    *,
    seed: int = 0,
    machine: Machine | None = None,
) -> Iterator[Progress]:
    """Run ``iterations`` of each contender, the first of them start-up, yielding after each; the
    last one holds the result. Ending it early leaves what the whole rounds say.

    Raises UsageError for fewer than 2 iterations, and an engine's own errors.
    """
    if iterations < 2:
        raise UsageError(f"--iterations {iterations}: the first is start-up, so at least 2")
    machine = machine or RealMachine()
    chance = random.Random(seed)
    total = len(contenders) * iterations
    engines, loads, grown = [], [], []
    for number, contender in enumerate(contenders):
        yield Progress(0, total, f"loading {contender.name} ({number + 1})", None)
        before, began = machine.memory(), machine.now()
        engine = machine.load(contender)
        loads.append((machine.now() - began) * 1e3)
        engines.append(engine)
        grown.append(before)
    times: list[list[float]] = [[] for _ in contenders]
    memory: list[int | None] = [None] * len(contenders)
    products: list[float] = []
    order: list[tuple[int, ...]] = []
    for turn in range(iterations):
        places = list(range(len(contenders)))
        chance.shuffle(places)
        for number, place in enumerate(places):
            engine = engines[place]
            before = machine.memory()
            began = machine.now()
            machine.turn(engine)
            times[place].append((machine.now() - began) * 1e3 / engine.streams)
            if turn == 0:
                memory[place] = _grown(before, machine.memory())
            done = turn * len(contenders) + number + 1
            if number + 1 < len(places):
                yield Progress(done, total, contenders[place].name, None)
        began = machine.now()
        macs = machine.product()
        products.append(macs / (machine.now() - began))
        order.append(tuple(places))
        found = None
        if turn:
            timed = tuple(
                Timed(c, loads[n], times[n][0], tuple(times[n][1:]), memory[n], engines[n].streams)
                for n, c in enumerate(contenders)
            )
            found = Bench(timed, statistics.median(products[1:]), seed, tuple(order), iterations)
        yield Progress((turn + 1) * len(contenders), total, "", found)


def _grown(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else max(0, after - before)


class RealMachine:
    """This one."""

    def __init__(self) -> None:
        import torch

        self._torch = torch
        self._pictures: dict[Size, Any] = {}
        side = (_PRODUCT, _PRODUCT)
        chance = torch.Generator().manual_seed(0)
        self._a, self._b = (torch.rand(side, generator=chance) for _ in range(2))

    def load(self, contender: Contender) -> Engine:
        from render.engines.select import create
        from render.networks.checkpoint import load_style
        from render.networks.modules import StyleNetwork

        if contender.style_path is not None:
            network = load_style(contender.style_path).network
        else:
            self._torch.manual_seed(0)
            network = StyleNetwork(contender.spec).eval()
        return create(network, contender.size, contender.choice)

    def turn(self, engine: Engine) -> None:
        picture = self._picture(engine.size)
        if engine.streams == 1:
            engine.stylize(picture)
            return
        with ThreadPoolExecutor(engine.streams) as pool:
            list(pool.map(engine.stylize, [picture] * engine.streams))

    def product(self) -> int:
        self._torch.mm(self._a, self._b)
        return _PRODUCT**3

    def memory(self) -> int | None:
        try:
            pages = int(Path("/proc/self/statm").read_text().split()[1])
        except (OSError, IndexError, ValueError):  # not on macOS
            return None
        import os

        return pages * os.sysconf("SC_PAGE_SIZE")

    def now(self) -> float:
        return time.perf_counter()

    def _picture(self, size: Size) -> Any:
        """Noise over a slope: no value is special, and none of the sums is denormal."""
        import numpy as np

        if size not in self._pictures:
            chance = np.random.default_rng(0)
            slope = np.linspace(40, 210, size.width)[None, :, None]
            noise = chance.normal(0, 25, (size.height, size.width, 3))
            self._pictures[size] = np.clip(slope + noise, 0, 255).astype(np.uint8)
        return self._pictures[size]
