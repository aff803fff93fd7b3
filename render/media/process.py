"""A running ffmpeg: its pipes, what it says, how it ended, and that it does end."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import re
import shlex
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from render.errors import FFmpegError
from render.media.watch import PATIENCE, Patience, Watch

_log = logging.getLogger(__name__)

_PIPE_BYTES = 1 << 20
_LINES_KEPT = 60
_LINE_LENGTH = 400


class Log:
    """What ffmpeg says, drained as it comes (a full pipe would stop it), kept in part, counted.

    Attributes: errors: lines at level error or worse. damaged: frames that ffmpeg itself calls
    corrupt, and packets that no frame came out of.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self.errors = 0
        self.damaged = 0
        self.first_error = ""
        self._tail: deque[str] = deque(maxlen=_LINES_KEPT)
        self._stream = stream
        self._thread = threading.Thread(target=self._drain, name="ffmpeg-log", daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        with contextlib.suppress(ValueError, OSError):  # closed under us when the child is killed
            while raw := self._stream.readline(65536):
                self._take(raw.decode(errors="replace").strip()[:_LINE_LENGTH])

    def _take(self, line: str) -> None:
        if not line:
            return
        self._tail.append(line)
        if "corrupt decoded frame" in line or "Error submitting packet to decoder" in line:
            self.damaged += 1
        if "[error]" in line or "[fatal]" in line:
            self.errors += 1
            self.first_error = self.first_error or _plain(line)

    def wait(self) -> None:
        self._thread.join(timeout=10)

    @property
    def tail(self) -> str:
        return "\n".join(self._tail)

    @property
    def reason(self) -> str:
        """What went wrong: the first error (those after it are its consequences), else the last
        line, without ffmpeg's decoration."""
        if self.first_error:
            return self.first_error
        return _plain(self._tail[-1]) if self._tail else "it said nothing"


def _plain(line: str) -> str:
    return re.sub(r"^(\[[^\]]*\]\s*)+", "", line).strip()


# What a program does to itself, rather than what others do to it.
_CRASHES = ("SIGSEGV", "SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGTRAP", "SIGSYS")
_REQUESTS = ("SIGTERM", "SIGINT", "SIGHUP")
_CAUSES = {
    "SIGKILL": "; out of memory?",
    "SIGXFSZ": "; files may not grow larger here, see ulimit -f",
    "SIGXCPU": "; out of processor time, see ulimit -t",
}
# What ffmpeg makes of a SIGTERM or SIGINT (it finishes its file), and of four of them. An error of
# number 1 gives 255 too, but that is said.
_TERMINATED = (255, 123)
_NOT_PERMITTED = os.strerror(1)
# What a shell makes of a SIGKILL, for binaries that are started by a script.
_SHELLS_KILLED = 128 + 9


@dataclass(frozen=True, slots=True)
class Death:
    """How a child ended that did not end by itself.

    Attributes: crashed: by its own doing. words: to follow "the decoder". passing: what ended it
    may not be there the next time.
    """

    crashed: bool
    words: str
    passing: bool = False


class Process:
    """A running ffmpeg: its pipes, its log, and a sure end.

    ``stdin``/``stdout`` are unbuffered binary pipes where asked for; what may block is done in
    ``waiting``, so that a child that does nothing is ended after a while. Use as a context manager:
    leaving it kills what still runs.
    """

    def __init__(
        self,
        ffmpeg: Path,
        arguments: Sequence[str],
        *,
        stdin: bool = False,
        stdout: bool = False,
        cwd: Path | None = None,
        patience: Patience = PATIENCE,
    ) -> None:
        # -nostdin also where stdin is our pipe: it only stops the reading of key presses.
        head = [str(ffmpeg), "-hide_banner", "-nostdin", "-v", "repeat+level+warning"]
        self.command = (*head, *arguments)
        if _log.isEnabledFor(logging.DEBUG):
            _log.debug("%s", shlex.join(self.command), extra={"command": self.command})
        self._ours = False
        self.thread = threading.get_ident()
        """Who started it."""
        try:
            self._popen = subprocess.Popen(
                self.command,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE if stdout else subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=cwd,
                # Its own group: a Ctrl-C in the terminal must reach us alone, or a child that ends
                # early would look like the clip's end.
                start_new_session=True,
            )
        except OSError as error:
            raise FFmpegError(f"{ffmpeg} does not start: {error}") from error
        _LIVING.add(self)
        assert self._popen.stderr is not None
        self.log = Log(self._popen.stderr)
        self._watch = Watch(self._popen.pid, patience, self._end)
        for pipe in (self._popen.stdin, self._popen.stdout):
            _widen(pipe)

    @property
    def stdin(self) -> IO[bytes]:
        assert self._popen.stdin is not None
        return self._popen.stdin

    @property
    def stdout(self) -> IO[bytes]:
        assert self._popen.stdout is not None
        return self._popen.stdout

    def waiting(self) -> AbstractContextManager[None]:
        """Around what blocks until the child reads, writes or ends."""
        return self._watch.waiting()

    def wait(self) -> int:
        """The exit status, once it and its log have ended."""
        with self.waiting():
            status = self._popen.wait()
        self.log.wait()
        return status

    @property
    def death(self) -> Death | None:
        """How it ended, where it was ended; None when it ended by itself, by us, or not yet."""
        status = self._popen.poll()
        if self._watch.stalled:
            return Death(False, self._watch.stalled)
        return None if status is None or self._ours else _death(status, self.log)

    def kill(self) -> None:
        self._watch.stop()
        if self._popen.poll() is None:
            self._ours = True
            self._end()
        # In the kernel, on a disk that is gone, it may not even die.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=10)
        self.log.wait()
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        _LIVING.discard(self)

    def kill_quickly(self) -> None:
        """Without its log and its pipes, for this process's own end."""
        self._end()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(timeout=1)

    def _end(self) -> None:
        """At once, whatever state it is in, and with all that it started: it may be a script."""
        if self._popen.poll() is None:
            with contextlib.suppress(OSError):
                os.killpg(self._popen.pid, signal.SIGKILL)
            self._popen.kill()

    def failure(self, what: str) -> FFmpegError:
        return FFmpegError(
            f"{what}: {self.log.reason}", command=self.command, stderr_tail=self.log.tail
        )

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


_LIVING: set[Process] = set()


def kill_of(threads: Collection[int]) -> None:
    """Every ffmpeg that these threads (by their identity) have started and wait for."""
    for process in list(_LIVING):
        if process.thread in threads:
            process.kill()


def kill_all() -> None:
    """Every ffmpeg of this process that nobody has ended, for its end."""
    for process in list(_LIVING):
        process.kill_quickly()
    _LIVING.clear()


def _death(status: int, log: Log) -> Death | None:
    if status in _TERMINATED and _NOT_PERMITTED not in log.tail:
        return Death(False, "was ended from outside (SIGTERM)", passing=True)
    if status == _SHELLS_KILLED:
        status = -signal.SIGKILL
    if status >= 0:
        return None
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = f"signal {-status}"
    if name in _REQUESTS:
        return Death(False, f"was ended from outside ({name})", passing=True)
    if name in _CRASHES:
        return Death(True, f"crashed ({name})")
    return Death(False, f"was killed ({name}{_CAUSES.get(name, '')})", passing=True)


def _widen(pipe: IO[bytes] | None) -> None:
    """A picture is megabytes and Linux's pipes hold 64 KiB: wake each side less often. A user may
    hold 64 MiB of them (pipe(7)), which a large sweep can reach; then it stays as it is."""
    if pipe is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
