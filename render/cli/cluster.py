"""Who renders, as the command line asks for it: this machine, or workers of a Ray cluster."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TextIO, cast

from render.errors import UsageError

if TYPE_CHECKING:
    from render.cli.options import RenderOptions
    from render.execution.executor import Executor
    from render.execution.workers import Workers
    from render.planning.request import Request

_LOCAL, _RAY = "local", "ray"


def workers_of(words: RenderOptions) -> Workers | None:
    """Those that are asked for; None is this machine itself. Raises UsageError."""
    asked = {
        "--address": words.address,
        "--workers": words.workers,
        "--cpus-per-worker": words.cpus_per_worker,
        "--gpus-per-worker": words.gpus_per_worker,
    }
    executor = words.executor or _LOCAL
    if executor not in (_LOCAL, _RAY):
        raise UsageError(f"--executor {executor}: must be {_LOCAL} or {_RAY}")
    if executor == _LOCAL:
        for option, word in asked.items():
            if word is not None:
                raise UsageError(f"{option} {word}: is about a cluster; add --executor {_RAY}")
        return None
    from render.execution.workers import Workers

    gpus = _share(words.gpus_per_worker)
    if gpus is None:
        gpus = 1.0 if words.device == "cuda" else 0.0
    return Workers(
        address=words.address,
        count=_count("--workers", words.workers),
        processors=_count("--cpus-per-worker", words.cpus_per_worker),
        gpus=gpus,
    )


def for_workers(request: Request, workers: Workers | None) -> Request:
    """``request`` with the device that the workers have. Raises UsageError for one that they cannot
    have."""
    from render.engines.base import DeviceName

    if workers is None:
        return request
    device = request.device
    if device is DeviceName.MPS:
        raise UsageError("--device mps: workers of a cluster have processors or CUDA's GPUs")
    if workers.gpus and device is DeviceName.CPU:
        raise UsageError(
            f"--gpus-per-worker {workers.gpus:g}: --device cpu uses none; leave out one of them"
        )
    if device is DeviceName.CUDA and not workers.gpus:
        raise UsageError("--device cuda: --gpus-per-worker 0 leaves workers without one")
    found = DeviceName.CUDA if workers.gpus else DeviceName.CPU
    return replace(request, device=found, elsewhere=True)


@contextlib.contextmanager
def executor_of(words: RenderOptions) -> Iterator[Executor | None]:
    """Who works segments off, for as long as the context lasts; None is this machine itself. Says
    which workers there are. Raises UsageError or EngineError."""
    from render.cli.count import waiting
    from render.cli.events_json import line
    from render.cli.output import put, say

    workers = workers_of(words)
    if workers is None:
        yield None
        return
    from render.execution.ray_cluster import RayExecutor

    # Ray counts its users unless told not to.
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    where = workers.address or "on this machine"
    executor = RayExecutor(workers)
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(cast(TextIO, _Ours(sys.stdout))))
        with waiting(f"looking for a Ray cluster: {where}"):
            stack.enter_context(executor)
        if words.json:
            put(line("workers", address=workers.address, **executor.facts))
        say(f"ray: {executor.described}")
        yield executor


class _Ours:
    """A stdout without what Ray's threads print between our results; that is told with -v."""

    def __init__(self, stdout: TextIO) -> None:
        self._stdout = stdout

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stdout, name)

    def write(self, text: str, /) -> int:
        from render.cli.output import detail

        if not threading.current_thread().name.startswith("ray_"):
            return self._stdout.write(text)
        if text.strip():
            detail(text.strip())
        return len(text)


def _count(option: str, word: str | None) -> int | None:
    if word is None:
        return None
    if not word.isdecimal() or not 0 < int(word) <= 10**6:
        raise UsageError(f"{option} {word}: must be a whole number of 1 or more")
    return int(word)


def _share(word: str | None) -> float | None:
    """Of GPUs. Ray shares one of them, or gives several whole."""
    if word is None:
        return None
    try:
        found = float(word)
    except ValueError:
        found = -1.0
    if not (0 <= found <= 1 or (1 < found <= 1024 and found.is_integer())):
        raise UsageError(
            f"--gpus-per-worker {word}: must be from 0 to 1, or a whole number of GPUs"
        )
    return found
