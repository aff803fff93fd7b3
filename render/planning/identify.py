"""Which preview a cell is, and whether it is there already."""

from __future__ import annotations

import json
from pathlib import Path

from render.engines.base import EngineChoice, precision
from render.errors import OutputError
from render.media.clip import Clip
from render.planning.fingerprint import Identity, read_identity
from render.planning.geometry import Placement, canvas_for, place
from render.planning.jsonable import jsonable
from render.planning.request import Request, container
from render.planning.resolve import ResolvedLook
from render.target import Size


def placement(request: Request, clip: Clip, size: Size) -> Placement:
    """How the clip meets a network's input of ``size``."""
    return place(canvas_for(clip.video.displayed, size), size, request.fit)


def identify(
    request: Request, clip: Clip, digest: str, resolved: ResolvedLook, engine: EngineChoice
) -> Identity:
    """All that a preview of ``resolved`` depends on; ``digest`` is of the content of ``clip``."""
    view = placement(request, clip, resolved.size)
    encoding = request.coding
    computed = precision(engine, resolved.style.network)
    return Identity(
        clip=digest,
        part=f"{request.start}+{'end' if request.duration is None else request.duration}",
        rate=str(resolved.rate),
        size=str(resolved.size),
        view=f"{view.crop} of {view.canvas} in {view.inner}",
        network=resolved.style.network.name,
        weights=resolved.style.digest,
        strength=f"{resolved.strength:.6g}",
        upscale="none"
        if resolved.upscale is None
        else f"{resolved.upscale} {resolved.upscaler.value}",
        playback="none" if resolved.playback is None else json.dumps(jsonable(resolved.playback)),
        engine=f"{engine.engine.value} {engine.device.value} {computed.value}",
        encoding=f"{encoding.words}, sound {encoding.audio.value}, {container(request)[1:]}",
        segment=str(request.segment),
    )


def is_kept(
    output: Path,
    identity: Identity,
    clip: Clip,
    sources: set[Path],
    *,
    force: bool,
    anew: bool = False,
) -> bool:
    """Whether the preview is there already. Raises OutputError for another file in its place, but
    not (``anew``) for another preview."""
    if not output.exists():
        return False
    if output.samefile(clip.path):
        raise OutputError(f"{output}: is the clip itself; choose another place with -o")
    if output.absolute() in sources:
        raise OutputError(f"{output}: is another clip of this run; choose another place")
    if force:
        return False
    there = read_identity(output)
    if there is None:
        raise OutputError(
            f"{output}: exists already, and nothing in it says that it is this preview; --force "
            "overwrites it"
        )
    if there != identity:
        if anew:
            return False
        words = ", ".join(identity.differences(there))
        raise OutputError(f"{output}: is another preview ({words}); --force renders it anew")
    return True
