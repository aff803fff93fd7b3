"""A Ray cluster, and our workers in it: connected, asked for, taken, given back."""

from __future__ import annotations

import contextlib
import io
import queue
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from render.errors import EngineError, UsageError
from render.execution.segment_worker import (
    MakeEngines,
    Order,
    SegmentWorker,
    Told,
    engines_of,
    worker_name,
)
from render.execution.task_worker import FromTask, TaskOrder
from render.execution.workers import Workers, described, sized
from render.planning.schedule import EngineKey

# Seconds.
_PATIENCE, _ENDING, _LOOK = 10.0, 5.0, 0.2


class Worker:
    """One of ours. ``loaded``: the networks that it has, as far as we know."""

    def __init__(self, actor: Any, number: int) -> None:
        self.actor, self.number = actor, number
        self.loaded: frozenset[EngineKey] = frozenset()
        self.name = f"{number}"

    def begin(self, order: Order, styles: Mapping[str, Any]) -> Any:
        """What it tells, as Ray streams it. ``styles``: references by digest, in a list each, so
        that nothing is fetched that is not needed."""
        held = {digest: [reference] for digest, reference in styles.items()}
        return self.actor.work.options(num_returns="streaming").remote(order, held)

    def begin_task(self, order: TaskOrder) -> Any:
        """What it tells of a task."""
        return self.actor.work_task.options(num_returns="streaming").remote(order)

    def stop(self) -> None:
        """End what it has in hand."""
        self.actor.stop.remote()


class Session:
    """A connection with workers in it. All but `open` and `close` may be called by any thread."""

    def __init__(self, workers: Workers, make_engines: MakeEngines = engines_of) -> None:
        self._wanted, self._make = workers, make_engines
        self._ray: Any = None
        self._ours = False
        self._workers: list[Worker] = []
        self._free: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        # Those that start, for the first time or again, by what they will answer.
        self._starting: dict[Any, Worker] = {}
        self._lock = threading.Lock()
        self.described = ""
        self.facts: Mapping[str, float] = {}

    def open(self) -> None:
        """Connect, and ask for the workers. Raises EngineError."""
        self._ray = _ray()
        self._connect()
        try:
            self._ask()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> None:
        ray, address = self._ray, self._wanted.address
        if ray.is_initialized():
            return
        _check_reachable(address)
        quiet = {"log_to_driver": False, "logging_level": "ERROR", "configure_logging": False}
        try:
            # What Ray has to say is for neither our results nor our progress.
            with (
                _own_signals(),
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
            ):
                if address is None:
                    ray.init(address="local", include_dashboard=False, **quiet)
                else:
                    ray.init(address=address, **quiet)
        except (ConnectionError, RuntimeError, ValueError, TimeoutError, OSError) as error:
            where = "on this machine" if address is None else f"at {address}"
            line = str(error).strip().splitlines()[0] if str(error).strip() else repr(error)
            raise EngineError(f"no Ray cluster {where}: {line}") from error
        self._ours = True

    def _ask(self) -> None:
        ray = self._ray
        nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        found = sized(self._wanted, nodes)
        actor = ray.remote(
            num_cpus=found.processors,
            num_gpus=found.gpus,
            memory=found.memory,
            max_restarts=-1,
            max_task_retries=0,
            max_concurrency=2,
        )(_Actor)
        for number in range(1, (found.count or 0) + 1):
            worker = Worker(actor.remote(found.processors, self._make), number)
            self._workers.append(worker)
            self._start(worker)
        self.described = described(found, len(nodes))
        self.facts = {
            "workers": found.count or 0,
            "processors": found.processors or 0,
            "gpus": found.gpus,
            "nodes": len(nodes),
        }

    @property
    def count(self) -> int:
        """Of workers, whether they live at the moment or not."""
        return len(self._workers)

    @property
    def starting(self) -> int:
        """How many have not come up yet, or not again."""
        return len(self._starting)

    @property
    def losses(self) -> tuple[type[Exception], ...]:
        """What says that a worker is gone, or broke in our hands."""
        found = self._ray.exceptions
        return (found.RayError,)

    def reason(self, error: Exception) -> str:
        """Why a worker is gone, in a line."""
        found, words = self._ray.exceptions, " ".join(str(error).split())
        if isinstance(error, found.OutOfMemoryError) or "OOM" in words:
            return "its node ran out of memory; ask for fewer workers, or for more memory for each"
        if isinstance(error, found.RayTaskError):
            return f"an error of render itself: {error.cause!r}"
        return "its process has ended, or its node cannot be reached"

    def take(self, wait: float) -> Worker | None:
        """A worker that has nothing to do, if there is one within ``wait`` seconds. Raises
        EngineError for one that cannot start."""
        self._look(0.0)
        with contextlib.suppress(queue.Empty):
            return self._free.get_nowait()
        if wait:
            self._look(wait)
            with contextlib.suppress(queue.Empty):
                return self._free.get(timeout=0.0 if self._starting else wait)
        return None

    def free(self, worker: Worker) -> None:
        """It has nothing to do."""
        self._free.put(worker)

    def renew(self, worker: Worker) -> None:
        """It is gone, or must go: Ray starts it again, wherever there is room."""
        with contextlib.suppress(self._ray.exceptions.RayError):
            self._ray.kill(worker.actor, no_restart=False)
        worker.loaded = frozenset()
        self._start(worker)

    def _start(self, worker: Worker) -> None:
        with self._lock:
            self._starting[worker.actor.hello.remote()] = worker

    def _look(self, wait: float) -> None:
        """Workers that have come up are free."""
        with self._lock:
            asked = list(self._starting)
        if not asked:
            return
        ready, _ = self._ray.wait(asked, num_returns=1, timeout=wait)
        for reference in ready:
            with self._lock:
                worker = self._starting.pop(reference, None)
            if worker is None:  # another thread was faster
                continue
            try:
                worker.name = self._ray.get(reference)
            except self._ray.exceptions.RayTaskError as error:
                raise EngineError(f"worker {worker.number} cannot start: {error.cause}") from error
            except self._ray.exceptions.RayError:
                self._start(worker)
            else:
                self._free.put(worker)

    def ready(self, streams: list[Any], wait: float) -> list[Any]:
        """Those that have something to tell, or have ended, within ``wait`` seconds."""
        if not streams:
            return []
        found, _ = self._ray.wait(streams, num_returns=1, timeout=wait, fetch_local=True)
        return list(found)

    def next(self, stream: Any) -> Any:
        """What a worker tells next; None where it has ended."""
        try:
            return self._ray.get(next(stream))
        except StopIteration:
            return None

    def wind_up(self, going: dict[Any, Worker]) -> None:
        """End what nobody wants any more; who does not end soon is started anew."""
        for worker in going.values():
            worker.stop()
        until = time.monotonic() + _ENDING
        while going and time.monotonic() < until:
            for stream in self.ready(list(going), _LOOK):
                with contextlib.suppress(Exception):  # whatever it ends by
                    if self.next(stream) is not None:
                        continue
                self.free(going.pop(stream))
        for worker in going.values():
            self.renew(worker)

    def put(self, data: bytes) -> Any:
        """A reference to ``data``, which the cluster keeps as long as that is there."""
        return self._ray.put(data)

    def close(self) -> None:
        """All of ours ends."""
        for worker in self._workers:
            with contextlib.suppress(Exception):  # it may be gone, and the cluster too
                self._ray.kill(worker.actor, no_restart=True)
        self._workers.clear()
        self._starting.clear()
        if self._ours:
            self._ray.shutdown()
            self._ours = False


class _Actor:
    """A worker's process, as Ray starts it."""

    def __init__(self, threads: int, make_engines: MakeEngines) -> None:
        self._worker = SegmentWorker(threads, make_engines=make_engines)

    def hello(self) -> str:
        """Its name for messages."""
        return worker_name()

    def work(self, order: Order, styles: Mapping[str, list[Any]]) -> Iterator[Told]:
        import ray

        def content(held: list[Any]) -> Any:
            return lambda: ray.get(held[0])

        yield from self._worker.work(order, {key: content(one) for key, one in styles.items()})

    def work_task(self, order: TaskOrder) -> Iterator[FromTask]:
        yield from self._worker.work_task(order)

    def stop(self) -> None:
        self._worker.stop()


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise EngineError(
            f"Ray cannot be imported ({error}); pip install 'live-filter-preview[cluster]'"
        ) from error
    return ray


def _check_reachable(address: str | None) -> None:
    """Raise EngineError where nothing listens at ``address``: Ray would try for minutes. UsageError
    for Ray's client, through which workers cannot stream what they tell."""
    if (address or "").startswith("ray://"):
        raise UsageError(
            f"{address}: Ray's client carries no streams; run render on a node of the cluster with "
            "address auto, or as a job there (ray job submit)"
        )
    host, _, port = (address or "").rpartition(":")
    if not host or not port.isdecimal() or "/" in host:  # for Ray to understand
        return
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_PATIENCE):
            pass
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise EngineError(
            f"no Ray cluster at {address}: {reason}; ray start --head begins one"
        ) from error


@contextlib.contextmanager
def _own_signals() -> Iterator[None]:
    """Ray takes SIGTERM for itself; it stays ours."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    held = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        if held is not None:
            signal.signal(signal.SIGTERM, held)
