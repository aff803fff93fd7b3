"""What `alone.py` runs in a process of its own: one contender, and the memory that it takes."""

from __future__ import annotations

import contextlib
import ctypes
import json
import re
import sys
from pathlib import Path

from render.bench.contender import Contender
from render.bench.machine import RealMachine
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.errors import RenderError
from render.networks.spec import NetworkSpec
from render.target import Size


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
    if contender.choice.engine is EngineName.OPENVINO:
        from render.libraries import silent_openvino

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
