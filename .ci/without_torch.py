"""What of pyproject.toml the suites that need no torch need, one requirement a line."""

import re
import tomllib
from pathlib import Path

HEAVY = {"torch", "openvino"}
TESTING = {"pytest", "pytest-xdist", "psutil"}


def name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
needed = [one for one in project["dependencies"] if name(one) not in HEAVY]
needed += [one for one in project["optional-dependencies"]["dev"] if name(one) in TESTING]
print("\n".join(needed))
