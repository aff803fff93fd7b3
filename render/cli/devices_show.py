"""``render devices show``: one device's figures, fits and estimates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.cli.help import ShownAs
from render.defaults import DEFAULTS
from render.errors import UsageError

if TYPE_CHECKING:
    from render.devices.device_time import DeviceTime
    from render.devices.profile import Profile
    from render.networks.spec import NetworkSpec
    from render.target import Size

_NETWORKS = "res5,res3,res1,res3-sep,res3-w16"
_SIZES = "240x427,360x640,480x853"


def show(
    device: Annotated[
        str | None, Parameter(help="A chip, a phone, a model identifier, or a profile's .toml.")
    ] = None,
    /,
    *,
    network: Annotated[
        str | None,
        Parameter(help="Networks to estimate.", allow_leading_hyphen=True),
        ShownAs("NAME[,…]", _NETWORKS),
    ] = None,
    size: Annotated[
        str | None, Parameter(help="Their input sizes, also ranges."), ShownAs("WxH[,…]", _SIZES)
    ] = None,
    fps: Annotated[
        str | None,
        Parameter(help="The frame rate whose time a frame is the budget."),
        ShownAs("N", DEFAULTS.fps),
    ] = None,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """All that is known of a device, from where, and what follows for networks and sizes.

    An estimate is a median with the interval of that median, and says how sure it is: measured or
    published (exactly this network and size), or estimated.
    """
    from render.cli.devices_folder import devices_folder
    from render.cli.output import put
    from render.devices.device_time import estimate
    from render.devices.profile import load_profile

    if device is None:
        raise UsageError(
            "no device given. Usage: render devices show NAME; `render devices` lists them"
        )
    profile = load_profile(device, devices_folder())
    pairs = _pairs(network or _NETWORKS, size or _SIZES)
    estimates = [estimate(profile, *pair) for pair in pairs]
    budget = _budget(fps or DEFAULTS.fps)
    if json:
        for text in _json(profile, estimates, budget):
            put(text)
        return 0
    for text in _page(profile, estimates, budget):
        put(text)
    return 0


def _pairs(networks: str, sizes: str) -> list[tuple[NetworkSpec, Size]]:
    from render.cli.ranges import values, words
    from render.networks.spec import NetworkSpec
    from render.target import Size

    specs = [NetworkSpec.parse(word) for word in words("network", networks)]
    found = [v if isinstance(v, Size) else Size.parse(str(v)) for v in values("size", sizes)]
    return [(spec, one) for spec in specs for one in found]


def _budget(fps: str) -> float:
    """Milliseconds a frame."""
    from render.target import Rate

    rate = Rate.parse(fps).fps
    if rate is None:
        raise UsageError(f"--fps {fps}: there is no clip here; write a number, such as 15")
    return float(1000 / rate)


def _json(profile: Profile, estimates: Sequence[DeviceTime], budget: float) -> Iterator[str]:
    from render.cli.devices import estimate_facts
    from render.cli.events_json import line
    from render.devices.device_time import fits

    yield line("device", device=profile.as_dict())
    for units, (fit, timings) in fits(profile).items():
        points = [
            {"network": t.network.name, "size": str(t.size), "ms": t.ms, "residual": residual}
            for t, residual in zip(timings, fit.residuals, strict=True)
        ]
        constant, per_gmac, per_mmoved = fit.coefficients
        yield line(
            "fit",
            units=units,
            constant_ms=constant,
            ms_per_g_macs=per_gmac,
            ms_per_m_moved=per_mmoved,
            spread=fit.spread,
            freedom=fit.freedom,
            points=points,
        )
    for one in estimates:
        share = None if one.ms is None else one.ms / budget
        yield line("estimate", **estimate_facts(one), budget_ms=budget, share=share)
    yield line("done", estimates=len(estimates), exit_status=0)


def _page(profile: Profile, estimates: Sequence[DeviceTime], budget: float) -> Iterator[str]:
    from render.cli.device_evidence import row, said_of
    from render.cli.output import safe

    yield safe(profile.chip or profile.name)
    for label, names in (("phones", profile.phones), ("models", profile.models)):
        if names:
            yield from row(label, ", ".join(names))
    if profile.engine:
        yield from row("engine", f"generation {profile.engine}, as compilers call it")
    if profile.about:
        yield from row("about", profile.about)
    yield from said_of(profile)
    yield from _measured(profile)
    if lines := list(fit_lines(profile)):
        yield ""
        yield from lines
    yield ""
    if all(one.ms is None for one in estimates):
        yield from _no_evidence(profile)
        return
    yield from _estimates(estimates, budget)
    yield ""
    yield from _why(estimates)
    yield from _certain(profile, estimates)


def _why(estimates: Sequence[DeviceTime]) -> Iterator[str]:
    from render.cli.paragraph import paragraph

    yield "Why"
    reasons: dict[str, list[str]] = {}
    for one in estimates:
        reasons.setdefault(one.reason, []).append(f"{one.network} at {one.size}")
        if one.other is not None:
            said = f"{one.other.where.condition}: {one.other.reason}"
            reasons.setdefault(said, []).append(f"{one.network} at {one.size}")
    for reason, places in reasons.items():
        of = "All" if len(places) == len(estimates) > 1 else ", ".join(places)
        yield from paragraph(f"{of}: {reason}", "  ", "    ")
    for caveat in dict.fromkeys(one.caveat for one in estimates if one.caveat):
        places = [f"{one.network} at {one.size}" for one in estimates if one.caveat == caveat]
        of = "all" if len(places) == len(estimates) else ", ".join(places)
        yield from paragraph(f"But of {of}: {caveat}", "  ", "    ")


def _certain(profile: Profile, estimates: Sequence[DeviceTime]) -> Iterator[str]:
    """How far the rule can be trusted, and what ends the doubt."""
    from render.cli.paragraph import paragraph
    from render.devices.backtest import backtest, coverage
    from render.devices.profile import shipped_profiles

    if all(one.other is None for one in estimates):
        return
    held, of = coverage(backtest(shipped_profiles()))
    yield ""
    yield from paragraph(
        f"Reckoned, not measured: of the {of} published times that this rule can be held against, "
        f"its intervals hold {held}. Which of the two cases it is shows on the phone: `render "
        "export PRESET --handoff DIR` writes an app that times the model there, and `render "
        f'devices import timings.json --as "{profile.name}"` takes what it finds.'
    )


def _no_evidence(profile: Profile) -> Iterator[str]:
    """Of a device of whose time nothing is known: that, once, and what to do."""
    from render.cli.output import safe
    from render.cli.paragraph import paragraph

    yield f"No evidence of the time that {safe(profile.name)} takes, for any network."
    yield ""
    yield from paragraph(
        "To measure: `render export PRESET --handoff DIR` writes an app that times a model on the "
        "phone, and `render devices import` takes what it finds."
    )


def _measured(profile: Profile) -> Iterator[str]:
    from render.cli.table import table

    if not profile.measurements:
        return
    rows = [
        [
            m.network.name, str(m.size), m.units.value, f"{m.median_ms:.1f}",
            "-" if m.p95_ms is None else f"{m.p95_ms:.1f}", str(m.samples or "-"),
            f"{m.sustained_ms:.1f} after {m.sustained_after_minutes:g} min"
            if m.sustained_ms else "-",
            m.os or "-", m.name or m.device,
        ]
        for m in profile.measurements
    ]  # fmt: skip
    head = ["network", "size", "units", "median", "p95", "frames", "sustained", "os", "on"]
    yield ""
    yield "Measured (ms)"
    yield from table(head, rows, right=(3, 4, 5))


def fit_lines(profile: Profile) -> Iterator[str]:
    """Each fit as a formula, with what it says of its own points."""
    from render.cli.table import table
    from render.devices.device_time import fits

    for number, (units, (fit, timings)) in enumerate(fits(profile).items()):
        constant, per_gmac, per_mmoved = fit.coefficients
        if number:
            yield ""
        yield (
            f"Fit of {len(timings)} with {units}: {constant:.2g} ms + {per_gmac:.3g} ms a G "
            f"multiply-adds + {per_mmoved:.3g} ms a M activations moved; misses by {fit.spread:.1%}"
        )
        rows = []
        for t, residual in zip(timings, fit.residuals, strict=True):
            ms, low, high = fit.at(t.network.macs(t.size), t.network.traffic(t.size))
            rows.append(
                [t.network.name, str(t.size), f"{t.ms:.1f}", f"{ms:.1f}",
                 f"{low:.1f}-{high:.1f}", f"{residual:+.1%}"]
            )  # fmt: skip
        head = ["network", "size", "measured", "fitted", "interval", "off by"]
        yield from table(head, rows, right=(2, 3, 4, 5))


def _estimates(estimates: Sequence[DeviceTime], budget: float) -> Iterator[str]:
    from render.cli.table import table

    rows = []
    for one in estimates:
        row = [one.network, str(one.size)]
        if one.ms is None or one.low is None or one.high is None or one.sure is None:
            rows.append([*row, "-", "no evidence", "-", "-", "-", "-"])
            continue
        where = "-" if one.where is None else one.where.short
        numbers = _numbers(one.ms, one.low, one.high, one.sure.value, budget)
        rows.append([*row, where, *numbers, "-" if one.floor is None else f"{one.floor:.2g}"])
        if (other := one.other) is not None:
            told = _numbers(other.ms, other.low, other.high, one.sure.value, budget)
            rows.append(["", "", other.where.short, *told, ""])
    head = ["network", "size", "case", "ms", "interval", "sure", f"of {budget:.1f} ms", "over"]
    if all(one.where is None for one in estimates):
        head, rows = _without(head, 2), [_without(row, 2) for row in rows]
    yield from table(head, rows, right=(len(head) - 5, len(head) - 4, len(head) - 1))
    if any(one.where is not None for one in estimates):
        yield "case: all of it runs on the neural engine, or not"


def _without(row: list[str], number: int) -> list[str]:
    return row[:number] + row[number + 1 :]


def _numbers(ms: float, low: float, high: float, sure: str, budget: float) -> list[str]:
    share = f"{ms / budget:.0%} {_fits(low, high, budget)}"
    return [f"{ms:.1f}", f"{low:.1f}-{high:.1f}", sure, share]


def _fits(low: float, high: float, budget: float) -> str:
    if high <= budget:
        return "fits"
    return "too slow" if low > budget else "may fit"
