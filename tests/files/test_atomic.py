"""Files and folders are there whole, or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from render.errors import OutputError, StyleError, TrainingError
from render.files.atomic import whole, whole_tree


def test_it_takes_its_place_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    with whole(path, StyleError) as temporary:
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert [p.name for p in path.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("odd\nmore")])
def test_a_failure_leaves_what_was_there(tmp_path: Path, error: Exception) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")
    words = r"a.txt: cannot be written \((No space left on device|odd)\)$"
    with pytest.raises(TrainingError, match=words), whole(path, TrainingError, ValueError) as new:
        new.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_stranger_error_passes_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError), whole(tmp_path / "a.txt", StyleError) as new:
        new.write_text("half")
        raise KeyError
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StyleError, match="cannot be written"),
        whole(tmp_path / "file" / "a.txt", StyleError),
    ):
        pass


@pytest.mark.parametrize("folder", [True, False])
def test_a_tree_takes_the_place_of_another_or_leaves_it(folder: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.mlpackage"

    def write(text: str, *, fails: BaseException | None = None) -> None:
        with whole_tree(path, OutputError) as temporary:
            assert temporary.suffix == ".mlpackage"
            if folder:
                temporary.mkdir()
            (temporary / "held" if folder else temporary).write_text(text)
            if fails is not None:
                raise fails

    def text() -> str:
        return (path / "held" if folder else path).read_text()

    with pytest.raises(OutputError, match="cannot be written"):
        write("torn", fails=OSError(28, "No space left on device"))
    assert list(tmp_path.iterdir()) == []
    write("first")
    with pytest.raises(KeyboardInterrupt):
        write("torn", fails=KeyboardInterrupt())
    assert text() == "first"
    write("second")
    assert text() == "second" and list(tmp_path.iterdir()) == [path]
