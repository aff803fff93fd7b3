"""The command as a process: help, imports, signals."""

import json
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

HEAVY = ("torch", "cv2", "av", "openvino", "pydantic", "numpy", "rich", "PIL", "ffmpeg")


def python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_help_imports_nothing_heavy() -> None:
    done = python(
        f"""
        import sys
        from render.cli.app import run
        status = run(["--help"])
        print([name for name in {HEAVY!r} if name in sys.modules], status, file=sys.stderr)
        """
    )
    assert done.stderr == "[] 0\n"


def test_help_puts_examples_first_and_explains_everything() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "render", "--help"], capture_output=True, text=True, check=False
    )
    out = done.stdout
    assert done.returncode == 0 and done.stderr == ""
    assert out.index("render clip.mp4 --fps 15 --size 480x853") < out.index("Usage:")
    assert out.index("Usage:") < out.index("Target") < out.index("Exit status:")
    options = (
        "fps size style network upscale upscaler strength orient fit start duration preset crf "
        "encoder audio device engine output force strict json dry-run debug ffmpeg"
    )
    for option in options.split():
        assert f"--{option}" in out
        assert f"--no-{option}" not in out
    for default in ("[15]", "[480x853]", "[res3]", "[composition-vii]", "[18]", "[libx264, or"):
        assert default in out
    assert all(len(line) <= 100 for line in out.splitlines())


def test_help_offers_what_the_enums_hold() -> None:
    from render.engines.base import DeviceName, EngineName
    from render.media.encoding import AudioMode, Encoder
    from render.target import Fit, Orient, Upscaling

    out = subprocess.run(
        [sys.executable, "-m", "render", "--help"], capture_output=True, text=True, check=True
    ).stdout
    for kind in (DeviceName, EngineName, AudioMode, Encoder, Fit, Orient, Upscaling):
        for member in kind:
            assert member.value in out


@pytest.mark.parametrize("command", ["doctor", "presets", "styles"])
def test_commands_have_help(command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "render", command, "--help"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"Usage: render {command}" in done.stdout
    assert "--json" in done.stdout and "--no-json" not in done.stdout


# A run that goes on until it is closed, and says that it was.
ENDLESS = """
    import sys, time
    from pathlib import Path
    import render.execution.execute
    from render.cli.app import run
    from tests.cli.conftest import make_cell, make_plan, plan_by
    from render.events import CellProgress, CellStarted

    folder = Path(sys.argv[1])

    def endless(plan, _):
        yield CellStarted(plan.cells[0])
        try:
            frames = 0
            while True:
                frames += 1
                yield CellProgress(plan.cells[0], frames)
                (folder / "running").touch()
                time.sleep(0.01)
        finally:
            (folder / "cleaned").touch()
            time.sleep(float(sys.argv[2]))

    plan_by(lambda request: make_plan(make_cell(Path("a.mp4"))))
    render.execution.execute.run = endless
    sys.exit(run(["a.mp4", "--json"]))
"""


Start = Callable[[Path, float], subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """``start(folder, seconds of cleaning)``: returns once it runs. It ends with the test."""
    processes: list[subprocess.Popen[str]] = []

    def begin(folder: Path, cleaning: float) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(ENDLESS), str(folder), str(cleaning)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[2],
        )  # fmt: skip
        processes.append(process)
        wait_for(folder / "running", process)
        return process

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, f"{path.name} never came"
        time.sleep(0.02)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_cleans_up(start: Start, tmp_path: Path, number: signal.Signals) -> None:
    process = start(tmp_path, 0)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert (tmp_path / "cleaned").exists()
    assert err.splitlines()[-1] == "error: interrupted"
    assert "Traceback" not in err
    last = json.loads(out.splitlines()[-1])
    assert (last["event"], last["exit_status"]) == ("error", 128 + number)


def test_a_second_signal_ends_a_slow_cleanup(start: Start, tmp_path: Path) -> None:
    process = start(tmp_path, 60)
    process.send_signal(signal.SIGINT)
    wait_for(tmp_path / "cleaned", process)
    process.send_signal(signal.SIGINT)  # an echo of the first: ignored
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(1.2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=5)
    assert process.returncode == 128 + signal.SIGINT
