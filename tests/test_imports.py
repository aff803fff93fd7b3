"""One-way imports: each package knows those below it, and no modules know one another in a ring.

Read from the source, with the imports that only a type checker follows and those inside functions:
what a module names it depends on, whenever that is loaded.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LAYERS = (
    ("__main__",),
    ("cli",),
    ("render",),
    ("batching", "watching"),
    ("bundles", "sweeping"),
    ("bench", "compare", "export"),
    ("choice",),
    ("execution", "results"),
    ("events",),
    ("planning",),
    ("presets", "training"),
    ("look",),
    ("devices", "engines"),
    ("media", "networks"),
    ("target",),
    ("storage",),
    ("files", "versions"),
    ("defaults", "distribution", "errors", "libraries", "nearest", "resources"),
)
"""From the top. A package, or a module that stands alone, imports from itself and from the layers
below; those of one layer do not know one another. ``render`` is the public API, ``__init__.py``."""


@dataclass(frozen=True)
class Import:
    """A line of ``module`` that imports ``of``, both by their full names."""

    module: str
    of: str
    line: int

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.of}"


def modules(root: Path) -> dict[str, Path]:
    """Those of the package ``root`` lies in, by their full names."""
    found = {}
    for path in sorted(root.rglob("*.py")):
        parts = path.relative_to(root.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(root: Path) -> list[Import]:
    """All of ``root``'s own, wherever they stand in a module; each of a module, not of a name in
    one."""
    known = modules(root)
    found = []
    for module, path in known.items():
        package = module if path.stem == "__init__" else module.rpartition(".")[0]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            for name in _named(node, package):
                of = _module_of(name, known)
                if of is not None and of != module:
                    found.append(Import(module, of, node.lineno))
    return found


def _module_of(name: str, known: Mapping[str, Path]) -> str | None:
    """Itself, or where the name stands; None for what is not ours."""
    while name not in known and "." in name:
        name = name.rpartition(".")[0]
    return name if name in known else None


def _named(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = package.split(".")[: len(package.split(".")) - node.level + 1]
        start = ".".join(base) if node.level else ""
        whole = ".".join(part for part in (start, node.module) if part)
        yield from (f"{whole}.{alias.name}" for alias in node.names)


def part(module: str) -> str:
    """The package below the outermost, or the module: what ``LAYERS`` names."""
    return module.split(".")[1] if "." in module else module


def broken(found: list[Import], layers: tuple[tuple[str, ...], ...]) -> list[str]:
    """Each import that does not go down, and the rule that it breaks."""
    depth = {name: number for number, layer in enumerate(layers) for name in layer}
    said = []
    for one in found:
        above, below = part(one.module), part(one.of)
        for name in (above, below):
            if name not in depth:
                said.append(f"{one}: {name} is in no layer; give it one, in LAYERS")
        if above == below or above not in depth or below not in depth:
            continue
        if depth[above] > depth[below]:
            said.append(f"{one}: {below} is above {above}; imports go down only")
        elif depth[above] == depth[below]:
            said.append(f"{one}: {below} is beside {above}; those of one layer stay apart")
    return said


def ring(found: list[Import]) -> list[Import]:
    """The imports of one cycle of modules, in its order; empty where there is none."""
    after: dict[str, dict[str, Import]] = {}
    for one in found:
        after.setdefault(one.module, {}).setdefault(one.of, one)
    done: set[str] = set()
    for start in after:
        if cycle := _walk(start, after, [], done):
            return cycle
    return []


def _walk(
    module: str, after: Mapping[str, Mapping[str, Import]], way: list[Import], done: set[str]
) -> list[Import]:
    names = [one.module for one in way]
    if module in names:
        return way[names.index(module) :]
    if module in done:
        return []
    for one in after.get(module, {}).values():
        if cycle := _walk(one.of, after, [*way, one], done):
            return cycle
    done.add(module)
    return []


def test_imports_go_down() -> None:
    said = broken(imports(ROOT / "render"), LAYERS)
    assert not said, "\n".join(said)


def test_no_modules_import_one_another_in_a_ring() -> None:
    cycle = ring(imports(ROOT / "render"))
    assert not cycle, "a ring of imports:\n" + "\n".join(map(str, cycle))


def test_the_layers_are_those_of_the_architecture() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.*?) \|", text.partition("## Layers")[2].partition("\n## ")[0], re.M)
    told = [tuple(re.findall(r"`(\w+)`", row)) for row in rows]
    assert [row for row in told if row] == [tuple(sorted(layer)) for layer in LAYERS]


def planted(folder: Path, files: Mapping[str, str]) -> list[Import]:
    """The imports of a package ``house`` of these files."""
    for name, text in files.items():
        path = folder / "house" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return imports(folder / "house")


SMALL = (("roof",), ("left", "right"), ("ground",))
SOUND = {
    "__init__.py": "",
    "roof.py": "from house.left.window import open\nfrom house import ground\n",
    "left/__init__.py": "",
    "left/window.py": "import house.ground\nfrom house.left.frame import wood\nimport os\n",
    "left/frame.py": "",
    "right.py": "from . import ground\n",
    "ground.py": "import json\n",
}


def test_a_house_that_stands(tmp_path: Path) -> None:
    found = planted(tmp_path, SOUND)
    assert [str(one) for one in found] == [
        "house.left.window:1 imports house.ground",
        "house.left.window:2 imports house.left.frame",
        "house.right:1 imports house.ground",
        "house.roof:1 imports house.left.window",
        "house.roof:2 imports house.ground",
    ]
    assert broken(found, SMALL) == [] and ring(found) == []


LAZY = "def build():\n    from house.roof import tiles\n"
TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import house.left.window\n"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"ground.py": LAZY},
            "house.ground:2 imports house.roof: roof is above ground; imports go down only",
        ),
        (
            {"ground.py": TYPES},
            "house.ground:3 imports house.left.window: left is above ground; imports go down only",
        ),
        (
            {"left/frame.py": "from .. import right\n"},
            "house.left.frame:1 imports house.right: right is beside left; those of one layer "
            "stay apart",
        ),
        (
            {"ground.py": "from house import cellar\n", "cellar.py": ""},
            "house.ground:1 imports house.cellar: cellar is in no layer; give it one, in LAYERS",
        ),
    ],
)
def test_an_import_that_does_not_go_down_is_named(
    tmp_path: Path, files: dict[str, str], said: str
) -> None:
    assert broken(planted(tmp_path, SOUND | files), SMALL) == [said]


@pytest.mark.parametrize(
    "back",
    [
        "from house.left.window import glass\n",
        "from .window import glass\n",
        "def build():\n    import house.left.window\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.left import window\n",
    ],
)
def test_a_ring_is_found_within_a_package_too(tmp_path: Path, back: str) -> None:
    found = planted(tmp_path, SOUND | {"left/frame.py": back})
    assert broken(found, SMALL) == []
    assert {one.module for one in ring(found)} == {"house.left.window", "house.left.frame"}
