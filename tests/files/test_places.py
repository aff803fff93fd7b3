"""What stands in a file's place, wherever one is opened: refused in one line, never waited for."""

from __future__ import annotations

import json
import os
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from render.choice.choice_file import _hash
from render.cli.app import run
from render.compare.report.page import is_ours
from render.errors import ExportError, OutputError, TrainingError
from render.export.handoff.folder import check_folder
from render.export.read_model import read
from render.files.small import opened
from render.media.find import find_clips
from render.media.photo import UNREADABLE, is_photo, load_photo, open_photo
from render.networks.checkpoint import load_style
from render.networks.importers import Words, import_model
from render.training.backbone import load_backbone
from render.training.resume import State, load_state, save_state
from tests.files.hostile import in_time, places, put, refusal
from tests.files.kinds import KINDS, MANIFEST

pytestmark = pytest.mark.torch

Capture = pytest.CaptureFixture[str]

OTHERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a photograph": ("a.png", load_photo),
    "weights of a style": ("a.safetensors", load_style),
    "a network of torch": ("a.pth", lambda path: import_model(path, Words("a"))),
    "a network in ONNX": ("a.onnx", lambda path: import_model(path, Words("a"))),
    "a network of others": ("a.safetensors", lambda path: import_model(path, Words("a"))),
    "a backbone": ("a.npz", load_backbone),
    "a state of training": ("a.resume", lambda path: load_state(path, {})),
    "a model in one file": ("a.mlmodel", read),
    "a report": ("index.html", is_ours),
}


@pytest.mark.parametrize("what", [p for p in places() if p != "100 MB of nothing"])
@pytest.mark.parametrize("kind", OTHERS)
def test_it_is_refused(kind: str, what: str, tmp_path: Path) -> None:
    name, use = OTHERS[kind]
    places()[what](tmp_path / name)
    with in_time():
        said = refusal(lambda: use(tmp_path / name))
    assert said is not None and name in said


@pytest.mark.parametrize("what", ["a pipe", "a device without end", "a socket", "a folder"])
def test_what_is_only_looked_for_is_not_waited_for(what: str, tmp_path: Path) -> None:
    put_ = places()[what]
    put_(tmp_path / "results.json")
    (tmp_path / "a.mp4").write_bytes(b"a clip")
    put_(tmp_path / "b.png")
    (tmp_path / "out").mkdir()
    put_(tmp_path / "out" / "report.json")
    with in_time():
        assert [found.place.name for found in find_clips([tmp_path])] == ["a.mp4"]
        assert is_photo(tmp_path / "b.png")  # by its name
        with pytest.raises(UNREADABLE):
            open_photo(tmp_path / "b.png")
        assert _hash(tmp_path / "b.png") is None
        with pytest.raises(OutputError, match="no hand-off"):
            check_folder(tmp_path / "out", force=True)


def test_what_takes_a_file_s_place_while_it_is_opened(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    os.mkfifo(tmp_path / "pipe")

    class Late(type(tmp_path)):  # type: ignore[misc]
        """A file when it is looked at, a pipe when it is opened."""

        def stat(self, **_: Any) -> os.stat_result:
            return os.stat(tmp_path / "file")  # noqa: PTH116

    with in_time(), pytest.raises(OSError, match="is no regular file"):
        opened(Late(tmp_path / "pipe"))


@pytest.mark.parametrize("name", ["a\0b", "x" * 300, "x/" * 3000, "\ud800"])
@pytest.mark.parametrize("kind", KINDS)
def test_names_that_no_file_can_have(kind: str, name: str, tmp_path: Path) -> None:
    place = Path(KINDS[kind].place)
    path = tmp_path / name / place.name
    said = refusal(lambda: KINDS[kind].read(path))
    # Where nobody can have written anything, nothing is kept or chosen.
    assert said is not None or kind in ("kept timings", "choice")


INSIDE = "Data/com.apple.CoreML"


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package that is right, as far as it can be seen from outside."""
    path = KINDS["manifest"].put(tmp_path)
    path.write_text(MANIFEST)
    (path.parent / INSIDE / "weights/weight.bin").write_bytes(b"x")
    return path.parent


@pytest.mark.parametrize("what", [p for p in places() if p not in ("a folder",)])
@pytest.mark.parametrize("name", ["Manifest.json", f"{INSIDE}/model.mlmodel",
                                  f"{INSIDE}/weights/weight.bin", f"{INSIDE}/weights"])  # fmt: skip
def test_packages(package: Path, name: str, what: str) -> None:
    file = package / name
    if file.is_dir():
        (file / "weight.bin").unlink()
        file.rmdir()
    else:
        file.unlink()
    places()[what](file)
    if what == "100 MB of nothing" and name != "Manifest.json":
        return  # of such a size a model may be
    with in_time():
        said = refusal(lambda: read(package))
    assert said is not None and str(package) in said


def test_packages_of_any_size_are_not_taken(package: Path) -> None:
    with (package / INSIDE / "weights/weight.bin").open("wb") as file:
        file.truncate(2 << 30)
    with pytest.raises(ExportError, match="is of over 1 GiB"):
        read(package)


@pytest.mark.parametrize("outside", ["../../../secret", "/etc/passwd"])
def test_manifests_name_nothing_outside(package: Path, outside: str) -> None:
    data = json.loads(MANIFEST)
    data["itemInfoEntries"]["2"]["path"] = outside
    put(package / "Manifest.json", json.dumps(data))
    with pytest.raises(ExportError, match="outside of its package"):
        read(package)


def test_a_link_to_a_folder_elsewhere_is_no_part_of_a_package(package: Path) -> None:
    weights = package / INSIDE / "weights"
    weights.rename(package.parent / "elsewhere")
    weights.symlink_to(package.parent / "elsewhere")
    with pytest.raises(ExportError, match="is no regular file"):
        read(package)


def test_backbones_that_unpack_to_anything(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("features.0.weight.npy", b"x")
        archive.filelist[0].file_size = 1 << 30  # what its list of contents says
    with pytest.raises(TrainingError, match="unpacks to over 256 MiB"):
        load_backbone(tmp_path / "a.npz")
    head = b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999,)}"
    (tmp_path / "b.npz").write_bytes(b"\x93NUMPY\x01\x00v\x00" + head.ljust(118) + bytes(99))
    assert refusal(lambda: load_backbone(tmp_path / "b.npz")) is not None


STATE = State(1, {"crops": "{}"}, {"res1": {}}, {"res1": []})


@pytest.mark.parametrize(
    "content",
    [None, [], {}, {"version": 1}, "text", {"settings": "[]"}, {"settings": 3}, {"step": "1"},
     {"settings": "9" * 5000}, {"batches": []}, {"trainees": None}, {"columns": np.float64(1)}],
)  # fmt: skip
def test_states_of_training(tmp_path: Path, content: Any) -> None:
    import torch

    path = tmp_path / "a.resume"
    save_state(path, STATE, {"steps": 3})
    assert load_state(path, {"steps": 3})[0] == STATE
    right = torch.load(path, weights_only=True)
    torch.save(right | content if isinstance(content, dict) and content else content, path)
    if content == {"version": 1}:
        return  # that is right
    assert "another version" in (said := refusal(lambda: load_state(path, {}))) or "damaged" in said


def test_a_state_that_is_a_program(tmp_path: Path) -> None:
    class Program:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "ran"),)

    (tmp_path / "a.resume").write_bytes(pickle.dumps(Program()))
    with pytest.raises(TrainingError, match="damaged"):
        load_state(tmp_path / "a.resume", {})
    assert not (tmp_path / "ran").exists()


def lines(capsys: Capture) -> list[str]:
    captured = capsys.readouterr()
    assert captured.out == "" and "Traceback" not in captured.err
    return [line for line in captured.err.splitlines() if line.startswith("error: ")]


@pytest.mark.parametrize("what", ["a pipe", "a device without end", "a circle", "a folder"])
@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("report .", "results.json"),
        ("choose . --on A12", "results.json"),
        ("compare . -o a.mp4", "results.json"),
        ("verify x.mlpackage", "x.mlpackage/Manifest.json"),
        ("verify x.mlpackage", f"x.mlpackage/{INSIDE}/weights/weight.bin"),
        ("devices import a.json", "a.json"),
        ("devices show a.toml", "a.toml"),
        ("styles show a.safetensors", "a.safetensors"),
        ("styles import a.pth -o b.safetensors", "a.pth"),
        ("nothing.mp4 --preset a.toml", "a.toml"),
        ("nothing.mp4 --cells a.toml", "a.toml"),
        ("nothing.mp4 --style a.safetensors", "a.safetensors"),
        ("nothing.mp4 --latency a.json", "a.json"),
    ],
)
def test_by_the_command(
    words: str, name: str, what: str, tmp_path: Path, capsys: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RENDER_DEVICES", str(tmp_path / "shelf"))
    package = KINDS["manifest"].put(tmp_path)
    package.write_text(MANIFEST)
    Path(name).unlink(missing_ok=True)
    if what == "a folder" and name.endswith("weight.bin"):
        return  # it holds nothing, so it is nothing
    places()[what](tmp_path / name)
    with in_time():
        status = run(words.split())
    said = lines(capsys)
    assert status in (1, 2) and len(said) == 1 and "internal error" not in said[0]


@pytest.mark.parametrize("text", ["[" * 60_000, '{"schema": ' + "9" * 5000, '{"schema": 1e400}'])
def test_texts_by_the_command(text: str, tmp_path: Path, capsys: Capture) -> None:
    (tmp_path / "results.json").write_text(text)
    (tmp_path / "a.toml").write_text(text)
    for words in (["report", tmp_path], ["nothing.mp4", "--cells", tmp_path / "a.toml"]):
        with in_time():
            assert run([str(word) for word in words]) == 2
        assert len(lines(capsys)) == 1
