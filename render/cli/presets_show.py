"""``render presets show``: one preset, in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from render.errors import PresetError, UsageError

if TYPE_CHECKING:
    from render.presets.preset import Preset
    from render.presets.preset_library import KnownPreset


def show(
    preset: Annotated[
        str | None, Parameter(help="A preset's name, a .toml file, or a .renderpreset.")
    ] = None,
    /,
    *,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """What a preset asks for, where it comes from, and the evidence that it was chosen by."""
    from render.cli.output import put
    from render.cli.presets_folder import preset_of, presets_folder
    from render.presets.preset_file import BUNDLE_SUFFIX, is_preset_file
    from render.presets.preset_library import find_preset

    if preset is None:
        raise UsageError(
            "no preset given. Usage: render presets show NAME|FILE; `render presets` lists them"
        )
    if preset.endswith(BUNDLE_SUFFIX):
        return _show_bundle(Path(preset), json=json)
    found = preset_of(preset)
    known = None if is_preset_file(preset) else find_preset(preset, presets_folder())
    if json:
        from render.cli.events_json import line
        from render.cli.presets import facts

        put(line("preset", **facts(known or _file(Path(preset), found))))
        put(line("done", presets=1, exit_status=0))
        return 0
    for text in _page(preset, found, known):
        put(text)
    return 0


def _show_bundle(path: Path, *, json: bool) -> int:
    from render.bundles.bundle import open_bundle
    from render.cli.bundle_words import bundle_facts, bundle_page
    from render.cli.output import put

    bundle = open_bundle(path)
    if json:
        from render.cli.events_json import line

        put(line("bundle", **bundle_facts(bundle)))
        put(line("done", presets=1, exit_status=0))
        return 0
    for text in bundle_page(bundle):
        put(text)
    return 0


def _file(path: Path, preset: Preset) -> KnownPreset:
    """As one that has a name here."""
    from render.presets.preset_library import KnownPreset, PresetOrigin

    return KnownPreset(path.stem, path, PresetOrigin.OWN, preset=preset)


def _page(name: str, preset: Preset, known: KnownPreset | None) -> Iterator[str]:
    from render.cli.output import safe

    yield safe(preset.name or name)
    if preset.description:
        yield from _row("", preset.description)
    yield ""
    yield from _row("rate", _rate(preset))
    yield from _row("size", f"{preset.size}{_turning(preset)}; {_FITS[preset.fit.value]}")
    strength = "" if preset.strength == 1 else f", strength {preset.strength:g}"
    yield from _row("network", preset.target().network or "the style file's own")
    yield from _row("style", f"{preset.style}{strength}")
    yield from _row("shown", _display(preset))
    sound = "the clip's sound" if preset.encoding().keeps_sound else "no sound"
    yield from _row("written", f"{preset.encoding().words}, {sound}")
    for label in ("author", "licence"):
        if said := getattr(preset, label):
            yield from _row(label, said)
    yield from _row("from", _origin(name, known))
    if known is not None and known.origin.value == "installed":
        yield from _bundle(known)
    if preset.evidence:
        from render.cli.evidence_words import worded

        yield ""
        yield "Evidence"
        for label, lines in worded(preset.evidence):
            for n, text in enumerate(lines):
                yield from _row(" " if n else label, text)
    yield ""
    yield safe(f"Use: render clip.mp4 --preset {name}")


def _origin(name: str, known: KnownPreset | None) -> str:
    if known is None:
        return f"the file {name}"
    if known.origin.value == "shipped":
        return "render itself"
    what = "a bundle" if known.origin.value == "installed" else "you"
    return f"{what}: {known.path}"


def _bundle(known: KnownPreset) -> Iterator[str]:
    """What the bundle says of itself, whatever that is worth."""
    from render.presets.installed_from import installed_from

    try:
        said = installed_from(known.path)
    except PresetError as error:
        yield from _row("bundle", str(error))
        return
    words = [f"by {said.author}"] if said.author else []
    words += [f"licence {said.licence}"] if said.licence else []
    words += [f"packed by {said.packed_by}"] if said.packed_by else []
    if said.files is not None:
        words.append("1 file" if said.files == 1 else f"{said.files} files")
    if words:
        yield from _row("bundle", f"says: {', '.join(words)}")


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
