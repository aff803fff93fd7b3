"""Stars and notes: given, kept, exported, joined with those of others, and never markup."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from render.compare.report.page import build, write_report

from .conftest import Opened, Report
from .test_page import data_of

Open = Callable[..., Opened]
FIRST, SECOND = "res3-10.mp4", "res3-15.mp4"


def stars(one: Opened, id_: str, where: str = "#matrix") -> Any:
    return one.page.locator(f"{where} [data-noted='{id_}'] [role=slider]")


def noted(one: Opened, id_: str) -> Any:
    return one.page.evaluate("(id) => render.notes.of({id})", id_)


def take(one: Opened, name: str, content: bytes) -> str:
    """Import a file; what the page says of it."""
    one.page.evaluate("document.getElementById('notes-said').textContent = ''")
    file: Any = {"name": name, "mimeType": "application/json", "buffer": content}
    one.page.set_input_files("#notes-file", file)
    one.until("document.getElementById('notes-said').textContent !== ''")
    return one.text("#notes-said")


def exported(one: Opened) -> tuple[str, Any]:
    with one.page.expect_download() as found:
        one.page.click("#notes-export")
    return found.value.suggested_filename, json.loads(Path(found.value.path()).read_text())


def test_stars_and_notes_are_given_shown_kept_and_exported(
    report: Report, opened: Open, tmp_path: Path
) -> None:
    results = report(("10", "15", "30"), ("res3",))
    one = opened(tmp_path)
    assert one.page.locator("#notes-export").is_disabled()
    assert one.page.locator("#table [data-key=stars]").count() == 0, "no empty column"
    # By keys, which do nothing else meanwhile.
    stars(one, FIRST).focus()
    for key in ("4", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        one.page.keyboard.press(key)
    assert stars(one, FIRST).get_attribute("aria-valuetext") == "3 of 5 stars"
    assert one.page.evaluate("[render.clock.tick(), render.wipe.a === render.matrix.cells[3]]") == [
        0, False,
    ]  # fmt: skip
    # By a click; the last one given takes all back.
    stars(one, SECOND).locator("span").nth(4).click()
    assert stars(one, SECOND).inner_text().count("★") == 5
    stars(one, SECOND).locator("span").nth(4).click()
    assert noted(one, SECOND) == {"mine": None, "others": []}
    # A note is text, whatever stands in it, and keys type it.
    one.page.click(f"#matrix [data-noted='{FIRST}'] .write")
    assert one.page.evaluate("[document.activeElement.id, render.state.selected]") == [
        "note", FIRST,
    ]  # fmt: skip
    words = "<img src=x onerror=alert(1)> s f . 1"
    one.page.keyboard.type(words)
    one.page.evaluate("render.matrix.choices(); render.chart.draw()")
    one.page.keyboard.type("!")
    assert one.page.locator("#note").input_value() == words + "!", "nothing took the field away"
    assert one.text(f"#matrix [data-noted='{FIRST}'] .said") == words + "!"
    assert one.text(f"#table tr[data-id='{FIRST}'] .comment") == words + "!"
    assert one.page.locator("img").count() == 0
    one.page.click("#table [data-key=stars]")
    assert one.ids("#table tbody tr")[0] == FIRST
    # The selected one's stars are given beside it, too.
    stars(one, FIRST, "#selected").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowLeft"):
        one.page.keyboard.press(key)
    assert stars(one, FIRST).get_attribute("aria-valuenow") == "3"
    # The name goes with them.
    one.page.fill("#notes-author", "Ann Ö.")
    name, told = exported(one)
    marks = data_of(build(results, tmp_path))["marks"]
    assert isinstance(marks, dict)
    assert name == "notes-Ann-Ö.json" and (told["schema"], told["kind"]) == (1, "render notes")
    (cell,) = told["cells"]
    assert (cell["mark"], cell["cell"], cell["clip"]) == (marks[FIRST], FIRST, "clip.mp4")
    (note,) = cell["notes"]
    assert (note["author"], note["stars"], note["note"]) == ("Ann Ö.", 3, words + "!")
    # They are there again: moved to another folder, in a larger sweep, under another name.
    moved = tmp_path / "moved"
    moved.mkdir()
    for cell in results.cells:
        shutil.copy(tmp_path / cell.id, moved / f"x-{cell.id}")
    cells = tuple(cell.model_copy(update={"id": f"x-{cell.id}"}) for cell in results.cells[:2])
    write_report(results.model_copy(update={"cells": cells}), moved)
    one.page.goto((moved / "index.html").as_uri())
    one.until("window.render !== undefined")
    assert stars(one, f"x-{FIRST}").get_attribute("aria-valuenow") == "3"
    assert one.page.locator("#notes-author").input_value() == "Ann Ö."


def a_file(mark: str, *notes: dict[str, Any], **changes: Any) -> bytes:
    cells = [{"mark": mark, "cell": "x", "notes": list(notes)}]
    return json.dumps({"schema": 1, "kind": "render notes", "cells": cells} | changes).encode()


def test_notes_of_others_are_joined(report: Report, opened: Open, tmp_path: Path) -> None:
    results = report(("10", "15", "30"), ("res3",))
    marks = data_of(build(results, tmp_path))["marks"]
    assert isinstance(marks, dict)
    mark = marks[FIRST]
    one = opened(tmp_path)
    one.page.fill("#notes-author", "Ann")
    stars(one, FIRST).focus()
    one.page.keyboard.press("4")
    ben = {"author": "Ben", "stars": 1, "note": "no <b>", "at": "2026-11-01T10:00:00Z"}
    said = take(one, "ben.json", a_file(mark, ben))
    assert said == "ben.json: 1 preview with new stars or notes."
    assert one.text(f"#matrix [data-noted='{FIRST}'] .said") == "Ben: ★ no <b>"
    assert one.text(f"#table tr[data-id='{FIRST}'] td:has([role=img]) >> nth=0") == "2.5 ★ (2)"
    assert take(one, "ben.json", a_file(mark, ben)).endswith("new stars or notes, 1 as before.")
    # Newer words of the same author replace the older; older ones and nobody's replace nothing.
    newer = ben | {"note": "better now", "stars": 3, "at": "2026-11-02T10:00:00Z"}
    older = ben | {"note": "old", "at": "2026-10-01T10:00:00Z"}
    take(one, "b.json", a_file(mark, newer, older, {"note": "whose?"}, {"author": "Ann"}))
    others = noted(one, FIRST)["others"]
    assert [(other["author"], other["note"]) for other in others] == [
        ("Ben", "better now"), (None, "whose?")
    ]  # fmt: skip
    assert noted(one, FIRST)["mine"]["stars"] == 4
    # For a preview that is not here they are kept, for where it is.
    said = take(one, "c.json", a_file("0" * 16, ben))
    assert "1 preview not in this report, kept for where it is" in said
    assert "no <b>" in one.page.evaluate("localStorage.getItem('render-note-0000000000000000')")
    # What others said goes into the next file, and can be removed here.
    assert {note["author"] for note in exported(one)[1]["cells"][0]["notes"]} == {
        "Ann", "Ben", None,
    }  # fmt: skip
    one.page.click(f"#matrix [data-id='{FIRST}'] .name")
    one.page.get_by_label("Remove the note of Ben").click()
    assert [other["author"] for other in noted(one, FIRST)["others"]] == [None]

    # A bad file is a line, and changes nothing.
    before = one.page.evaluate("JSON.stringify([...render.notes.kept])")
    for content, why in (
        (b"", "is no JSON"),
        (b"\xff\xfe\x00", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[]", "is no file of notes"),
        (b'{"schema": 1, "kind": "x", "cells": []}', "is no file of notes"),
        (a_file(mark, ben, schema=2), "was written by a newer render"),
        (a_file(mark, cells={}), "is damaged (cells: is no list)"),
        (a_file("../x", ben), "is damaged (cells.0.mark)"),
        (a_file(mark, newer, ben | {"stars": 6}), "cells.0.notes.1.stars: must be 0 to 5"),
        (a_file(mark, ben | {"stars": "5"}), "stars: must be 0 to 5"),
        (a_file(mark, ben | {"note": "x" * 2001}), "at most 2000 characters"),
        (a_file(mark, ben | {"author": {"toString": 1}}), "author: is no name"),
        (a_file(mark, ben | {"at": "now"}), "at: is no time"),
        (a_file(mark, *[ben] * 51), "at most 50 are taken"),
        (b" " * 4_000_001, "is larger than 4 MB"),
    ):
        said = take(one, "bad.json", content)
        assert said.startswith("bad.json: ") and why in said, said
        assert said.endswith("Nothing was changed.") and "\n" not in said
        assert one.page.evaluate("JSON.stringify([...render.notes.kept])") == before
    # What the browser kept may be anybody's too.
    one.page.evaluate(
        '(key) => localStorage.setItem(key, \'{"mine": {"stars": "<b>"}}\')',
        f"render-note-{marks[SECOND]}",
    )
    one.page.reload()
    one.until("window.render !== undefined")
    assert noted(one, SECOND) == {"mine": None, "others": []}
    assert noted(one, FIRST)["mine"]["stars"] == 4


def test_a_browser_that_keeps_nothing_says_so(report: Report, opened: Open, tmp_path: Path) -> None:
    report(("10", "15"), ("res3",))
    one = opened(tmp_path)
    assert not one.page.locator("#notes-refused").is_visible()
    one.page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('refused'); }})"
    )
    one.page.reload()
    one.until("window.render !== undefined")
    assert "until it is closed" in one.text("#notes-refused")
    stars(one, FIRST).focus()
    one.page.keyboard.press("2")
    assert stars(one, FIRST).get_attribute("aria-valuenow") == "2"
    assert exported(one)[1]["cells"][0]["notes"][0]["stars"] == 2


def test_marks_tell_previews_apart_and_nothing_else(report: Report, tmp_path: Path) -> None:
    results = report(("10", "15"), ("res3",))
    first = data_of(build(results, tmp_path))
    assert isinstance(first["marks"], dict)
    assert len(set(first["marks"].values())) == 2
    turned = results.model_copy(update={"cells": results.cells[::-1]})
    again = data_of(build(turned, tmp_path))
    assert (again["marks"], again["sweep"]) == (first["marks"], first["sweep"])
    # Previews from before there were fingerprints have marks as well; so do two that are alike.
    old = [cell.model_copy(update={"fingerprint": None}) for cell in results.cells]
    old.append(old[0].model_copy(update={"id": "copy.mp4"}))
    marks = data_of(build(results.model_copy(update={"cells": tuple(old)}), tmp_path))["marks"]
    assert isinstance(marks, dict) and len(set(marks.values())) == 3


@pytest.mark.parametrize("constant", ["NOTES_SCHEMA", "LONGEST_NOTE", "LONGEST_AUTHOR"])
def test_the_docs_state_the_file_s_limits(constant: str) -> None:
    root = Path(__file__).parents[3]
    scripts = "".join(path.read_text() for path in (root / "render/compare/report").glob("*.js"))
    value = scripts.partition(f"const {constant} = ")[2].partition(";")[0]
    assert value and f"{int(value):,}" in (root / "docs/report.md").read_text()
