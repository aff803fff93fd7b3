"""The torch engine: the reference on processors, half precision on CUDA, single on MPS."""

from __future__ import annotations

import logging
from contextlib import AbstractContextManager

import numpy as np
import torch
from torch import Tensor

from render.engines.base import DeviceName, EngineChoice, Precision, precision
from render.engines.refusals import check_size, out_of_memory
from render.errors import EngineError
from render.media.frame import Picture
from render.networks.modules import StyleNetwork, channels_last, folded
from render.target import Size

_log = logging.getLogger(__name__)


class TorchEngine:
    """A network in torch at one size; see ``Engine`` for the contract.

    On CUDA a network with batch norm computes in half precision, as a phone does. Of the shipped
    styles' values on photographs at 853x480 at most 3 in 10,000 are then over 2/255 from single
    precision's, the worst 10/255 (H100). Instance norm makes that 1 in 100, whichever precision its
    own statistics have, since each norm scales the rounding of what came before up with the signal:
    such a network computes in single, as all do on a processor and on MPS, whose half precision
    nobody has measured here. Channels come last in memory, norms are folded.
    """

    def __init__(self, network: StyleNetwork, size: Size, choice: EngineChoice) -> None:
        self.choice = choice
        self.size = size
        self._device = torch.device(choice.device.value)
        half = precision(choice, network.spec) is Precision.HALF
        self._dtype = torch.float16 if half else torch.float32
        try:
            self._network = channels_last(folded(network).to(self._device, self._dtype))
        except (RuntimeError, MemoryError) as error:
            raise self._failure(error) from error
        _log.debug(
            "torch on %s, %s, %d threads: %s at %s",
            choice.device.value, self._dtype, torch.get_num_threads(), network.spec, size,
        )  # fmt: skip
        # A page-locked buffer is what an upload would otherwise be copied to first.
        self._upload = (
            torch.empty((size.height, size.width, 3), dtype=torch.uint8, pin_memory=True)
            if choice.device is DeviceName.CUDA
            else None
        )

    @property
    def streams(self) -> int:
        """One: a picture already takes all cores, or the device."""
        return 1

    def stylize(self, picture: Picture) -> Picture:
        """See ``Engine.stylize``."""
        check_size(picture, self.size)
        try:
            with torch.inference_mode(), _single_is_single():
                x = self._uploaded(picture).permute(2, 0, 1)[None].to(self._dtype)
                y = self._network(x)[0].permute(1, 2, 0)
                # A new array of its own each time; on a device, uint8 is what crosses the bus.
                result = y.float().clamp_(0, 255).round_().to(torch.uint8).contiguous().cpu()
        except (RuntimeError, MemoryError) as error:
            raise self._failure(error) from error
        array: Picture = result.numpy()
        return array

    def _uploaded(self, picture: Picture) -> Tensor:
        if self._upload is None:
            # A copy in order: torch takes no negative strides, and warns of read-only memory.
            return torch.from_numpy(np.array(picture, order="C")).to(self._device)
        self._upload.numpy()[:] = picture
        # Waited for by the download in `stylize`, before the next call writes the buffer.
        return self._upload.to(self._device, non_blocking=True)

    def _failure(self, error: BaseException) -> EngineError:
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
