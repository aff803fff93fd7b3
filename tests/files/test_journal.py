"""The journal: whatever ends a process, what was appended before is there, once."""

from __future__ import annotations

import json
import multiprocessing
import os
from pathlib import Path

import pytest

from render.errors import OutputError, UsageError
from render.files.journal import Journal


def numbers(journal: Journal) -> list[int]:
    return [e["n"] for e in journal.read()[0] if e["kind"] == "test"]


def test_lines_come_back_in_order(tmp_path: Path) -> None:
    journal = Journal.of(tmp_path)
    assert journal.read() == ([], 0)
    assert not journal.path.parent.exists()
    journal.append({"kind": "test", "n": 1}, {"kind": "test", "n": 2})
    _, offset = journal.read()
    journal.append({"kind": "test", "n": 3})
    assert numbers(journal) == [1, 2, 3]
    later, end = journal.read(offset)
    assert [entry["n"] for entry in later] == [3]
    assert end == journal.path.stat().st_size


@pytest.mark.parametrize("torn", [b'{"kind": "te', b'{"kind": "test", "n": 9}', b"\x00\xff", b"[]"])
def test_a_torn_line_costs_itself_alone(tmp_path: Path, torn: bytes) -> None:
    journal = Journal.of(tmp_path)
    journal.append({"kind": "test", "n": 1})
    with journal.path.open("ab") as file:
        file.write(torn)
    assert numbers(journal) == [1]
    journal.append({"kind": "test", "n": 2})
    # A whole object without its newline may have been torn just there: it counts once it is closed.
    assert numbers(journal) == ([1, 9, 2] if b"9" in torn else [1, 2])


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_any_cut_leaves_a_beginning(tmp_path: Path, cut: int) -> None:
    journal = Journal.of(tmp_path)
    journal.append(*({"kind": "test", "n": n} for n in range(5)))
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole[:-cut])
    left = numbers(journal)
    assert left == list(range(len(left)))
    journal.append({"kind": "test", "n": 5})
    # A cut right before a newline loses nothing: the next line begins with it.
    assert numbers(journal) in ([*left, 5], [*left, len(left), 5])


def _append(folder: Path, first: int) -> None:
    journal = Journal.of(folder)
    for n in range(first, first + 40):
        journal.append({"kind": "test", "n": n, "filler": "x" * 5000})


def test_processes_append_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_append, args=(tmp_path, 100 * n)) for n in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    found = numbers(Journal.of(tmp_path))
    assert sorted(found) == [100 * n + k for n in range(3) for k in range(40)]
    lines = Journal.of(tmp_path).path.read_bytes().splitlines()
    assert all(json.loads(line) for line in lines)


def test_one_of_a_newer_render_is_refused(tmp_path: Path) -> None:
    journal = Journal.of(tmp_path)
    journal.path.parent.mkdir()
    journal.path.write_text('{"kind": "journal", "schema": 2}\n')
    with pytest.raises(UsageError, match="newer render"):
        journal.read()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / ".render").write_text("a file")
    with pytest.raises(OutputError, match=r"journal\.jsonl: cannot be written"):
        Journal.of(tmp_path).append({"kind": "test", "n": 1})


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    journal = Journal.of(tmp_path)
    journal.path.parent.mkdir()
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here: a full disk is NOT tested")
    journal.path.symlink_to("/dev/full")
    with pytest.raises(OutputError, match="No space left"):
        journal.append({"kind": "test", "n": 1})


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    journal = Journal.of(tmp_path)
    journal.path.parent.mkdir()
    os.mkfifo(journal.path)
    with pytest.raises(UsageError, match="cannot be read: is no regular file"):
        journal.read()


def test_a_schema_that_is_no_number_is_refused(tmp_path: Path) -> None:
    journal = Journal.of(tmp_path)
    journal.path.parent.mkdir()
    journal.path.write_text('{"kind": "journal", "schema": "1"}\n')
    with pytest.raises(UsageError, match="newer render"):
        journal.read()
