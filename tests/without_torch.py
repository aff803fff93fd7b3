"""``--without-torch``: leave out what is declared to need it, and say how much that is.

Declared by the marker ``torch``: on a test, or as ``pytestmark`` of its module, or of the
``conftest.py`` of its folder. Those of modules and folders are read without importing them, which
without torch could not be done. What needs torch and does not say so fails.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

FILES = pytest.StashKey[set[str]]()
TESTS = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    about = "Leave out the tests that are marked `torch`."
    parser.addoption("--without-torch", action="store_true", help=about)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if not config.getoption("--without-torch"):
        return None
    folder = collection_path.is_dir()
    file = collection_path / "conftest.py" if folder else collection_path
    if file.suffix != ".py" or not file.is_file() or not _declared(file):
        return None
    found = collection_path.rglob("test_*.py") if folder else [collection_path]
    config.stash.setdefault(FILES, set()).update(map(str, found))
    return True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--without-torch"):
        return
    need = [item for item in items if item.get_closest_marker("torch")]
    items[:] = [item for item in items if item not in need]
    config.hook.pytest_deselected(items=need)
    config.stash[TESTS] = len(need)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes (pytest-xdist) tells it to the one that sums up."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        stash = session.config.stash
        output["left_out"] = (sorted(stash.get(FILES, set())), stash.get(TESTS, 0))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """All of them leave out the same."""
    files, tests = getattr(node, "workeroutput", {}).get("left_out", ((), 0))
    node.config.stash[FILES], node.config.stash[TESTS] = set(files), tests


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if config.getoption("--without-torch"):
        files, tests = len(config.stash.get(FILES, set())), config.stash.get(TESTS, 0)
        terminalreporter.write_line(
            f"--without-torch: {files} files and {tests} tests that need torch are left out"
        )


def _declared(file: Path) -> bool:
    """Whether the module says ``pytestmark = pytest.mark.torch``, alone or in a list."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and "pytestmark" in map(ast.unparse, node.targets):
            return "pytest.mark.torch" in [
                ast.unparse(part) for part in ast.walk(node.value) if isinstance(part, ast.expr)
            ]
    return False
