"""stdout and stderr that are closed, full, gone, or a terminal, in real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EVIL = "a\x1b]0;owned\x07\u202e.mp4"

# A command line whose rendering takes no time; its last word is the name of the clip.
CODE = """
    import sys
    from pathlib import Path

    folder, name = Path(sys.argv[1]), sys.argv[-1]

    def work(plan, _):
        from render.events import CellDone, CellFailed, CellProgress, CellStarted
        from tests.cli.conftest import make_preview
        for cell in plan.cells:
            yield CellStarted(cell)
            for frame in range(1, 76):
                yield CellProgress(cell, frame)
            # What is opened now has no number that a closed stream had.
            with open(folder / "done", "w") as file:
                print(file.fileno() > 2, file=file)
            yield CellDone(cell, make_preview(cell))

    def make(request):
        import render.execution.execute
        from tests.cli.conftest import make_cell, make_plan

        render.execution.execute.run = work
        return make_plan(make_cell(Path(name)))

    from tests.cli.conftest import plan_by
    plan_by(make)
    sys.argv = ["render", *sys.argv[2:]]
    from render.cli import main
    main()
"""
COMMAND = [sys.executable, "-c", textwrap.dedent(CODE)]
ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}
FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")


@pytest.mark.parametrize(
    ("streams", "status", "said"),
    [
        (">&-", 1, "cannot write to stdout: it is closed"),
        ("2>&-", 0, ""),
        ("<&- >&- 2>&-", 1, ""),
        pytest.param(">/dev/full", 1, "stdout: No space left on device", marks=FULL),
        pytest.param("--json a.mp4 >/dev/full", 1, "stdout: No space left on device", marks=FULL),
        pytest.param("2>/dev/full", 0, "", marks=FULL),
        pytest.param(">/dev/full 2>/dev/full", 1, "", marks=FULL),
        ("| true", 0, ""),
    ],
)
def test_the_work_is_done_and_the_status_tells(
    streams: str, status: int, said: str, tmp_path: Path
) -> None:
    words = [*COMMAND, str(tmp_path), "a.mp4"]
    done = subprocess.run(
        ["bash", "-c", f'set -o pipefail; "$@" {streams}', "-", *words],
        capture_output=True, text=True, cwd=ROOT, env=ENVIRONMENT, timeout=30, check=False,
    )  # fmt: skip
    assert (tmp_path / "done").read_text() == "True\n"
    assert done.returncode == status
    assert "Traceback" not in done.stderr and "Exception" not in done.stderr
    assert said in done.stderr
    assert done.stdout == ("previews/a.mp4\n" if streams.startswith("2>") else "")


@FULL
def test_help_that_nobody_gets_is_a_failure() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "render", "--help"],
            stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, timeout=30, check=False,
        )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr == "error: cannot write to stdout: No space left on device\n"


def on_terminal(*words: str, folder: Path) -> bytes:
    """What a terminal gets to see."""
    import pty

    reading, writing = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, str(folder), *words], stdout=writing, stderr=writing, cwd=ROOT, env=ENVIRONMENT
    )
    os.close(writing)
    seen = b""
    try:
        while data := os.read(reading, 65536):
            seen += data
    except OSError:  # Linux's end of a terminal
        pass
    os.close(reading)
    assert process.wait(timeout=30) == 0
    return seen


def test_names_are_escaped_on_a_terminal(tmp_path: Path) -> None:
    seen = on_terminal(EVIL, folder=tmp_path)
    assert b"a\\x1b]0;owned\\x07\\u202e.mp4" in seen
    assert b"\x1b]0;" not in seen and b"\x07" not in seen
    assert "\u202e".encode() not in seen


def test_help_has_lines_on_a_terminal(tmp_path: Path) -> None:
    seen = on_terminal("--help", "a.mp4", folder=tmp_path)
    assert b"\r\nExit status:\r\n" in seen and b"\\n" not in seen


def test_names_are_bytes_for_programs(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, str(tmp_path), EVIL],
        capture_output=True, cwd=ROOT, env=ENVIRONMENT, timeout=30, check=True,
    )  # fmt: skip
    assert done.stdout == f"previews/{EVIL}\n".encode()
    assert b"\x1b" not in done.stderr


def test_a_terminal_that_goes_stops_no_work(tmp_path: Path) -> None:
    import pty

    reading, writing = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, str(tmp_path), "a.mp4"],
        stdout=subprocess.PIPE, stderr=writing, cwd=ROOT, env=ENVIRONMENT,
    )  # fmt: skip
    os.close(writing)
    os.close(reading)
    out, _ = process.communicate(timeout=30)
    assert (process.returncode, out) == (0, b"previews/a.mp4\n")
    assert (tmp_path / "done").exists()
