"""import_model: whichever layout a file has, the network in it, checked, with its metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from pathlib import Path

from torch import Tensor

from render.errors import StyleError
from render.files.small import NotRegularError, opened, size_of
from render.networks.checkpoint import load_style
from render.networks.importers.agreement import Difference, agreement, picture, run, to_half
from render.networks.importers.torch_file import is_torch, read_safetensors, read_torch
from render.networks.importers.transformer_net import network_of, reference, tidied
from render.networks.metadata import SUFFIX, StyleMetadata
from render.networks.modules import StyleNetwork
from render.target import Size

LARGEST = 256 << 20
"""Bytes of a file that is looked at: five blocks at the greatest width are 110 MB."""
LIMIT = 0.5
"""The largest difference, of 255, between the file's network and ours: half of what shows."""

_SIZE = Size(128, 96)
_UNKNOWN = "unknown"


class Layout(StrEnum):
    """What kind of file it was."""

    TRANSFORMER_NET = "TransformerNet of pytorch/examples"
    ONNX = "TransformerNet in ONNX"
    RENDER = "style of render"


@dataclass(frozen=True, slots=True)
class Words:
    """What the new style file is to say of itself; empty: what the old one says, or "unknown"
    where not knowing matters (licence, trained_on)."""

    style: str = ""
    title: str = ""
    artist: str = ""
    year: str = ""
    licence: str = ""
    trained_on: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """A network that gives the pictures of the file it came from.

    Attributes:
        network: with its weights as the style file will hold them, in half precision.
        converted: between the file's network and ours, in single precision; None for our files.
        stored: between the file's network and ours with weights in half precision.
        span: the least and the greatest number that the network gave, 0..255 being the range.
    """

    layout: Layout
    network: StyleNetwork
    metadata: StyleMetadata
    converted: Difference | None = None
    stored: Difference | None = None
    span: tuple[float, float] | None = None


def import_model(path: Path, words: Words) -> Imported:
    """The network of ``path``, whose suffix or first bytes say its layout, and its metadata.

    ``words.style`` must be given. Raises StyleError when the file is of no known layout, does not
    fit a network of ours, would run code, or when both networks' pictures differ by over ``LIMIT``.
    """
    _check_file(path)
    if path.suffix == SUFFIX:
        state = read_safetensors(path)
        return _own(path, words) if state is None else _transformer_net(path, state, words)
    if path.suffix.lower() == ".onnx":
        return _onnx(path, words)
    if is_torch(path):
        return _transformer_net(path, read_torch(path, LARGEST), words)
    raise StyleError(
        f"{path}: is no model that render knows; give the .pth, .pt or .model file of a "
        f"TransformerNet, its .onnx export, or a {SUFFIX} style"
    )


def _check_file(path: Path) -> None:
    try:
        with opened(path) as file:
            size = size_of(file)
    except (FileNotFoundError, IsADirectoryError, NotRegularError) as error:
        what = "does not exist" if isinstance(error, FileNotFoundError) else error.strerror
        raise StyleError(f"{path}: {what}; give a model's file") from None
    except OSError as error:
        raise StyleError(f"{path}: cannot be read ({error.strerror})") from None
    if size > LARGEST:
        raise StyleError(
            f"{path}: is of {size >> 20} MiB, and no style network has over {LARGEST >> 20}; "
            "give the file that holds the weights alone"
        )


def _own(path: Path, words: Words) -> Imported:
    found = load_style(path)
    given = {f.name: text for f in fields(words) if (text := getattr(words, f.name))}
    metadata = replace(
        found.metadata,
        **given,
        # Where the weights first came from stays, if it says so.
        settings={**_origin(path, Layout.RENDER), **found.metadata.settings},
    )
    return Imported(Layout.RENDER, found.network, metadata)


def _transformer_net(path: Path, state: Mapping[str, Tensor], words: Words) -> Imported:
    tidy = tidied(path, state)
    network = network_of(path, tidy)
    return _compared(
        path, Layout.TRANSFORMER_NET, network, words, _SIZE, lambda x: reference(tidy, x)
    )


def _onnx(path: Path, words: Words) -> Imported:
    from render.networks.importers.onnx_file import read_onnx
    from render.networks.importers.onnx_graph import state_of
    from render.networks.importers.onnx_run import Runner

    network = network_of(path, state_of(path, read_onnx(path, LARGEST)))
    runner = Runner(path, _SIZE)
    return _compared(path, Layout.ONNX, network, words, runner.size, runner)


def _compared(
    path: Path,
    layout: Layout,
    network: StyleNetwork,
    words: Words,
    size: Size,
    theirs: Callable[[Tensor], Tensor],
) -> Imported:
    shown = picture(size)
    expected = theirs(shown)
    converted = agreement(path, expected, run(network, shown))
    if not converted.largest <= LIMIT:  # also NaN
        raise StyleError(
            f"{path}: as {network.spec} it would give other pictures, by up to "
            f"{converted.largest:.3g} of 255, so its network is not quite that one; train the "
            "style anew with `render train`"
        )
    network = to_half(path, network)
    stored = agreement(path, expected, run(network, shown))
    said = {f.name: getattr(words, f.name) for f in fields(words)}
    metadata = StyleMetadata(
        **{**said, **{key: said[key] or _UNKNOWN for key in ("licence", "trained_on")}},
        spec=network.spec,
        settings=_origin(path, layout),
        measured={
            "import_max_difference": converted.largest,
            "import_mean_difference": converted.mean,
            "half_max_difference": stored.largest,
            "half_mean_difference": stored.mean,
        },
    )
    span = (float(expected.min()), float(expected.max()))
    return Imported(layout, network, metadata, converted, stored, span)


def _origin(path: Path, layout: Layout) -> dict[str, str]:
    # Names that are no UTF-8 could not be written as JSON's UTF-8.
    name = path.name.encode("utf-8", "replace").decode("utf-8")
    return {"imported_from": name, "layout": layout.value}
