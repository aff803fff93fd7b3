"""ONNX models run as they are, by OpenVINO."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from render.errors import StyleError
from render.libraries import silent_openvino
from render.libraries.signal_stack import kept_signal_stack
from render.networks.spec import MIN_SIDE, STRIDE
from render.target import MAX_SIDE, Size

_MOST_PIXELS = 1 << 21


class Runner:
    """A model of one picture at one size: its own, or ``size`` where it takes any.

    A size of its own that is no multiple of 4, where networks of ours differ on purpose, or that is
    very large, is changed to ``size`` too. Raises StyleError when OpenVINO cannot run the model.
    """

    def __init__(self, path: Path, size: Size) -> None:
        ov = silent_openvino.load()

        self._path = path
        try:
            core = ov.Core()
            model = core.read_model(str(path))
            self.size = _own_size(model) or size
            model.reshape([1, 3, self.size.height, self.size.width])
            # Left to choose, OpenVINO computes in bf16 on processors that have it.
            hints = {"INFERENCE_PRECISION_HINT": "f32"}
            with kept_signal_stack():
                self._model: Any = core.compile_model(model, "CPU", hints)
        except (RuntimeError, MemoryError, ValueError) as error:
            raise self._failure(error) from None

    def __call__(self, picture: Tensor) -> Tensor:
        """The model's picture (1, 3, height, width) of another."""
        try:
            result = self._model([picture.numpy()])[0]
        except (RuntimeError, MemoryError, ValueError) as error:
            raise self._failure(error) from None
        return torch.from_numpy(result.copy())

    def _failure(self, error: BaseException) -> StyleError:
        lines = [line for line in str(error).splitlines() if line.strip()]
        why = lines[-1].strip()[:160] if lines else type(error).__name__
        return StyleError(
            f"{self._path}: OpenVINO cannot run it, so it cannot be compared ({why}); export it "
            "with inputs of any size"
        )


def _own_size(model: Any) -> Size | None:
    shape = model.input(0).partial_shape
    if shape.rank.is_dynamic or len(shape) != 4 or shape[2].is_dynamic or shape[3].is_dynamic:
        return None
    height, width = shape[2].get_length(), shape[3].get_length()
    fits = not (height % STRIDE or width % STRIDE)
    fits = fits and min(height, width) >= MIN_SIDE and max(height, width) <= MAX_SIDE
    return Size(width, height) if fits and height * width <= _MOST_PIXELS else None
