"""The options of ``render CLIP …`` that say where it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Group, Parameter

from render.cli.help import ShownAs
from render.cli.parameters import worded

_MACHINE = Group("Machine")
_CLUSTER = Group("Cluster (more machines than one)")

Device = Annotated[
    str | None,
    worded("Where the network runs.", _MACHINE),
    ShownAs("auto|cpu|cuda|mps", "auto"),
]

Engine = Annotated[
    str | None,
    worded("What runs it; auto takes the faster and says which.", _MACHINE),
    ShownAs("auto|torch|openvino", "auto"),
]

Precision = Annotated[
    str | None,
    worded("int8: drafts, 3 times as fast on newer processors; says what it costs.", _MACHINE),
    ShownAs("f32|int8", "the engine's"),
]

Ffmpeg = Annotated[
    Path | None,
    worded("An ffmpeg to use instead of the bundled one; also read from RENDER_FFMPEG.", _MACHINE),
    ShownAs("PATH"),
]

Debug = Annotated[bool, Parameter(help="Show tracebacks, and what ffmpeg said.", group=_MACHINE)]

Executor = Annotated[
    str | None,
    worded("Who renders: this machine, or workers of a Ray cluster.", _CLUSTER),
    ShownAs("local|ray", "local"),
]

Address = Annotated[
    str | None,
    worded(
        "The Ray cluster: `auto` is the one that this machine belongs to, HOST:PORT the one whose "
        "head is there.",
        _CLUSTER,
    ),
    ShownAs("auto|HOST:PORT", "one on this machine, for this run"),
]

Workers = Annotated[
    str | None,
    worded("How many; each loads a network once and keeps it.", _CLUSTER),
    ShownAs("N", "what there is room for"),
]

CpusPerWorker = Annotated[
    str | None,
    worded("Processors of each.", _CLUSTER, "--cpus-per-worker"),
    ShownAs("N", "equal shares; the smallest node's"),
]

GpusPerWorker = Annotated[
    str | None,
    worded(
        "GPUs of each: 1, or a share such as 0.5; the networks then run on CUDA.",
        _CLUSTER,
        "--gpus-per-worker",
    ),
    ShownAs("N", "0; 1 with --device cuda"),
]
