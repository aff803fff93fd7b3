"""What the page's scripts know a preview by: stars and notes stay with it when its folder is moved,
renamed, or gets more previews."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import Any

from render.compare.metrics.reference import groups
from render.results.results import CellResult, Results

_DIGITS = 16
"""Of a hash, hexadecimal: enough that no two previews of a lifetime share one."""


def marked(results: Results) -> dict[str, Any]:
    """Keys of the page's data, beside those of `described`.

    marks: each cell's mark, by its id. sweep: of all of them together, whatever their order.
    groups: numbers of those that may be compared, by their ids; a cell that plays on a phone has
    none.
    """
    often = Counter(_identity(results, cell) for cell in results.cells)
    marks = {}
    for cell in results.cells:
        identity = _identity(results, cell)
        # Two of one content are two previews here all the same.
        marks[cell.id] = _hash(identity if often[identity] == 1 else [identity, cell.id])
    together = [group for clip in range(len(results.clips)) for group in groups(results, clip)]
    return {
        "marks": marks,
        "sweep": _hash(sorted(marks.values())),
        "groups": {cell.id: n for n, group in enumerate(together) for cell in group.cells},
    }


def _identity(results: Results, cell: CellResult) -> str:
    """Its fingerprint; for one of before there were any, all that is known of its content."""
    if cell.fingerprint is not None:
        return cell.fingerprint
    facts = cell.model_dump(mode="json", include={"start", "target", "video"})
    facts["target"].pop("style_file", None)
    return json.dumps([results.clips[cell.clip].name, facts], sort_keys=True)


def _hash(of: object) -> str:
    return hashlib.sha256(json.dumps(of).encode()).hexdigest()[:_DIGITS]
