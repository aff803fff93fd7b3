"""``render devices``: the list, and the commands below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from render.errors import UsageError

if TYPE_CHECKING:
    from render.devices.device_time import DeviceTime

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
    `iPhone11,2`. Where nothing is known of a device's time, there is no figure; measure it on the
    phone and `render devices import` that.
    """
    from render.cli.devices_folder import devices_folder
    from render.cli.output import put
    from render.defaults import DEFAULTS
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
    from render.cli.table import table

    rows = [
        [p.name, str(p.year or "-"), p.evidence, span(one), ", ".join(p.phones) or "-"]
        for p, one in zip(found, estimates, strict=True)
    ]
    head = f"{DEFAULTS.network} at {DEFAULTS.size} (ms)"
    for text in table(["name", "year", "evidence", head, "phones"], rows):
        put(text)
    for text in _caveats(estimates):
        put(text)
    return 0


_UNSURE = "?"


def _caveats(estimates: Iterable[DeviceTime]) -> Iterator[str]:
    from render.cli.paragraph import paragraph

    for one in estimates:
        if one.caveat:
            yield ""
            said = f"{one.device}: {one.caveat}; so its time ranks it among no others"
            yield from paragraph(said, f"{_UNSURE} ")


def span(one: DeviceTime) -> str:
    """``66 (58-74) published``, or that there is no evidence; marked where that is not all."""
    if one.ms is None or one.low is None or one.high is None or one.sure is None:
        return "no evidence" if one.floor is None else f"no evidence (not under {one.floor:.2g})"
    unsure = f" {_UNSURE}" if one.caveat else ""
    return f"{one.ms:.0f} ({one.low:.0f}-{one.high:.0f}) {one.sure.value}{unsure}"


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
