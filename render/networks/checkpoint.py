"""Style files: a network's weights with their provenance, in safetensors. Nothing is unpickled."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import save
from torch import Tensor

from render.errors import StyleError
from render.files.atomic import whole
from render.networks.metadata import StyleMetadata, read_metadata
from render.networks.modules import StyleNetwork
from render.networks.weights import read_weights

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
    tensors = {name: _stored(tensor) for name, tensor in network.numbers().items()}
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
    return Style(path, metadata, StyleNetwork.of(read_weights(path)))


def _stored(tensor: Tensor) -> Tensor:
    dtype = torch.float16 if tensor.ndim > 1 else torch.float32
    return tensor.detach().to("cpu", dtype, copy=True, memory_format=torch.contiguous_format)
