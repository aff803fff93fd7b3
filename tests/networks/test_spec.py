"""The architecture's description: names, numbers, and that they are the module's own."""

from __future__ import annotations

import itertools
import subprocess
import sys

import pytest

from render.errors import UsageError
from render.networks.spec import BlockKind, NetworkSpec, Norm, Padding, UpsampleForm
from render.target import Size

NAMES = [
    "res0",
    "res3",
    "res5",
    "res3-sep",
    "res3-w16",
    "res1-k9",
    "res3-in",
    "res3-reflect",
    "res3-in-reflect",
    "res3-c0",
    "res3-reflect-c16",
    "res3-c32",
    "res3-c12d2",
    "res2-in-reflect-linear",
    "res3-bilinear",
    "res1-sep-w8-k5-in-reflect-c8-bilinear",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_round_trip(name: str) -> None:
    spec = NetworkSpec.parse(name)
    assert spec.name == name
    assert NetworkSpec.from_dict(spec.as_dict()) == spec


def test_every_spec_has_a_name_of_its_own() -> None:
    specs = [
        NetworkSpec.make(b, kind=k, width=w, kernel=s, norm=n, padding=p, context=c, upsample=u)
        for b, k, w, s, n, p, c, u in itertools.product(
            (0, 3, 5), BlockKind, (16, 32), (3, 9), Norm, Padding, (None, 0, 32), UpsampleForm
        )
    ]
    assert all(NetworkSpec.parse(spec.name) == spec for spec in specs)
    assert len({spec.name for spec in specs}) == len(set(specs))


def test_defaults() -> None:
    spec = NetworkSpec.parse("res3")
    assert (spec.width, spec.kernel, spec.context, spec.deep_context) == (32, 3, 8, 6)
    assert NetworkSpec.parse("res5").deep_context == 10
    for name, contexts in {
        "res3-k9": (16, 6), "res3-bilinear": (16, 6), "res0": (8, 0), "res3-reflect": (0, 0),
        "res3-c32": (32, 0), "res3-c32d2": (32, 2),
    }.items():  # fmt: skip
        spec = NetworkSpec.parse(name)
        assert (spec.context, spec.deep_context) == contexts, name


def test_the_first_style_files_specs_are_read() -> None:
    """They knew neither a deep context nor a linear output."""
    old = NetworkSpec.parse("res3-c32").as_dict()
    del old["deep_context"], old["output"]
    assert NetworkSpec.from_dict(old).name == "res3-c32"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("rse3", "did you mean res3?"),
        ("res3-sepp", "did you mean res3-sep?"),
        ("res3_sep", "did you mean res3-sep?"),
        ("", "res0 to res5"),
        ("res9", "0 to 5"),
        ("res3-k4", "odd"),
        ("res3-w0", "4 to 128"),
        ("res3-w999", "4 to 128"),
        ("res3-c6", "multiple of 4"),
        ("res3-c0d6", "needs a context of 4"),
        ("res3-c8d99", "0 to 64"),
        ("res3-reflect-in", "in this order"),
        ("res٣", "res0 to res5"),
    ],
)
def test_unknown_names_say_what_to_write(name: str, hint: str) -> None:
    with pytest.raises(UsageError, match=hint.replace("?", r"\?")):
        NetworkSpec.parse(name)


@pytest.mark.parametrize("change", [{"blocks": "3"}, {"blocks": True}, {"norm": "x"}, {"odd": 1}])
def test_a_foreign_spec_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        NetworkSpec.from_dict({**NetworkSpec.parse("res3").as_dict(), **change})


def test_published_figures() -> None:
    spec = NetworkSpec.parse("res3")
    assert spec.parameters() == 1_071_875
    assert spec.macs(Size(480, 853)) == 47_297_507_328
    assert str(spec.inner(Size(480, 853))) == "496x872"
    assert NetworkSpec.parse("res3-c32").macs(Size(480, 853)) == 51_601_489_920


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_parameters_and_macs_are_the_modules(name: str) -> None:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from render.networks.modules import StyleNetwork, folded

    spec = NetworkSpec.parse(name)
    network = folded(StyleNetwork(spec))
    assert spec.parameters() == sum(p.numel() for p in network.parameters())
    for size in (Size(1, 1), Size(31, 18)):
        counter = FlopCounterMode(display=False)
        with counter, torch.inference_mode():
            network(torch.zeros(1, 3, size.height, size.width))
        assert counter.get_total_flops() == 2 * spec.macs(size)


@pytest.mark.torch
@pytest.mark.parametrize("name", NAMES)
def test_traffic_is_what_the_modules_convolutions_read_and_write(name: str) -> None:
    import torch

    from render.networks.modules import StyleNetwork, folded

    spec = NetworkSpec.parse(name)
    network = folded(StyleNetwork(spec))
    moved: list[int] = []
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(
                lambda _, given, result: moved.append(given[0].numel() + result.numel())
            )
    for size in (Size(1, 1), Size(31, 18)):
        moved.clear()
        with torch.inference_mode():
            network(torch.zeros(1, 3, size.height, size.width))
        assert sum(moved) == spec.traffic(size)


def test_no_torch_is_imported() -> None:
    code = (
        "import sys, render.networks.spec as s; from render.target import Size;"
        "s.NetworkSpec.parse('res3').macs(Size(480, 853));"
        "from render.networks import catalogue, metadata; catalogue.list_styles();"
        "assert not {'torch', 'safetensors', 'openvino'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
