"""Jobs → pieces that workers do by themselves, enough of them that all workers have something."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import ceil

from render.execution.executor import Job
from render.execution.segment_store import SegmentStore

# Pieces for each worker: whoever is done early then takes one more.
_EACH = 2


def pieces(jobs: Iterable[Job], store: SegmentStore, workers: int) -> tuple[Job, ...]:
    """``jobs``, cut so that ``workers`` share them evenly, without what ``store`` has.

    Networks are told apart first, since each worker then loads few; only where that is not enough
    the clip is cut in time, since a piece decodes its clip from the start of its part. One worker
    gets the jobs as they are.
    """
    whole = list(jobs)
    wanted = workers * _EACH if workers > 1 else 1
    if len(whole) < wanted:
        whole = [part for job in whole for part in _by_network(job)]
    if len(whole) < wanted:
        # One network's parts take equally long: then one for each worker will do.
        parts = workers if len(whole) == 1 else ceil(wanted / max(1, len(whole)))
        whole = [part for job in whole for part in _in_time(job, store, parts)]
    there = {cell: store.of(cell).done for job in whole for cell in job.one.cells}
    return tuple(replace(job, there={cell: there[cell] for cell in job.one.cells}) for job in whole)


def _by_network(job: Job) -> Iterator[Job]:
    for branch in job.one.branches:
        yield replace(job, one=replace(job.one, branches=(branch,)))


def _in_time(job: Job, store: SegmentStore, parts: int) -> Iterator[Job]:
    """How long a clip is nobody knows before it was seen: the last part is open."""
    cuts = _cuts(missing(job, store), parts)
    for first, stop in zip(cuts, [*cuts[1:], job.stop], strict=True):
        yield replace(job, first=first, stop=stop)


def _cuts(indices: Sequence[int], parts: int) -> list[int]:
    """Where each of ``parts`` begins, so that they hold equally many of ``indices``."""
    parts = min(parts, len(indices))
    return [indices[n * len(indices) // parts] for n in range(parts)]


def missing(job: Job, store: SegmentStore) -> list[int]:
    """The segments of a job that any of its cells lacks, by what is known of the clip's length; at
    least the one that it begins with."""
    found = set()
    for cell in job.one.cells:
        segments = store.of(cell)
        count = segments.cut.count(cell.about_frames or 1)
        found |= {n for n in range(job.first, count) if job.holds(n)} - segments.done
    return sorted(found) or [job.first]
