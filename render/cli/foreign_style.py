"""A network from elsewhere where a style is asked for (``--style mosaic.pth``): imported by itself.

Nothing that such a file holds is run, so there is nothing to ask before.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def imports_folder() -> Path:
    """``RENDER_IMPORTS``, else ``imports`` among the user's data of render. No cache: presets and
    results name what lies there."""
    named = os.environ.get("RENDER_IMPORTS")
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("render") / "imports"


def at_hand(style: str) -> str:
    """``style``, a name or a file, as it is; of a network from elsewhere the style file that it was
    imported as, now or before. Raises StyleError."""
    from render.networks.foreign import import_once, is_foreign

    path = Path(style)
    if not is_foreign(path):
        return style
    from render.cli.count import waiting
    from render.cli.output import labelled, safe, say
    from render.cli.styles_import import caveats

    with waiting(f"importing {path.name}, and holding both networks against each other"):
        place, imported = import_once(path, imports_folder())
    if imported is not None:
        say(safe(f"{path}: imported as a style of {imported.network.spec}, kept as {place}"))
        for caveat in caveats(imported):
            say(labelled("note", f"{path.name}: {caveat}", sys.stderr))
    return str(place)
