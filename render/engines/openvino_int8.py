"""The same graph in 8-bit integers, for drafts: 3 to 4 times as fast on processors with VNNI.

What each convolution reads is rounded to 256 steps of the range in which the numbers lay when the
network was shown pictures (``seen_ranges``); its weights to 255 steps a channel. OpenVINO then
computes with the integers. All else stays in single precision. On frames of the sample the shipped
networks come to 44 or 45 dB of single precision, NNCF's own quantization to 43 (its package brings
100 MB and torch); benchmarks/int8.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

from render.engines.openvino_graph import GraphWriter, Node
from render.libraries import silent_openvino
from render.libraries.signal_stack import kept_signal_stack
from render.media.frame import Picture
from render.networks.weights import Array, Weights
from render.target import Size

Ranges: TypeAlias = Mapping[str, tuple[float, float]]
"""The least and the greatest number that each convolution read, by name."""

_STEPS = 256
_WEIGHT_STEPS = 255  # as many below nought as above
_LEAST = 1e-3  # a range's width: that of a black clip would be none


def int8_graph(weights: Weights, size: Size, ranges: Ranges) -> Any:
    """As ``style_graph``, rounded to integers."""
    return _Rounded(weights, ranges).model(size)


def seen_ranges(weights: Weights, size: Size, pictures: Sequence[Picture]) -> Ranges:
    """What the convolutions read of ``pictures``, of which there is at least one: of all of them
    the mean of the least and of the greatest, so that one odd picture does not coarsen the rest."""
    ov = silent_openvino.load()
    watched = _Watched(weights)
    given, taken = watched.ends(size)
    ends = [end for both in watched.seen.values() for end in both]
    hints = {"INFERENCE_PRECISION_HINT": "f32", "ENABLE_CPU_PINNING": False}
    with kept_signal_stack():
        model = ov.Core().compile_model(ov.Model([given, *ends], [taken], "watched"), "CPU", hints)
    request = model.create_infer_request()
    found = []
    for picture in pictures:
        request.infer([np.ascontiguousarray(picture)[np.newaxis]])
        found.append(
            [float(request.get_output_tensor(1 + n).data.item()) for n in range(len(ends))]
        )
    means = np.mean(found, axis=0)
    return {
        name: (float(least), float(max(greatest, least + _LEAST)))
        for name, (least, greatest) in zip(watched.seen, means.reshape(-1, 2), strict=True)
    }


class _Watched(GraphWriter):
    """Tells what the convolutions read."""

    def __init__(self, weights: Weights) -> None:
        super().__init__(weights)
        self.seen: dict[str, tuple[Node, Node]] = {}

    def _read(self, x: Node, name: str) -> Node:
        axes = self._integers([0, 1, 2, 3])
        self.seen[name] = self._op.reduce_min(x, axes), self._op.reduce_max(x, axes)
        return x


class _Rounded(GraphWriter):
    """Rounds what the convolutions read, and what they multiply it with."""

    def __init__(self, weights: Weights, ranges: Ranges) -> None:
        super().__init__(weights)
        self._ranges = ranges

    def _read(self, x: Node, name: str) -> Node:
        least, greatest = map(self._single, self._ranges[name])
        return self._op.fake_quantize(x, least, greatest, least, greatest, _STEPS)

    def _kernel(self, kernel: Array) -> Node:
        greatest = np.abs(kernel).max(axis=tuple(range(1, kernel.ndim)), keepdims=True)
        greatest[greatest == 0] = 1
        low, high = self._op.constant(-greatest), self._op.constant(greatest)
        exact = self._op.constant(kernel)
        return self._op.fake_quantize(exact, low, high, low, high, _WEIGHT_STEPS)
