"""A preset's evidence in plain words: what it was chosen by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_TIMES = ("ms", "ms_low", "ms_high", "ms_budget", "ms_kind")
_QUALITY = ("jod", "jod_worst")
_LABELS = {"ms_source": "source"}


def worded(evidence: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """A label and its lines, each. What `render choose --save` writes becomes sentences; keys of
    others stay words of their own."""
    told: set[str] = set()
    for key, held in evidence.items():
        if key in told:
            continue
        if key in _TIMES and _is_number(evidence.get("ms")):
            told.update(_TIMES)
            yield "time", [_time(evidence)]
        elif key in _QUALITY and _is_number(evidence.get("jod")):
            told.update(_QUALITY)
            yield "quality", [_quality(evidence)]
        elif lines := [_plain(each) for each in (held if isinstance(held, list) else [held])]:
            if key == "clips":
                lines = [_without_hash(each) for each in lines]
            if key == "versions":
                lines = [", ".join(lines)]
            yield _LABELS.get(key, key.replace("_", " ")), lines


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _time(evidence: Mapping[str, Any]) -> str:
    said = f"{evidence['ms']:.4g} ms a frame"
    low, high, budget = (evidence.get(key) for key in ("ms_low", "ms_high", "ms_budget"))
    if _is_number(low) and _is_number(high):
        said += f" ({low:.4g} to {high:.4g})"
    if _is_number(budget):
        said += f" of the {budget:.4g} ms that there are"
    kind = evidence.get("ms_kind")
    return f"{said}; {kind}" if isinstance(kind, str) else said


def _quality(evidence: Mapping[str, Any]) -> str:
    said, worst = f"{evidence['jod']:.3g} JOD of 10", evidence.get("jod_worst")
    return f"{said}, {worst:.3g} at worst" if _is_number(worst) else said


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _without_hash(clip: str) -> str:
    """`choose` notes the clip's SHA-256 for programs; `--json` has it."""
    return clip.partition(" sha256:")[0]
