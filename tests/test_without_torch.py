"""What ``--without-torch`` leaves out: what is declared, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

DECLARED = "import pytest\nimport torch\npytestmark = [pytest.mark.torch]\ndef test_it(): pass\n"
SINGLE = """
import pytest
@pytest.mark.torch
def test_declared(): import torch
def test_undeclared(): import torch
def test_other(): pass
"""


def test_what_is_declared_is_left_out_and_counted(tmp_path: Path) -> None:
    files = {
        "conftest.py": 'pytest_plugins = ["tests.without_torch"]\n',
        "pytest.ini": "[pytest]\nmarkers = torch: needs it\n",
        "test_module.py": DECLARED,
        "test_single.py": SINGLE,
        "folder/conftest.py": DECLARED,
        "folder/test_a.py": "import torch\n",
        "folder/test_b.py": "import torch\n",
        "torch.py": "raise ModuleNotFoundError('no torch here')\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    # As it is in an environment without torch.
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); import pytest; sys.exit(pytest.main())"
    run = [sys.executable, "-c", code, str(tmp_path), "-q", "-p", "no:cacheprovider"]
    run += ["--rootdir", str(tmp_path), "-c", str(tmp_path / "pytest.ini"), str(tmp_path)]
    # Where this is set pytest says more in its summary.
    plain = {key: value for key, value in os.environ.items() if key not in ("CI", "BUILD_NUMBER")}
    left_out = subprocess.run(
        [*run, "--without-torch"], capture_output=True, text=True, check=False, env=plain
    )
    assert "test_single.py::test_undeclared\n1 failed" in left_out.stdout
    assert "\n1 failed, 1 passed, 1 deselected" in left_out.stdout
    assert "3 files and 1 tests that need torch are left out" in left_out.stdout
    several = subprocess.run(
        [*run, "--without-torch", "-n", "2"],
        capture_output=True, text=True, check=False, env=plain,
    )  # fmt: skip
    assert "3 files and 1 tests that need torch are left out" in several.stdout
    whole = subprocess.run(run, capture_output=True, text=True, check=False)
    assert "left out" not in whole.stdout and "no torch here" in whole.stdout
