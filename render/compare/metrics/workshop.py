"""Where figures are taken: on which engine and device, and how much at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

from render.engines.base import DeviceName, EngineChoice, EngineName

_MOST = 8
"""Videos that are looked into at a time: each holds a decoder and some pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Workshop:
    """Attributes:
    choice: which engine on which device computes what networks and tensors do.
    pool: threads that work side by side; what is asked of it asks nothing of it in turn.
    """

    choice: EngineChoice
    pool: Executor

    @property
    def on_gpu(self) -> bool:
        return self.choice.device not in (DeviceName.CPU, DeviceName.AUTO)

    @property
    def openvino(self) -> bool:
        return self.choice.engine is EngineName.OPENVINO


@contextmanager
def workshop(choice: EngineChoice) -> Iterator[Workshop]:
    """For the time of a ``with``; it ends when all that was begun is done, and nothing more is."""
    pool = ThreadPoolExecutor(max_workers=min(cores(), _MOST), thread_name_prefix="figures")
    try:
        if choice.device is DeviceName.CUDA:
            from render.compare.metrics.vision_torch import exact_sums

            with exact_sums():
                yield Workshop(choice, pool)
        else:
            yield Workshop(choice, pool)
    finally:
        pool.shutdown(cancel_futures=True)


def cores() -> int:
    """Of this machine, those that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
