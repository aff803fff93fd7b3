"""Photographs and paintings, in whatever form they come."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from render.errors import TrainingError
from render.training.data import find_photos, load_painting, load_photos


def save(path: Path, mode: str = "RGB", size: tuple[int, int] = (60, 40), **how: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, how.pop("colour", None)).save(path, **how)  # type: ignore[arg-type]
    return path


def test_photographs_of_every_kind(tmp_path: Path) -> None:
    save(tmp_path / "a.jpg")
    save(tmp_path / "deep" / "b.PNG", "L")
    save(tmp_path / "c.webp")
    save(tmp_path / "cmyk.jpeg", "CMYK")
    save(tmp_path / "alpha.png", "RGBA")
    save(tmp_path / "palette.png", "P")
    save(tmp_path / "deepgrey.png", "I;16")
    save(tmp_path / "tiny.png", size=(3, 2))
    save(tmp_path / "wide.png", size=(9000, 2))
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much more")
    (tmp_path / "cut.png").write_bytes((tmp_path / "alpha.png").read_bytes()[:60])
    (tmp_path / "notes.txt").write_text("no picture")
    photos = load_photos(find_photos([tmp_path, tmp_path / "a.jpg"]), 32)
    assert len(photos.pictures) == 9
    assert sorted(p.name for p in photos.skipped) == ["broken.jpg", "cut.png"]
    for picture in photos.pictures:
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 3
        assert 32 <= min(picture.shape[:2]) <= 64
        assert max(picture.shape[:2]) <= 3200


def test_crops_repeat_with_the_seed(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 256, (50, 70, 3), dtype=np.uint8)).save(tmp_path / "a.png")
    photos = load_photos([tmp_path / "a.png"], 32)
    first, places = photos.crops(5, np.random.default_rng(7))
    assert first.shape == (5, 3, 32, 32)
    again, there = photos.crops(5, np.random.default_rng(7))
    assert np.array_equal(first, again)
    assert places == there
    assert not np.array_equal(first, photos.crops(5, np.random.default_rng(8))[0])
    for crop, place in zip(first, places, strict=True):
        rows, columns = (slice(start, start + 32) for start in (place.top, place.left))
        piece = photos.pictures[place.picture][rows, columns]
        assert np.array_equal(crop.transpose(1, 2, 0), piece[:, ::-1] if place.mirrored else piece)


def test_memory_is_bounded(tmp_path: Path) -> None:
    paths = [save(tmp_path / f"{i}.png") for i in range(5)]
    photos = load_photos(paths, 32, memory=10_000)
    assert len(photos.pictures) == 2
    assert photos.left_out == 3


def test_orientation_and_transparency(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    save(tmp_path / "turned.jpg", size=(60, 40), exif=exif)
    assert load_painting(tmp_path / "turned.jpg", 40).shape == (60, 40, 3)
    save(tmp_path / "clear.png", "RGBA", colour=(255, 0, 0, 0))
    assert (load_painting(tmp_path / "clear.png", 40) == 255).all()
    Image.fromarray(np.full((40, 40), 32768, np.uint16)).save(tmp_path / "grey.png")
    assert load_painting(tmp_path / "grey.png", 40)[0, 0, 0] in (127, 128)


def test_places_that_do_not_do(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="holds no jpg"):
        find_photos([tmp_path])
    with pytest.raises(TrainingError, match="no such folder"):
        find_photos([tmp_path / "none"])
    (tmp_path / "a.jpg").write_text("no")
    with pytest.raises(TrainingError, match="none of 1 photographs"):
        load_photos([tmp_path / "a.jpg"], 32)


def test_paintings_that_do_not_do(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_text("no")
    for path, words in (
        (tmp_path / "a.jpg", "no picture"),
        (tmp_path / "none.jpg", "no such painting"),
        (tmp_path, "cannot be read"),
    ):
        with pytest.raises(TrainingError, match=words):
            load_painting(path, 64)
