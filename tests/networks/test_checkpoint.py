"""Style files: what comes back, and everything that is refused."""

from __future__ import annotations

import json
import pickle
import re
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from render.errors import StyleError
from render.networks.checkpoint import StyleMetadata, load_style, read_metadata, save_style
from render.networks.modules import StyleNetwork
from render.networks.spec import NetworkSpec

pytestmark = pytest.mark.torch

SPEC = NetworkSpec.parse("res1-w8")
META = StyleMetadata(
    style="wave",
    spec=SPEC,
    title="The Great Wave",
    artist="葛飾北斎",
    year="1831",
    licence="CC0-1.0",
    trained_on="photographs",
    author="somebody",
    settings={"steps": 3, "layer_weights": [1.0, 2.0]},
    measured={"content": 1.5},
)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    path = tmp_path / "wave.res1-w8.safetensors"
    save_style(path, StyleNetwork(SPEC), META)
    return path


def test_round_trip(saved: Path) -> None:
    torch.manual_seed(1)
    network = StyleNetwork(SPEC).eval()
    style = load_style(saved)
    assert style.metadata == META == read_metadata(saved)
    assert style.metadata.network == "res1-w8"
    assert not style.network.training
    assert {p.dtype for p in style.network.parameters()} == {torch.float32}
    x = torch.rand(1, 3, 16, 16) * 255
    with torch.inference_mode():
        assert torch.allclose(style.network(x), network(x), atol=0.5)


def test_weights_are_stored_in_half_statistics_in_single(saved: Path) -> None:
    for tensor in load_file(saved).values():
        assert tensor.dtype is (torch.float16 if tensor.ndim > 1 else torch.float32)


def test_nothing_else_is_left_in_the_folder(saved: Path) -> None:
    assert list(saved.parent.iterdir()) == [saved]


def test_others_may_read_it_as_any_new_file(saved: Path) -> None:
    plain = saved.with_name("plain")
    plain.touch()
    assert saved.stat().st_mode == plain.stat().st_mode


def test_reading_metadata_imports_no_torch(saved: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from render.networks.metadata import read_metadata;"
        f"assert read_metadata(Path({str(saved)!r})).style == 'wave';"
        "assert 'torch' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e6])
def test_unfit_weights_are_not_saved(tmp_path: Path, value: float) -> None:
    network = StyleNetwork(SPEC)
    with torch.no_grad():
        network.get_parameter("encoder.0.convolution.weight")[0, 0, 0, 0] = value
    with pytest.raises(StyleError, match="not finite or too large"):
        save_style(tmp_path / "x.safetensors", network, META)
    assert not list(tmp_path.iterdir())


def test_saving_for_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StyleError, match=r"res1-w8.*res1-w4"):
        save_style(tmp_path / "x.safetensors", StyleNetwork(NetworkSpec.parse("res1-w4")), META)


def test_saving_where_no_folder_can_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StyleError, match="cannot be written"):
        save_style(tmp_path / "file" / "x.safetensors", StyleNetwork(SPEC), META)


Spoil = Callable[[Path], None]


def _bytes(change: Callable[[bytes], bytes]) -> Spoil:
    def spoil(path: Path) -> None:
        path.write_bytes(change(path.read_bytes()))

    return spoil


def _header(**changes: str | None) -> Spoil:
    def spoil(path: Path) -> None:
        strings = {**META.as_header(), **changes}
        save_file(load_file(path), path, {k: v for k, v in strings.items() if v is not None})

    return spoil


def _tensors(change: Callable[[dict[str, torch.Tensor]], None]) -> Spoil:
    def spoil(path: Path) -> None:
        tensors = load_file(path)
        change(tensors)
        save_file(tensors, path, META.as_header())

    return spoil


def _pickle(path: Path) -> None:
    torch.save({"weight": torch.zeros(2)}, path)


def _bare_pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps({"a": 1}))


def _foreign(path: Path) -> None:
    save_file({"weight": torch.zeros(2)}, path)


def _json_header(header: object) -> Spoil:
    def spoil(path: Path) -> None:
        text = json.dumps(header).encode()
        path.write_bytes(struct.pack("<Q", len(text)) + text)

    return spoil


def _ignore(_: object) -> None:
    pass


KEY = "decoder.6.weight"

REFUSED: dict[str, tuple[Spoil, str]] = {
    "torch.save": (_pickle, "pickle"),
    "a bare pickle": (_bare_pickle, "pickle"),
    "empty": (_bytes(lambda b: b""), "no .safetensors file"),
    "three bytes": (_bytes(lambda b: b[:3]), "no .safetensors file"),
    "random bytes": (_bytes(lambda b: bytes(range(256)) * 40), "no .safetensors file"),
    "text": (_bytes(lambda b: b"hello there, this is no model at all"), "no .safetensors file"),
    "cut short": (_bytes(lambda b: b[:-100]), "cut short"),
    "cut in the header": (_bytes(lambda b: b[:200]), "no .safetensors file"),
    "bytes at the end": (_bytes(lambda b: b + b"more"), "belong to nothing"),
    "huge header": (_bytes(lambda b: struct.pack("<Q", 1 << 62) + b[8:]), "no .safetensors file"),
    "deep header": (
        _bytes(lambda b: struct.pack("<Q", 200_000) + b"[" * 200_000),
        "no .safetensors file",
    ),
    "a header that is a list": (_json_header([1]), "no .safetensors file"),
    "a tensor without place": (_json_header({"a": {"dtype": "F32"}}), "of a kind"),
    "overlong shape": (
        _json_header({"a": {"dtype": "F32", "shape": [1 << 62], "data_offsets": [0, 4]}}),
        "disagree",
    ),
    "metadata that is a list": (_json_header({"__metadata__": [1]}), "no style of render"),
    "foreign safetensors": (_foreign, "no style of render"),
    "another format": (_header(format="other"), "no style of render"),
    "newer schema": (_header(schema="2"), "update render"),
    "no schema": (_header(schema=None), "no schema"),
    "no licence": (_header(licence=None), "lacks licence"),
    "no name": (_header(style=""), "lacks a style name"),
    "no spec": (_header(spec=None), "lacks spec"),
    "a spec out of range": (
        _header(spec=json.dumps({**SPEC.as_dict(), "blocks": 400})),
        "no known network",
    ),
    "broken spec": (_header(spec="{"), "cannot be read"),
    "broken settings": (_header(settings="[]"), "cannot be read"),
    "missing key": (_tensors(lambda t: _ignore(t.pop(KEY))), "lacks '" + KEY),
    "unknown key": (_tensors(lambda t: t.update(extra=torch.zeros(1))), "unknown tensor 'extra'"),
    "wrong shape": (_tensors(lambda t: t.update({KEY: torch.zeros(3, 8, 1, 1)})), "is .3, 8, 1, 1"),
    "NaN": (_tensors(lambda t: _ignore(t[KEY].fill_(float("nan")))), "not finite"),
    "infinity": (_tensors(lambda t: _ignore(t[KEY].fill_(float("inf")))), "not finite"),
    "integers": (_tensors(lambda t: t.update({KEY: t[KEY].int()})), "of a kind"),
    "negative variance": (
        _tensors(lambda t: _ignore(t["encoder.0.norm.running_var"].fill_(-1))),
        "negative",
    ),
    "another network": (_header(spec=json.dumps(NetworkSpec.parse("res2").as_dict())), "not fit"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_refused(saved: Path, how: str) -> None:
    spoil, words = REFUSED[how]
    spoil(saved)
    with pytest.raises(StyleError, match=words) as error:
        load_style(saved)
    assert str(saved) in str(error.value)
    assert ";" in str(error.value)  # what to do about it
    assert "\n" not in str(error.value)


def test_other_kinds_of_model_are_named(tmp_path: Path) -> None:
    for name, words in (("a.onnx", "ONNX"), ("a.pth", "pickle"), ("a.pt", "pickle")):
        (tmp_path / name).write_bytes(b"\x08\x07 something else entirely")
        with pytest.raises(StyleError, match=words):
            load_style(tmp_path / name)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(StyleError, match="does not exist"):
        load_style(tmp_path / "none.safetensors")
    with pytest.raises(StyleError, match="is a folder"):
        load_style(tmp_path)
    with pytest.raises(StyleError, match=re.escape("none")):
        read_metadata(Path("none\0.safetensors"))


def test_the_same_style_is_the_same_bytes(saved: Path, tmp_path: Path) -> None:
    style = load_style(saved)
    written = set()
    for number in range(8):  # the library orders its header by chance
        path = tmp_path / f"{number}.safetensors"
        save_style(path, style.network, style.metadata)
        written.add(path.read_bytes())
    assert len(written) == 1
    assert load_style(path).metadata == style.metadata
