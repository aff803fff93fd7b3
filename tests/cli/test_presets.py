"""``render presets`` and the commands below it, with a folder of the user's."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from render.cli.app import run
from render.cli.evidence_words import worded
from render.cli.presets_folder import preset_of, presets_folder
from render.networks.catalogue import styles_dir
from render.presets.json_schema import preset_schema

UDNIE = styles_dir() / "udnie.res1.safetensors"


@dataclass(frozen=True)
class Done:
    status: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


Presets = Callable[..., Done]


@pytest.fixture
def presets(capsys: pytest.CaptureFixture[str]) -> Presets:
    def call(*words: str | Path) -> Done:
        status = run(["presets", *map(str, words)])
        captured = capsys.readouterr()
        return Done(status, captured.out, captured.err)

    return call


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A draft of one's own, one from a bundle, one that is broken."""
    place = tmp_path / "presets"
    (place / "neon").mkdir(parents=True)
    (place / "draft.toml").write_text("schema = 1\nfps = 7\n")
    (place / "neon" / "preset.toml").write_text("schema = 2\nstyle = './neon.safetensors'\n")
    (place / "neon" / "bundle.json").write_text('{"author": "Ada\\u001b[2J", "files": ["a"]}')
    shutil.copyfile(UDNIE, place / "neon" / "neon.safetensors")
    (place / "broken.toml").write_text("schema = 2\nfpss = 7\ncrf = 99\n")
    monkeypatch.setenv("RENDER_PRESETS", str(place))
    monkeypatch.setenv("COLUMNS", "80")
    return place


def test_where_the_user_s_presets_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RENDER_PRESETS", str(tmp_path))
    assert presets_folder() == tmp_path
    monkeypatch.delenv("RENDER_PRESETS")
    monkeypatch.setattr("platformdirs.user_config_path", lambda name: tmp_path / name)
    assert presets_folder() == tmp_path / "render" / "presets"


def test_the_list_fits_and_says_what_hides_what(folder: Path, presets: Presets) -> None:
    (folder / f"{'long-' * 30}.toml").write_text("schema = 1\ndescription = '%s'" % ("x" * 300))
    done = presets()
    assert done.status == 0 and done == presets("list")
    lines = done.out.splitlines()
    assert max(map(len, lines)) < 80
    assert lines[0].split() == ["NAME", "FROM", "DESCRIPTION"]
    rows = [" ".join(line.split()) for line in lines]
    assert "draft you 7 fps, 480x853, res3, composition-vii" in rows
    assert rows[rows.index("draft you 7 fps, 480x853, res3, composition-vii") + 1] == (
        "(hides render's)"
    )
    assert "(hidden by yours)" in rows
    assert "neon a bundle 15 fps, 480x853, neon.safetensors" in rows
    assert any(row.startswith("broken you broken: `crf`: 99 is not") for row in rows)


def test_the_list_in_json(folder: Path, presets: Presets) -> None:
    *found, done = presets("--json").events
    assert done["event"] == "done" and done["presets"] == len(found) == 7
    by_path = {event["path"]: event for event in found}
    own = by_path[str(folder / "draft.toml")]
    assert (own["name"], own["origin"], own["hidden_by"]) == ("draft", "own", None)
    assert own["preset"]["fps"] == "7" and own["error"] is None and own["notes"] == []
    (hidden,) = (event for event in found if event["hidden_by"])
    assert hidden["hidden_by"] == own["path"] and hidden["origin"] == "shipped"
    broken = by_path[str(folder / "broken.toml")]
    assert broken["preset"] is None and "`fpss`: unknown key" in broken["error"]
    assert by_path[str(folder / "neon" / "preset.toml")]["origin"] == "installed"


def test_show_says_where_from(folder: Path, presets: Presets) -> None:
    said = presets("show", "neon").out
    assert f"from a bundle: {folder}/neon/preset.toml" in " ".join(said.split())
    assert "bundle       says: by Ada\\x1b[2J, 1 file" in said
    assert "network      the style file's own" in said
    assert "from         render itself" in presets("show", "a12-live").out
    assert f"from you: {folder}/draft.toml" in " ".join(presets("show", "draft").out.split())
    (folder / "neon" / "bundle.json").unlink()
    assert "is missing, so its bundle is" in presets("show", "neon").out
    event, _ = presets("show", folder / "draft.toml", "--json").events
    assert event["path"] == str(folder / "draft.toml") and event["preset"]["fps"] == "7"
    assert presets("show", "broken").status == 2


def test_evidence_is_told_in_words() -> None:
    chosen = {
        "device": "A12", "ms": 66.0, "ms_low": 58.21, "ms_high": 74, "ms_budget": 66.67,
        "ms_kind": "published", "ms_source": "a page", "jod": 7.123, "jod_worst": 6.5,
        "why": ["a", "b"], "clips": [f"clip.mp4 sha256:{'a' * 64}"], "versions": ["av 1", "x 2"],
        "my_own": True, "nothing": [],
    }  # fmt: skip
    assert list(worded(chosen)) == [
        ("device", ["A12"]),
        ("time", ["66 ms a frame (58.21 to 74) of the 66.67 ms that there are; published"]),
        ("source", ["a page"]),
        ("quality", ["7.12 JOD of 10, 6.5 at worst"]),
        ("why", ["a", "b"]),
        ("clips", ["clip.mp4"]),
        ("versions", ["av 1, x 2"]),
        ("my own", ["yes"]),
    ]
    odd = {"ms": "fast", "ms_low": 1, "jod": ["x"], "clips": "sha256:"}
    assert list(worded(odd)) == [
        ("ms", ["fast"]),
        ("ms low", ["1"]),
        ("jod", ["x"]),
        ("clips", ["sha256:"]),
    ]


@pytest.mark.torch
def test_check_says_everything_and_its_status_how_it_went(folder: Path, presets: Presets) -> None:
    fine = presets("check", "neon", "a12-live")
    assert fine.status == 0 and fine.out == "neon: fine\na12-live: fine\n"
    done = presets("check", "broken", "neon", "nobody")
    assert done.status == 1
    lines = done.out.splitlines()
    assert lines[0] == "broken: 2 problems" and "neon: fine" in lines
    assert any("`fpss`: unknown key" in line for line in lines)
    assert "  there is no preset named 'nobody' (shipped:" in done.out
    # The weights are read too.
    style = folder / "neon" / "neon.safetensors"
    style.write_bytes(style.read_bytes()[:-4000] + b"\xff" * 4000)
    done = presets("check", "neon", "--json")
    event, last = done.events
    assert event["path"] == str(folder / "neon" / "preset.toml") and event["name"] == "neon"
    assert "not finite" in event["problems"][0] and event["elsewhere"] == []
    assert last == {"schema": 1, "event": "done", "presets": 1, "broken": 1, "exit_status": 1}
    assert presets("check").status == 2


@pytest.mark.torch
def test_check_says_what_needs_packing(
    folder: Path, presets: Presets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.parent)
    Path("live.toml").write_text(f"schema = 2\nstyle = '{UDNIE.with_name('x')}/../{UDNIE.name}'")
    shutil.copyfile(UDNIE, folder / "mine.safetensors")
    Path("sub").mkdir()
    Path("sub/live.toml").write_text("schema = 2\nstyle = '../presets/mine.safetensors'")
    done = presets("check", "sub/live.toml")
    assert done.status == 0 and done.out.startswith("sub/live.toml: fine here\n  elsewhere: ")
    assert "render presets pack sub/live.toml -o live.renderpreset" in " ".join(done.out.split())


def test_diff(folder: Path, presets: Presets) -> None:
    assert presets("diff", "draft", folder / "draft.toml").out == "same\n"
    done = presets("diff", "draft", "neon")
    assert done.status == 0
    rows = [" ".join(line.split()) for line in done.out.splitlines()]
    assert rows[:2] == ["draft → neon", "fps 7 → 15"]
    assert "network res3 → (the style's own)" in rows
    assert "the styles' weights differ (SHA-256):" in rows
    shutil.copytree(folder / "neon", folder / "copy")
    assert presets("diff", "neon", "copy").out.startswith(
        "same\nthe styles' weights are the same (SHA-256):\n  8d5d4874"
    )
    first, *_, weights, last = presets("diff", "draft", "neon", "--json").events
    assert first == {"schema": 1, "event": "difference", "key": "fps", "first": "7", "second": "15"}
    assert weights["event"] == "weights" and weights["same"] is False
    assert last["same"] is False and last["differences"] == 3 and last["unread"] is None
    assert presets("diff", "draft").status == 2


def test_remove(folder: Path, presets: Presets) -> None:
    done = presets("remove", "draft")
    assert done.out == f"{folder / 'draft.toml'}\n" and "draft is now the preset of" in done.err
    shipped = presets("remove", "draft", "--yes")
    assert shipped.status == 2 and "comes with render and cannot be removed" in shipped.err
    removed, last = presets("remove", "neon", "--json").events
    assert removed["path"] == str(folder / "neon") and removed["now"] is None
    assert last == {"schema": 1, "event": "done", "removed": 1, "exit_status": 0}
    assert sorted(path.name for path in folder.iterdir()) == ["broken.toml"]
    for words in ([], ["nobody"], [folder / "broken.toml"]):
        assert presets("remove", *words).status == 2
    assert (folder / "broken.toml").exists()


def test_on_a_terminal_it_asks(folder: Path) -> None:
    def answer(text: str) -> str:
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "render", "presets", "remove", "neon"]
        with subprocess.Popen(command, stdin=theirs, stderr=subprocess.PIPE, text=True) as child:
            os.close(theirs)
            os.write(ours, text.encode())
            _, said = child.communicate(timeout=60)
        os.close(ours)
        assert child.returncode == 0
        return said

    asked = f"Remove {folder}/neon with all that its bundle brought? [y/N] "
    for no in ("n\n", "\n", "\x04"):
        assert answer(no) == f"{asked}{folder}/neon: stays\n"
        assert (folder / "neon" / "preset.toml").exists()
    assert answer("y\n") == asked
    assert not (folder / "neon").exists()


def test_the_schema_is_printed(presets: Presets) -> None:
    assert json.loads(presets("schema").out) == preset_schema()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["draft"], "is a preset, not a command; did you mean `render presets show draft`?"),
        (["neon"], "did you mean `render presets show neon`?"),
        (["mine.toml"], "did you mean `render presets show mine.toml`?"),
        (["shwo"], "no such command; did you mean `render presets show`?"),
        (["remov"], "no such command; did you mean `render presets remove`?"),
        (["zzz"], "no such command or preset; `render presets` lists them"),
    ],
)
def test_words_that_are_no_command(
    folder: Path, presets: Presets, words: list[str], said: str
) -> None:
    done = presets(*words)
    assert done.status == 2 and said in done.err


def test_a_preset_of_one_s_own_has_its_name_everywhere(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([str(tmp_path / "clip.mp4"), "--preset", "broken"]) == 2
    assert f"{folder / 'broken.toml'}: `crf`: 99" in capsys.readouterr().err
    old = folder / "old.toml"
    old.write_text("schema = 1\nstyle = '/gone/mine.safetensors'\n")
    shutil.copyfile(UDNIE, folder / "mine.safetensors")
    assert preset_of("old").style == str(folder / "mine.safetensors")
    assert capsys.readouterr().err.startswith(f"note: {old}: its style /gone/mine.safetensors is ")


@pytest.mark.torch
def test_export_takes_it_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["export", "broken"]) == 2
    assert f"{folder / 'broken.toml'}: `crf`: 99" in capsys.readouterr().err
