"""The page as text: whole, safe, and nobody else's."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest

from render.cli.app import run
from render.compare.report.page import NAME, build, write_report
from render.errors import OutputError
from render.results.results import Failure, Figures, Results, save
from render.results.source_clip import Sampling
from render.target import Size

from .conftest import Report

HOSTILE = "</script><img src=x onerror=alert(1)>&\u2028'\".mp4"


def data_of(page: str) -> dict[str, object]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found
    data = json.loads(found[1])
    assert isinstance(data, dict)
    return data


def test_names_cannot_leave_their_place(report: Report, tmp_path: Path) -> None:
    results = report(clip=HOSTILE)
    page = build(results, tmp_path)
    assert "<img" not in page
    (clip,) = results.as_dict()["clips"]
    assert data_of(page)["clips"] == [{**clip, "path": clip["name"]}]
    assert page.count("</script>") == 2
    assert "<title>script&gt;&lt;img src=x" in page  # what follows the slash is the file's name


def test_the_same_results_give_the_same_page(report: Report, tmp_path: Path) -> None:
    results = report()
    assert build(results, tmp_path) == build(results, tmp_path)


def test_nothing_points_outside(report: Report, tmp_path: Path) -> None:
    page = build(report(), tmp_path)
    outside = set(re.findall(r"https?://[^\s\"'`<)]+", page))
    assert outside <= {"http://www.w3.org/2000/svg"}  # a name, which nobody fetches
    assert "default-src 'none'" in page
    assert "@@" not in page


def test_no_folder_of_this_machine_is_in_it(report: Report, tmp_path: Path) -> None:
    results = report()
    gone = Failure(
        clip="/home/me/x/a.mp4", cell=None, kind="clip", message="/home/me/x/a.mp4: is no video"
    )
    run = results.runs[0].model_copy(
        update={"command": ("render", "/home/me/x/a.mp4", "-o", str(tmp_path), "--ffmpeg=/opt/ff")}
    )
    cells = [
        cell.model_copy(
            update={"target": cell.target.model_copy(update={"style_file": "/home/me/s/w.st"})}
        )
        for cell in results.cells
    ]
    changed = {"failures": (gone,), "runs": (run,), "cells": tuple(cells)}
    page = build(results.model_copy(update=changed), tmp_path)
    assert not [path for path in ("/home/me", "/clips/", "/opt/", str(tmp_path)) if path in page]
    assert '"a.mp4: is no video"' in page and '"style_file": "w.st"' in page
    command = ["render", "a.mp4", "-o", tmp_path.name, "--ffmpeg=ff"]
    assert json.dumps(command) in page


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("no space left on the disk of /home/me/sweep", "no space left on the disk of sweep"),
        ("HERE/log: is a folder, and HERE too", "log: is a folder, and FOLDER too"),
        ("'/opt/my ff/ffmpeg' ended", "'my ff/ffmpeg' ended"),
        ("--style=udnie,/home/me/x.st", "--style=udnie,x.st"),
        ("file:///home/me/x.mp4", "x.mp4"),
        ("~/clips/x.mp4 and ~me/x.mp4", "x.mp4 and x.mp4"),
        ("../../me/x.mp4", "x.mp4"),
        ("@/home/me/cells.toml", "@cells.toml"),
        ("-o/home/me/out", "-oout"),
        ("10 / 15 fps, 30000/1001, and/or, https://example.org/a", None),
    ],
)
def test_of_a_path_the_name_is_left(
    said: str, shown: str | None, report: Report, tmp_path: Path
) -> None:
    results = report(("10",), ("res3",))
    said = said.replace("HERE", str(tmp_path))
    gone = Failure(clip="a.mp4", cell=None, kind="clip", message=said)
    run = results.runs[0].model_copy(update={"command": ("render", said), "why": said})
    clip = results.clips[0]
    sampling = Sampling(
        mode="fast", size=Size(1, 1), moments=1, of=1, pairs=1, gap=1.0, notes=(said,)
    )
    cell = results.cells[0].model_copy(update={"notes": (said,), "warnings": (said,)})
    changed = {
        "failures": (gone,), "runs": (run,), "cells": (cell,),
        "clips": (clip.model_copy(update={"sampling": sampling}),),
    }  # fmt: skip
    page = build(results.model_copy(update=changed), tmp_path)
    wanted = said if shown is None else shown.replace("FOLDER", tmp_path.name)
    assert page.count(json.dumps(wanted)) == 6


def test_addresses_are_relative_and_quoted(report: Report, tmp_path: Path) -> None:
    results = report(("10",), ("res3",), name=lambda *_: "a#b?c%20 é.mp4")
    files = data_of(build(results, tmp_path))["files"]
    assert files == {
        "a#b?c%20 é.mp4": {"url": "./a%23b%3Fc%2520%20%C3%A9.mp4", "there": True}
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["//elsewhere/x.mp4", "https://elsewhere/x.mp4", "\\\\a\\b", "x" * 999]
)
def test_no_name_leads_elsewhere(name: str, report: Report, tmp_path: Path) -> None:
    results = report(("10",), ("res3",))
    cell = results.cells[0].model_copy(update={"id": name})
    found = data_of(build(results.model_copy(update={"cells": (cell,)}), tmp_path))["files"]
    assert isinstance(found, dict)
    assert found[name]["url"].startswith("./") and ":" not in found[name]["url"]
    assert found[name]["there"] is False


def test_only_its_own_script_may_run(report: Report, tmp_path: Path) -> None:
    page = build(report(), tmp_path)
    script = page.rpartition("<script>")[2].partition("</script>")[0]
    mark = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{mark}'" in page


def test_no_number_is_no_number(report: Report, tmp_path: Path) -> None:
    results = report(("10",), ("res3",))
    figures = Figures(reference="x", jod=float("nan"), lpips=float("inf"))
    cell = results.cells[0].model_copy(update={"figures": figures})
    cells = data_of(build(results.model_copy(update={"cells": (cell,)}), tmp_path))["cells"]
    assert isinstance(cells, list)
    assert (cells[0]["figures"]["jod"], cells[0]["figures"]["lpips"]) == (None, None)


def test_previews_that_are_gone_are_known_to_be(report: Report, tmp_path: Path) -> None:
    results = report()
    (tmp_path / "res3-10.mp4").unlink()
    files = data_of(build(results, tmp_path))["files"]
    assert isinstance(files, dict)
    assert [name for name, file in files.items() if not file["there"]] == ["res3-10.mp4"]


def test_a_page_of_ours_is_replaced_and_no_other(report: Report, tmp_path: Path) -> None:
    results = report()
    assert write_report(results, tmp_path) == tmp_path / NAME
    (tmp_path / NAME).write_text("<html>my holiday</html>")
    with pytest.raises(OutputError, match="no report of render's"):
        write_report(results, tmp_path)
    assert (tmp_path / NAME).read_text() == "<html>my holiday</html>"


def test_the_command(report: Report, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(report(), tmp_path)
    (tmp_path / NAME).unlink()
    assert run(["report", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / NAME}\n"
    assert "res3-10.mp4" in (tmp_path / NAME).read_text()


@pytest.mark.parametrize(
    ("words", "said"), [([], "no folder given"), (["HERE"], "results.json"), (["x"], "no folder")]
)
def test_bad_input(
    words: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["report", *(str(tmp_path) if w == "HERE" else w for w in words)]) == 2
    captured = capsys.readouterr()
    assert said in captured.err.splitlines()[0] and captured.out == ""
    assert list(tmp_path.iterdir()) == []


def test_no_results_make_a_page_too(tmp_path: Path) -> None:
    assert "<title>render</title>" in build(Results(), tmp_path)
