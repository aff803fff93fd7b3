"""VGG16 up to relu4_3 in plain torch: the eyes of the losses.

Simonyan & Zisserman, arXiv 1409.1556, configuration D; torchvision's weights IMAGENET1K_V1. The
bundled file ends at relu3_3; a file with more layers gives relu4_3 too.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path
from typing import BinaryIO

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from render.errors import TrainingError
from render.files.small import opened
from render.training.vgg16 import BUNDLED, CONVOLUTIONS, MEAN, POOL_BEFORE, STD, TAPS

TORCHVISION = "vgg16"
CONTENT_LAYER = "relu3_3"

_MOST = 256 << 20
"""Bytes when unpacked: with relu4_3 it is 30 MB in single precision."""
_UNREADABLE = (OSError, ValueError, EOFError, MemoryError, NotImplementedError,
               zipfile.BadZipFile, zlib.error)  # fmt: skip
_SHORT = 15
"""Convolutions below this number reach relu3_3."""


class Backbone(nn.Module):
    """Features of pictures. Frozen; ``layers`` names what ``forward`` can return."""

    mean: Tensor
    std: Tensor

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        numbers = [n for n in CONVOLUTIONS if f"features.{n}.weight" in weights]
        self.layers = tuple(name for n, name in TAPS.items() if n in numbers)
        self.convolutions = nn.ModuleDict(
            {str(n): nn.Conv2d(*CONVOLUTIONS[n], 3, padding=1) for n in numbers}
        )
        self.load_state_dict(
            {name.replace("features", "convolutions"): t for name, t in weights.items()}
        )
        self.register_buffer("mean", torch.tensor(MEAN).view(1, 3, 1, 1) * 255, persistent=False)
        self.register_buffer("std", torch.tensor(STD).view(1, 3, 1, 1) * 255, persistent=False)
        self.requires_grad_(False)

    def forward(self, picture: Tensor, layers: tuple[str, ...]) -> dict[str, Tensor]:
        """The asked-for features of float (n, 3, height, width) RGB in 0..255, in the precision of
        the weights; computes no further than needed. Sides must be 8 or more."""
        dtype = next(self.parameters()).dtype
        x = ((picture - self.mean) / self.std).to(dtype, memory_format=torch.channels_last)
        found: dict[str, Tensor] = {}
        for key, convolution in self.convolutions.items():
            if int(key) in POOL_BEFORE:
                x = F.max_pool2d(x, 2)
            x = F.relu(convolution(x))
            tap = TAPS.get(int(key), "")
            if tap in layers:
                found[tap] = x
                if len(found) == len(layers):
                    return found
        raise ValueError(f"this backbone has {self.layers}, not all of {layers}, each once")

    def in_bfloat16(self) -> Backbone:
        """In bfloat16 (half precision would overrun in VGG's larger activations); the mean and
        the deviation stay in single."""
        self.convolutions.to(torch.bfloat16)
        return self


def load_backbone(path: Path | None = None) -> Backbone:
    """The backbone of an .npz file with the keys ``features.N.weight`` and ``features.N.bias``;
    None for the bundled one, ``vgg16`` for torchvision's, which fetches it if need be. Never
    unpickles a file given here. Raises TrainingError."""
    path = BUNDLED if path is None else path
    if str(path) == TORCHVISION:
        return _torchvisions()
    try:
        with opened(path) as file:
            _check_unpacked(path, file)
            archive = np.load(file, allow_pickle=False)
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise _unfit(path, "a single array")
            keys = [key for key in archive.files if re.fullmatch(r"features\.\d+\.\w+", key)]
            arrays = {key: np.asarray(archive[key], np.float32) for key in keys if _known(key)}
    except _UNREADABLE as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise TrainingError(
            f"{path}: cannot be read as a backbone ({reason}); leave --backbone out for the "
            "bundled one"
        ) from None
    last = max((n for n in CONVOLUTIONS if f"features.{n}.weight" in arrays), default=-1)
    needed = [n for n in CONVOLUTIONS if n < _SHORT or last > _SHORT]
    for n in needed:
        inputs, outputs = CONVOLUTIONS[n]
        expected = {"weight": (outputs, inputs, 3, 3), "bias": (outputs,)}
        for part, shape in expected.items():
            array = arrays.get(f"features.{n}.{part}")
            if array is None or array.shape != shape or not np.isfinite(array).all():
                raise _unfit(path, f"no sane features.{n}.{part}")
    return Backbone({key: torch.from_numpy(array) for key, array in arrays.items()})


def _torchvisions() -> Backbone:
    try:
        from torchvision.models import VGG16_Weights, vgg16  # type: ignore[import-not-found]
    except (ImportError, RuntimeError):  # RuntimeError: its operators miss the torch they fit
        raise TrainingError(
            f"--backbone {TORCHVISION}: needs torchvision, which is not installed or does not fit "
            "this torch; give the weights as an .npz file"
        ) from None
    try:
        state = vgg16(weights=VGG16_Weights.IMAGENET1K_V1).state_dict()
    except (OSError, RuntimeError) as error:
        raise TrainingError(
            f"--backbone {TORCHVISION}: torchvision cannot get the weights ({error}); give them as "
            "an .npz file"
        ) from None
    known = {f"features.{n}.{part}" for n in CONVOLUTIONS for part in ("weight", "bias")}
    return Backbone({key: tensor for key, tensor in state.items() if key in known})


def macs_per_pixel(layer: str) -> float:
    """Multiply-accumulates up to ``layer``, per pixel of the picture."""
    total, shrink = 0.0, 1
    for number, (inputs, outputs) in CONVOLUTIONS.items():
        shrink *= 4 if number in POOL_BEFORE else 1
        total += inputs * outputs * 9 / shrink
        if TAPS.get(number) == layer:
            break
    return total


def _known(key: str) -> bool:
    return int(key.split(".")[1]) in CONVOLUTIONS


def _check_unpacked(path: Path, file: BinaryIO) -> None:
    """Raise the TrainingError of an archive that unpacks to more than any backbone."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > _MOST:
                raise _unfit(path, f"unpacks to over {_MOST >> 20} MiB")
    file.seek(0)


def _unfit(path: Path, what: str) -> TrainingError:
    return TrainingError(
        f"{path}: is no VGG16 ({what}); it needs the arrays features.N.weight and features.N.bias"
    )
