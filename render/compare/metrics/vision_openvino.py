"""A network that looks at pictures, on OpenVINO: built from arrays, without torch."""

from __future__ import annotations

import queue
import threading
from typing import Any

import numpy as np

from render.compare.metrics.vision import Floats, SeenAs, Vision
from render.libraries import silent_openvino
from render.libraries.signal_stack import kept_signal_stack
from render.media.frame import Picture
from render.target import Size

_SIZES = 4
"""Of pictures, that are kept compiled."""

# OpenVINO's binding makes some of its own objects in the first call: a second thread that makes its
# first at that time waits for them with Python's lock held, which the first one needs. For ever.
_first = threading.Lock()
_begun = threading.Event()


class OpenVINOVision:
    """See ``Vision``. Compiled for each size of picture when the first one comes; as many pictures
    at a time as there are ``streams``, each on a core of its own."""

    def __init__(self, vision: Vision, streams: int) -> None:
        self._vision, self._streams = vision, streams
        self._compiled: dict[Size, queue.SimpleQueue[Any]] = {}
        self._compiling = threading.Lock()

    def __call__(self, picture: Picture) -> list[Floats]:
        if not _begun.is_set():
            with _first:
                found = self._seen(picture)
                _begun.set()
                return found
        return self._seen(picture)

    def _seen(self, picture: Picture) -> list[Floats]:
        requests = self._requests(Size(picture.shape[1], picture.shape[0]))
        request = requests.get()
        try:
            request.infer([np.ascontiguousarray(picture)[np.newaxis]], share_inputs=True)
            count = len(request.output_tensors)
            # Copies: the request's own are written again by the next picture.
            return [request.get_output_tensor(n).data.copy() for n in range(count)]
        finally:
            requests.put(request)

    def _requests(self, size: Size) -> queue.SimpleQueue[Any]:
        with self._compiling:
            if size not in self._compiled:
                while len(self._compiled) >= _SIZES:
                    del self._compiled[next(iter(self._compiled))]
                model = _compiled(self._vision, size, self._streams)
                requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
                for _ in range(self._streams):
                    requests.put(model.create_infer_request())
                self._compiled[size] = requests
            return self._compiled[size]


def _compiled(vision: Vision, size: Size, streams: int) -> Any:
    ov = silent_openvino.load()
    hints = {
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": streams,
        # As in `render.engines.openvino_engine`: a thread tied to a core waits behind ffmpeg's.
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    with kept_signal_stack():
        return ov.Core().compile_model(_model(ov, vision, size), "CPU", hints)


def _model(ov: Any, vision: Vision, size: Size) -> Any:
    """uint8 (1, height, width, 3) → what is found at each tap, (channels, places) or their
    products."""
    from openvino import opset8 as op

    shape = [1, size.height, size.width, 3]
    picture = op.parameter(shape, dtype=np.uint8, name="picture")
    x = op.transpose(op.convert(picture, "f32"), np.array([0, 3, 1, 2]))
    x = op.subtract(x, vision.shift.reshape(1, 3, 1, 1))
    x = op.divide(x, vision.scale.reshape(1, 3, 1, 1))
    found = []
    for layer in vision.layers:
        if layer.pool:
            x = op.max_pool(x, [2, 2], [1, 1], [0, 0], [0, 0], [layer.pool] * 2).output(0)
        steps, edges = [layer.stride] * 2, [layer.padding] * 2
        x = op.convolution(x, layer.weight, steps, edges, edges, [1, 1])
        x = op.relu(op.add(x, layer.bias.reshape(1, -1, 1, 1)))
        if layer.tap:
            flat = op.reshape(x, np.array([layer.weight.shape[0], -1]), special_zero=False)
            found.append(_made(op, vision.found, flat))
    return ov.Model(found, [picture], "vision")


def _made(op: Any, found: SeenAs, features: Any) -> Any:
    if found is SeenAs.GRAM:
        channels, places = features.get_output_shape(0)
        products = op.matmul(features, features, False, True)
        return op.divide(products, np.float32(channels * places))
    squares = op.reduce_sum(op.multiply(features, features), np.array([0]), keep_dims=True)
    return op.divide(features, op.add(op.sqrt(squares), np.float32(1e-10)))
