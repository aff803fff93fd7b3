"""Figures that are taken in parts, by several at once: which cells each takes, and all in one."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from render.results.results import Results
from render.results.source_clip import Sampling, SourceClip


def parts(results: Results, clips: Iterable[int], most: int) -> list[frozenset[str]]:
    """The cells (ids) of ``clips``, at least as many parts as there are clips, about ``most`` if
    that is more: a clip's cells have its reference in common, which is read anew for each part."""
    clips = list(clips)
    each = max(1, most // max(1, len(clips)))
    found = []
    for clip in clips:
        ids = [cell.id for cell in results.of_clip(clip)]
        found += [frozenset(ids[n::each]) for n in range(min(each, len(ids)))]
    return found


def joined(results: Results, found: Results, part: Collection[str] | None) -> Results:
    """``results`` with the figures of ``part`` as ``found``; None is all there is."""
    if part is None:
        return found
    new = {cell.id: cell for cell in found.cells if cell.id in part}
    cells = tuple(
        cell.model_copy(update={"figures": new[cell.id].figures}) if cell.id in new else cell
        for cell in results.cells
    )
    touched = {cell.clip for cell in new.values()}
    clips = tuple(
        _both(clip, other) if number in touched else clip
        for number, (clip, other) in enumerate(zip(results.clips, found.clips, strict=True))
    )
    return results.model_copy(update={"cells": cells, "clips": clips})


def _both(clip: SourceClip, new: SourceClip) -> SourceClip:
    sampling = _most(clip.sampling, new.sampling)
    return clip.model_copy(update={"reference": new.reference, "sampling": sampling})


_COUNTS = ("moments", "of", "pairs", "jod_seconds", "style_moments", "detail_moments")


def _most(before: Sampling | None, new: Sampling | None) -> Sampling | None:
    """Of two samplings in one way, what the more was taken of."""
    if before is None or new is None or before.mode != new.mode:
        return new or before
    return new.model_copy(
        update={
            **{key: _larger(getattr(before, key), getattr(new, key)) for key in _COUNTS},
            "jod_size": new.jod_size or before.jod_size,
        }
    )


def _larger(one: float | None, other: float | None) -> float | None:
    return max((n for n in (one, other) if n is not None), default=None)
