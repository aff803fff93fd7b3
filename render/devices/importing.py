"""Measurements of a phone join its profile: whose they are, and what they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from render.devices.device_time import DeviceTime, estimate
from render.devices.measurements import Measurement
from render.devices.profile import Profile, find_profile, list_profiles, own_profile
from render.devices.shelf import keep
from render.devices.timings_file import load_measurements
from render.errors import UsageError
from render.networks.spec import NetworkSpec
from render.target import Size


@dataclass(frozen=True, slots=True)
class ImportedTimings:
    """What an import did. ``changes``: of each network and size, the estimate before and after;
    ``kept``: the file that holds the measurements; ``notes``: what the user should know."""

    profile: Profile
    added: int
    replaced: int
    changes: tuple[tuple[DeviceTime, DeviceTime], ...]
    kept: Path
    notes: tuple[str, ...]


def import_measurements(
    path: Path, folder: Path, name: str | None, also: Sequence[tuple[NetworkSpec, Size]] = ()
) -> ImportedTimings:
    """Keep the measurements of ``path`` in ``folder``, with the device that they name, or with
    ``name``: a known device, or a new one. ``also``: estimates to compare besides the measured.

    Raises UsageError, OutputError; then nothing has changed.
    """
    measured = load_measurements(path)
    known = list_profiles(folder)
    before, notes = _whose(path, measured, known, name)
    kept, added, replaced = keep(folder, before.name, measured)
    after = find_profile(before.name, list_profiles(folder)) or before
    places = [(m.network, m.size.upright()) for m in measured]
    changes = [
        (estimate(before, network, size), estimate(after, network, size))
        for network, size in dict.fromkeys([*places, *also])
    ]
    return ImportedTimings(after, added, replaced, tuple(changes), kept, notes)


def _whose(
    path: Path, measured: Sequence[Measurement], known: Sequence[Profile], name: str | None
) -> tuple[Profile, tuple[str, ...]]:
    """The profile as it is before the import, and notes."""
    found = {p.name: p for m in measured if (p := _by_phone(m, known))}
    if name is not None:
        named = find_profile(name, known) or own_profile(" ".join(name.split()), ())
        others = ", ".join(other for other in found if other != named.name)
        note = f"{path} names a phone of {others}; kept as {named.name}, as asked"
        return named, (note,) if others else ()
    devices = {m.device.casefold(): m for m in measured if not _by_phone(m, known)}
    if len(found) + len(devices) > 1:
        several = ", ".join([*found, *(m.device for m in devices.values())])
        raise UsageError(f"{path}: holds timings of several devices ({several}); one file for each")
    if found:
        return next(iter(found.values())), ()
    first = next(iter(devices.values()))
    return own_profile(first.name or first.device, ()), ()


def _by_phone(m: Measurement, known: Sequence[Profile]) -> Profile | None:
    return find_profile(m.device, known) or (find_profile(m.name, known) if m.name else None)
