"""What the commands say of bundles: progress, and what one holds."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from render.cli.paragraph import paragraph

if TYPE_CHECKING:
    from render.bundles.bundle import Bundle
    from render.bundles.bundled_preview import BundleProgress, RenderWith

_Result = TypeVar("_Result")


def render_with(engine: str | None, device: str | None, ffmpeg: Path | None) -> RenderWith:
    """What renders, by the options of that name. Raises UsageError."""
    from render.bundles.bundled_preview import RenderWith
    from render.cli.read_request import one_of
    from render.cli.user_settings import chosen_ffmpeg
    from render.engines.base import DeviceName, EngineName

    return RenderWith(
        one_of(EngineName, "--engine", engine),
        one_of(DeviceName, "--device", device),
        chosen_ffmpeg(ffmpeg),
    )


def follow_frames(steps: Generator[BundleProgress, None, _Result], name: str) -> _Result:
    """Go through the steps with their progress on stderr; what comes of them."""
    from render.cli.count import Count, followed

    with contextlib.closing(Count("frame", sys.stderr)) as count:
        return followed(
            steps, lambda step: count.show(f"{name}: {step.words}", step.done, step.total)
        )


def bundle_page(bundle: Bundle) -> Iterator[str]:
    """What a bundle holds, by whom and under which licence, for people."""
    from render.bundles.manifest import Role
    from render.cli.output import safe
    from render.cli.words import amount

    preset, manifest = bundle.preset, bundle.manifest
    yield safe(manifest.name)
    if preset.description:
        yield from paragraph(preset.description, "  ")
    yield ""
    for label, said in (
        ("by", preset.author or "nobody says who made it"),
        ("licence", preset.licence or "none is named: ask before you use it for more than a look"),
        ("target", f"{preset.fps} fps, {preset.size}, {preset.network}, shown {_shown(bundle)}"),
        ("rendered", f"by render {manifest.render}, {manifest.made_with}"),
    ):
        yield from _row(label, said)
    yield ""
    for role in Role:
        part = bundle.part(role)
        words = [amount(part.bytes), part.about, part.by, part.licence or "licence unknown"]
        yield from _row(role.value, "; ".join(word for word in words if word))
    if preset.evidence:
        yield from _row("evidence", ", ".join(key.replace("_", " ") for key in preset.evidence))


def bundle_facts(bundle: Bundle) -> dict[str, Any]:
    """The same for programs."""
    from dataclasses import asdict

    manifest = bundle.manifest
    return {
        "bundle": str(bundle.path),
        "name": manifest.name,
        "preset": bundle.preset.as_dict(),
        "render": manifest.render,
        "made_with": manifest.made_with,
        "files": {name: asdict(part) for name, part in manifest.parts.items()},
    }


def _shown(bundle: Bundle) -> str:
    upscale = bundle.preset.upscale
    return "at its own size" if upscale is None else f"at {upscale}"


def _row(label: str, text: str) -> Iterator[str]:
    from render.cli.output import safe

    yield from paragraph(safe(text), f"  {label:<11}")
