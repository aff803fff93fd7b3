"""The OpenVINO engine: the same network, compiled for this processor."""

from __future__ import annotations

import logging
import queue
from typing import Any

import numpy as np

from render.engines.base import EngineChoice, Precision, precision
from render.engines.openvino_graph import style_graph
from render.engines.openvino_int8 import Ranges, int8_graph
from render.engines.refusals import check_size, out_of_memory
from render.errors import EngineError
from render.libraries import silent_openvino
from render.libraries.first_inference import make_first_inference
from render.libraries.signal_stack import kept_signal_stack
from render.media.frame import Picture
from render.networks.weights import Weights
from render.target import Size

_log = logging.getLogger(__name__)

# Pictures at a time, each on its share of the cores. One picture on all cores waits at every layer
# for the slowest, which, beside ffmpeg, is always somewhere: on two cores a preview took 1.16 times
# its network alone, and takes 1.11 to 1.14 with two pictures at a time (benchmarks/preview.py).
_STREAMS = 2


class OpenVINOEngine:
    """A network compiled by OpenVINO at one size; see ``Engine`` for the contract.

    It computes in single precision, since on processors that have bf16 OpenVINO would choose that,
    which differs visibly from what ships; where ``choice`` asks for integers in those, of
    ``ranges``. ``streams``: pictures at a time; one alone has all cores. ``threads``:
    at most; None is one for each core.
    """

    def __init__(
        self,
        weights: Weights,
        size: Size,
        choice: EngineChoice,
        *,
        streams: int | None = None,
        ranges: Ranges | None = None,
        threads: int | None = None,
    ) -> None:
        self.choice = choice
        self.size = size
        if (ranges is not None) is not choice.is_draft:
            raise TypeError("ranges belong to an engine of integers, and to no other")
        try:
            model = _compiled(weights, size, streams or _STREAMS, ranges, threads)
            self._streams = int(model.get_property("NUM_STREAMS"))
            self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
            for _ in range(self._streams):
                self._requests.put(model.create_infer_request())
            if _log.isEnabledFor(logging.DEBUG):
                threads = model.get_property("INFERENCE_NUM_THREADS")
                _log.debug(
                    "OpenVINO on cpu, %s, %d pictures at a time on %s threads: %s at %s",
                    precision(choice, weights.spec).value, self._streams, threads or "all",
                    weights.spec, size,
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


def _compiled(
    weights: Weights, size: Size, streams: int, ranges: Ranges | None, threads: int | None
) -> Any:
    ov = silent_openvino.load()
    hints = {
        "PERFORMANCE_HINT": "LATENCY" if streams == 1 else "THROUGHPUT",
        "NUM_STREAMS": streams,
        # A thread tied to a core waits there behind ffmpeg's, and a second engine in the process
        # finds the cores taken.
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": Precision.SINGLE.value,
    }
    if threads is not None:
        hints["INFERENCE_NUM_THREADS"] = threads
    graph = style_graph(weights, size) if ranges is None else int8_graph(weights, size, ranges)
    with kept_signal_stack():
        make_first_inference(ov)
        return ov.Core().compile_model(graph, "CPU", hints)
