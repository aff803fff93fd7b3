"""What sources say of a device, each with its kind, as `render devices show` has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from render.devices.profile import Bound, Figure, Peak, Profile, SeparableBlocks


def said_of(profile: Profile) -> Iterator[str]:
    """What sources say, each with its kind."""
    said: list[tuple[str, Figure | Bound | SeparableBlocks | Peak]] = []
    for figure in profile.figures:
        meant = "".join(f" or {n}" for n in figure.readings[1:])
        with_ = f", {figure.setting}" if figure.setting else ""
        said.append((f"{figure.ms:g} ms: {figure.network}{meant} at {figure.size}{with_}", figure))
    for bound in profile.bounds:
        over = f"over {bound.at_least:g}" if bound.at_least else f"under {bound.at_most:g}"
        meant = "".join(f" or {n}" for n in bound.readings[1:])
        said.append((f"{over} ms: {bound.network}{meant} at {bound.size}", bound))
    if profile.separable is not None:
        words = "faster" if profile.separable.faster else "not faster"
        said.append((f"separable blocks: {words} than full ones", profile.separable))
    if profile.peak is not None:
        rate = f"{profile.peak.tera_operations:g} trillion operations a second at most"
        said.append((f"{rate} (a multiply-add is two)", profile.peak))
    if profile.peak is not None and profile.peak.bits == 8:
        half = f"that is {profile.peak.tera_halves:g} in half precision, which our networks use"
        said[-1] = (f"{said[-1][0]}, of 8 bits: {half}", profile.peak)
    for text, one in said:
        yield ""
        yield from row(one.kind.value, text)
        yield from row("", one.says)
        yield from row("", one.source)
        if one.doubt:
            yield from row("but", one.doubt)
    yield from _others(profile)


def _others(profile: Profile) -> Iterator[str]:
    """What was published of it with other networks, and of its heat."""
    from render.cli.table import table

    if profile.others:
        yield ""
        yield "Published of other networks, which rank no phones"
        rows = [
            [
                t.network, str(t.size), f"{t.giga_macs:g}" + ("*" if t.reckoned else ""),
                t.part.value, str(t.bits), f"{t.ms:g}", t.grade.value,
            ]
            for t in profile.others
        ]  # fmt: skip
        head = ["network", "size", "G macs", "part", "bits", "ms", "grade"]
        yield from table(head, rows, right=(2, 4, 5))
        if any(t.reckoned for t in profile.others):
            yield "* counted by us; the source does not say them"
        for source in dict.fromkeys(t.source for t in profile.others):
            yield from row("", source)
    for ratio in profile.ratios:
        yield ""
        said = f"{ratio.times:g} times as fast as the {ratio.than} with {ratio.of}, and no other"
        yield from row(ratio.kind.value, said)
        yield from row("", ratio.source)
    for heat in profile.heat:
        yield ""
        yield from row("warm", heat.words)
        yield from row("", heat.says)
        yield from row("", heat.source)


def row(label: str, text: str) -> Iterator[str]:
    from render.cli.paragraph import paragraph

    yield from paragraph(text, f"  {label:<12}")
