"""Which engine on which device: decided when planning, made when rendering."""

from __future__ import annotations

import contextlib
import importlib.util
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from render.engines.base import DeviceName, Engine, EngineChoice, EngineName, Precision
from render.errors import EngineError
from render.target import Size

if TYPE_CHECKING:
    from render.engines.openvino_int8 import Ranges
    from render.networks.weights import Weights

# What drivers put into /dev on Linux, in containers too: NVIDIA's, also on Jetsons and in WSL, and
# AMD's, which torch calls CUDA.
_DRIVERS = ("nvidia*", "nvhost-gpu", "nvgpu", "dxg", "kfd")


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _available(device: DeviceName) -> bool:
    """Whether torch finds it. Asked only where there can be one: importing torch takes seconds."""
    if not possible(device):
        return False
    import torch

    if device is DeviceName.CUDA:
        return torch.cuda.is_available()
    return torch.backends.mps.is_available()


def possible(
    device: DeviceName, platform: str = sys.platform, devices: Path = Path("/dev")
) -> bool:
    """Whether this machine can have such a device at all, as far as is known without torch."""
    if device is DeviceName.MPS or platform == "darwin":
        return device is DeviceName.MPS and platform == "darwin"
    # Elsewhere only the driver knows.
    return platform != "linux" or any(any(devices.glob(name)) for name in _DRIVERS)


def choose(
    engine: EngineName,
    device: DeviceName,
    precision: Precision | None = None,
    *,
    installed: Callable[[str], bool] = _installed,
    available: Callable[[DeviceName], bool] = _available,
) -> EngineChoice:
    """What runs for what was asked. ``auto`` takes a GPU through torch, else OpenVINO on the
    processor, else torch there. Raises EngineError for an engine or device that is not there, or
    that does not compute in the ``precision`` asked for.

    ``installed`` knows this machine's packages, ``available`` its devices.
    """
    if precision is Precision.HALF:
        raise EngineError(
            "--precision f16: is what a GPU takes by itself where that does not show; ask for f32 "
            "or int8, or leave it out"
        )
    if precision is Precision.INTEGER:
        return _integers(engine, device, installed)
    found = _chosen(engine, device, installed, available)
    return found if precision is None else replace(found, precision=precision)


def _integers(
    engine: EngineName, device: DeviceName, installed: Callable[[str], bool]
) -> EngineChoice:
    if engine is EngineName.TORCH or device not in (DeviceName.AUTO, DeviceName.CPU):
        asked = "torch" if engine is EngineName.TORCH else device.value
        raise EngineError(
            f"--precision int8 runs in OpenVINO on the cpu, not on {asked}; leave one of them out"
        )
    if not installed("openvino"):
        raise EngineError("--precision int8 runs in OpenVINO; pip install openvino")
    why = "int8 was asked for, which only that computes"
    return EngineChoice(EngineName.OPENVINO, DeviceName.CPU, why, Precision.INTEGER)


def _chosen(
    engine: EngineName,
    device: DeviceName,
    installed: Callable[[str], bool],
    available: Callable[[DeviceName], bool],
) -> EngineChoice:
    if engine is EngineName.OPENVINO:
        if device not in (DeviceName.AUTO, DeviceName.CPU):
            raise EngineError(
                f"--engine openvino runs on the cpu, not on {device.value}; try --engine torch"
            )
        if not installed("openvino"):
            raise EngineError(
                "--engine openvino: the package openvino is not installed; "
                "pip install openvino, or try --engine torch"
            )
        return EngineChoice(EngineName.OPENVINO, DeviceName.CPU, "asked for")
    if device is DeviceName.CPU:
        return _on_cpu(engine, installed)
    if device is not DeviceName.AUTO:
        if not available(device):
            raise EngineError(
                f"--device {device.value}: torch finds none here; try --device cpu or auto"
            )
        return EngineChoice(EngineName.TORCH, device, "asked for")
    for gpu in (DeviceName.CUDA, DeviceName.MPS):
        if available(gpu):
            return EngineChoice(EngineName.TORCH, gpu, f"torch finds a {gpu.value} device")
    return _on_cpu(engine, installed)


def engine_here(
    choice: EngineChoice | None, *, available: Callable[[DeviceName], bool] = _available
) -> EngineChoice:
    """``choice`` where this machine has its device, else what it has: a plan may be for others."""
    if choice is not None and (choice.device is DeviceName.CPU or available(choice.device)):
        return choice
    return choose(EngineName.AUTO, DeviceName.AUTO, available=available)


def load_library(choice: EngineChoice) -> None:
    """Import what the engine runs on, which may take seconds: before any watch, or beside other
    work. What is wrong with it is left for ``create`` to say."""
    with contextlib.suppress(ImportError):
        if choice.engine is EngineName.OPENVINO:
            from render.libraries import silent_openvino

            silent_openvino.load()
        else:
            import render.engines.torch_engine  # noqa: F401


def create(
    weights: Weights,
    size: Size,
    choice: EngineChoice,
    streams: int | None = None,
    ranges: Ranges | None = None,
    threads: int | None = None,
) -> Engine:
    """The chosen engine, ready to run at ``size``. Raises EngineError.

    ``streams``: pictures at a time at most. None is what gets most of them done, as a preview
    wants; one is what gets a picture done soonest. ``ranges``: of an engine of integers.
    ``threads``: of a processor, at most, where OpenVINO runs it; torch goes by OMP_NUM_THREADS.
    """
    if choice.engine is EngineName.OPENVINO:
        try:
            from render.engines.openvino_engine import OpenVINOEngine

            return OpenVINOEngine(
                weights, size, choice, streams=streams, ranges=ranges, threads=threads
            )
        except ImportError as error:
            raise EngineError(
                f"openvino cannot be imported ({error}); reinstall it, or try --engine torch"
            ) from error
    from render.engines.torch_engine import TorchEngine
    from render.networks.modules import StyleNetwork

    return TorchEngine(StyleNetwork.of(weights), size, choice)


def _on_cpu(engine: EngineName, installed: Callable[[str], bool]) -> EngineChoice:
    if engine is EngineName.TORCH:
        return EngineChoice(EngineName.TORCH, DeviceName.CPU, "asked for")
    if installed("openvino"):
        return EngineChoice(
            EngineName.OPENVINO, DeviceName.CPU, "on processors it is faster than torch"
        )
    return EngineChoice(
        EngineName.TORCH, DeviceName.CPU, "no GPU; openvino, which is faster, is not installed"
    )
