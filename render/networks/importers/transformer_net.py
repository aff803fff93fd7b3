"""TransformerNet, the network of pytorch/examples' fast_neural_style, as a NetworkSpec.

Its tensors: conv1 to conv3 with in1 to in3, res1 to resN of two convolutions and norms each,
deconv1 and deconv2 (upsampling, then a convolution) with in4 and in5, and deconv3.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from render.errors import StyleError, UsageError
from render.networks.modules import StyleNetwork
from render.networks.spec import NetworkSpec, Norm, OutputForm, Padding

EPSILON = 1e-5
"""What instance norm adds to the variance: torch's default, in TransformerNet and in ours."""
LAYOUT = "TransformerNet (fast_neural_style of pytorch/examples)"
TRANSPOSED = (
    "upsamples by transposed convolutions, which in half precision shift their output on phones "
    "(coremltools issue 2324); train it with upsampling and convolution instead"
)

_USUAL = ("conv1.conv2d.weight", "in1.weight", "res1.conv1.conv2d.weight", "deconv1.conv2d.weight")
_SCALE = 127.5  # ours gives the first convolution x/127.5 - 1, theirs x in 0..255
_FIRST = re.compile(r"((?:.*\.)?)conv1\.conv2d\.weight")
_IN_BLOCK = re.compile(r"(?:.*\.)?res\d+\.")
_OLD = re.compile(r"(?:.*\.)?in\d+\.running_(?:mean|var)")
_TRACKED = re.compile(r"(?:.*\.)?in\d+\.num_batches_tracked")
_TRANSPOSED = re.compile(r"deconv[12]\.(?:\w*(?:trans|deconv)\w*\.)?weight")


class ForeignLayer(NamedTuple):
    """A convolution and its norm: their names there, the name of both here, and the shape."""

    convolution: str
    norm: str
    ours: str
    shape: tuple[int, int, int, int]
    stride: int = 1
    doubled: bool = False


def layers(blocks: int, width: int, kernel: int) -> Iterator[ForeignLayer]:
    """All layers that have a norm, in their order; the last convolution has none."""
    w = width
    yield ForeignLayer("conv1", "in1", "encoder.0", (w, 3, kernel, kernel))
    yield ForeignLayer("conv2", "in2", "encoder.2", (2 * w, w, 3, 3), stride=2)
    yield ForeignLayer("conv3", "in3", "encoder.4", (4 * w, 2 * w, 3, 3), stride=2)
    for i in range(blocks):
        for j, name in enumerate(("first", "second"), 1):
            theirs = f"res{i + 1}"
            yield ForeignLayer(f"{theirs}.conv{j}", f"{theirs}.in{j}", f"blocks.{i}.{name}",
                        (4 * w, 4 * w, 3, 3))  # fmt: skip
    yield ForeignLayer("deconv1", "in4", "decoder.1", (2 * w, 4 * w, 3, 3), doubled=True)
    yield ForeignLayer("deconv2", "in5", "decoder.4", (w, 2 * w, 3, 3), doubled=True)


def tidied(path: Path, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The network's own tensors, in single precision: less a prefix that all share (``module.``)
    and the running statistics of torch before 0.4, which nothing used."""
    if tracked := [name for name in state if _TRACKED.fullmatch(name)]:
        raise StyleError(
            f"{path}: {_listed(tracked)}: its norms keep running statistics, as batch norm does, "
            f"and those of {LAYOUT} do not; train the style anew with `render train`"
        )
    matches = [m for m in map(_FIRST.fullmatch, state) if m and not _IN_BLOCK.fullmatch(m[1])]
    prefix = min((m[1] for m in matches), key=len, default="")
    used = (name for name in state if not _OLD.fullmatch(name))
    return {name.removeprefix(prefix): state[name].detach() for name in used}


def network_of(path: Path, state: Mapping[str, Tensor]) -> StyleNetwork:
    """Our network with the weights of a tidied state.

    Raises StyleError when names or shapes are not TransformerNet's, or numbers are not finite.
    """
    spec = _spec(path, state)
    shapes = _shapes(spec)
    _check_names(path, state, shapes)
    for name, tensor in state.items():
        _check_tensor(path, name, tensor, shapes[name])
    network = StyleNetwork(spec).eval()
    # Biases before a norm are left out: instance norm subtracts each channel's mean, and with it
    # whatever was added to all of the channel. Our layers have none for that reason.
    ours = {}
    for layer in layers(spec.blocks, spec.width, spec.kernel):
        ours[f"{layer.ours}.convolution.weight"] = state[f"{layer.convolution}.conv2d.weight"]
        for part in ("weight", "bias"):
            ours[f"{layer.ours}.norm.{part}"] = state[f"{layer.norm}.{part}"]
    # w·x is 127.5·w·(x/127.5 - 1) plus 127.5 times w's sum, a bias, which the norm takes away. That
    # holds at the edges too, since reflection repeats pixels and brings in no zeros.
    ours["encoder.0.convolution.weight"] = ours["encoder.0.convolution.weight"].float() * _SCALE
    ours["decoder.6.weight"] = state["deconv3.conv2d.weight"]
    ours["decoder.6.bias"] = state.get("deconv3.conv2d.bias", torch.zeros(3))
    network.load_state_dict(ours)
    return network


def reference(state: Mapping[str, Tensor], picture: Tensor) -> Tensor:
    """What TransformerNet itself makes of a float picture (n, 3, height, width) in 0..255.

    Written from its definition and not from ours, to hold ours to it.
    """
    numbers = {name: tensor.float() for name, tensor in state.items()}

    def convolution(x: Tensor, name: str, stride: int = 1) -> Tensor:
        weight = numbers[f"{name}.conv2d.weight"]
        x = F.pad(x, [weight.shape[-1] // 2] * 4, mode="reflect")
        return F.conv2d(x, weight, numbers.get(f"{name}.conv2d.bias"), stride=stride)

    def layer(x: Tensor, conv: str, norm: str, stride: int = 1) -> Tensor:
        x = convolution(x, conv, stride)
        return F.instance_norm(
            x, weight=numbers[f"{norm}.weight"], bias=numbers[f"{norm}.bias"], eps=EPSILON
        )

    with torch.inference_mode():
        x = F.relu(layer(picture, "conv1", "in1"))
        x = F.relu(layer(x, "conv2", "in2", 2))
        x = F.relu(layer(x, "conv3", "in3", 2))
        block = 1
        while f"res{block}.conv1.conv2d.weight" in numbers:
            name = f"res{block}"
            inner = F.relu(layer(x, f"{name}.conv1", f"{name}.in1"))
            x = x + layer(inner, f"{name}.conv2", f"{name}.in2")
            block += 1
        for conv, norm in (("deconv1", "in4"), ("deconv2", "in5")):
            x = F.interpolate(x, scale_factor=2.0, mode="nearest")
            x = F.relu(layer(x, conv, norm))
        return convolution(x, "deconv3")


def _spec(path: Path, state: Mapping[str, Tensor]) -> NetworkSpec:
    first = state.get("conv1.conv2d.weight")
    if first is None or first.ndim != 4 or first.shape[2] != first.shape[3]:
        raise _other(path, list(state), _USUAL)
    numbers = {int(m[1]) for name in state if (m := re.match(r"res(\d{1,3})\.", name))}
    try:
        return NetworkSpec.make(
            len(numbers),
            width=int(first.shape[0]),
            kernel=int(first.shape[2]),
            norm=Norm.INSTANCE,
            padding=Padding.REFLECT,
            context=0,
            output=OutputForm.LINEAR,
        )
    except UsageError as error:
        raise StyleError(
            f"{path}: is no network that render has ({error}); train the style anew with "
            "`render train`"
        ) from None


def _shapes(spec: NetworkSpec) -> dict[str, tuple[int, ...]]:
    """All names that may be there; biases of convolutions need not be."""
    shapes: dict[str, tuple[int, ...]] = {}
    for layer in layers(spec.blocks, spec.width, spec.kernel):
        shapes[f"{layer.convolution}.conv2d.weight"] = layer.shape
        shapes[f"{layer.convolution}.conv2d.bias"] = layer.shape[:1]
        shapes[f"{layer.norm}.weight"] = shapes[f"{layer.norm}.bias"] = layer.shape[:1]
    shapes["deconv3.conv2d.weight"] = (3, spec.width, spec.kernel, spec.kernel)
    shapes["deconv3.conv2d.bias"] = (3,)
    return shapes


def _check_names(
    path: Path, state: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]]
) -> None:
    missing = [n for n in shapes if n not in state and not n.endswith("conv2d.bias")]
    unknown = [name for name in state if name not in shapes]
    if any(name.startswith("deconv") for name in missing) and any(
        _TRANSPOSED.fullmatch(name) for name in unknown
    ):
        raise StyleError(f"{path}: {TRANSPOSED}")
    if missing or unknown:
        raise _other(path, unknown, missing)


def _check_tensor(path: Path, name: str, tensor: Tensor, shape: tuple[int, ...]) -> None:
    found = tuple(tensor.shape)
    if found != shape:
        if name.startswith(("deconv1", "deconv2")) and found == (shape[1], shape[0], *shape[2:]):
            raise StyleError(f"{path}: {TRANSPOSED}")
        raise StyleError(
            f"{path}: {name} is of shape {found}, and {shape} belongs there in {LAYOUT}; only "
            "that layout, of any width and up to five blocks, can be imported"
        )
    if not tensor.is_floating_point():
        raise StyleError(
            f"{path}: {name} holds {tensor.dtype}, not floating point; save the network in single "
            "precision"
        )
    if not bool(torch.isfinite(tensor).all()):
        raise StyleError(
            f"{path}: {name} holds numbers that are not finite; copy or download it again"
        )


def _other(path: Path, found: Sequence[str], missing: Sequence[str]) -> StyleError:
    expected = f"expected {_listed(missing)}" if missing else "has more than that layout"
    return StyleError(
        f"{path}: is not laid out as {LAYOUT}: {expected}; found "
        f"{_listed(found) if found else 'nothing in their place'}"
    )


def _listed(names: Sequence[str]) -> str:
    """The first few, one line."""
    shown = ", ".join(name[:60] for name in names[:4])
    return f"{shown}, … ({len(names)} in all)" if len(names) > 4 else shown
