"""The lock: ``python lock.py OLDEST NEWEST``, two environments' interpreters, prints it.

What both have alike, and what only one has, holds for every Python. Where they differ, the oldest
Python has its own version and all later ones the newest's.
"""

import subprocess
import sys

HEADER = """\
# What the suite was run with, for pip's -c. CONTRIBUTING.md says how to renew it.
"""


def frozen(python: str) -> dict[str, str]:
    """Name → version, of all that is installed there but render itself."""
    command = [python, "-m", "pip", "freeze", "--exclude-editable"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    pins = (line.split("==") for line in lines if "==" in line)
    # Without what tells builds of one version apart (+cpu): each machine takes its own.
    return {name: version.partition("+")[0] for name, version in pins}


def version_of(python: str) -> str:
    command = [python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def main(oldest: str, newest: str) -> None:
    old, new, first = frozen(oldest), frozen(newest), version_of(oldest)
    print(HEADER, end="")
    for name in sorted(old | new, key=str.lower):
        if name in old and name in new and old[name] != new[name]:
            print(f'{name}=={old[name]} ; python_version == "{first}"')
            print(f'{name}=={new[name]} ; python_version > "{first}"')
        else:
            print(f"{name}=={old.get(name) or new[name]}")


main(*sys.argv[1:])
