"""Pictures to learn from: photographs as random crops, paintings at a stroke size."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageOps

from render.errors import TrainingError
from render.media.frame import Picture
from render.media.photo import open_photo

if TYPE_CHECKING:
    from render.training.clips import Footage, Pair

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp"})
MEMORY = 1 << 30
"""Bytes of photographs kept in memory, by default."""

_LONGEST = 3072


class Place(NamedTuple):
    """Where a crop was taken: of which picture, its top left corner, and whether it is mirrored."""

    picture: int
    top: int
    left: int
    mirrored: bool


@dataclass(frozen=True, slots=True)
class Photos:
    """Photographs in memory, uint8 RGB (height, width, 3), no side shorter than ``crop``.

    ``skipped`` are files that could not be read; ``left_out`` counts those past the memory bound.
    ``pairs`` gives, for frames of clips, what moved until the next one.
    """

    crop: int
    pictures: tuple[Picture, ...]
    skipped: tuple[Path, ...] = ()
    left_out: int = 0
    names: tuple[str, ...] = ()
    pairs: Mapping[int, Pair] = field(default_factory=dict)

    def crops(self, n: int, rng: np.random.Generator) -> tuple[Picture, list[Place]]:
        """(n, 3, crop, crop) uint8: random places of random photographs, half of them mirrored;
        and which places."""
        out = np.empty((n, 3, self.crop, self.crop), np.uint8)
        places = []
        for i in range(n):
            number = int(rng.integers(len(self.pictures)))
            height, width = self.pictures[number].shape[:2]
            top = int(rng.integers(height - self.crop + 1))
            left = int(rng.integers(width - self.crop + 1))
            places.append(Place(number, top, left, bool(rng.random() < 0.5)))
            out[i] = self._cut(places[-1]).transpose(2, 0, 1)
        return out, places

    def _cut(self, place: Place) -> Picture:
        rows = slice(place.top, place.top + self.crop)
        piece = self.pictures[place.picture][rows, place.left : place.left + self.crop]
        return piece[:, ::-1] if place.mirrored else piece

    def and_footage(self, footage: Footage) -> Photos:
        """These, and the frames of clips with their motion."""
        numbers = {id(picture): len(self.pictures) + i
                   for i, picture in enumerate(footage.pictures)}  # fmt: skip
        return replace(
            self,
            pictures=self.pictures + footage.pictures,
            names=self.names + footage.names,
            skipped=self.skipped + footage.skipped,
            pairs={numbers[id(pair.first)]: pair for pair in footage.pairs},
        )

    def only(self, numbers: Iterable[int]) -> Photos:
        """Those of the given numbers, in that order."""
        numbers = list(numbers)
        return replace(
            self,
            pictures=tuple(self.pictures[i] for i in numbers),
            names=tuple(self.names[i] for i in numbers),
            pairs={new: self.pairs[i] for new, i in enumerate(numbers) if i in self.pairs},
        )


def find_photos(places: Iterable[Path], *, none: bool = False) -> list[Path]:
    """The jpg, png and webp files of folders (searched through) and files, sorted, each once.

    Raises TrainingError when a place is missing, or there is none in all, unless ``none`` allows
    that.
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
    if not found and not none:
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
            image = open_photo(path)
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
        image = open_photo(path)
    except FileNotFoundError:
        raise TrainingError(f"{path}: no such painting") from None
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        reason = getattr(error, "strerror", None) or "it is no picture, or a damaged one"
        raise TrainingError(f"{path}: cannot be read as a painting ({reason})") from None
    except MemoryError:
        raise TrainingError(f"{path}: is too large to load; scale the painting down") from None
    return np.asarray(_scaled(image, short_side))


def _scaled(image: Image.Image, short_side: int) -> Image.Image:
    """To that short side; what would be longer than 3072 pixels loses its ends first."""
    scale = short_side / min(image.size)
    longest = max(1, int(_LONGEST / scale))
    if max(image.size) > longest:
        image = ImageOps.fit(image, (min(image.width, longest), min(image.height, longest)))
        scale = short_side / min(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.LANCZOS)
