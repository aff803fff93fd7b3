"""The torch engine: the reference on processors, half precision on CUDA, single on MPS."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from render.engines.base import DeviceName, EngineChoice
from render.engines.limits import check_size, out_of_memory
from render.errors import EngineError
from render.media.frame import Picture
from render.networks.modules import StyleNetwork, channels_last, folded
from render.target import Size


class TorchEngine:
    """A network in torch at one size; see ``Engine`` for the contract.

    On CUDA it computes in half precision, within 2/255 of single's result; on a processor and on
    MPS, whose half precision nobody has measured here, in single. Channels come last in memory,
    norms are folded.
    """

    def __init__(self, network: StyleNetwork, size: Size, choice: EngineChoice) -> None:
        self.choice = choice
        self.size = size
        self._device = torch.device(choice.device.value)
        self._dtype = torch.float16 if choice.device is DeviceName.CUDA else torch.float32
        try:
            self._network = channels_last(folded(network).to(self._device, self._dtype))
        except (RuntimeError, MemoryError) as error:
            raise self._failure(error) from error
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
            with torch.inference_mode():
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
