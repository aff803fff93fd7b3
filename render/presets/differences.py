"""What two presets differ in, key by key, and whether their styles have the same weights."""

from __future__ import annotations

from dataclasses import dataclass

from render.errors import RenderError, StyleError
from render.files.digest import digest_of
from render.networks.catalogue import find_style
from render.presets.preset import KEYS, Preset, is_style_file

_OF_THE_FILE = ("schema", "written_with")
"""They say how it is written, not what it asks for."""


@dataclass(frozen=True, slots=True)
class PresetDifference:
    """A key, and what either preset has there; None where it says nothing. A key of the evidence is
    ``evidence.KEY``."""

    key: str
    first: object
    second: object


@dataclass(frozen=True, slots=True)
class StyleWeights:
    """SHA-256 of both presets' style files."""

    first: str
    second: str

    @property
    def same(self) -> bool:
        return self.first == self.second


@dataclass(frozen=True, slots=True)
class PresetComparison:
    """Attributes:
    differences: in the keys' order; none where the presets are the same.
    weights: of the styles, where at least one is a file of its own; None where neither is.
    unread: why there are none, though there should be.
    """

    differences: tuple[PresetDifference, ...]
    weights: StyleWeights | None = None
    unread: str = ""


def compare_presets(first: Preset, second: Preset) -> PresetComparison:
    """Two style files of the same weights are no difference, wherever they lie."""
    ours, theirs = _flat(first), _flat(second)
    keys = dict.fromkeys([*ours, *theirs])
    differing = [
        PresetDifference(key, ours.get(key), theirs.get(key))
        for key in sorted(keys, key=_place)
        if ours.get(key) != theirs.get(key)
    ]
    files = [is_style_file(preset.style) for preset in (first, second)]
    if not any(files):
        return PresetComparison(tuple(differing))
    try:
        weights = StyleWeights(_digest(first), _digest(second))
    except RenderError as error:
        return PresetComparison(tuple(differing), unread=str(error))
    if all(files):
        differing = [each for each in differing if each.key != "style"]
        if not weights.same:
            differing.append(PresetDifference("style", first.style, second.style))
            differing.sort(key=lambda each: _place(each.key))
    return PresetComparison(tuple(differing), weights)


def _flat(preset: Preset) -> dict[str, object]:
    keys = preset.as_dict()
    evidence = keys.pop("evidence", None)
    if isinstance(evidence, dict):
        keys |= {f"evidence.{key}": held for key, held in evidence.items()}
    return {key: held for key, held in keys.items() if held != "" and key not in _OF_THE_FILE}


def _place(key: str) -> int:
    # The evidence last.
    return KEYS.index(key) if key in KEYS else len(KEYS)


def _digest(preset: Preset) -> str:
    return digest_of(find_style(preset.style, preset.target().network).path, StyleError)
