"""``render bench``: networks against each other on this machine."""

from __future__ import annotations

import contextlib
import itertools
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.cli.help import Shown
from render.defaults import DEFAULTS
from render.errors import OutputError, StyleError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from render.bench.measure import Bench, Contender
    from render.engines.base import EngineChoice

_NETWORKS = "res5,res3,res3-sep,res1,res3-w16"
_ITERATIONS = 100


def _help(text: str, *names: str) -> Parameter:
    return Parameter(name=names or None, help=text, allow_leading_hyphen=not names)


def bench(
    *,
    network: Annotated[
        str | None,
        _help("Any networks, also such as no style is for."),
        Shown("NAME[,…]", _NETWORKS),
    ] = None,
    size: Annotated[str | None, _help("Their inputs."), Shown("WxH[,…]", DEFAULTS.size)] = None,
    iterations: Annotated[
        str | None,
        _help("Of each; the first is start-up and told apart."),
        Shown("N", str(_ITERATIONS)),
    ] = None,
    engine: Annotated[
        str | None, _help("What runs them."), Shown("auto|torch|openvino[,…]", "auto")
    ] = None,
    device: Annotated[
        str | None, _help("Where they run."), Shown("auto|cpu|cuda|mps", "auto")
    ] = None,
    baseline: Annotated[
        str | None, _help("The network that ratios are to."), Shown("NAME", "the first")
    ] = None,
    fps: Annotated[
        str | None, _help("Frame rates whose time is held against theirs."), Shown("N[,…]", "15")
    ] = None,
    seed: Annotated[str | None, _help("Of the order in each round."), Shown("N", "0")] = None,
    output: Annotated[
        list[Path] | None,
        _help(
            "Where to write: a chart (.png, .svg, .pdf), all times (.json); several times for "
            "both.",
            "--output",
            "-o",
        ),
        Shown("FILE"),
    ] = None,
    json: Annotated[
        bool, Parameter(help="On stdout, one JSON object a line; the last is `done`.")
    ] = False,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """How long networks take for a picture here, in turns, so that a noisy machine decides nothing.

    Latencies are this machine's, not a phone's: what carries over are the ratios, and those only in
    part. Ctrl-C ends it early with what the whole rounds say.

    Examples:
      render bench
      render bench --network res3,res3-sep --iterations 20 -o bench.png -o bench.json
      render bench --network res3 --engine torch,openvino
    """
    from render.bench import report
    from render.bench.chart import draw
    from render.cli.output import put, say
    from render.cli.table import table

    places = output or []
    _check_places(places)
    contenders = _contenders(network or _NETWORKS, size or DEFAULTS.size, engine, device)
    number = _whole("--iterations", iterations, _ITERATIONS)
    rates = _rates(fps or "15")
    against = _baseline(baseline, contenders)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    if any(one.style_path is None for one in contenders):
        names = dict.fromkeys(c.spec.name for c in contenders if c.style_path is None)
        say(f"note: random weights for {', '.join(names)}, which no style is for")
    found, ended = _run(contenders, number, _whole("--seed", seed, 0, least=0))
    data = report.as_dict(found, ("render", *sys.argv[1:]), at)
    for path in places:
        if path.suffix.lower() == ".json":
            _save(data, path)
        else:
            draw(found, rates, path)
    if json:
        from render.cli.events_json import line

        put(line("bench", **{key: value for key, value in data.items() if key != "schema"}))
        for path in places:
            put(line("bench-file", path=str(path)))
        put(line("done", exit_status=130 if ended else 0))
        return 130 if ended else 0
    for text in table(report.HEADER, report.rows(found, found.timed[against]), report.RIGHT):
        put(text)
    for text in (*report.budgets(found, rates), *report.legend(found)):
        say(text)
    for path in places:
        put(str(path))
    if ended:
        say(f"interrupted: {found.rounds} of {number - 1} rounds")
    return 130 if ended else 0


def _run(contenders: Sequence[Contender], iterations: int, seed: int) -> tuple[Bench, bool]:
    """What came of it, and whether it was ended early."""
    from render.bench.measure import bench as benched
    from render.cli.count import Count

    found: Bench | None = None
    ended = False
    count = Count("iteration", sys.stderr)
    with contextlib.closing(count):
        try:
            for step in benched(contenders, iterations, seed=seed):
                count.show("bench", step.done, step.total, step.words)
                found = step.bench or found
        except KeyboardInterrupt:
            if found is None:
                raise
            ended = True
    assert found is not None, "the last step holds the result"
    return found, ended


def _contenders(
    networks: str, sizes: str, engines: str | None, device: str | None
) -> list[Contender]:
    from render.bench.measure import Contender
    from render.cli.ranges import values, words
    from render.networks.catalogue import find_style
    from render.networks.spec import NetworkSpec
    from render.target import Size

    found = []
    specs = [NetworkSpec.parse(word) for word in words("network", networks)]
    inputs = [s if isinstance(s, Size) else Size.parse(str(s)) for s in values("size", sizes)]
    choices = _choices(engines, device)
    for spec, size, choice in itertools.product(
        dict.fromkeys(specs), dict.fromkeys(inputs), choices
    ):
        try:
            path = find_style(DEFAULTS.style, spec.name).path
        except StyleError:
            path = None
        found.append(Contender(spec, size, choice, path))
    return found


def _choices(engines: str | None, device: str | None) -> list[EngineChoice]:
    from render.cli.ranges import words
    from render.cli.request import one_of
    from render.engines.base import DeviceName, EngineName
    from render.engines.select import choose

    where = one_of(DeviceName, "--device", device)
    names = ["auto"] if engines is None else words("engine", engines)
    return list(
        dict.fromkeys(choose(one_of(EngineName, "--engine", name), where) for name in names)
    )


def _baseline(name: str | None, contenders: Sequence[Contender]) -> int:
    if name is None:
        return 0
    for number, contender in enumerate(contenders):
        if contender.spec.name == name:
            return number
    raise UsageError(f"--baseline {name}: is not among the networks; name one of --network")


def _rates(text: str) -> list[Fraction]:
    from render.cli.ranges import values
    from render.target import Rate

    found = [
        value if isinstance(value, Rate) else Rate.parse(str(value))
        for value in values("fps", text)
    ]
    if any(rate.fps is None for rate in found):
        raise UsageError(f"--fps {text}: no clip is here whose rate could be meant; write numbers")
    return [rate.fps for rate in found if rate.fps is not None]


def _whole(option: str, text: str | None, default: int, least: int = 2) -> int:
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 6 or int(text) < least:
        raise UsageError(f"{option} {text!r}: write a whole number from {least}")
    return int(text)


def _check_places(places: Sequence[Path]) -> None:
    """Before the minutes of measuring."""
    from render.bench.chart import SUFFIXES

    for path in places:
        if path.suffix.lower() not in (*SUFFIXES, ".json"):
            raise UsageError(f"-o {path}: a bench is written as .json, {', '.join(SUFFIXES)}")
        if path.is_dir():
            raise OutputError(f"{path}: is a folder; name a file")
        if path.parent.exists() and not path.parent.is_dir():
            raise OutputError(f"{path}: {path.parent} is no folder")


def _save(data: dict[str, object], path: Path) -> None:
    import json

    from render.whole import whole

    with whole(path, OutputError) as temporary:
        temporary.write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", encoding="ascii")
