"""Which engine on which device: decided when planning, made when rendering."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING

from render.engines.base import DeviceName, Engine, EngineChoice, EngineName
from render.errors import EngineError
from render.target import Size

if TYPE_CHECKING:
    from render.networks.modules import StyleNetwork


def _installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _available(device: DeviceName) -> bool:
    import torch

    if device is DeviceName.CUDA:
        return torch.cuda.is_available()
    return torch.backends.mps.is_available()


def choose(
    engine: EngineName,
    device: DeviceName,
    *,
    installed: Callable[[str], bool] = _installed,
    available: Callable[[DeviceName], bool] = _available,
) -> EngineChoice:
    """What runs for what was asked. ``auto`` takes a GPU through torch, else OpenVINO on the
    processor, else torch there. Raises EngineError for an engine or device that is not there.

    ``installed`` knows this machine's packages, ``available`` its devices.
    """
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


def create(
    network: StyleNetwork, size: Size, choice: EngineChoice, streams: int | None = None
) -> Engine:
    """The chosen engine, ready to run at ``size``. Raises EngineError.

    ``streams``: pictures at a time at most. None is what gets most of them done, as a preview
    wants; one is what gets a picture done soonest.
    """
    if choice.engine is EngineName.OPENVINO:
        try:
            from render.engines.openvino_engine import OpenVINOEngine

            return OpenVINOEngine(network, size, choice, streams=streams)
        except ImportError as error:
            raise EngineError(
                f"openvino cannot be imported ({error}); reinstall it, or try --engine torch"
            ) from error
    from render.engines.torch_engine import TorchEngine

    return TorchEngine(network, size, choice)


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
