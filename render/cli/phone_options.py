"""The options that name a phone: their words. What they mean is `phones.py`'s and
`devices_folder.py`'s."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Group, Parameter

from render.cli.help import ShownAs
from render.cli.parameters import worded

PHONE = Group("Phone (previews as it would show them)")
COMPARE = Group("Compare (several previews of one clip)")

PlayOn = Annotated[
    str | None,
    worded(
        "Show what this phone would: frames that come while its network is busy are dropped, "
        "and the others late. A device (`render devices` lists them), `none`, or a list.",
        PHONE,
        "--play-on",
    ),
    ShownAs("DEVICE[,…]", "none"),
]

On = Annotated[
    str | None,
    worded(
        "Say which of the previews to build for this device, and mark those that are too slow "
        "for it, in the table, the grid and the report. `render choose` says more.",
        COMPARE,
    ),
    ShownAs("DEVICE|FILE.toml"),
]

Like = Annotated[
    str | None,
    worded(
        "Take that phone's evidence for the one of --on or --play-on: an assumption, and marked as "
        "one wherever it stands.",
        PHONE,
    ),
    ShownAs("DEVICE|FILE.toml"),
]

Latency = Annotated[
    str | None,
    worded(
        "The same with milliseconds of your own: 66, with a spread 66±8 (84 of 100 frames "
        "within 74), or a file of measured ones. Several: a list.",
        PHONE,
    ),
    ShownAs("MS[±MS]|FILE"),
]

Sustained = Annotated[
    str | None,
    worded("What the phone slows down to: 90@3 is 90 ms after three minutes.", PHONE),
    ShownAs("MS@MINUTES", "the device's"),
]

Warm = Annotated[
    str | None,
    worded("Minutes that it has been running when the clip begins.", PHONE),
    ShownAs("MINUTES", "0"),
]

Heat = Annotated[
    bool,
    Parameter(
        help="Slow the phone of --play-on down as it grows warm, by what was published of it with "
        "another workload than this.",
        group=PHONE,
    ),
]

Late = Annotated[
    str | None,
    worded(
        "What becomes of a frame while the network is busy: the newest waits, or it is discarded.",
        PHONE,
    ),
    ShownAs("newest|discard", "newest"),
]

Seed = Annotated[
    str | None,
    worded("Of the latencies that are drawn; the same one shows the same.", PHONE),
    ShownAs("N", "0"),
]
