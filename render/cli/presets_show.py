"""``render presets show``: one preset, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.errors import UsageError

if TYPE_CHECKING:
    from render.presets.preset import Preset


def show(
    preset: Annotated[
        str | None, Parameter(help="A shipped preset's name, or a .toml file.")
    ] = None,
    /,
    *,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """What a preset asks for, who wrote it, and the evidence that it was chosen by."""
    from render.cli.output import put
    from render.presets.preset import load_preset

    if preset is None:
        raise UsageError(
            "no preset given. Usage: render presets show NAME|FILE; `render presets` lists them"
        )
    found = load_preset(preset)
    if json:
        from render.cli.events_json import line

        put(line("preset", preset=found.as_dict()))
        put(line("done", presets=1, exit_status=0))
        return 0
    for text in _page(preset, found):
        put(text)
    return 0


def _page(name: str, preset: Preset) -> Iterator[str]:
    from render.cli.output import safe

    yield safe(preset.name or name)
    if preset.description:
        yield from _row("", preset.description)
    yield ""
    yield from _row("rate", _rate(preset))
    yield from _row("size", f"{preset.size}{_turning(preset)}; {_FITS[preset.fit.value]}")
    strength = "" if preset.strength == 1 else f", strength {preset.strength:g}"
    yield from _row("network", preset.network)
    yield from _row("style", f"{preset.style}{strength}")
    yield from _row("shown", _display(preset))
    sound = "the clip's sound" if preset.encoding().keeps_sound else "no sound"
    yield from _row("written", f"{preset.encoding().words}, {sound}")
    for label in ("author", "licence"):
        if said := getattr(preset, label):
            yield from _row(label, said)
    if preset.evidence:
        yield ""
        yield "Evidence"
        for key, held in preset.evidence.items():
            for n, value in enumerate(held if isinstance(held, list) else [held]):
                yield from _row("" if n else key.replace("_", " "), str(value))
    yield ""
    yield safe(f"Use: render clip.mp4 --preset {name}")


_FITS = {
    "cover": "the clip fills it, what is over is cut off",
    "contain": "all of the clip is shown, with bars",
    "stretch": "the clip is stretched to it",
}


def _rate(preset: Preset) -> str:
    return "the clip's own" if preset.fps.fps is None else f"{preset.fps} frames a second"


def _turning(preset: Preset) -> str:
    return ", turned as the clip is" if preset.orient.value == "auto" else ""


def _display(preset: Preset) -> str:
    if preset.upscale is None:
        return "at the network's own size"
    return f"at {preset.upscale}, {preset.upscaler.value}"


def _row(label: str, text: str) -> Iterator[str]:
    from render.cli.paragraph import paragraph

    yield from paragraph(text, f"  {label:<13}" if label else "  ")
