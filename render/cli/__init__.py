"""The command line: the only code that prints, exits or reads the environment.

One file per command; `app.py` registers them.
"""

from __future__ import annotations


def main() -> None:
    """The console script ``render``."""
    import sys

    from render.cli.app import run

    sys.exit(run(sys.argv[1:]))
