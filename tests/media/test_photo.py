"""What is a photograph, and what it looks like."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from render.errors import ClipError
from render.media.photo import is_photo, load_photo


def pictures(n: int) -> list[Image.Image]:
    return [Image.new("RGB", (16, 12), (20 * i, 0, 0)) for i in range(n)]


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tif", "a.bmp"])
def test_still_pictures_are_photographs(tmp_path: Path, name: str) -> None:
    pictures(1)[0].save(tmp_path / name)
    nameless = (tmp_path / name).rename(tmp_path / "nameless")
    assert is_photo(nameless)
    assert load_photo(nameless).shape == (12, 16, 3)


@pytest.mark.parametrize("name", ["a.gif", "a.png", "a.webp"])
def test_animations_are_clips(tmp_path: Path, name: str) -> None:
    first, *others = pictures(3)
    first.save(tmp_path / name, save_all=True, append_images=others, duration=100)
    assert not is_photo(tmp_path / name)


def test_a_phone_s_two_in_one_is_a_photograph(tmp_path: Path) -> None:
    first, second = pictures(2)
    first.save(tmp_path / "a.jpg", "MPO", save_all=True, append_images=[second])
    assert is_photo(tmp_path / "a.jpg")
    assert load_photo(tmp_path / "a.jpg").max() < 5


def test_clips_are_none(moving: Path, tmp_path: Path) -> None:
    assert not is_photo(moving)
    assert not is_photo(tmp_path)
    assert not is_photo(tmp_path / "none.mp4")


def test_longer_sides_than_a_size_may_have_are_shrunk(tmp_path: Path) -> None:
    Image.new("RGB", (10_000, 100)).save(tmp_path / "a.png")
    assert load_photo(tmp_path / "a.png").shape == (82, 8192, 3)


def test_what_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no")
    pictures(1)[0].save(tmp_path / "whole.png")
    (tmp_path / "cut.png").write_bytes((tmp_path / "whole.png").read_bytes()[:50])
    for name, words in (
        ("text.jpg", "no picture"),
        ("cut.png", "damaged"),
        ("none.png", "does not exist"),
    ):
        assert is_photo(tmp_path / name)
        with pytest.raises(ClipError, match=words) as caught:
            load_photo(tmp_path / name)
        assert name in str(caught.value)


def test_it_is_the_caller_s_to_write_into(tmp_path: Path) -> None:
    pictures(1)[0].save(tmp_path / "a.png")
    loaded = load_photo(tmp_path / "a.png")
    loaded[:] = 7
    assert np.unique(loaded) == [7]
