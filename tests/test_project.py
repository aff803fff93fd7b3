"""The project's own promises: its README, its CI, its rules."""

import ast
import dataclasses
import re
import subprocess
import sys
import tomllib
import typing
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import render
from render import distribution
from render import errors as errors_module
from render.cli import doctor

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "render").rglob("*.py"))
LIBRARY = [path for path in MODULES if "cli" not in path.relative_to(ROOT).parts]


def blocks() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return re.findall(r"^```\w*\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)


def test_the_readme_has_its_two_commands_first() -> None:
    render_it, test_it = (block.strip() for block in blocks()[:2])
    for command in (render_it, test_it):
        assert "\n" not in command
        assert command.startswith("python3 -m venv .venv && .venv/bin/pip install -q ")
    assert " samples/bigbuckbunny.mp4 " in render_it
    assert render_it.endswith(" --grid --report -o sweep")
    assert test_it.endswith(".venv/bin/python -m pytest -q -n 2 --dist loadfile")
    assert (ROOT / "samples/bigbuckbunny.mp4").is_file()


def test_ci_takes_the_test_command_from_the_readme() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    found = re.search(r"command=\$\(\n?(awk .*?README\.md)\n?\)", script, re.DOTALL)
    assert found
    taken = subprocess.run(
        ["bash", "-c", found[1]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert taken.stdout.strip() == blocks()[1].strip()
    assert 'bash -euo pipefail -c "$command"' in script


def test_ci_fails_without_a_test_command(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    script = tmp_path / ".ci/run"
    script.write_bytes((ROOT / ".ci/run").read_bytes())
    (tmp_path / "README.md").write_text("# nothing\n")
    done = subprocess.run(["bash", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "README.md" in done.stderr
    assert not (tmp_path / ".venv").exists()


def project_table() -> dict[str, Any]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert isinstance(table, dict)
    return table


def test_the_version_is_one() -> None:
    project = project_table()
    assert project["version"] == render.__version__
    heading = "Unreleased" if ".dev" in render.__version__ else render.__version__
    assert f"## [{heading}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_name_is_one() -> None:
    """On the index render is another product: no command may bring that one."""
    assert project_table()["name"] == distribution.NAME
    assert distribution.installing("coreml") == f"pip install '{distribution.NAME}[coreml]'"
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "render").rglob("*")]
    for path in texts:
        if path.suffix in (".md", ".py", ".html", ".js", ".toml") and path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"'render\[|pip install (-\S+ )*'?render\b", text), path


def test_every_extra_that_is_offered_exists() -> None:
    extras = set(project_table()["optional-dependencies"])
    assert {*doctor._EXTRAS} == extras - {"dev"}
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *LIBRARY]
    text = "".join(path.read_text(encoding="utf-8") for path in texts)
    offered = re.findall(rf"(?:'\.|{distribution.NAME})\[(\w+)\]", text)
    offered += re.findall(r"installing\('(\w+)'\)", text)
    assert set(offered) == extras


def test_the_lock_keeps_to_the_ranges() -> None:
    project = project_table()
    pins: dict[str, list[str]] = {}
    for line in (ROOT / "requirements-dev.lock").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).append(str(pin.specifier)[2:])
    asked = project["dependencies"] + project["optional-dependencies"]["dev"]
    for one in map(Requirement, asked):
        if one.marker is None or one.marker.evaluate({"sys_platform": "linux"}):
            versions = pins[canonicalize_name(one.name)]
            assert all(version in one.specifier for version in versions), one


def test_every_dependency_has_both_bounds() -> None:
    for one in map(Requirement, project_table()["dependencies"]):
        assert {part.operator for part in one.specifier} == {">=", "<"}, one


def test_what_the_suites_without_torch_install_comes_from_the_project() -> None:
    """`.ci/newest`: all that render needs but the two, and no more than tests need."""
    script = [sys.executable, str(ROOT / ".ci/without_torch.py")]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, check=True)
    names = {Requirement(line).name for line in done.stdout.splitlines()}
    all_of_them = {Requirement(line).name for line in project_table()["dependencies"]}
    testing = {"pytest", "pytest-xdist", "psutil"}
    assert names == all_of_them - {"torch", "openvino"} | testing


@pytest.mark.torch
def test_the_public_names_are_there() -> None:
    for name in render.__all__:
        assert getattr(render, name) is not None
    with pytest.raises(AttributeError):
        render.nothing  # noqa: B018


def test_the_calls_events_and_errors_are_documented() -> None:
    words = (ROOT / "docs/python.md").read_text(encoding="utf-8")
    events = typing.get_args(render.SweepEvent)
    errors = [name for name in render.__all__ if name.endswith("Error")]
    calls = [name for name in render.__all__ if name[0].islower()]
    assert {"CellDone", "StepFailed"} <= {event.__name__ for event in events}
    names = [*(event.__name__ for event in events), *errors, *calls]
    assert [name for name in names if f"`{name}" not in words] == []
    # What is told of an event is what it holds.
    for name, fields in re.findall(r"`(\w+)\(([\w, ]+)\)`", words):
        if name[0].isupper() and name not in ("Request", "Outputs"):
            kind = getattr(render, name)
            assert [f.name for f in dataclasses.fields(kind)] == fields.split(", "), name
    assert set(errors) == {
        name for name, kind in vars(errors_module).items()
        if isinstance(kind, type) and name.endswith("Error")
    }  # fmt: skip


def test_no_file_names_a_package_registry() -> None:
    # In pieces, or this file would.
    hosts = ["py" + "pi.org", "python" + "hosted.org", "download.py" + "torch.org", "ana" + "conda"]
    suffixes = {".py", ".md", ".toml", ".cfg", ".txt", ".sh", ".yml", ".yaml", ".lock", ""}
    folders = ["render", "tests", "presets", "samples", "benchmarks", "examples", ".ci", "docs"]
    files = [p for f in folders for p in (ROOT / f).rglob("*") if p.is_file()]
    files += [p for p in ROOT.iterdir() if p.is_file()]
    for path in files:
        if path.suffix in suffixes:
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not [host for host in hosts if host in text], path


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", LIBRARY, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_library_neither_prints_nor_exits_nor_reads_the_environment(path: Path) -> None:
    assert not list(forbidden(path.read_text(encoding="utf-8")))


def forbidden(code: str) -> list[str]:
    """What only the command line may do: print, exit, read the environment."""
    attributes = {"sys.exit", "os._exit", "os.environ", "os.environb", "os.getenv"}
    names = {"print", "exit", "quit", "input"}
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            found.append(node.func.id)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            dotted = f"{node.value.id}.{node.attr}"
            found += [dotted] if dotted in attributes else []
        if isinstance(node, ast.ImportFrom) and node.module in ("os", "sys"):
            imported = [f"{node.module}.{alias.name}" for alias in node.names]
            found += [name for name in imported if name in attributes]
        if isinstance(node, ast.Raise) and "SystemExit" in ast.dump(node):
            found.append("SystemExit")
    return found


def test_the_check_of_the_library_finds_what_it_looks_for() -> None:
    code = "import os\nfrom sys import exit\nprint(os.environ)\nraise SystemExit(1)"
    assert sorted(forbidden(code)) == ["SystemExit", "os.environ", "print", "sys.exit"]


_TWINS = {"__init__", "__main__"}


def test_no_two_modules_share_a_name() -> None:
    names = Counter(path.stem for path in MODULES if path.stem not in _TWINS)
    assert [name for name, count in names.items() if count > 1] == []


def test_no_two_public_classes_share_a_name() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in MODULES]
    classes = [node.name for tree in trees for node in tree.body if isinstance(node, ast.ClassDef)]
    names = Counter(name for name in classes if not name.startswith("_"))
    assert [name for name, count in names.items() if count > 1] == []
