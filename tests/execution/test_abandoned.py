"""What interrupted runs leave: found, told from what is in work, cleared."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from render.cli.app import run as command
from render.events import CellDone, CellProgress, SegmentsLeft
from render.execution.abandoned import find_abandoned
from render.execution.execute import run
from render.execution.local import LocalExecutor
from render.files.journal import STATE
from tests.execution.test_executors import Painters, clips, contents, plan_of, undisturbed

__all__ = ["clips", "undisturbed"]  # fixtures


def begun(clips: tuple[Path, ...], out: Path) -> None:
    """Some segments of each of the first clip's previews."""
    with contextlib.closing(run(plan_of(clips, out), LocalExecutor(Painters()))) as events:
        for event in events:
            if late(event):
                return


def late(event: Any) -> bool:
    """Whether the slowest of the previews has come so far that some of its segments are done."""
    return isinstance(event, CellProgress) and event.cell.rate == 25 and event.frames >= 45


def test_it_is_told_and_stays(clips: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    begun(clips, out)
    found = find_abandoned(out)
    assert len(found) == 3
    assert all(one.segments and one.preview and one.preview.parent == out for one in found)
    other = plan_of(clips[1:], out)
    events = list(run(other, LocalExecutor(Painters())))
    (left,) = (event for event in events if isinstance(event, SegmentsLeft))
    assert (left.folder, left.previews) == (out, 3)
    assert left.bytes == sum(one.bytes for one in found)
    assert find_abandoned(out) == found


def test_what_a_preview_took_the_place_of_goes(
    clips: Any, undisturbed: Any, tmp_path: Path
) -> None:
    """As after a kill between the preview's last step and its segments' removal, or where another
    command made it."""
    out = tmp_path / "out"
    begun(clips, out)
    for one in find_abandoned(out):
        assert one.preview is not None
        one.preview.write_bytes(undisturbed[1][one.preview.name])
    events = list(run(plan_of(clips, out), LocalExecutor(Painters())))
    assert sum(isinstance(event, CellDone) for event in events) == 3
    assert not [event for event in events if isinstance(event, SegmentsLeft)]
    assert contents(out) == undisturbed[1]
    assert not (out / STATE).exists()


def test_what_is_in_work_is_not_abandoned(clips: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with contextlib.closing(run(plan_of(clips, out), LocalExecutor(Painters()))) as events:
        for event in events:
            if late(event):
                break
        assert list(out.glob(f"{STATE}/*"))
        assert find_abandoned(out) == ()
    assert find_abandoned(out)


def test_render_clean_says_what_and_removes_it(
    clips: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    begun(clips, out)
    (out / ".render-0123456789ab-1.mp4").write_bytes(b"half")
    (out / "mine.txt").write_text("stays")
    assert command(["clean", str(out), "--dry-run"]) == 0
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3 and " part" in said.out
    assert "3 unfinished previews, " in said.err and "removed" not in said.err
    assert len(find_abandoned(out)) == 3
    assert command(["clean", str(out)]) == 0
    assert "and 1 temporary file: removed" in capsys.readouterr().err
    assert [path.name for path in out.iterdir()] == ["mine.txt"]
    assert command(["clean", str(out)]) == 0
    assert "nothing was left there" in capsys.readouterr().err
    assert command(["clean", str(tmp_path / "none")]) == 2


@pytest.mark.parametrize("name", ["../../etc", "/etc/passwd", "a/b", "", 3])
def test_names_in_the_journal_lead_nowhere(name: object, clips: Any, tmp_path: Path) -> None:
    out = tmp_path / "out"
    begun(clips, out)
    for journal in out.glob(f"{STATE}/*/segments.jsonl"):
        lines = journal.read_text().splitlines()[2:]

        journal.write_text("\n".join([json.dumps({"kind": "cell", "preview": name}), *lines]))
    assert [one.preview for one in find_abandoned(out)] == [None] * 3
