"""Finding styles by name and by file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from render.errors import StyleError, UsageError
from render.networks.catalogue import find_style, list_styles
from render.networks.checkpoint import StyleMetadata, save_style
from render.networks.modules import StyleNetwork
from render.networks.spec import NetworkSpec

pytestmark = pytest.mark.torch


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "styles"
    for style, network in (("wave", "res0-w4"), ("wave", "res3"), ("starry-night", "res0-w4")):
        spec = NetworkSpec.parse(network)
        path = folder / f"{style}.{network}.safetensors"
        save_style(path, StyleNetwork(spec), StyleMetadata(style=style, spec=spec))
    monkeypatch.chdir(tmp_path)
    return folder


def test_names(shipped: Path) -> None:
    assert [(s.metadata.style, s.metadata.network) for s in list_styles(shipped)] == [
        ("starry-night", "res0-w4"),
        ("wave", "res0-w4"),
        ("wave", "res3"),
    ]
    assert find_style("wave", None, shipped).metadata.network == "res3"
    assert find_style("wave", "res0-w4", shipped).path == shipped / "wave.res0-w4.safetensors"
    assert find_style("starry-night", None, shipped).metadata.network == "res0-w4"


def test_files(shipped: Path, tmp_path: Path) -> None:
    path, metadata = find_style(str(shipped / "wave.res0-w4.safetensors"), "res0-w4")
    assert metadata.style == "wave"
    plain = tmp_path / "mine"  # no suffix, but it is there
    plain.write_bytes(path.read_bytes())
    assert find_style("mine", None).metadata == replace(metadata)


@pytest.mark.parametrize(
    ("name", "network", "words"),
    [
        ("wav", None, "did you mean wave"),
        ("Wave", None, "did you mean wave"),
        ("zzz", None, "There is starry-night, wave"),
        ("starry-night", "res3", "only for res0-w4"),
        ("mine.safetensors", None, "does not exist"),
        ("mine.pth", None, "does not exist"),
        ("a/b", None, "does not exist"),
        ("", None, "not known"),
        ("x\0y", None, "not known"),
    ],
)
def test_refusals(shipped: Path, name: str, network: str | None, words: str) -> None:
    with pytest.raises(StyleError, match=words):
        find_style(name, network, shipped)


def test_a_file_for_another_network(shipped: Path) -> None:
    with pytest.raises(StyleError, match="--network res0-w4"):
        find_style(str(shipped / "wave.res0-w4.safetensors"), "res3")


def test_an_unknown_network(shipped: Path) -> None:
    with pytest.raises(UsageError, match="did you mean res3"):
        find_style("wave", "rse3", shipped)


def test_without_any_style(tmp_path: Path) -> None:
    assert list_styles(tmp_path) == []
    with pytest.raises(StyleError, match="no style comes with"):
        find_style("wave", None, tmp_path)
