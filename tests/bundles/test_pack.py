"""A preset is packed, goes elsewhere, and shows there what it showed here."""

from __future__ import annotations

import io
from collections.abc import Generator
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

import pytest
from PIL import Image

from render.bundles.bundle import Bundle, open_bundle
from render.bundles.bundled_preview import RenderWith
from render.bundles.install import install
from render.bundles.manifest import Role
from render.bundles.pack import Packing, pack
from render.bundles.rendered_again import Closeness, render_again
from render.distribution import VERSION
from render.engines.base import DeviceName, EngineName
from render.errors import BundleError, OutputError, UsageError
from render.networks.checkpoint import save_style
from render.networks.metadata import StyleMetadata
from render.presets.installed_from import installed_from
from render.presets.preset import Preset
from render.presets.preset_library import load_preset
from tests.networks.test_modules import lively

pytestmark = pytest.mark.torch
_Result = TypeVar("_Result")
TORCH = RenderWith(EngineName.TORCH, DeviceName.CPU)


def end(steps: Generator[object, None, _Result]) -> _Result:
    """What comes of them."""
    while True:
        try:
            next(steps)
        except StopIteration as stopped:
            return stopped.value


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Preset:
    """In a style of one's own, whose file has a name that no bundle takes."""
    path = tmp_path_factory.mktemp("styles") / "a lively one.safetensors"
    network = lively("res1-w8")
    words = {"licence": "CC0-1.0", "author": "me", "title": "Noise"}
    save_style(path, network, StyleMetadata("liv/ely ü", network.spec, **words))
    return Preset().with_options(
        fps="10", size="48x86", network="res1-w8", style=str(path), evidence={"device": "A12"}
    )


def packing(clip: Path, **more: object) -> Packing:
    return Packing(clip=clip, using=TORCH, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def packed(preset: Preset, moving: Path, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    path = tmp_path_factory.mktemp("bundles") / "look.renderpreset"
    more = {"licence": "CC BY 4.0", "author": "Zoë", "clip_licence": "CC0-1.0"}
    return end(pack(preset, "look", path, packing(moving, **more)))


def test_it_holds_all_that_is_needed(packed: Bundle, preset: Preset) -> None:
    assert list(packed.contents) == [
        "bundle.json", "preset.toml", "thumbnail.jpg", "liv-ely.res1-w8.safetensors", "clip.mp4",
        "preview.mp4",
    ]  # fmt: skip
    assert packed.contents["liv-ely.res1-w8.safetensors"] == Path(preset.style).read_bytes()
    assert (packed.preset.licence, packed.preset.author) == ("CC BY 4.0", "Zoë")
    assert packed.preset.evidence == {"device": "A12"}
    style, clip = packed.part(Role.STYLE), packed.part(Role.CLIP)
    assert (style.licence, style.by, style.about) == ("CC0-1.0", "me", "Noise")
    assert (clip.licence, clip.about) == ("CC0-1.0", "from moving.mp4")
    picture = Image.open(io.BytesIO(packed.contents["thumbnail.jpg"]))
    assert (picture.format, picture.size) == ("JPEG", (86, 48))


def test_it_names_no_folder_of_this_machine(packed: Bundle, preset: Preset, moving: Path) -> None:
    data = packed.path.read_bytes()
    for folder in (packed.path.parent, Path(preset.style).parent, moving.parent, Path.home()):
        assert str(folder).encode() not in data


def test_the_same_is_the_same_bytes(
    packed: Bundle, preset: Preset, moving: Path, tmp_path: Path
) -> None:
    again = tmp_path / "again.renderpreset"
    more = {"licence": "CC BY 4.0", "author": "Zoë", "clip_licence": "CC0-1.0"}
    end(pack(preset, "look", again, packing(moving, **more)))
    assert again.read_bytes() == packed.path.read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["again.renderpreset"]


def test_elsewhere_it_shows_the_same(packed: Bundle, tmp_path: Path) -> None:
    there = tmp_path / "sent.renderpreset"
    there.write_bytes(packed.path.read_bytes())
    bundle = open_bundle(there)
    done = install(bundle, tmp_path / "presets", "theirs")
    there.unlink()
    said = installed_from(done.folder / "preset.toml")
    assert (said.author, said.licence) == ("Zoë", "CC BY 4.0")
    assert said.packed_by == f"render {VERSION}" and said.files == 5
    preset = load_preset("theirs", tmp_path / "presets")
    assert Path(preset.style).parent == done.folder
    found = end(render_again(bundle, TORCH))
    assert found.identical and found.passed and found.frames == 20
    assert found.made_with == found.here == "torch cpu f32"


def test_another_engine_is_close(packed: Bundle) -> None:
    found = end(render_again(packed, RenderWith(EngineName.OPENVINO)))
    assert found.passed and found.psnr > 45
    assert (found.made_with, found.here) == ("torch cpu f32", "openvino cpu f32")


def _with(bundle: Bundle, **options: object) -> Bundle:
    return Bundle(
        bundle.path, bundle.manifest, bundle.preset.with_options(**options), bundle.contents
    )


def test_another_look_is_not(packed: Bundle) -> None:
    found: Closeness = end(render_again(_with(packed, strength=0.5), TORCH))
    assert not found.passed and found.psnr < 40 and not found.identical


@pytest.mark.parametrize(
    ("options", "said"),
    [({"fps": "5"}, "fewer or more frames"), ({"size": "64x114"}, "of another size")],
)
def test_what_cannot_be_compared(options: dict[str, str], said: str, packed: Bundle) -> None:
    with pytest.raises(BundleError, match=said):
        end(render_again(_with(packed, **options), TORCH))


def test_a_short_clip_and_a_moment(preset: Preset, moving: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.renderpreset"
    made = end(pack(preset, "look", path, packing(moving, at=Fraction(3, 2))))
    assert made.part(Role.PREVIEW).about == "6 frames at 10 fps, 86x48"
    assert end(render_again(made, TORCH)).identical


def test_a_shipped_style_and_the_sample(tmp_path: Path) -> None:
    path = tmp_path / "x.renderpreset"
    preset = Preset().with_options(fps="5", size="48x86", network="res3-w16", style="udnie")
    made = end(pack(preset, "look", path, Packing(using=TORCH)))
    assert made.preset.style == "udnie.res3-w16.safetensors"
    assert made.part(Role.CLIP).licence == "CC BY 3.0"
    assert "Blender Foundation" in made.part(Role.CLIP).by


def test_what_is_refused_first(preset: Preset, moving: Path, tmp_path: Path) -> None:
    path = tmp_path / "x.renderpreset"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="exists already"):
        end(pack(preset, "look", path, packing(moving)))
    with pytest.raises(UsageError, match="is no name for a preset"):
        end(pack(preset, "look", path, packing(moving, name="../x"), force=True))
    with pytest.raises(OutputError, match="is a folder"):
        end(pack(preset, "look", tmp_path, packing(moving), force=True))
    assert path.read_bytes() == b"mine"


def test_stopped_on_the_way_it_leaves_nothing(preset: Preset, moving: Path, tmp_path: Path) -> None:
    steps = pack(preset, "look", tmp_path / "x.renderpreset", packing(moving))
    for step in steps:
        if step.words == "rendering its preview" and step.done:
            break
    assert list(tmp_path.iterdir())
    steps.close()
    assert not list(tmp_path.iterdir())
