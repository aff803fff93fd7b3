"""The OpenVINO engine: the same network, compiled for this processor."""

from __future__ import annotations

import contextlib
import io
import logging
import queue
import warnings
from typing import Any

import numpy as np

from render.engines.base import EngineChoice
from render.engines.refusals import check_size, out_of_memory
from render.errors import EngineError
from render.libraries import silent_openvino
from render.libraries.signal_stack import kept_signal_stack
from render.media.frame import Picture
from render.networks.modules import StyleNetwork, folded
from render.target import Size

_log = logging.getLogger(__name__)

PRECISIONS = ("f32", "bf16")

# Pictures at a time, each on its share of the cores. One picture on all cores waits at every layer
# for the slowest, which, beside ffmpeg, is always somewhere: on two cores a preview took 1.16 times
# its network alone, and takes 1.11 to 1.14 with two pictures at a time (benchmarks/preview.py).
_STREAMS = 2


class OpenVINOEngine:
    """A network compiled by OpenVINO at one size; see ``Engine`` for the contract.

    ``precision`` is the arithmetic: f32 by default, since on processors that have bf16 OpenVINO
    would choose that, which differs visibly from what ships. ``streams``: pictures at a time; one
    alone has all cores.
    """

    def __init__(
        self,
        network: StyleNetwork,
        size: Size,
        choice: EngineChoice,
        precision: str = "f32",
        streams: int | None = None,
    ) -> None:
        self.choice = choice
        self.size = size
        try:
            model = _compiled(network, size, precision, streams or _STREAMS)
            self._streams = int(model.get_property("NUM_STREAMS"))
            self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
            for _ in range(self._streams):
                self._requests.put(model.create_infer_request())
            if _log.isEnabledFor(logging.DEBUG):
                threads = model.get_property("INFERENCE_NUM_THREADS")
                _log.debug(
                    "OpenVINO on cpu, %s, %d pictures at a time on %s threads: %s at %s",
                    precision, self._streams, threads or "all", network.spec, size,
                )  # fmt: skip
        except (RuntimeError, MemoryError) as error:
            raise self._failure(error) from error

    @property
    def streams(self) -> int:
        """See ``_STREAMS``."""
        return self._streams

    def stylize(self, picture: Picture) -> Picture:
        """See ``Engine.stylize``."""
        check_size(picture, self.size)
        # OpenVINO reads the caller's memory only where it is contiguous.
        batch = np.ascontiguousarray(picture)[np.newaxis]
        request = self._requests.get()
        try:
            request.infer([batch], share_inputs=True)
            # A copy: the request's own output is written again by the next call.
            result: Picture = request.get_output_tensor(0).data[0].copy()
        except (RuntimeError, MemoryError) as error:
            raise self._failure(error) from error
        finally:
            self._requests.put(request)
        return result

    def _failure(self, error: BaseException) -> EngineError:
        if out_of_memory(error):
            return EngineError(f"out of memory for {self.size} in OpenVINO; lower --size")
        return EngineError(f"OpenVINO failed at {self.size}: {error}; try --engine torch")


def _compiled(network: StyleNetwork, size: Size, precision: str, streams: int) -> Any:
    """uint8 NHWC in and out; conversion, clamp and rounding are part of the graph."""
    import torch
    from torch import Tensor, nn

    ov = silent_openvino.load()

    class Bytes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = folded(network).float().cpu()

        def forward(self, picture: Tensor) -> Tensor:
            y = self.network(picture.permute(0, 3, 1, 2).float())
            y = torch.clamp(torch.round(y), 0, 255)
            return y.permute(0, 2, 3, 1).to(torch.uint8)

    shape = [1, size.height, size.width, 3]
    example = torch.zeros(shape, dtype=torch.uint8)
    # Tracing warns of every shape that becomes a constant; here all do, on purpose. Left to trace
    # by itself, convert_model would run the network several times more to check the trace.
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        with torch.inference_mode():
            traced = torch.jit.trace(  # type: ignore[no-untyped-call]
                Bytes().eval(), example, check_trace=False
            )
        model = ov.convert_model(traced, example_input=example, input=shape)
    hints = {
        "PERFORMANCE_HINT": "LATENCY" if streams == 1 else "THROUGHPUT",
        "NUM_STREAMS": streams,
        # A thread tied to a core waits there behind ffmpeg's, and a second engine in the process
        # finds the cores taken.
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": precision,
    }
    with kept_signal_stack():
        return ov.Core().compile_model(model, "CPU", hints)
