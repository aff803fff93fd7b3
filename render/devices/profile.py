"""Device profiles: what is known of a phone's speed, from where, and how sure. Load, check, list.

A profile is a TOML file that people can read and change. Nothing in it is a guess: each figure says
its kind, its source and what that says; a device of which nothing is known has no figure.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from render.devices.figures import Bound, Figure, Part, Peak, SeparableBlocks, Sure, Text
from render.devices.measurements import Measurement
from render.devices.others import Heat, OtherTime, Ratio
from render.devices.shelf import all_kept
from render.errors import UsageError
from render.files.limits import short
from render.files.problems import problems
from render.files.toml import check_schema, read_toml
from render.nearest import did_you_mean

__all__ = [
    "Bound", "Figure", "Peak", "Profile", "SeparableBlocks", "Sure", "find_profile",
    "list_profiles", "load_profile", "own_profile", "plain", "shipped_profiles",
]  # fmt: skip

SCHEMA = 1
MAX_BYTES = 64 * 1024
_SHIPPED = Path(__file__).with_name("profiles")


class Profile(Part):
    """A device, or a chip that several phones have.

    Attributes:
        name: short (``A12``). chip: in full. phones: by name. models: identifiers that the phones
            give of themselves (``iPhone11,2``). year: of its first phone.
        figures: times from sources. bounds, separable: what sources say without a time.
        engine: the generation of its neural engine, as tools call it (``H13`` is the A14's).
        peak: the announced rate. about: a word on all of it.
        others: times of networks that are not ours; ratios: to other chips, in one benchmark;
        heat: what is left of its speed when it is warm.
        measurements: what the user has imported. like: the device whose evidence this is, where it
        is taken for this one's (``assumed.py``); never in a file.
    """

    name: Text
    chip: str = ""
    phones: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    year: int | None = None
    engine: str = ""
    about: str = ""
    figures: tuple[Figure, ...] = Field(default=(), alias="figure")
    bounds: tuple[Bound, ...] = Field(default=(), alias="bound")
    separable: SeparableBlocks | None = None
    peak: Peak | None = None
    others: tuple[OtherTime, ...] = Field(default=(), alias="other")
    ratios: tuple[Ratio, ...] = Field(default=(), alias="ratio")
    heat: tuple[Heat, ...] = ()
    measurements: tuple[Measurement, ...] = ()
    like: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """All that it may be asked for by."""
        chip = (self.chip, self.chip.removeprefix("Apple ")) if self.chip else ()
        return tuple(dict.fromkeys((self.name, *chip, *self.phones, *self.models)))

    @property
    def own_name(self) -> str:
        """Without the words that say whose evidence was assumed."""
        return self.name.removesuffix(f" (like {self.like})") if self.like else self.name

    def as_dict(self) -> dict[str, Any]:
        """JSON types, for programs; the keys of the file, and ``measurements``."""
        data = self.model_dump(mode="json", by_alias=True, exclude={"measurements"})
        return data | {"measurements": [m.as_dict() for m in self.measurements]}


_NOT_WRITTEN = {
    "measurements": "come by `render devices import`",
    "like": "is said where a device is named, not in its file",
}
KEYS = tuple(
    field.alias or name for name, field in Profile.model_fields.items() if name not in _NOT_WRITTEN
)


def load_profile(name_or_file: str | Path, folder: Path | None = None) -> Profile:
    """A device by its chip, phone or model identifier, or a profile's own .toml file.

    ``folder`` holds the user's measurements, which are merged in. Raises UsageError.
    """
    text = str(name_or_file)
    if isinstance(name_or_file, Path) or text.endswith(".toml"):
        profile = _load(Path(name_or_file), text)
        return _merged(profile, _kept(folder))
    known = list_profiles(folder)
    found = find_profile(text, known)
    if found is not None:
        return found
    names = [name for profile in known for name in profile.names]
    close = did_you_mean(text, names, quote=str)
    raise UsageError(
        f"there is no device {short(text)}{close} (known: {', '.join(p.name for p in known)}; "
        "`render devices` lists them, `render devices import` adds one)"
    )


def find_profile(name: str, known: Iterable[Profile]) -> Profile | None:
    """The one that goes by that name, whatever its case."""
    wanted = plain(name)
    return next((p for p in known if wanted in map(plain, p.names)), None)


def list_profiles(folder: Path | None = None) -> tuple[Profile, ...]:
    """The shipped profiles, then devices that only the user's measurements tell of. Raises
    UsageError when a file is damaged."""
    kept = _kept(folder)
    shipped = tuple(_merged(profile, kept) for profile in shipped_profiles())
    taken = {plain(profile.name) for profile in shipped}
    own = tuple(
        own_profile(name, measured) for name, measured in kept.items() if plain(name) not in taken
    )
    return shipped + own


def shipped_profiles() -> tuple[Profile, ...]:
    """What comes with render, the oldest first, without anybody's measurements."""
    found = [_load(path, path.name) for path in sorted(_SHIPPED.glob("*.toml"))]
    return tuple(sorted(found, key=lambda p: (p.year or 0, p.name)))


def own_profile(name: str, measured: tuple[Measurement, ...]) -> Profile:
    """A device of which nothing is known but what was measured."""
    phones = tuple(dict.fromkeys(m.name for m in measured if m.name and m.name != name))
    models = tuple(dict.fromkeys(m.device for m in measured if m.device != name))
    return Profile(name=name, phones=phones, models=models, measurements=measured)


def plain(name: str) -> str:
    """How names are compared: without case and spaces around."""
    return " ".join(name.split()).casefold()


def _merged(profile: Profile, kept: dict[str, tuple[Measurement, ...]]) -> Profile:
    mine = [m for name, found in kept.items() if plain(name) == plain(profile.name) for m in found]
    return profile.model_copy(update={"measurements": tuple(mine)})


def _kept(folder: Path | None) -> dict[str, tuple[Measurement, ...]]:
    return {} if folder is None else all_kept(folder)


def _load(path: Path, label: str) -> Profile:
    data: dict[str, Any] = read_toml(path, label, "device profile", MAX_BYTES, UsageError)
    check_schema(data, label, SCHEMA, UsageError)
    del data["schema"]
    for key, how in _NOT_WRITTEN.items():
        if key in data:
            raise UsageError(f"{label}: `{key}`: {how}")
    try:
        return Profile.model_validate(data)
    except ValidationError as error:
        raise UsageError(f"{label}: {problems(error, lambda key: f'`{key}`', KEYS)}") from None
