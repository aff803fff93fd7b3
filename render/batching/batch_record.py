"""What a batch leaves beside its folders: ``rows.jsonl``, a line a row as it ends, and at the end
``summary.json``. Both begin anew with each run; what lasts is each folder's own mark."""

from __future__ import annotations

import fcntl
import json
import os
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from render.batching.batch_events import BatchSummary, RowThrough
from render.batching.row import RowState
from render.errors import OutputError, UsageError
from render.files.atomic import whole
from render.files.small import opened

ROWS, SUMMARY = "rows.jsonl", "summary.json"
_SCHEMA = 1
BEGINS = {ROWS: b'{"schema": 1, "row": ', SUMMARY: b'{\n "schema": 1,\n "rows": '}
"""What tells our files from others' of these names."""


class BatchRecord:
    """Of one run into ``output``, which is made. Raises OutputError where that cannot be written,
    UsageError where another run writes there, or where files of these names are not ours."""

    def __init__(self, output: Path) -> None:
        self.rows_file, self.summary_file = output / ROWS, output / SUMMARY
        self._output = output
        self._counts: Counter[RowState] = Counter()
        self._previews = 0
        self._pending = b""
        self._failure: OSError | None = None
        self.failures: list[RowThrough] = []
        _refuse_others(self.rows_file)
        _refuse_others(self.summary_file)
        try:
            output.mkdir(parents=True, exist_ok=True)
            self._file = os.open(self.rows_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise OutputError(f"{output}: cannot be written: {error.strerror or error}") from error
        try:
            self._begin()
        except BaseException:
            os.close(self._file)
            raise

    def _begin(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"{self._output}: another run of a manifest writes here; wait for it, or choose "
                "another folder"
            ) from None
        except OSError:
            pass  # a file system without locks
        try:
            os.ftruncate(self._file, 0)
            self.summary_file.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"{error.filename or self.rows_file}: cannot be written: {error.strerror or error}"
            ) from error

    def row(self, through: RowThrough) -> None:
        """Add its line. Where that cannot be written now, it is with the next one."""
        self._counts[through.state] += 1
        self._previews += len(through.previews)
        if through.state is RowState.FAILED:
            self.failures.append(through)
        text = json.dumps(row_as_dict(through, self._output), allow_nan=False)
        self._pending += text.encode("ascii") + b"\n"
        self._write()

    def finish(self, seconds: float) -> BatchSummary:
        """Write the summary. Raises OutputError, also for lines that could not be written."""
        self._write()
        if self._failure is not None:
            reason = self._failure.strerror or self._failure
            raise OutputError(
                f"{self.rows_file}: cannot be written: {reason}; the previews are there, and the "
                "same again goes on",
                transient=True,
            ) from self._failure
        summary = BatchSummary(
            rows=sum(self._counts.values()),
            done=self._counts[RowState.DONE],
            kept=self._counts[RowState.KEPT],
            failed=self._counts[RowState.FAILED],
            previews=self._previews,
            seconds=round(seconds, 3),
        )
        failures = [row_as_dict(each, self._output) for each in self.failures]
        data = {"schema": _SCHEMA, **asdict(summary), "failures": failures}
        with whole(self.summary_file, OutputError) as temporary:
            temporary.write_text(json.dumps(data, indent=1) + "\n", encoding="ascii")
        return summary

    def close(self) -> None:
        """Let others write here."""
        os.close(self._file)

    def _write(self) -> None:
        try:
            while self._pending:  # a disk that fills up takes a part
                self._pending = self._pending[os.write(self._file, self._pending) :]
        except OSError as error:
            self._failure = error
        else:
            self._failure = None


def row_as_dict(through: RowThrough, output: Path) -> dict[str, Any]:
    """A row as JSON; its folder and its previews are named from ``output``."""
    folder = through.folder
    return {
        "schema": _SCHEMA,
        "row": through.row.where,
        "clip": through.row.clip,
        "state": through.state.value,
        "error": "; ".join(dict.fromkeys(map(str, through.errors))) or None,
        "folder": None if folder is None else folder.relative_to(output).as_posix(),
        "previews": [path.relative_to(output).as_posix() for path in through.previews],
        "warnings": list(through.warnings),
        "seconds": round(through.seconds, 3),
    }


def _refuse_others(path: Path) -> None:
    """Raise UsageError for a file that is there and that no batch wrote."""
    try:
        with opened(path) as file:
            start = file.read(len(BEGINS[path.name]))
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}; choose another folder") from None
    # A disk that was full has taken a part, or nothing.
    if not BEGINS[path.name].startswith(start):
        raise UsageError(
            f"{path}: exists already, and is no record of a batch; choose another folder"
        )
