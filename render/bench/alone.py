"""What a contender takes of memory, in a process of its own.

Beside others it cannot be told: what one of them gives back, the next one is given, and the process
does not grow. On its own it can also fail: what does not fit in memory ends there, in one line, and
not in the middle of the measuring.
"""

from __future__ import annotations

import json
import subprocess
import sys

from render.bench.contender import Contender
from render.engines.base import DeviceName
from render.errors import EngineError

# Finds render where this process does, installed or not.
_START = (
    "import json, sys; asked = json.loads(sys.argv[1]); sys.path[:] = asked['path']; "
    "from render.bench.alone_worker import answer; answer(asked)"
)


def memory(contender: Contender, start: str = _START) -> int | None:
    """See ``BenchMachine.memory``. Raises EngineError where it fails, for want of memory or
    otherwise. ``start`` is what the other process runs.

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
        [sys.executable, "-c", start, json.dumps(asked)],
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
