"""Signals at moments that do not stand an exception, in real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

Start = Callable[[Path, str], subprocess.Popen[str]]
ROOT = Path(__file__).parents[2]

# A command line whose rendering is the function `work(cell, folder)`.
AROUND = """
    import sys, time
    from pathlib import Path

    folder = Path(sys.argv[1])
    sys.path.insert(0, str(folder))

    def ready():
        (folder / "ready").touch()

    {work}

    def make(request):
        import render.execution.execute
        from tests.cli.conftest import make_cell, make_plan

        render.execution.execute.run = lambda plan, _: work(plan.cells[0])
        return make_plan(make_cell(Path("a.mp4")))

    from tests.cli.conftest import plan_by
    plan_by(make)
    sys.argv = ["render", "a.mp4", "--json", "-o", str(folder)]
    from render.cli import main
    main()
"""


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the process; returns when ``work`` has called ``ready()``. It ends with the test."""
    processes: list[subprocess.Popen[str]] = []

    def begin(folder: Path, work: str) -> subprocess.Popen[str]:
        processes.append(started(folder, work))
        wait_for(folder / "ready", processes[-1])
        return processes[-1]

    yield begin
    for process in processes:
        process.kill()
        process.communicate()


def started(folder: Path, work: str) -> subprocess.Popen[str]:
    code = textwrap.dedent(AROUND).format(work=textwrap.dedent(work).strip())
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 60
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, f"{path.name} never came"
        time.sleep(0.01)


def interrupted(process: subprocess.Popen[str], number: signal.Signals) -> None:
    """It ends as such a signal should end it."""
    out, err = process.communicate(timeout=20)
    assert err.splitlines()[-1:] == ["error: interrupted"], err
    assert "Traceback" not in err and process.returncode == 128 + number
    last = json.loads(out.splitlines()[-1])
    assert (last["event"], last["kind"]) == ("error", "interrupted")
    assert last["exit_status"] == 128 + number


def test_an_import_does_not_swallow_it(start: Start, tmp_path: Path) -> None:
    # As large packages do: whatever goes wrong, something is not installed.
    (tmp_path / "large.py").write_text(
        "import time\n"
        "from __main__ import ready\n"
        "try:\n"
        "    ready()\n"
        "    for _ in range(30): time.sleep(0.01)\n"
        "except BaseException:\n"
        "    raise ImportError('reinstall me')\n"
    )
    work = """
    def work(cell):
        from render.errors import ClipError
        from render.events import CellFailed, CellStarted
        yield CellStarted(cell)
        while True:
            try:
                import large
            except ImportError as error:
                yield CellFailed(Path("a.mp4"), cell, ClipError(str(error)))
            else:
                (folder / "imported").touch()
                time.sleep(60)
                yield None
    """
    process = start(tmp_path, work)
    process.send_signal(signal.SIGINT)
    interrupted(process, signal.SIGINT)
    assert (tmp_path / "imported").exists()


def test_what_is_swallowed_is_raised_anew(start: Start, tmp_path: Path) -> None:
    work = """
    def work(cell):
        from render.errors import EngineError
        from render.events import CellFailed, CellStarted
        yield CellStarted(cell)
        while True:
            try:
                ready()
                time.sleep(60)
            except BaseException as error:
                yield CellFailed(Path("a.mp4"), cell, EngineError(f"it failed: {error}"))
    """
    process = start(tmp_path, work)
    process.send_signal(signal.SIGTERM)
    interrupted(process, signal.SIGTERM)


@pytest.mark.parametrize("name", ["__exit__", "__del__"])
def test_what_cleans_up_is_not_interrupted(name: str, start: Start, tmp_path: Path) -> None:
    work = f"""
    class Held:
        def __enter__(self): pass
        def {name}(self, *_):
            ready()
            for _ in range(30): time.sleep(0.01)
            (folder / "cleaned").touch()

    def work(cell):
        with {"Held()" if name == "__exit__" else "open('/dev/null')"}:
            pass
        {"" if name == "__exit__" else "Held()"}
        time.sleep(60)
        yield None
    """
    if name == "__del__":
        work = work.replace("def __enter__(self): pass\n        ", "")
    process = start(tmp_path, work)
    process.send_signal(signal.SIGHUP)
    interrupted(process, signal.SIGHUP)
    assert (tmp_path / "cleaned").exists()


def test_a_second_one_leaves_no_file_and_no_child(start: Start, tmp_path: Path) -> None:
    work = """
    def work(cell):
        from render.errors import OutputError
        from render.files.temporary import beside
        from render.media.ffmpeg import find_ffmpeg
        from render.media.process import Process
        with beside(folder, ".mkv", OutputError) as path:
            path.touch()
            endless = "-re -f lavfi -i color=s=16x16 -f null -".split()
            with Process(find_ffmpeg().path, endless) as process:
                (folder / "child").write_text(str(process._popen.pid))
                try:
                    ready()
                    time.sleep(60)
                    yield None
                finally:
                    (folder / "cleaning").touch()
                    time.sleep(60)
    """
    process = start(tmp_path, work)
    process.send_signal(signal.SIGTERM)
    wait_for(tmp_path / "cleaning", process)
    time.sleep(1.1)  # sooner, it is an echo of the first
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 128 + signal.SIGTERM and "Traceback" not in err
    assert {p.name for p in tmp_path.iterdir()} == {"ready", "child", "cleaning"}
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "child").read_text()), 0)


# The two ends of a process, where a signal finds Python itself at work.
EARLY = """
    import signal, os
    import render.cli.signals as signals
    caught = signals.catch
    def catch():
        caught()
        os.kill(os.getpid(), signal.SIGINT)
    signals.catch = catch
    import sys
    sys.argv = ["render", "--version"]
    from render.cli import main
    main()
"""
LATE = """
    import atexit, os, signal, sys, time
    def late():
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
    if sys.argv[1] == "last":
        atexit.register(late)  # called after all that is registered later
    else:
        import render.cli.app as app
        run = app.run
        app.run = lambda words: atexit.register(late) and run(words)
    sys.argv = ["render", "--version"]
    from render.cli import main
    main()
"""


def test_before_there_is_a_command() -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(EARLY)],
        capture_output=True, text=True, cwd=ROOT, timeout=20, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "error: interrupted\n")


@pytest.mark.parametrize(("when", "status"), [("last", -signal.SIGINT), ("first", 130)])
def test_when_all_is_done(when: str, status: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LATE), when],
        capture_output=True, text=True, cwd=ROOT, timeout=20, check=False,
    )  # fmt: skip
    assert done.stdout.startswith("render ")
    assert (done.returncode, done.stderr) == (status, "")


def test_one_that_is_ignored_stays_so() -> None:
    code = "import os, signal; os.kill(os.getpid(), signal.SIGHUP); print('goes on')"
    around = f"""
    import signal
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    from render.cli.signals import catch
    catch()
    {code}
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(around)],
        capture_output=True, text=True, cwd=ROOT, timeout=20, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "goes on\n"), done.stderr
