"""What would make a choice certain: the time to take on the phone, and the command that keeps
it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from render.choice.ranking import Choice
from render.devices.profile import Sure


@dataclass(frozen=True, slots=True)
class ToMeasure:
    """``what`` to time and how; ``command`` keeps it, after which the choice goes by it."""

    what: str
    command: str


def to_measure(choice: Choice) -> ToMeasure | None:
    """Of the target that the choice turns on; None where that was measured on the device."""
    shown = choice.taken or choice.beyond or choice.candidates[0]
    if shown.estimate.sure is Sure.MEASURED:
        return None
    profile = choice.profile
    phones = profile.phones
    on = f"a phone with it ({phones[0]}, say)" if phones else "the phone"
    preset = (
        f"`render choose DIR --on {shell_word(profile.own_name)} --save live` writes the target as "
        "a preset, `render export live.toml --handoff app`"
        if choice.taken is not None
        else "`render export PRESET --handoff app`"
    )
    what = (
        f"To be certain, time {shown.aim.network.name} at {shown.aim.size} on {on}: {preset} an "
        "app around it that takes the time there. This keeps what it finds, which then outranks "
        "all that is said here:"
    )
    return ToMeasure(
        what, f"render devices import timings.json --as {shell_word(profile.own_name)}"
    )


def shell_word(name: str) -> str:
    """As any shell takes it."""
    return f'"{name}"' if " " in name and not set(name) & set('"$`\\!') else shlex.quote(name)
