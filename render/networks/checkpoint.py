"""Style files: a network's weights with their provenance, in safetensors. Nothing is unpickled."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from render.errors import StyleError
from render.files.atomic import whole
from render.files.small import read_small
from render.networks.metadata import MAX_FILE, StyleMetadata, read_metadata
from render.networks.modules import StyleNetwork

__all__ = ["Style", "StyleMetadata", "load_style", "read_metadata", "save_style"]


@dataclass(frozen=True, slots=True)
class Style:
    """A loaded style: its file, what that says of itself, and the network in eval mode (fp32)."""

    path: Path
    metadata: StyleMetadata
    network: StyleNetwork


def save_style(path: Path, network: StyleNetwork, metadata: StyleMetadata) -> None:
    """Write the style file, whole or not at all.

    Convolution weights are stored in half precision, the few numbers per channel (biases, norms and
    their statistics, which half precision cannot hold safely) in single. Raises StyleError when the
    weights are not finite or too large for that, when the spec differs from the network's, or when
    the file cannot be written.
    """
    if metadata.spec != network.spec:
        raise StyleError(f"{path}: metadata for {metadata.network}, weights of {network.spec}")
    tensors = {name: _stored(tensor) for name, tensor in _weights(network).items()}
    for name, tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise StyleError(f"{path}: {name} is not finite or too large for half precision")
    with whole(path, StyleError, SafetensorError) as temporary:
        # Not by `save_file`, whose files only their owner may read.
        temporary.write_bytes(_in_order(save(tensors, metadata=metadata.as_header())))


def _in_order(data: bytes) -> bytes:
    """The same safetensors file with its header's keys in order, which the library leaves to
    chance: the same style is the same bytes, by which previews are known."""
    length = int.from_bytes(data[:8], "little")
    header = json.dumps(json.loads(data[8 : 8 + length]), sort_keys=True, separators=(",", ":"))
    text = header.encode("utf-8")
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


def load_style(path: Path) -> Style:
    """The style of a file. Raises StyleError for anything that is not a whole, sane style file."""
    metadata = read_metadata(path)
    data = read_small(path, "style file", MAX_FILE, StyleError)
    try:
        tensors = load(data)
    except (SafetensorError, ValueError) as error:
        raise StyleError(f"{path}: cannot be read ({error})") from None
    network = StyleNetwork(metadata.spec)
    expected = _weights(network)
    for name in expected.keys() | tensors.keys():
        _check(path, metadata, name, expected.get(name), tensors.get(name))
    with torch.no_grad():
        for name, tensor in expected.items():
            tensor.copy_(tensors[name])
    return Style(path, metadata, network.eval())


def _weights(network: StyleNetwork) -> dict[str, Tensor]:
    """The network's own tensors, less the count of batches that batch norm keeps."""
    state: dict[str, Tensor] = network.state_dict()
    return {name: t for name, t in state.items() if t.is_floating_point()}


def _stored(tensor: Tensor) -> Tensor:
    dtype = torch.float16 if tensor.ndim > 1 else torch.float32
    return tensor.detach().to("cpu", dtype, copy=True, memory_format=torch.contiguous_format)


def _check(
    path: Path, metadata: StyleMetadata, name: str, expected: Tensor | None, found: Tensor | None
) -> None:
    if expected is None or found is None:
        what = "lacks" if found is None else "has an unknown tensor"
        raise _misfit(path, metadata, f"{what} {name!r}")
    if found.shape != expected.shape:
        raise _misfit(
            path, metadata, f"{name!r} is {tuple(found.shape)}, not {tuple(expected.shape)}"
        )
    if not bool(torch.isfinite(found).all()):
        raise _misfit(path, metadata, f"{name!r} holds numbers that are not finite")
    if name.endswith("running_var") and bool((found < 0).any()):
        raise _misfit(path, metadata, f"{name!r} holds negative variances")


def _misfit(path: Path, metadata: StyleMetadata, what: str) -> StyleError:
    return StyleError(
        f"{path}: its weights do not fit {metadata.network}: {what}; "
        "copy or download the style again, or train it anew"
    )
