"""``render devices``: the list, and the commands below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from render.defaults import DEFAULTS
from render.errors import UsageError

if TYPE_CHECKING:
    from render.devices.device_time import DeviceTime
    from render.devices.profile import Profile

COMMANDS = {
    "show": ("render.cli.devices_show:show", "What is known of a device, and what follows."),
    "import": (
        "render.cli.devices_import:import_timings",
        "Keep timings of a real phone; they outrank estimates.",
    ),
    "forget": ("render.cli.devices_import:forget", "Remove a device's imported timings."),
}


def devices(
    *words: Annotated[str, Parameter(show=False)],
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """What is known of phones' speed.

    A device is named by its chip, a phone's name or its model identifier: `A12`, `iPhone XS`,
    `iPhone11,2`. Of most chips no style network's time is known; their times are then reckoned from
    the chip's announced rate, as two cases: all of the network runs on the neural engine, or not.
    `render devices import` of a real phone's timings ends that.
    """
    from render.cli.devices_folder import devices_folder
    from render.cli.output import put
    from render.devices.device_time import estimate
    from render.devices.profile import list_profiles
    from render.networks.spec import NetworkSpec
    from render.target import Size

    found = list_profiles(devices_folder())
    if words:
        raise UsageError(_mistyped(words[0], [name for p in found for name in p.names]))
    network, size = NetworkSpec.parse(DEFAULTS.network), Size.parse(DEFAULTS.size)
    estimates = [estimate(profile, network, size) for profile in found]
    if json:
        from render.cli.events_json import line

        for profile, one in zip(found, estimates, strict=True):
            put(line("device", device=profile.as_dict(), estimate=estimate_facts(one)))
        put(line("done", devices=len(found), exit_status=0))
        return 0
    for text in _list(found, estimates):
        put(text)
    return 0


_UNSURE = "?"


def _list(found: Sequence[Profile], estimates: Sequence[DeviceTime]) -> Iterator[str]:
    from render.cli.paragraph import paragraph

    yield from paragraph(
        f"{DEFAULTS.network} at {DEFAULTS.size}, ms a frame and their interval. Where nothing is "
        "known but the chip's rate there are two cases: all of it runs on the neural engine, or "
        "not."
    )
    yield ""
    head = ["name", "year", "ms", "if not", "sure", "phones"]
    rows = [
        [p.name, str(p.year or "-"), *_times(one, len(p.measurements)), _phones(p.phones)]
        for p, one in zip(found, estimates, strict=True)
    ]
    yield from _filled(head, rows)
    for one in estimates:
        if one.caveat:
            yield ""
            said = f"{one.device}: {one.caveat}; so its time ranks it among no others"
            yield from paragraph(said, f"{_UNSURE} ")
    for profile in found:
        for doubt in dict.fromkeys(f.doubt for f in profile.figures if f.doubt):
            if not profile.measurements:
                yield ""
                yield from paragraph(f"{profile.name}: {doubt}", f"{_UNSURE} ")
    if any(one.other is not None for one in estimates):
        yield ""
        yield from paragraph(
            "Two cases rank no phones among each other: networks that were timed on one were not "
            "on the next. `render devices show NAME` says what each rests on; `render devices "
            "import` makes it certain."
        )


def _times(one: DeviceTime, timed: int) -> list[str]:
    """Of the case that goes first, of the other, and how sure, by how many timings."""
    if one.ms is None or one.low is None or one.high is None or one.sure is None:
        return ["-", "-", "no evidence"]
    sure = one.sure.value + (f", {timed} timed" if timed else "")
    sure += f" {_UNSURE}" if one.caveat else ""
    return [_range(one.ms, one.low, one.high), _other(one) or "-", sure]


def _range(ms: float, low: float, high: float) -> str:
    from render.devices.scaled import in_ms

    return f"{in_ms(ms)} ({in_ms(low)}-{in_ms(high)})"


def _other(one: DeviceTime) -> str:
    other = one.other
    return "" if other is None else _range(other.ms, other.low, other.high)


def _phones(names: Sequence[str]) -> str:
    """``iPhone 14 Pro, 14 Pro Max``: what all of them begin with, once."""
    first = "iPhone "
    short = [name.removeprefix(first) if number else name for number, name in enumerate(names)]
    return ", ".join(short) or "-"


def _filled(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table whose last column goes on below itself where the terminal ends."""
    import textwrap

    from render.cli.paragraph import width
    from render.cli.table import table

    used = sum(max(len(row[i]) for row in (head, *rows)) + 2 for i in range(len(head) - 1))
    lines = []
    for *cells, last in rows:
        parts = textwrap.wrap(last, max(20, width() - used)) or [""]
        lines.append([*cells, parts[0]])
        lines += [[*[""] * len(cells), part] for part in parts[1:]]
    yield from table(head, lines)


def span(one: DeviceTime) -> str:
    """``66 (58-74) published``, with the other case where there are two, or that there is no
    evidence; marked where that is not all."""
    if one.ms is None or one.low is None or one.high is None or one.sure is None:
        return "no evidence"
    unsure = f" {_UNSURE}" if one.caveat else ""
    other = f" or {_other(one)}" if one.other is not None else ""
    return f"{_range(one.ms, one.low, one.high)}{other} {one.sure.value}{unsure}"


def estimate_facts(one: DeviceTime) -> dict[str, Any]:
    """JSON types."""
    from dataclasses import asdict

    return asdict(one) | {"size": str(one.size)}


def _mistyped(word: str, names: list[str]) -> str:
    """What may have been meant by a word after `render devices` that is no command."""
    from render.nearest import nearest

    close = nearest(word, COMMANDS)
    if not close and word.casefold() in (name.casefold() for name in names):
        return f"{word}: is a device, not a command; did you mean `render devices show {word}`?"
    if close:
        return f"{word}: no such command; did you mean `render devices {close}`?"
    commands = ", ".join(f"`render devices {name}`" for name in COMMANDS)
    return (
        f"{word}: no such command or device; there is {commands}, and `render devices` lists them"
    )


app = App(name="devices", default_command=devices, help_flags=[], version_flags=[])
for _name, (_path, _about) in COMMANDS.items():
    app.command(_path, name=_name, help=_about)
