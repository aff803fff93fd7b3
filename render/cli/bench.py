"""``render bench``: networks against each other on this machine."""

from __future__ import annotations

import contextlib
import itertools
import sys
import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.cli.help import ShownAs
from render.defaults import DEFAULTS
from render.errors import OutputError, StyleError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from render.bench.contender import Contender
    from render.bench.rounds import Bench
    from render.cli.steps import Steps
    from render.engines.base import EngineChoice
    from render.networks.spec import NetworkSpec

_NETWORKS = "res5,res3,res3-sep,res1,res3-w16"
_ITERATIONS = 100
_DATA = ".json"


def _help(text: str, *names: str) -> Parameter:
    return Parameter(name=names or None, help=text, allow_leading_hyphen=not names)


def bench(
    *,
    network: Annotated[
        str | None,
        _help("Any networks, also such as no style is for."),
        ShownAs("NAME[,…]", f"{_NETWORKS}, or a style file's own"),
    ] = None,
    size: Annotated[
        str | None, _help("Their inputs, as written."), ShownAs("WxH[,…]", DEFAULTS.size)
    ] = None,
    iterations: Annotated[
        str | None,
        _help("Of each; the first is start-up and told apart."),
        ShownAs("N", str(_ITERATIONS)),
    ] = None,
    engine: Annotated[
        str | None, _help("What runs them."), ShownAs("auto|torch|openvino[,…]", "auto")
    ] = None,
    device: Annotated[
        str | None, _help("Where they run."), ShownAs("auto|cpu|cuda|mps", "auto")
    ] = None,
    style: Annotated[
        str | None,
        _help("Whose weights they have, where it has some; times do not depend on them."),
        ShownAs("NAME|FILE", DEFAULTS.style),
    ] = None,
    baseline: Annotated[
        str | None, _help("The network that ratios are to."), ShownAs("NAME", "the first")
    ] = None,
    fps: Annotated[
        str | None, _help("Frame rates whose time is held against theirs."), ShownAs("N[,…]", "15")
    ] = None,
    seed: Annotated[str | None, _help("Of the order in each round."), ShownAs("N", "0")] = None,
    output: Annotated[
        list[str] | None,
        _help(
            "Where to write a chart (.png, .svg), or all times (.json); may be given "
            "several times.",
            "--output",
            "-o",
        ),
        ShownAs("FILE"),
    ] = None,
    force: Annotated[bool, Parameter(help="Overwrite files that exist.")] = False,
    json: Annotated[
        bool, Parameter(help="On stdout, one JSON object a line; the last is `done`.")
    ] = False,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """How long networks take for a picture here, in turns, so that a noisy machine decides nothing.

    Times are this machine's, not a phone's: what carries over are the ratios, and those only in
    part. Ctrl-C ends it early with what the whole rounds say.

    Examples:
      render bench
      render bench --network res3,res3-sep --iterations 20 -o bench.png -o bench.json
      render bench --network res3 --engine torch,openvino
    """
    from render.bench import bench_table
    from render.cli.count import waiting
    from render.cli.output import put, say
    from render.cli.steps import Steps

    places = list(dict.fromkeys(map(_place, output or [])))
    number = _whole("--iterations", iterations, _ITERATIONS, least=2)
    order_seed = _whole("--seed", seed, 0, least=0)
    rates = _rates(fps or DEFAULTS.fps)
    with waiting("looking for engines and weights"):
        contenders = _contenders(network, size or DEFAULTS.size, engine, device, style)
    against = _baseline(baseline, contenders)
    for place in places:
        _check_place(place, force=force)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    for note in _notes(contenders):
        say(note)
    found, status = _run(contenders, number, order_seed)
    data = bench_table.as_dict(found, against, rates, ("render", *sys.argv[1:]), at)
    if status:
        say(f"interrupted: {found.rounds} of {number - 1} rounds")
    for text in _lines(data) if json else _page(found, against, rates):
        put(text)
    if not json:
        for text in bench_table.words(found, against, rates):
            say(text)
    # What was measured has been said, whatever comes of the files; the surest is first.
    steps = Steps(json=json, debug=debug)
    written = []
    for place in sorted(places, key=lambda place: place.suffix.lower() != _DATA):
        if steps.attempt("bench-file", partial(_write, place, found, rates, data), None):
            written.append(place)
    status = status or min(steps.failed, 1)
    _end([place for place in places if place in written], json=json, steps=steps, status=status)
    return status


def _run(contenders: Sequence[Contender], iterations: int, seed: int) -> tuple[Bench, int]:
    """What came of it, and the exit status: another than 0 where a signal ended it early."""
    from render.bench.machine import RealMachine
    from render.bench.rounds import Stage
    from render.bench.rounds import bench as benched
    from render.cli.count import Count

    counts = {
        Stage.LOADING: Count("network", sys.stderr),
        Stage.TIMING: Count("iteration", sys.stderr),
    }
    found: Bench | None = None
    with contextlib.ExitStack() as stack:
        for count in counts.values():
            stack.callback(count.close)
        try:
            for step in benched(contenders, iterations, machine=RealMachine(), seed=seed):
                found = step.bench or found
                for stage, count in counts.items():
                    if stage is not step.stage:
                        count.close()
                counts[step.stage].show(step.stage.value, step.done, step.total, now_at=step.now)
        except KeyboardInterrupt as interruption:
            if found is None:
                raise
            return found, getattr(interruption, "exit_status", 130)
    assert found is not None, "the last step holds the result"
    return found, 0


def _page(found: Bench, baseline: int, rates: Sequence[Fraction]) -> Iterator[str]:
    from render.bench import bench_table
    from render.cli.table import table
    from render.versions import machine

    yield ", ".join(filter(None, (bench_table.common(found), machine())))
    yield ""
    tables = [bench_table.times(found, found.timed[baseline]), bench_table.costs(found)]
    if rates:
        tables.append(bench_table.budgets(found, rates))
    for number, one in enumerate(tables):
        if number:
            yield ""
        yield from table(one.header, one.rows, one.right)


def _lines(data: dict[str, object]) -> Iterator[str]:
    from render.cli.events_json import line

    yield line("bench", **{key: value for key, value in data.items() if key != "schema"})


def _end(places: Sequence[Path], *, json: bool, steps: Steps, status: int) -> None:
    from render.cli.events_json import line
    from render.cli.output import put

    for place in places:
        put(line("bench-file", path=str(place)) if json else str(place))
    if json:
        put(line("done", failed=steps.failed, exit_status=status))


def _notes(contenders: Sequence[Contender]) -> Iterator[str]:
    from render.bench.contender import WEIGHTS_SEED

    names = dict.fromkeys(one.spec.name for one in contenders if one.style_path is None)
    if names:
        yield (
            f"note: random weights (seed {WEIGHTS_SEED}) for {', '.join(names)}, which the style "
            "is not for; times do not depend on weights"
        )


def _contenders(
    networks: str | None, sizes: str, engines: str | None, device: str | None, style: str | None
) -> list[Contender]:
    from render.bench.contender import Contender
    from render.cli.foreign_style import at_hand
    from render.cli.ranges import values, words
    from render.networks.spec import NetworkSpec
    from render.target import Size

    name = at_hand(DEFAULTS.style if style is None else style)
    own = _own_network(name)
    if networks is None and own is not None:
        networks = own
    specs = [NetworkSpec.parse(word) for word in words("network", networks or _NETWORKS)]
    paths = {spec: _weights(name, spec) for spec in specs}
    if own is not None and not any(paths.values()):
        raise StyleError(f"{name}: is for network {own}; use --network {own}")
    inputs = [s if isinstance(s, Size) else Size.parse(str(s)) for s in values("size", sizes)]
    choices = _choices(engines, device)
    return [
        Contender(spec, each, choice, path)
        for (spec, path), each, choice in itertools.product(
            paths.items(), dict.fromkeys(inputs), choices
        )
    ]


def _own_network(style: str) -> str | None:
    """Of a style file; a shipped style has several. Raises StyleError when there is none."""
    from render.networks.catalogue import find_networks

    found = find_networks(style)
    return found[0].metadata.network if len(found) == 1 else None


def _weights(style: str, spec: NetworkSpec) -> Path | None:
    from render.networks.catalogue import MissingNetworkError, find_style

    try:
        return find_style(style, spec.name).path
    except MissingNetworkError:
        return None


def _choices(engines: str | None, device: str | None) -> list[EngineChoice]:
    from render.cli.ranges import words
    from render.cli.read_request import one_of
    from render.engines.base import DeviceName, EngineName
    from render.engines.select import choose

    where = one_of(DeviceName, "--device", device)
    names = ["auto"] if engines is None else words("engine", engines)
    found = [choose(one_of(EngineName, "--engine", name), where) for name in names]
    # `auto` is one of the others, for another reason.
    return list({(one.engine, one.device): one for one in reversed(found)}.values())[::-1]


def _baseline(name: str | None, contenders: Sequence[Contender]) -> int:
    from render.networks.spec import NetworkSpec

    if name is None:
        return 0
    spec = NetworkSpec.parse(name)
    for number, contender in enumerate(contenders):
        if contender.spec == spec:
            return number
    raise UsageError(f"--baseline {name}: is not among the networks; name one of --network")


def _rates(text: str) -> list[Fraction]:
    from render.cli.ranges import values
    from render.target import Rate

    found = [v if isinstance(v, Rate) else Rate.parse(str(v)) for v in values("fps", text)]
    if any(rate.fps is None for rate in found):
        raise UsageError(f"--fps {text}: no clip is here whose rate could be meant; write numbers")
    return list(dict.fromkeys(rate.fps for rate in found if rate.fps is not None))


def _whole(option: str, text: str | None, default: int, *, least: int) -> int:
    if text is None:
        return default
    if not text.isdecimal() or len(text) > 6 or int(text) < least:
        raise UsageError(f"{option} {text!r}: write a whole number from {least}")
    return int(text)


def _place(asked: str) -> Path:
    from render.bench.chart import SUFFIXES
    from render.files.names import only_file

    written = f"a bench is written as {_DATA}, {', '.join(SUFFIXES)}"
    return only_file(asked, (*SUFFIXES, _DATA), written)


def _check_place(place: Path, *, force: bool) -> None:
    """Whether it can be written: said before the minutes of measuring, not after them."""
    if place.exists() and not force:
        raise OutputError(f"{place}: exists already; --force overwrites it")
    folder = next(above for above in place.absolute().parents if above.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=f".{place.name}."):
            pass
    except OSError as error:
        raise OutputError(f"{place}: cannot be written ({error.strerror})") from None


def _write(place: Path, found: Bench, rates: Sequence[Fraction], data: dict[str, object]) -> Path:
    if place.suffix.lower() != _DATA:
        from render.bench.chart import draw

        draw(found, rates, place)
        return place
    import json

    from render.files.atomic import whole

    with whole(place, OutputError) as temporary:
        temporary.write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", encoding="ascii")
    return place
