"""``--dry-run``, and the word of warning before a sweep that will take long."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from render.errors import RenderError

if TYPE_CHECKING:
    from render.planning.estimate import Estimate
    from render.planning.plan import Plan
    from render.planning.request import Request

# More cells than these are a table, not a paragraph each.
_FEW = 3
_MEASURING = "measuring for a moment what this machine takes"


def planned(request: Request, about: str, *, json: bool) -> Plan:
    """The plan of a request; what is fetched for it is shown."""
    from render.cli.count import followed, waiting
    from render.cli.show_fetching import ShowFetching
    from render.planning.plan import planning

    with waiting(about), contextlib.closing(ShowFetching(json=json)) as show:
        return followed(planning(request), show.event)


def show_plan(plan: Plan, *, json: bool) -> int:
    """The plan on stdout, with what it will take here; the exit status."""
    from render.cli.output import complain, put
    from render.cli.words import clip_error

    status = 1 if plan.refusals else 0
    found = estimated(plan)
    if json:
        from render.cli.events_json import EventLines

        lines = EventLines(plan)
        put(lines.plan(found))
        put(lines.done(0, len(plan.cells) - len(plan.todo), len(plan.refusals), status))
        return status
    from render.cli.plan_table import table_lines
    from render.cli.plan_text import plan_lines

    lines_of = plan_lines if len(plan.cells) <= _FEW else table_lines
    for line in lines_of(plan, found):
        put(line)
    for refusal in plan.refusals:
        complain(clip_error(refusal.clip, refusal.error))
    return status


def estimated(plan: Plan) -> Estimate | None:
    """None where there is nothing to render, or it cannot be measured, which is said."""
    from render.cli.count import waiting
    from render.cli.output import labelled, say
    from render.execution.calibrate import calibrate
    from render.planning import estimate

    if not plan.todo:
        return None
    try:
        with waiting(_MEASURING):
            return estimate.estimate(plan, calibrate(plan))
    except RenderError as error:
        import sys

        say(labelled("note", f"what it takes cannot be measured here: {error}", sys.stderr))
        return None


def warn_long(plan: Plan) -> str | None:
    """A line for a sweep that will take over an hour; None for any other, and for a single cell.

    Measures for a few seconds, but only what may take that long.
    """
    from render.cli.words import took
    from render.planning import estimate

    if len(plan.todo) < 2 or estimate.surely_short(plan):
        return None
    from render.cli.count import waiting
    from render.execution.calibrate import calibrate

    try:
        with waiting(_MEASURING):
            found = estimate.estimate(plan, calibrate(plan))
    except RenderError:  # rendering will say it
        return None
    if found.seconds < estimate.LONG:
        return None
    return (
        f"about {took(found.seconds)} in all for {len(plan.todo)} previews; --dry-run shows what "
        "each takes"
    )
