"""What a contender takes of memory, in a process of its own.

Beside others it cannot be told: what one of them gives back, the next one is given, and the process
does not grow. On its own it can also fail: what does not fit in memory ends there, in one line, and
not in the middle of the measuring.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import re
import subprocess
import sys
from pathlib import Path

from render.bench.rounds import Contender
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.errors import EngineError, RenderError
from render.networks.spec import NetworkSpec
from render.target import Size

# Finds render where this process does, installed or not.
_START = (
    "import json, sys; asked = json.loads(sys.argv[1]); sys.path[:] = asked['path']; "
    "from render.bench.alone import answer; answer(asked)"
)


def memory(contender: Contender) -> int | None:
    """See ``Machine.memory``. Raises EngineError where it fails, for want of memory or otherwise.

    None on a GPU, whose memory is not the process's, and where the system does not say.
    """
    if contender.choice.device is not DeviceName.CPU:
        return None
    asked = {
        "path": sys.path,
        "network": contender.spec.name,
        "size": str(contender.size),
        "engine": contender.choice.engine.value,
        "style": None if contender.style_path is None else str(contender.style_path.absolute()),
    }
    done = subprocess.run(
        [sys.executable, "-c", _START, json.dumps(asked)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = {}
    if "error" in told:
        raise EngineError(f"{contender.name}: {told['error']}")
    if done.returncode < 0:
        raise EngineError(
            f"{contender.name}: a trial run was killed by the system (signal "
            f"{-done.returncode}), most likely for want of memory; lower --size"
        )
    found = told.get("bytes")
    return found if isinstance(found, int) else None


def answer(asked: dict[str, str]) -> None:
    """In the process of its own: print what was found."""
    try:
        told: dict[str, object] = {"bytes": _measured(_contender(asked))}
    except RenderError as error:
        told = {"error": str(error)}
    except MemoryError:
        told = {"error": "out of memory; lower --size"}
    sys.stdout.write(json.dumps(told))


def _contender(asked: dict[str, str]) -> Contender:
    choice = EngineChoice(EngineName(asked["engine"]), DeviceName.CPU, "asked for")
    style = None if asked["style"] is None else Path(asked["style"])
    return Contender(NetworkSpec.parse(asked["network"]), Size.parse(asked["size"]), choice, style)


def _measured(contender: Contender) -> int | None:
    from render.bench.machine import RealMachine

    if contender.choice.engine is EngineName.OPENVINO:
        from render.engines import silent_openvino

        with contextlib.suppress(ImportError):
            silent_openvino.load()
    machine = RealMachine()
    _limit()
    _settle()
    before = _resident("VmRSS")
    engine = machine.load(contender)
    # Loading may have taken more than running does: OpenVINO is given a trace of the network.
    _settle()
    for _ in range(2):
        machine.turn(engine)
    peak = _resident("VmHWM")
    return None if before is None or peak is None else max(0, peak - before)


def _limit() -> None:
    """More than is free is an error here, not something that the system kills processes for."""
    held, free = _kib("/proc/self/status", "VmSize"), _kib("/proc/meminfo", "MemAvailable")
    if held is None or free is None:
        return
    import resource

    most = (held + free) * 1024
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or most < hard:
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))


def _settle() -> None:
    """Give back what is free, and let the peak begin anew; where it cannot, it is loading's too."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)  # glibc keeps what was freed
    with contextlib.suppress(OSError):
        # https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _resident(key: str) -> int | None:
    """Bytes: ``VmRSS`` now, ``VmHWM`` at most so far. Elsewhere than on Linux at most, for both."""
    found = _kib("/proc/self/status", key)
    if found is not None:
        return found * 1024
    try:
        import resource
    except ImportError:  # Windows
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def _kib(path: str, key: str) -> int | None:
    try:
        found = re.search(rf"^{key}:\s*(\d+) kB", Path(path).read_text(encoding="ascii"), re.M)
    except OSError:
        return None
    return None if found is None else int(found[1])
