"""Pictures to learn from: photographs as random crops, paintings at a stroke size."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from render.errors import TrainingError
from render.media.frame import Picture

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
MEMORY = 1 << 30
"""Bytes of photographs kept in memory, by default."""

_LONGEST = 3072
_MAX_PIXELS = 200_000_000


@dataclass(frozen=True, slots=True)
class Photos:
    """Photographs in memory, uint8 RGB (height, width, 3), no side shorter than ``crop``.

    ``skipped`` are files that could not be read; ``left_out`` counts those past the memory bound.
    """

    crop: int
    pictures: tuple[Picture, ...]
    skipped: tuple[Path, ...] = ()
    left_out: int = 0
    names: tuple[str, ...] = ()

    def crops(self, n: int, rng: np.random.Generator) -> Picture:
        """(n, 3, crop, crop) uint8: random places of random photographs, half of them mirrored."""
        out = np.empty((n, 3, self.crop, self.crop), np.uint8)
        for i in range(n):
            picture = self.pictures[int(rng.integers(len(self.pictures)))]
            top = int(rng.integers(picture.shape[0] - self.crop + 1))
            left = int(rng.integers(picture.shape[1] - self.crop + 1))
            piece = picture[top : top + self.crop, left : left + self.crop]
            out[i] = (piece[:, ::-1] if rng.random() < 0.5 else piece).transpose(2, 0, 1)
        return out


def find_photos(places: Iterable[Path]) -> list[Path]:
    """The jpg, png and webp files of folders (searched through) and files, sorted, each once.

    Raises TrainingError when a place is missing or there is none in all.
    """
    found: set[Path] = set()
    places = list(places)
    for place in places:
        if place.is_dir():
            found.update(p for p in place.rglob("*") if p.suffix.lower() in SUFFIXES)
        elif place.is_file():
            found.add(place)
        else:
            raise TrainingError(f"{place}: no such folder of photographs (--content)")
    if not found:
        where = ", ".join(str(place) for place in places)
        raise TrainingError(f"{where}: holds no jpg, png or webp photographs (--content)")
    return sorted(found)


def load_photos(paths: Iterable[Path], crop: int, memory: int = MEMORY) -> Photos:
    """Read photographs for crops of side ``crop`` until ``memory`` bytes are full.

    Large ones are shrunk to a short side of at most twice the crop, small ones enlarged to it.
    Files that cannot be read are skipped and listed. Raises TrainingError when none can be.
    """
    pictures: list[Picture] = []
    names: list[str] = []
    skipped: list[Path] = []
    left_out = used = 0
    for path in paths:
        if used >= memory:
            left_out += 1
            continue
        try:
            image = _open(path)
        except (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError):
            skipped.append(path)
            continue
        short = min(max(min(image.size), crop), 2 * crop)
        picture = np.asarray(_scaled(image, short))
        pictures.append(picture)
        names.append(path.name)
        used += picture.nbytes
    if not pictures:
        raise TrainingError(
            f"none of {len(skipped)} photographs could be read, {skipped[0]} the first"
            if skipped
            else "no photographs to train on"
        )
    return Photos(crop, tuple(pictures), tuple(skipped), left_out, tuple(names))


def load_painting(path: Path, short_side: int) -> Picture:
    """A painting as uint8 RGB (height, width, 3), scaled to ``short_side`` pixels, cropped to a
    long one of 3072. Raises TrainingError when it is missing or no picture."""
    try:
        image = _open(path)
    except FileNotFoundError:
        raise TrainingError(f"{path}: no such painting") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or "it is no picture, or a damaged one"
        raise TrainingError(f"{path}: cannot be read as a painting ({reason})") from None
    except MemoryError:
        raise TrainingError(f"{path}: is too large to load; scale the painting down") from None
    return np.asarray(_scaled(image, short_side))


def _open(path: Path) -> Image.Image:
    """RGB, as it is meant to be seen: turned by its EXIF orientation, transparency over white."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged EXIF and the like: the picture is what counts
        with Image.open(path) as file:
            if file.width * file.height > _MAX_PIXELS:
                raise Image.DecompressionBombError
            image: Image.Image = ImageOps.exif_transpose(file)
            image.load()
    if image.mode.startswith(("I", "F")):  # 16 bits of grey; convert() would clip them
        grey: npt.NDArray[np.float32] = np.asarray(image, np.float32)
        scale = 255 / 65535 if grey.max(initial=0) > 255 else 1.0
        image = Image.fromarray(np.clip(grey * scale, 0, 255).astype(np.uint8))
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return image.convert("RGB")


def _scaled(image: Image.Image, short_side: int) -> Image.Image:
    """To that short side; what would be longer than 3072 pixels loses its ends first."""
    scale = short_side / min(image.size)
    longest = max(1, int(_LONGEST / scale))
    if max(image.size) > longest:
        image = ImageOps.fit(image, (min(image.width, longest), min(image.height, longest)))
        scale = short_side / min(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)
