"""Where figures are taken: on which engine and device, and how much at a time."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from render.engines.base import DeviceName, EngineChoice, EngineName

_MOST = 8
"""Videos that are looked into at a time: each holds a decoder and some pictures."""


@dataclass(frozen=True, slots=True, eq=False)
class Workshop:
    """Attributes:
    choice: which engine on which device computes what networks and tensors do.
    pool: threads that work side by side; what is asked of it asks nothing of it in turn.
    closed: set when no more is wanted.
    """

    choice: EngineChoice
    pool: Executor
    closed: threading.Event = field(default_factory=threading.Event)

    def heed(self) -> None:
        """For loops over work in ``pool``: raises CancelledError when no more is wanted."""
        if self.closed.is_set():
            raise CancelledError

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
    shop = Workshop(choice, pool)
    try:
        with exact_sums() if choice.device is DeviceName.CUDA else nullcontext():
            yield shop
    finally:
        shop.closed.set()
        pool.shutdown(cancel_futures=True)


@contextmanager
def exact_sums() -> Iterator[None]:
    """CUDA's products of single precision in single precision, as everywhere else: in the ten bits
    of TF32 a figure's last digit would depend on the machine. For all threads, as torch has it."""
    import torch

    convolutions, products = torch.backends.cudnn, torch.backends.cuda.matmul
    before = convolutions.allow_tf32, products.allow_tf32
    convolutions.allow_tf32 = products.allow_tf32 = False
    try:
        yield
    finally:
        convolutions.allow_tf32, products.allow_tf32 = before


def cores() -> int:
    """Of this machine, those that this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
