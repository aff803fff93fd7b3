"""``render presets install``: from a bundle into the user's folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from render.cli.help import ShownAs
from render.errors import UsageError


def install(
    bundle: Annotated[
        Path | None, Parameter(help="A .renderpreset file that `render presets pack` wrote.")
    ] = None,
    /,
    *,
    named: Annotated[
        str | None,
        Parameter(name="--as", help="What to call it.", allow_leading_hyphen=True),
        ShownAs("NAME", "its own name"),
    ] = None,
    yes: Annotated[bool, Parameter(name=("--yes", "-y"), help="Do not ask.")] = False,
    force: Annotated[bool, Parameter(help="Replace a preset that was installed so.")] = False,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
) -> int:
    """Say what a bundle holds, by whom and under which licence, and install it when you say yes.

    Then `--preset NAME` works anywhere. Nothing in a bundle is run, and nothing is written outside
    its own folder among your presets.
    """
    from render.bundles.bundle import open_bundle
    from render.bundles.install import check_install
    from render.bundles.install import install as installed
    from render.cli.bundle_words import bundle_facts, bundle_page
    from render.cli.confirm import confirmed
    from render.cli.output import put, safe, say
    from render.cli.presets_folder import presets_folder

    if bundle is None:
        raise UsageError("no bundle given. Usage: render presets install FILE.renderpreset")
    found = open_bundle(bundle)
    if not json:
        for text in bundle_page(found):
            say(text)
    folder = presets_folder()
    to_be = check_install(found, folder, named, force=force)
    question = f"Install it as {to_be.name} into {folder}?"
    if not confirmed(question, yes=yes or to_be.already):
        say("not installed")
        return 1
    done = installed(found, folder, named, force=force)
    if json:
        from render.cli.events_json import line

        facts = bundle_facts(found) | {"name": done.name}
        put(line("installed", path=str(done.folder), already=done.already, **facts))
        put(line("done", exit_status=0))
        return 0
    was = "was installed already" if done.already else "installed"
    say(safe(f"{done.name}: {was}; use it with `render clip.mp4 --preset {done.name}`"))
    put(str(done.folder))
    return 0
