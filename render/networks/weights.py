"""Weights: a network as numbers, read from its style file and checked, without torch.

Importing torch takes longer than loading a network and compiling it for a processor, which need
nothing of it (`render/engines/openvino_graph.py`). What does, makes a module of these numbers
(`StyleNetwork.of`, `modules.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load

from render.errors import StyleError
from render.files.small import read_small
from render.networks.metadata import MAX_FILE, StyleMetadata, read_metadata
from render.networks.spec import BlockKind, NetworkSpec, Norm

Array: TypeAlias = npt.NDArray[Any]

NORM_EPSILON = 1e-5
"""Added to variances before a norm divides by their root, as torch does by default."""


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """All numbers of a network that is ready to run.

    Attributes:
        spec: what network they are for.
        tensors: by the names of ``StyleNetwork``'s own; of half precision or single.
        strength: how much of the style shows, 0..1, as ``StyleNetwork`` has it.
    """

    spec: NetworkSpec
    tensors: Mapping[str, Array]
    strength: float = 1.0

    def at(self, strength: float) -> Weights:
        """The same network, showing as much of the style as ``strength`` says."""
        return replace(self, strength=strength)


def read_weights(path: Path) -> Weights:
    """The weights of a style file. Raises StyleError for anything that is not a whole, sane one."""
    metadata = read_metadata(path)
    data = read_small(path, "style file", MAX_FILE, StyleError)
    try:
        tensors = load(data)
    except (SafetensorError, ValueError) as error:
        raise StyleError(f"{path}: cannot be read ({error})") from None
    expected = dict(_shapes(metadata.spec))
    for name in sorted(expected.keys() | tensors.keys()):
        _check(path, metadata, name, expected.get(name), tensors.get(name))
    return Weights(metadata.spec, tensors)


def _shapes(spec: NetworkSpec) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The tensors that a network has, and their shapes."""
    w, k = spec.width, spec.kernel
    yield from _layer(spec, "encoder.0", 3, w, k)
    yield from _layer(spec, "encoder.2", w, 2 * w)
    yield from _layer(spec, "encoder.4", 2 * w, 4 * w)
    separable = spec.kind is BlockKind.SEPARABLE
    for number in range(spec.blocks):
        for which in ("first", "second"):
            name = f"blocks.{number}.{which}"
            if separable:
                yield f"{name}.depthwise.weight", (4 * w, 1, 3, 3)
            yield from _layer(spec, name, 4 * w, 4 * w, 1 if separable else 3)
    yield from _layer(spec, "decoder.1", 4 * w, 2 * w)
    yield from _layer(spec, "decoder.4", 2 * w, w)
    yield "decoder.6.weight", (3, w, k, k)
    yield "decoder.6.bias", (3,)


def _layer(
    spec: NetworkSpec, name: str, inputs: int, outputs: int, kernel: int = 3
) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield f"{name}.convolution.weight", (outputs, inputs, kernel, kernel)
    numbers = ["weight", "bias"]
    if spec.norm is Norm.BATCH:
        numbers += ["running_mean", "running_var"]
    for number in numbers:
        yield f"{name}.norm.{number}", (outputs,)


def _check(
    path: Path,
    metadata: StyleMetadata,
    name: str,
    expected: tuple[int, ...] | None,
    found: Array | None,
) -> None:
    if expected is None or found is None:
        what = "lacks" if found is None else "has an unknown tensor"
        raise _misfit(path, metadata, f"{what} {name!r}")
    if found.shape != expected:
        raise _misfit(path, metadata, f"{name!r} is {found.shape}, not {expected}")
    if not np.isfinite(found).all():
        raise _misfit(path, metadata, f"{name!r} holds numbers that are not finite")
    if name.endswith("running_var") and (found < 0).any():
        raise _misfit(path, metadata, f"{name!r} holds negative variances")


def _misfit(path: Path, metadata: StyleMetadata, what: str) -> StyleError:
    return StyleError(
        f"{path}: its weights do not fit {metadata.network}: {what}; "
        "copy or download the style again, or train it anew"
    )
