"""How many workers of what size a cluster has room for."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from render.errors import EngineError, UsageError

MEMORY = 2 * 1024**3
"""Bytes for each worker where nothing else is asked for (docs/cluster.md: what they take)."""
_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Workers:
    """Which cluster, and how many workers of what size.

    Attributes:
        address: ``auto`` for the one that this machine belongs to, or ``HOST:PORT`` of its head;
            None starts one on this machine, which ends with the run.
        count: of workers; None is as many as there is room for.
        processors: of each; None is an equal share of all, or without a count all of the smallest
            node's.
        gpus: a worker's share of a GPU, over 0 up to 1, or whole ones; 0 is none.
        memory: bytes that each may count on; Ray places no more on a node than it has.
    """

    address: str | None = None
    count: int | None = None
    processors: int | None = None
    gpus: float = 0.0
    memory: int = MEMORY


def sized(asked: Workers, nodes: Iterable[Mapping[str, float]]) -> Workers:
    """``asked`` with numbers for what is left open, by the ``nodes`` that there are: their
    resources by Ray's names. Where both count and processors are given they stand, whatever there
    is: a cluster may start more nodes.

    Raises EngineError where no node has room for one, UsageError where there are too few.
    """
    nodes = tuple(nodes)
    if asked.count is not None and asked.processors is not None:
        return asked
    least = asked.processors or 1
    most = _room(asked, nodes, least)
    if not most:
        raise EngineError(f"no node of the Ray cluster has {_needs(asked, least)} to lend")
    if asked.count is None and asked.processors is None and not asked.gpus:
        least = min(int(node["CPU"]) for node in nodes if _on(asked, node, 1))
        return replace(asked, count=_room(asked, nodes, least), processors=least)
    count = asked.count or most
    if count > most:
        raise UsageError(
            f"{count} workers: the Ray cluster has room for {most}, each with "
            f"{_needs(asked, least)}; where it starts more nodes by itself, name the processors of "
            "each, too"
        )
    return replace(
        asked,
        count=count,
        processors=asked.processors
        or _largest(lambda each: _room(asked, nodes, each) >= count, nodes),
    )


def _room(asked: Workers, nodes: Iterable[Mapping[str, float]], processors: int) -> int:
    return sum(_on(asked, node, processors) for node in nodes)


def _on(asked: Workers, node: Mapping[str, float], processors: int) -> int:
    """How many one node has room for."""
    needs = {"CPU": processors, "GPU": asked.gpus, "memory": asked.memory}
    return min(
        math.floor(node.get(name, 0.0) / each + _SLACK) for name, each in needs.items() if each
    )


def _largest(fits: Callable[[int], bool], nodes: Iterable[Mapping[str, float]]) -> int:
    """The most processors that still do; one does."""
    most = max(int(node.get("CPU", 0)) for node in nodes)
    return next(each for each in range(most, 0, -1) if fits(each))


def _needs(asked: Workers, processors: int) -> str:
    needs = [_many(processors, "processor")]
    if asked.gpus:
        needs.append(f"{asked.gpus:g} of a GPU" if asked.gpus < 1 else _many(asked.gpus, "GPU"))
    if asked.memory:
        needs.append(f"{asked.memory / 1024**3:.3g} GiB of memory")
    return ", ".join(needs[:-1]) + (" and " if len(needs) > 1 else "") + needs[-1]


def described(found: Workers, nodes: int) -> str:
    """``4 workers with 4 processors and 2 GiB of memory each, 2 nodes``."""
    count, processors = found.count or 0, found.processors or 0
    return f"{_many(count, 'worker')} with {_needs(found, processors)} each, {_many(nodes, 'node')}"


def _many(number: float, what: str) -> str:
    return f"{number:g} {what}" if number == 1 else f"{number:g} {what}s"
