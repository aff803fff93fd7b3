"""The options of ``render --manifest``: their words."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Group, Parameter

from render.cli.help import ShownAs

_GROUP = Group("Many clips")

Manifest = Annotated[
    str | None,
    Parameter(
        help="A table of clips, a row each: `clip`, and columns or keys such as fps, size, style, "
        "preset, start and duration, which win over the options here. Each row has its own folder.",
        group=_GROUP,
        allow_leading_hyphen=True,
    ),
    ShownAs("FILE.csv|FILE.jsonl"),
]

AtOnce = Annotated[
    str | None,
    Parameter(
        name="--at-once",
        help="How many rows of a manifest are in work at a time.",
        group=_GROUP,
        allow_leading_hyphen=True,
    ),
    ShownAs("N", "2"),
]
