"""The Engine seam: one network, at one size, on one machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from render.errors import EngineError
from render.media.frame import Picture
from render.networks.spec import NetworkSpec, Norm
from render.target import Size

if TYPE_CHECKING:
    import torch


class EngineName(StrEnum):
    """What a user may ask for."""

    AUTO = "auto"
    TORCH = "torch"
    OPENVINO = "openvino"


class DeviceName(StrEnum):
    """Where a user may ask the network to run."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


class Precision(StrEnum):
    """Of a network's numbers."""

    SINGLE = "f32"
    HALF = "f16"
    INTEGER = "int8"
    """For drafts: what it costs is measured on the clip (`render/execution/drafts.py`)."""


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """An engine on a device, decided when planning, and why it was chosen; ``precision`` where one
    was asked for."""

    engine: EngineName
    device: DeviceName
    why: str
    precision: Precision | None = None

    @property
    def is_draft(self) -> bool:
        """Whether what it computes is visibly or nearly visibly not what ships."""
        return self.precision is Precision.INTEGER


def precision(choice: EngineChoice, spec: NetworkSpec) -> Precision:
    """In which a network of ``spec`` computes: what was asked for, else half on CUDA where batch
    norm allows it (see `torch_engine.py`), and single everywhere else."""
    if choice.precision is not None:
        return choice.precision
    half = choice.device is DeviceName.CUDA and spec.norm is Norm.BATCH
    return Precision.HALF if half else Precision.SINGLE


class Engine(Protocol):
    """A style network ready to run at one size. Every implementation passes one contract suite.

    Attributes:
        choice: which engine on which device.
        size: the pictures it takes and returns.
        streams: how many calls of ``stylize`` to have going at once, each from a thread of its
            own, for it to be at its fastest; never more.
    """

    @property
    def choice(self) -> EngineChoice: ...

    @property
    def size(self) -> Size: ...

    @property
    def streams(self) -> int: ...

    def stylize(self, picture: Picture) -> Picture:
        """RGB uint8 (height, width, 3) to the same shape and type.

        The values are the network's output clamped to 0..255 and rounded to nearest. The result is
        the caller's to keep: no later call writes into it. Raises EngineError when the picture's
        size is not the engine's or the device fails.
        """
        ...


@runtime_checkable
class OnDevice(Engine, Protocol):
    """An engine whose pictures can stay where they were painted, for what follows there.

    Attributes:
        torch_device: where that is. batch: how many pictures a call is best given; 1 where nothing
            is won by leaving them there.
    """

    @property
    def torch_device(self) -> torch.device: ...

    @property
    def batch(self) -> int: ...

    def uploaded(self, pictures: Sequence[Picture]) -> torch.Tensor:
        """On the device, uint8 (pictures, height, width, 3). Raises EngineError for a picture's
        size, and what torch raises."""
        ...

    def stylized(self, uploaded: torch.Tensor) -> torch.Tensor:
        """As ``stylize``, float (pictures, 3, height, width) on the device. May come before the
        work is done. Raises what torch raises."""
        ...

    def failure(self, error: BaseException) -> EngineError:
        """What torch raised, as what can be explained."""
        ...
