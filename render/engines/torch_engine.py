"""The torch engine: the reference on processors, half precision on CUDA, single on MPS."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager

import numpy as np
import torch
from torch import Tensor, nn

from render.engines.base import DeviceName, EngineChoice, Precision, precision
from render.engines.fused import FusedNetwork, can_fuse
from render.engines.refusals import check_size, out_of_memory
from render.errors import EngineError
from render.media.frame import Picture
from render.networks.modules import StyleNetwork, channels_last, folded
from render.target import Size

_log = logging.getLogger(__name__)

# Pictures at a time on a device. On an H100, res3 at 853x480 takes 1.7 ms for one and 1.1 ms for
# each of eight; more bring little, and each costs memory and a later first frame.
_BATCH = 8


class TorchEngine:
    """A network in torch at one size; see ``Engine`` for the contract.

    On CUDA a network with batch norm computes in half precision, as a phone does. Of the shipped
    styles' values on photographs at 853x480 at most 3 in 10,000 are then over 2/255 from single
    precision's, the worst 10/255 (H100). Instance norm makes that 1 in 100, whichever precision its
    own statistics have, since each norm scales the rounding of what came before up with the signal:
    such a network computes in single, as all do on a processor and on MPS, whose half precision
    nobody has measured here. Channels come last in memory, norms are folded.
    """

    def __init__(
        self, network: StyleNetwork, size: Size, choice: EngineChoice, batch: int | None = None
    ) -> None:
        self.choice = choice
        self.size = size
        self.torch_device = torch.device(choice.device.value)
        self.batch = batch or (1 if choice.device is DeviceName.CPU else _BATCH)
        half = precision(choice, network.spec) is Precision.HALF
        self._dtype = torch.float16 if half else torch.float32
        try:
            ready = channels_last(folded(network).to(self.torch_device, self._dtype))
            fuses = choice.device is DeviceName.CUDA and can_fuse(network.spec)
            self._network: nn.Module = FusedNetwork(ready).eval() if fuses else ready
        except (RuntimeError, MemoryError) as error:
            raise self.failure(error) from error
        _log.debug(
            "torch on %s, %s, %d threads: %s at %s, %d pictures at a time",
            choice.device.value, self._dtype, torch.get_num_threads(), network.spec, size,
            self.batch,
        )  # fmt: skip

    @property
    def streams(self) -> int:
        """One: a picture already takes all cores, or the device."""
        return 1

    def stylize(self, picture: Picture) -> Picture:
        """See ``Engine.stylize``."""
        try:
            with torch.inference_mode():
                # A new array of its own each time; on a device, uint8 is what crosses the bus.
                shown = self.stylized(self.uploaded([picture]))[0].permute(1, 2, 0).to(torch.uint8)
                result = shown.contiguous().cpu()
        except (RuntimeError, MemoryError) as error:
            raise self.failure(error) from error
        array: Picture = result.numpy()
        return array

    def stylized(self, uploaded: Tensor) -> Tensor:
        """See ``OnDevice.stylized``."""
        with _single_is_single():
            y: Tensor = self._network(uploaded.permute(0, 3, 1, 2).to(self._dtype))
            return y.float().clamp_(0, 255).round_()

    def uploaded(self, pictures: Sequence[Picture]) -> Tensor:
        """See ``OnDevice.uploaded``."""
        for picture in pictures:
            check_size(picture, self.size)
        # A copy in order: torch takes no negative strides, and warns of read-only memory. What is
        # page-locked need not be copied once more, and is handed out again after the upload.
        shape = (len(pictures), self.size.height, self.size.width, 3)
        pinned = self.choice.device is DeviceName.CUDA
        here = torch.empty(shape, dtype=torch.uint8, pin_memory=pinned)
        np.stack(pictures, out=here.numpy())
        return here.to(self.torch_device, non_blocking=pinned)

    def failure(self, error: BaseException) -> EngineError:
        """See ``OnDevice.failure``."""
        if out_of_memory(error):
            return EngineError(
                f"out of memory for {self.size} in torch on {self.choice.device.value}; lower "
                "--size, or try --device cpu"
            )
        return EngineError(f"torch on {self.choice.device.value} failed: {error}")


def _single_is_single() -> AbstractContextManager[None]:
    """cuDNN's convolutions without TF32, which rounds to the 10 bits of half precision."""
    return torch.backends.cudnn.flags(
        enabled=True, benchmark=torch.backends.cudnn.benchmark, allow_tf32=False
    )
