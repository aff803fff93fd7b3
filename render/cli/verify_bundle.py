"""``render verify NAME.renderpreset``: does the preset still make the preview that came with it?"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from render.errors import BundleError

if TYPE_CHECKING:
    from render.bundles.rendered_again import Closeness


def verify_bundle(path: Path, *, json: bool) -> int:
    """Render its preview again, say how close it is; the exit status. Raises BundleError where it
    is another look."""
    from render.bundles.bundle import open_bundle
    from render.bundles.rendered_again import render_again
    from render.cli.bundle_words import bundle_facts, follow_frames, render_with
    from render.cli.output import put

    bundle = open_bundle(path)
    found = follow_frames(render_again(bundle, render_with(None, None, None)), path.name)
    if json:
        from render.cli.events_json import line

        facts = {
            "identical": found.identical,
            "passed": found.passed,
            "frames": found.frames,
            "psnr_db": _finite(found.psnr),
            "worst_db": _finite(found.worst),
            "worst_at": float(found.worst_at),
            "here": found.here,
        }
        put(line("verify", path=str(path), **facts, **bundle_facts(bundle)))
        put(line("done", exit_status=0 if found.passed else 1))
        return 0 if found.passed else 1
    if not found.passed:
        raise BundleError(f"{path}: its preset makes another look here: {_words(found)}")
    put(f"{path}: {_words(found)}")
    return 0


def _words(found: Closeness) -> str:
    made = f"made with {found.made_with}"
    if found.here != found.made_with:
        made += f", here with {found.here}"
    if found.identical:
        return f"identical, all {found.frames} frames ({made})"
    return (
        f"{found.psnr:.1f} dB over {found.frames} frames, {found.worst:.1f} dB in the worst, at "
        f"{float(found.worst_at):.2f} s ({made})"
    )


def _finite(value: float) -> float | None:
    """JSON has no infinity, which is what identical pictures have."""
    return None if math.isinf(value) else round(value, 2)
