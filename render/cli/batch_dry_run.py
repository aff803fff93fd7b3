"""``render --manifest --dry-run``: what would become of each row, and what it takes in all."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from render.batching.batch import RowPlanned, plan_rows
from render.cli.count import Count
from render.cli.dry_run import estimated
from render.cli.events_json import EventLines, line
from render.cli.hints import explained
from render.cli.output import labelled, put, safe, say
from render.cli.plan_text import in_all, shared_lines

if TYPE_CHECKING:
    from render.batching.row import Row
    from render.planning.plan import Plan
    from render.sweeping.outputs import Outputs


def show_batch_plan(
    title: str, rows: tuple[Row, ...], output: Path, outputs: Outputs, *, at_once: int, json: bool
) -> int:
    """Each row on stdout, failures on stderr, then what all of it takes; the exit status."""
    count = Count("row", sys.stderr)
    plans: list[Plan] = []
    done = kept = failed = 0
    try:
        for number, found in enumerate(plan_rows(rows, output, outputs, at_once=at_once), 1):
            errors = _errors(found)
            for error in errors:
                say(labelled("error", f"{found.row.where}: {error}", sys.stderr))
            failed += bool(errors)
            kept += found.kept is not None
            if found.plan is not None and found.plan.cells:
                done += not errors
                plans.append(found.plan)
            _put(found, errors, json=json)
            count.show(title, number, len(rows))
    finally:
        count.close()
    status = 1 if failed else 0
    for plan in _together(plans):
        estimate = estimated(plan)
        if not json:
            for text in [*(in_all(estimate) if estimate else ()), *shared_lines(plan)]:
                put(text)
    said = {"to do": done, "kept": kept, "failed": failed}
    say(f"{len(rows)} rows: {', '.join(f'{n} {word}' for word, n in said.items() if n)}")
    if json:
        facts = {"rows": len(rows), "previews": 0, "kept": kept, "failed": failed}
        put(line("done", **facts, exit_status=status))
    return status


def _errors(found: RowPlanned) -> list[str]:
    refusals = () if found.plan is None else found.plan.refusals
    errors = [refusal.error for refusal in refusals]
    return [explained(error) for error in [*errors, *([found.error] if found.error else [])]]


def _put(found: RowPlanned, errors: list[str], *, json: bool) -> None:
    row = found.row
    if json:
        if found.plan is not None:
            put(EventLines(found.plan, row=row.where).plan())
        else:
            state = "kept" if found.kept is not None else "failed"
            put(line("row", row=row.where, clip=row.clip, state=state, errors=errors))
    elif found.plan is not None and found.plan.cells:
        for cell in found.plan.cells:
            put(f"{row.where}: {safe(row.clip)} → {safe(str(row.shown(cell.output)))}")
    elif found.kept is not None:
        put(f"{row.where}: {safe(row.clip)}: kept")


def _together(plans: Iterable[Plan]) -> Iterator[Plan]:
    """As few plans as can be: rows that share the machine and the coding are reckoned as one."""
    groups: dict[object, list[Plan]] = {}
    for plan in plans:
        groups.setdefault((plan.engine, plan.encoding, plan.segment), []).append(plan)
    for group in groups.values():
        cells = tuple(cell for plan in group for cell in plan.cells)
        yield replace(group[0], cells=cells, refusals=())
