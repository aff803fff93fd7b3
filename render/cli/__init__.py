"""The command line: the only code that prints, exits or reads the environment.

One file per command; `app.py` registers them.
"""

from __future__ import annotations


def main() -> None:
    """The console script ``render``."""
    from render.cli.signals import catch, leave_nothing

    catch()  # before anything that takes time
    import sys

    from render.cli.streams import open_closed

    open_closed()  # before anything is opened
    if sys.argv[1:2] == ["__names"]:  # a shell's, at a Tab: as quick as can be
        from render.cli.shell_names import put_names

        put_names(sys.argv[2:])
        return
    from render.cli.app import run

    status = run(sys.argv[1:])
    leave_nothing()
    sys.exit(status)
