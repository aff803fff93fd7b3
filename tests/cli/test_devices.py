"""``render devices`` and the commands below it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from render.cli.app import run
from tests.devices.planted import SIX, measured, takes

Capture = pytest.CaptureFixture[str]
TRUTH = (0.0, 1.0, 0.1)


@pytest.fixture(autouse=True)
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "shelf"
    monkeypatch.setenv("RENDER_DEVICES", str(folder))
    return folder


def command(*words: str | Path) -> int:
    return run(["devices", *(str(word) for word in words)])


def error(capsys: Capture) -> str:
    captured = capsys.readouterr()
    assert captured.out == ""
    first, *others = [t for t in captured.err.splitlines() if t.startswith("error: ")]
    assert not others and "Traceback" not in captured.err
    return first


def timings(folder: Path, device: str = "iPhone11,2", count: int = 6, **more: Any) -> Path:
    path = folder / f"{device}.json"
    listed = [
        {"network": m.network.name, "size": str(m.size), "median_ms": m.median_ms, **more}
        for m in measured(TRUTH, SIX[:count])
    ]
    data = {"schema": 1, "kind": "render-timings", "device": device, "os": "iOS 18.5"}
    path.write_text(json.dumps({**data, "name": "Somebody's", "measurements": listed}))
    return path


def test_the_list(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert command() == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) < 80
    assert "two cases: all of it runs on the neural engine, or not" in " ".join(lines)
    head = next(line for line in lines if line.startswith("NAME"))
    assert head.split() == ["NAME", "YEAR", "MS", "IF", "NOT", "SURE", "PHONES"]
    rows = {name: next(t for t in lines if t.startswith(f"{name}  ")) for name in ("A12", "A14")}
    assert " ".join(rows["A12"].split()).startswith("A12 2018 66 (58-74) - published iPhone XS, XS")
    assert " ".join(rows["A14"].split()).startswith("A14 2020 29 (12-35) 152 (46-242) estimated")
    a15 = next(n for n, line in enumerate(lines) if line.startswith("A15 "))
    assert lines[a15 + 2].split() == ["generation),", "14,", "14", "Plus"], "phones go on below"
    said = " ".join(lines)
    assert "? A12: Taken as res3 that is 717 G" in said
    assert "Two cases rank no phones" in said and "`render devices import` makes" in said


def test_what_is_known_of_a_chip_without_a_time(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert command("show", "A16", "--network", "res3,res3-in", "--size", "480x853") == 0
    out = capsys.readouterr().out
    assert max(len(line) for line in out.splitlines() if "https://" not in line) < 80
    rows = [" ".join(line.split()) for line in out.splitlines()]
    assert "ResNet50 224x224 4.1 any 16 1.52 A" in rows
    (first,) = (n for n, row in enumerate(rows) if row.startswith("res3 480x853 engine"))
    assert rows[first].endswith("18.8 7.5-23.2 estimated 28% fits 5.6")
    assert rows[first + 1] == "not 98.4 29.8-156.7 estimated 148% may fit"
    assert rows[first + 2].startswith("res3-in 480x853 not 98.4"), "the form goes beside the engine"
    said = " ".join(rows)
    assert "1.05 times as fast as the A15 with Stable Diffusion 2.1" in said
    assert "instance norm: not known to stay on the neural engine" in said
    assert "of the 15 published times" in said and "its intervals hold 14" in said
    assert '`render devices import timings.json --as "A16"`' in said


def test_the_a12s_doubt_and_the_a19_pros_heat_are_shown(capsys: Capture) -> None:
    assert command("show", "A12") == 0
    assert "but         Taken as res3 that is 717 G" in capsys.readouterr().out
    assert command("show", "A19 Pro") == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "neural engine keeps 67% of its speed after 10 min with a language model" in out
    assert "17.5 in half precision" in out


def test_where_nothing_at_all_is_known_that_is_said_once(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('schema = 1\nname = "Mine"\n')
    assert command("show", path) == 0
    shown = capsys.readouterr().out
    assert shown.casefold().count("no evidence") == 1
    assert "render export PRESET --handoff" in shown


def test_the_list_for_programs(capsys: Capture) -> None:
    assert command("--json") == 0
    *found, done = map(json.loads, capsys.readouterr().out.splitlines())
    assert done == {"schema": 1, "event": "done", "devices": len(found), "exit_status": 0}
    first = found[0]
    assert (first["event"], first["device"]["name"]) == ("device", "A12")
    assert first["device"]["figure"][0]["ms"] == 66
    assert (first["estimate"]["ms"], first["estimate"]["sure"]) == (66, "published")
    a14 = found[2]["estimate"]
    assert a14["where"] == "all on the neural engine" and a14["ms"] < a14["other"]["ms"]
    assert a14["other"]["where"] == "not all on the neural engine" and a14["sure"] == "estimated"
    assert found[2]["device"]["other"][0]["network"] == "RepViT-M2.3"


def test_show(capsys: Capture) -> None:
    assert command("show", "iphone xs", "--network", "res5,res3", "--size", "480x853") == 0
    out = capsys.readouterr().out
    assert out.startswith("Apple A12 Bionic\n")
    for said in (
        "66 ms: res3 or res3-c0 or res3-c32 at 480x853", "mc.ai", "engadget.com",
        "over 66.7 ms: res5", "separable blocks: not faster than full ones", "iPhone11,8",
    ):  # fmt: skip
        assert said in out
    rows = {line.split()[0]: line.split() for line in out.split("NETWORK")[1].splitlines()[1:3]}
    assert rows["res3"][2:] == ["66.0", "58.2-73.7", "published", "99%", "may", "fit", "19"]
    assert rows["res5"][4:] == ["estimated", "146%", "too", "slow", "28"]
    why = out.split("\nWhy\n")[1]
    assert "res5 at 480x853: scaled from" in why
    assert all(len(line) <= 100 for line in out.splitlines())


def test_show_at_another_rate_and_range(capsys: Capture) -> None:
    words = ("--network", "res3", "--size", "240x427..480x854:3", "--fps", "30")
    assert command("show", "A12", *words) == 0
    out = capsys.readouterr().out
    assert "OF 33.3 MS" in out and "360x641" in out


def test_show_for_programs(capsys: Capture) -> None:
    assert command("show", "A12", "--network", "res3", "--size", "480x853", "--json") == 0
    device, one, done = map(json.loads, capsys.readouterr().out.splitlines())
    assert device["event"] == "device" and done["estimates"] == 1
    assert (one["event"], one["ms"], one["sure"]) == ("estimate", 66, "published")
    assert (one["size"], one["network"], one["device"]) == ("480x853", "res3", "A12")
    assert one["share"] == pytest.approx(0.99) and one["budget_ms"] == pytest.approx(
        66.667, abs=0.01
    )
    assert "res3-c0" in one["reason"]


def test_show_a_file_of_ones_own(tmp_path: Path, capsys: Capture) -> None:
    from render.devices import profile

    text = (Path(profile.__file__).parent / "profiles/a12.toml").read_text()
    path = tmp_path / "mine.toml"
    path.write_text(text.replace('or = ["res3-c0", "res3-c32"]\n', "", 1))
    words = ("--network", "res3", "--size", "480x853", "--json")
    assert command("show", path, *words) == 0
    one = json.loads(capsys.readouterr().out.splitlines()[1])
    assert one["low"] == one["ms"] == one["high"] == 66


def test_importing_changes_the_estimates(tmp_path: Path, shelf: Path, capsys: Capture) -> None:
    assert command("import", timings(tmp_path)) == 0
    captured = capsys.readouterr()
    kept = shelf / "a12.json"
    assert captured.out == f"{kept}\n" and kept.is_file()
    assert "A12: 6 added, 6 in all" in captured.err
    ms = takes("res3", "480x853", TRUTH)
    row = next(
        line for line in captured.err.splitlines() if line.startswith("res3 ") and "853" in line
    )
    assert f"66 (58-74) published {ms:.0f} ({ms:.0f}-{ms:.0f}) measured" in " ".join(row.split())
    assert "Fit of 6 with all: " in captured.err and " 1 ms a G multiply-adds" in captured.err
    assert "+0.0%" in captured.err or "-0.0%" in captured.err

    assert command("show", "A12", "--network", "res4", "--size", "480x853") == 0
    out = capsys.readouterr().out
    assert f"{takes('res4', '480x853', TRUTH):.1f}" in out
    assert "fitted to 6 measurements" in out.replace("\n    ", " ") and "Measured (ms)" in out
    assert command("show", "A12", "--json") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    fit = next(event for event in events if event["event"] == "fit")
    assert fit["ms_per_g_macs"] == pytest.approx(1) and len(fit["points"]) == 6
    assert command() == 0
    assert "measured, 6 timed" in capsys.readouterr().out


def test_importing_again_replaces(tmp_path: Path, capsys: Capture) -> None:
    assert command("import", timings(tmp_path, count=2)) == 0
    assert command("import", timings(tmp_path, count=3)) == 0
    assert "A12: 1 added, 2 replaced, 3 in all" in capsys.readouterr().err


def test_an_unknown_device_becomes_one(tmp_path: Path, shelf: Path, capsys: Capture) -> None:
    assert command("import", timings(tmp_path, "toaster9,1", 1)) == 2
    assert "a name has" in error(capsys) and not shelf.exists()
    assert command("import", timings(tmp_path, "toaster9,1", 1), "--as", "Toaster") == 0
    capsys.readouterr()
    assert command("show", "toaster9,1", "--network", "res3", "--size", "480x853") == 0
    out = capsys.readouterr().out
    assert out.startswith("Toaster\n") and "measured" in out
    assert command("import", timings(tmp_path, "toaster9,1", 2)) == 0, "now it is known"
    assert "Toaster: 1 added, 1 replaced" in capsys.readouterr().err


def test_a_device_that_is_asked_for(tmp_path: Path, shelf: Path, capsys: Capture) -> None:
    assert command("import", timings(tmp_path, count=1), "--as", "iphone 11") == 0
    assert "names a phone of A12; kept as A13, as asked" in capsys.readouterr().err
    assert [p.name for p in shelf.iterdir()] == ["a13.json"]


def test_timings_of_several_devices_are_refused(
    tmp_path: Path, shelf: Path, capsys: Capture
) -> None:
    path = timings(tmp_path, count=2)
    data = json.loads(path.read_text())
    data["measurements"][1]["device"] = "iPhone12,1"
    path.write_text(json.dumps(data))
    assert command("import", path) == 2
    assert "several devices (A12, A13); one file for each" in error(capsys)
    data["measurements"][1]["device"] = "iPhone11,8"
    path.write_text(json.dumps(data))
    assert command("import", path) == 0, "two phones with one chip are one device"
    assert not list(shelf.glob("*.tmp"))


def test_forgetting(tmp_path: Path, shelf: Path, capsys: Capture) -> None:
    assert command("import", timings(tmp_path, count=1)) == 0
    assert command("forget", "iPhone XS") == 0
    captured = capsys.readouterr()
    assert captured.err.endswith("A12: 1 timing forgotten\n") and not list(shelf.iterdir())
    assert command("forget", "A12") == 2
    assert "A12: no timings of it have been imported" in error(capsys)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("shwo", "did you mean `render devices show`?"),
        ("a12", "did you mean `render devices show a12`?"),
        ("zzz", "there is `render devices show`, `render devices import`"),
        ("show", "no device given. Usage: render devices show NAME"),
        ("show a21", "did you mean A"),
        ("show no.toml", "there is no such device profile file"),
        ("show A12 --network rez3", "'rez3' is not known"),
        ("show A12 --network res3,,res5", "an empty place in the list"),
        ("show A12 --size big", "write it as WIDTHxHEIGHT"),
        ("show A12 --fps source", "there is no clip here"),
        ("show A12 --fps x", "fps 'x'"),
        ("import", "no file given. Usage: render devices import FILE"),
        ("import none.json", "none.json: there is no such file"),
        ("forget", "no device given. Usage: render devices forget NAME"),
        ("forget toaster", "there is no device 'toaster'"),
    ],
)
def test_mistakes_are_one_line(capsys: Capture, words: str, said: str) -> None:
    assert command(*words.split()) == 2
    assert said in error(capsys)


def test_a_damaged_shelf_is_named(shelf: Path, capsys: Capture) -> None:
    shelf.mkdir()
    (shelf / "a12.json").write_text("{")
    assert command() == 2
    said = error(capsys)
    assert "a12.json: is no JSON" in said and said.endswith("; mend a12.json, or move it away")


def test_where_the_shelf_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from render.cli.devices_folder import devices_folder

    assert devices_folder() == tmp_path / "shelf"
    monkeypatch.delenv("RENDER_DEVICES")
    monkeypatch.setattr("platformdirs.user_config_path", lambda name: tmp_path / name)
    assert devices_folder() == tmp_path / "render/devices"


@pytest.mark.parametrize("words", ["", "show", "import", "forget"])
def test_every_command_has_a_plain_page(capsys: Capture, words: str) -> None:
    assert command(*words.split(), "--help") == 0
    out = capsys.readouterr().out
    assert f"Usage: render devices {words}".strip() in out
    assert "WORDS" not in out and "--no-" not in out.replace("--no-config", "")
    assert all(len(line) <= 100 for line in out.splitlines())


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from render.cli.app import run;"
        "[run(['devices', *w, '--help']) for w in ([], ['show'], ['import'], ['forget'])];"
        "sys.exit(any(n in sys.modules for n in ('torch', 'cv2', 'numpy', 'PIL', 'pydantic')))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
