"""A folder's report → one file that can be sent: a zip, or a page that holds its videos."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Generator, Sequence
from pathlib import Path

from render.compare.metrics.metric import Metric
from render.compare.metrics.metric_list import METRICS
from render.compare.packed.copies import (
    SMALL,
    CopyPlan,
    PackPart,
    SentVideo,
    make_copy,
    plan_copies,
)
from render.compare.packed.copy_store import CopyStore, key_of, store_for
from render.compare.packed.pack_events import (
    CopiesNotKept,
    LeftOut,
    PackEvent,
    ReportPacked,
)
from render.compare.packed.parcel import Parcel
from render.compare.packed.single_page import check_size, write_single_page
from render.compare.packed.zip_file import write_zip
from render.errors import Hint, OutputError, RenderError, UsageError
from render.media.encode import folder_for_output, placing
from render.media.ffmpeg import FFmpeg, find_ffmpeg
from render.results.results import load

ZIP, PAGE = ".zip", ".html"


def pack_report(
    folder: Path,
    path: Path,
    *,
    also: Collection[PackPart] = (),
    ffmpeg: FFmpeg | None = None,
    force: bool = False,
    metrics: Sequence[Metric] = METRICS,
) -> Generator[PackEvent, None, None]:
    """Write the report of ``folder`` to ``path``, with light copies of its videos: a zip where it
    ends in ``.zip``, and a page that holds them itself where it ends in ``.html``.

    The last event is `ReportPacked`. A video that is gone or cannot be copied is `LeftOut`, and the
    others go on. The same folder gives the same bytes, and none of them tell of folders of this
    machine. Raises UsageError, and OutputError; nothing half-written stays.
    """
    kind = path.suffix.lower()
    if kind not in (ZIP, PAGE):
        raise UsageError(f"{path}: a report is packed as {ZIP}, or as {PAGE} of its own")
    results = load(folder)
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; name a file")
    if path.exists() and not force:
        raise OutputError(f"{path}: exists already", hint=Hint.OVERWRITE)
    ffmpeg = ffmpeg or find_ffmpeg()
    # A page holds what it plays, and no files to look at besides.
    page = path if kind == PAGE else None
    plan = plan_copies(results, folder, ffmpeg, () if page else also, small=0 if page else SMALL)
    yield from plan.left_out
    if not plan.jobs:
        nothing = UsageError(f"{folder}: none of its previews is there; render the sweep again")
        raise next((one.error for one in plan.left_out if one.error is not None), nothing)
    with folder_for_output(path.parent), store_for(folder, path) as store:
        if not store.lasting:
            yield CopiesNotKept(folder)
        videos, left_out = yield from _copies(plan, store, ffmpeg, page)
        parcel = Parcel(results, folder, metrics, videos, plan.pictures, left_out)
        with placing(path, force=force) as temporary:
            write = write_single_page if page else write_zip
            write(temporary, parcel)
    yield ReportPacked(path, path.stat().st_size, len(videos))


def _copies(
    plan: CopyPlan, store: CopyStore, ffmpeg: FFmpeg, page: Path | None
) -> Generator[PackEvent, None, tuple[list[SentVideo], list[LeftOut]]]:
    """All that can be made; for a ``page``, only while it can still hold them."""
    videos: list[SentVideo] = []
    left_out = list(plan.left_out)
    keys: set[str] = set()
    done = 0
    for job in plan.jobs:
        try:
            key = key_of(job.copy)
            keys.add(key)
            making = make_copy(job, store, key, ffmpeg, done, plan.frames)
            with contextlib.closing(making):
                videos.append((yield from making))
        except RenderError as error:
            left_out.append(LeftOut(job.name, "could not be copied", error))
            yield left_out[-1]
        done += job.frames
        if page is not None:
            check_size(page, videos, done / plan.frames)
    if not videos:
        raise next(one.error for one in left_out[::-1] if one.error is not None)
    store.forget_others(keys)
    return videos, left_out
