"""How long a device will take for a frame: an estimate with its interval and its reason.

What is measured goes before what is published: exactly this network and size as it was measured;
else a fit of three measurements or more (``fit.py``); else scaled from the nearest figure
(``scaled.py``); else, by the chip's announced rate, two cases (``peak_share.py``): all on the
neural engine, and not. The same two where all figures are of networks that the engine may not run
and this one is not. Without a rate either, nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from render.devices.engine_forms import doubt, edges, gone_from, new_to
from render.devices.evidence import Timing, timings
from render.devices.fit import LEAST, Point, TimeFit, fit
from render.devices.peak_share import Case, Where, elsewhere, on_engine
from render.devices.profile import Profile, Sure
from render.devices.scaled import Reckoned, in_ms, scaled
from render.networks.spec import BlockKind, NetworkSpec
from render.target import Size


@dataclass(frozen=True, slots=True)
class DeviceTime:
    """Milliseconds for one frame.

    Attributes:
        device, network, size: of what.
        ms: the median; None: no evidence. low, high: the interval of that median.
        sure: measured (exactly this network and size), published (likewise), estimated (all else).
        reason: one sentence: what it comes from and what widens it.
        caveat: what no interval covers, where there is such: then the time ranks neither this
            network nor this device among others.
        p95: of single frames, where measured. sustained: ms after ``minutes`` of running, where
            measured. floor: at the chip's published peak rate; it cannot be faster.
        where: what of the chip is taken to run it, where that decides the time; None: it does not,
            or is not known. other: then the other case, which may as well be. No interval covers
            both.
        like: the device whose evidence this is, where it was assumed to be this one's.
    """

    device: str
    network: str
    size: Size
    ms: float | None
    low: float | None
    high: float | None
    sure: Sure | None
    reason: str
    p95: float | None = None
    sustained: float | None = None
    minutes: float | None = None
    floor: float | None = None
    caveat: str = ""
    where: Where | None = None
    other: Case | None = None
    like: str = ""

    @property
    def why(self) -> str:
        """The reason, and with it the other case and the caveat."""
        said = [self.reason, self.other_words, self.caveat]
        return "; ".join(text for text in said if text)

    @property
    def other_words(self) -> str:
        """``if not all of it runs on …: 99 ms (31 to 160)``; empty where there is no other case."""
        if self.other is None:
            return ""
        ms, low, high = map(in_ms, (self.other.ms, self.other.low, self.other.high))
        return f"{self.other.where.condition}: {ms} ms ({low} to {high})"

    def in_case(self, where: Where) -> tuple[float, float, float] | None:
        """ms, low and high if that runs it; None where the estimate does not tell the two apart."""
        if self.other is None or self.ms is None or self.low is None or self.high is None:
            return None
        if where is self.where:
            return self.ms, self.low, self.high
        return self.other.ms, self.other.low, self.other.high


_NO_EVIDENCE = "no evidence of its time; measure and import"


def estimate(profile: Profile, network: NetworkSpec, size: Size) -> DeviceTime:
    """Of any network at any size, on this device."""
    found = _estimate(profile, network, size)
    if not profile.like or found.ms is None:
        return found
    reason = f"assumed to be like {profile.like}, which nobody measured; there {found.reason}"
    return replace(found, sure=Sure.ESTIMATED, reason=reason, like=profile.like)


def _estimate(profile: Profile, network: NetworkSpec, size: Size) -> DeviceTime:
    peak = profile.peak
    floor = None if peak is None else network.macs(size) / peak.macs_ms
    known = timings(profile)
    plain = DeviceTime(
        profile.name, network.name, size, None, None, None, None, _NO_EVIDENCE, floor=floor
    )
    if exact := [t for t in known if t.sure is Sure.MEASURED and t.is_of(network, size)]:
        return _as_measured(plain, exact)
    found = _reckoned(profile, known, network, size)
    engine = on_engine(profile, network.macs(size))
    if found is None:
        beside = elsewhere(profile, network.macs(size))
        if engine is None or beside is None:
            return plain
        return _either(profile, plain, engine, beside, network)
    found = _over_floor(found, floor)
    of = [t.reading(0) for t in known]
    gone = gone_from(network, of)
    if gone and engine is not None and all(t.sure is not Sure.MEASURED for t in known):
        return _either(profile, plain, engine, _beside(profile, known, network, size), network)
    return replace(
        plain, ms=found.ms, low=found.low, high=found.high, sure=found.sure, reason=found.reason,
        caveat=_caveat(profile, of, network),
    )  # fmt: skip


def _beside(profile: Profile, known: Sequence[Timing], network: NetworkSpec, size: Size) -> Case:
    """What figures of networks beside the engine say: the fastest setting's, in an interval that
    holds all settings'."""
    found = [scaled(profile, group, network, size) for group in _groups(known).values()]
    first = min(found, key=lambda one: one.ms)
    settings = " and ".join(setting for setting in _groups(known) if setting)
    return Case(
        Where.ELSEWHERE,
        first.ms,
        min(one.low for one in found),
        max(one.high for one in found),
        f"{first.reason}; the interval holds all settings ({settings or 'one'}), whose network is "
        "taken to have run beside the engine",
    )


def _either(
    profile: Profile, plain: DeviceTime, engine: Case, beside: Case, network: NetworkSpec
) -> DeviceTime:
    """Both cases; the engine's goes first, but for a form that it is not known to run."""
    late = network.late_forms
    first, second = (beside, engine) if late else (engine, beside)
    reason = f"{first.where.condition}: {first.reason}"
    if late:
        reason += f"; {' and '.join(late)}: {doubt(profile.year)}"
    elif costs := edges(network, profile.year):
        reason += f"; {costs}, on top of this"
    return replace(
        plain, ms=first.ms, low=first.low, high=first.high, sure=Sure.ESTIMATED, reason=reason,
        where=first.where, other=second,
    )  # fmt: skip


def _caveat(profile: Profile, known: Sequence[NetworkSpec], network: NetworkSpec) -> str:
    """Where a network's form and that of all figures differ in what another part of the chip may
    run."""
    if new := new_to(network, known):
        return (
            f"{' and '.join(new)}, which no figure here has, may be several times slower: "
            f"{doubt(profile.year)}; not covered by the interval: measure it on the phone"
        )
    if gone := gone_from(network, known):
        return (
            f"the only figures are of a network with {' and '.join(gone)}, which another part of "
            "the chip may have run: not covered by the interval"
        )
    return ""


def fits(profile: Profile) -> dict[str, tuple[TimeFit, tuple[Timing, ...]]]:
    """The fits that there are, each with its timings, by their compute units."""
    groups = _groups([t for t in timings(profile) if t.sure is Sure.MEASURED])
    return {s: (_fitted(group), tuple(group)) for s, group in groups.items() if len(group) >= LEAST}


def _as_measured(plain: DeviceTime, exact: Sequence[Timing]) -> DeviceTime:
    """The fastest compute units' own; of several phones the middle, and all their intervals."""
    groups = _groups(exact)
    units = min(groups, key=lambda setting: median(t.ms for t in groups[setting]))
    group = groups[units]
    first = group[0].measured
    where = " and ".join(dict.fromkeys(t.where for t in group if t.where))
    samples = sum(t.measured.samples or 0 for t in group if t.measured)
    said = [f"measured{f' on {where}' if where else ''} with {units or 'its own settings'}"]
    if len(groups) > 1:
        said.append(f"the fastest of {', '.join(groups)}")
    if samples:
        said.append(f"{samples} frames")
    if any(t.error for t in group):
        said.append("the interval is of this run's median")
    else:
        said.append("nothing is said of its spread")
    ms = median(t.ms for t in group)
    if plain.floor is not None and ms < plain.floor:
        said.append(f"under the {in_ms(plain.floor)} ms of the chip's peak: check one of them")
    return replace(
        plain,
        ms=ms,
        low=min(t.ms / (1 + t.error) for t in group),
        high=max(t.ms * (1 + t.error) for t in group),
        sure=Sure.MEASURED,
        reason="; ".join(said),
        p95=first.p95_ms if first else None,
        sustained=first.sustained_ms if first else None,
        minutes=first.sustained_after_minutes if first else None,
    )


def _reckoned(
    profile: Profile, known: Sequence[Timing], network: NetworkSpec, size: Size
) -> Reckoned | None:
    """By the surest kind of evidence, with the settings that are fastest."""
    for sure, least, reckon in _ways():
        groups = _groups([t for t in known if t.sure is sure])
        groups = {s: group for s, group in groups.items() if len(group) >= least}
        if not groups:
            continue
        found = {s: reckon(profile, group, network, size) for s, group in groups.items()}
        setting = min(found, key=lambda s: found[s].ms)
        result = found[setting]
        if setting:
            among = f", the fastest of {', '.join(found)}" if len(found) > 1 else ""
            result = replace(result, reason=f"{result.reason}; with {setting}{among}")
        if least >= LEAST:
            result = _checked(result, fit_of=groups[setting], known=known)
        seen = any(t.reading(0).kind is BlockKind.SEPARABLE for t in groups[setting])
        return result if seen else _not_faster(result, profile, known, network, size)
    return None


_Reckon = Callable[[Profile, Sequence[Timing], NetworkSpec, Size], Reckoned]


def _ways() -> Iterator[tuple[Sure, int, _Reckon]]:
    yield Sure.MEASURED, LEAST, _by_fit
    for sure in Sure:
        yield sure, 1, scaled


def _by_fit(
    profile: Profile, group: Sequence[Timing], network: NetworkSpec, size: Size
) -> Reckoned:
    line = _fitted(group)
    ms, low, high = line.at(network.macs(size), network.traffic(size))
    said = f"fitted to {len(group)} measurements, which it misses by {line.spread:.1%}"
    return Reckoned(ms, low, high, Sure.ESTIMATED, said)


def _fitted(group: Sequence[Timing]) -> TimeFit:
    return fit(
        [
            Point(t.reading(0).macs(t.size), t.reading(0).traffic(t.size), t.ms, t.error)
            for t in group
        ]
    )


def _checked(result: Reckoned, fit_of: Sequence[Timing], known: Sequence[Timing]) -> Reckoned:
    """What is published stands beside a fit, to be held against it."""
    line = _fitted(fit_of)
    said = [
        f"published {t}, the fit says {in_ms(line.at(n.macs(t.size), n.traffic(t.size))[0])}"
        for t in known
        if t.sure is not Sure.MEASURED
        for n in t.readings[:1]
    ]
    return replace(result, reason="; ".join([result.reason, *said[:1]]))


def _not_faster(
    found: Reckoned, profile: Profile, known: Sequence[Timing], network: NetworkSpec, size: Size
) -> Reckoned:
    """Separable blocks take at least what full ones do, where a source found that."""
    said = profile.separable
    if network.kind is not BlockKind.SEPARABLE or said is None or said.faster:
        return found
    full = _reckoned(profile, known, replace(network, kind=BlockKind.FULL), size)
    if full is None or full.ms <= found.ms:
        return found
    reason = (
        f"as with full blocks, since separable ones were not faster ({said.kind.value}); reckoned "
        f"by itself {in_ms(found.ms)} ms ({in_ms(found.low)} to {in_ms(found.high)}); {full.reason}"
    )
    return Reckoned(
        full.ms, max(found.low, full.low), max(found.high, full.high), Sure.ESTIMATED, reason
    )


def _over_floor(found: Reckoned, floor: float | None) -> Reckoned:
    if floor is None or found.low >= floor:
        return found
    return replace(
        found,
        ms=max(found.ms, floor),
        low=floor,
        high=max(found.high, floor),
        reason=f"{found.reason}; cut at the {in_ms(floor)} ms of the chip's peak",
    )


def _groups(found: Sequence[Timing]) -> dict[str, list[Timing]]:
    groups: dict[str, list[Timing]] = {}
    for timing in found:
        groups.setdefault(timing.setting, []).append(timing)
    return groups
