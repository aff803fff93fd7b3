"""Timings of phones: the JSON, and the shelf that they are kept on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from render.devices.measurements import Units
from render.devices.shelf import all_kept, forget, keep
from render.devices.timings_file import MAX_BYTES, load_measurements
from render.errors import OutputError, UsageError
from render.target import Size
from tests.devices.planted import measurement

ONE = {
    "network": "res3", "size": "480x853", "units": "all", "median_ms": 64.2, "p95_ms": 70.1,
    "samples": 900, "sustained_ms": 81.0, "sustained_after_minutes": 5,
}  # fmt: skip
PHONE = {"device": "iPhone11,2", "name": "iPhone XS", "os": "iOS 18.5"}
FILE = {"schema": 1, "kind": "render-timings", **PHONE, "measurements": [ONE]}


def load(path: Path, data: Any) -> Any:
    path.write_text(data if isinstance(data, str) else json.dumps(data))
    return load_measurements(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "timings.json"


def test_the_form(path: Path) -> None:
    (found,) = load(path, FILE)
    assert (found.device, found.name, found.os) == tuple(PHONE.values())
    assert (found.network.name, found.size, found.units) == ("res3", Size(480, 853), Units.ALL)
    assert (found.median_ms, found.p95_ms, found.samples) == (64.2, 70.1, 900)
    assert (found.sustained_ms, found.sustained_after_minutes) == (81.0, 5.0)
    assert load(path, {**PHONE, **ONE}) == (found,), "one measurement may be the whole file"
    assert load(path, {"schema": 1, "kind": "render-timings", **PHONE, **ONE}) == (found,)
    assert load(path, "\ufeff" + json.dumps(FILE)) == (found,)


def test_the_documented_example(path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs/timings.md").read_text(encoding="utf-8")
    (found,) = load(path, text.split("```json\n")[1].split("```")[0])
    assert found.median_ms == 64.2


def test_single_frames_say_the_rest(path: Path) -> None:
    frames = [60.0] * 90 + [80.0] * 10
    bare = {key: ONE[key] for key in ("network", "size")}
    (found,) = load(path, {**PHONE, **bare, "latencies_ms": frames})
    assert (found.median_ms, found.p95_ms, found.samples) == (60, 80, 100)
    (given,) = load(path, {**PHONE, **bare, "median_ms": 61, "latencies_ms": frames})
    assert given.median_ms == 61


def several(*changes: dict[str, Any]) -> dict[str, Any]:
    return {**FILE, "measurements": [ONE | change for change in changes]}


def without(key: str) -> dict[str, Any]:
    return {**FILE, "measurements": [{k: v for k, v in ONE.items() if k != key}]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("", "is no JSON"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[]", "holds no JSON object"),
        ("66", "holds no JSON object"),
        ('{"median_ms": NaN}', "NaN is no number of JSON"),
        ('{"median_ms": Infinity}', "Infinity is no number of JSON"),
        ({}, "`device`: Field required"),
        ({**FILE, "kind": "other"}, "`kind`: is 'other'"),
        ({**FILE, "schema": 2}, "written for a newer render"),
        ({**FILE, "schema": "1"}, "`schema`"),
        ({**FILE, "schema": None}, "`schema`"),
        ({k: v for k, v in FILE.items() if k != "schema"}, "`schema`: is missing"),
        ({**FILE, "measurements": []}, "at least one measurement"),
        ({**FILE, "measurements": {}}, "must be a list"),
        ({**FILE, "measurements": [3]}, "measurement 1: 3 is no object"),
        ({**FILE, "median_ms": 3}, "`median_ms`: belongs to a measurement"),
        ({k: v for k, v in FILE.items() if k != "device"}, "measurement 1: `device`"),
        ({**FILE, "device": ""}, "`device`: must be 1 to 100"),
        ({**FILE, "device": 3}, "`device`: 3 is not text"),
        ({**FILE, "name": "\x1b[31m"}, "`name`: must be 1 to 100 printable"),
        (several({}, {}), "measurement 2: is measurement 1 again"),
        (several({}, {"size": "853x480"}), "measurement 2: is measurement 1 again"),
        (several({}, {"size": "360x640", "median_ms": 0}), "measurement 2: `median_ms`: 0"),
        (several({"median_ms": -1}), "`median_ms`: -1"),
        (several({"median_ms": 60_001}), "at most 60000"),
        (several({"median_ms": 10**39}), "at most 60000"),
        (several({"median_ms": 10**400}), "a number of over 40 digits"),
        (several({"median_ms": 1e-9}), "`median_ms`: 1e-09 is less than 0.001"),
        (several({"median_ms": "64"}), "'64' is no number"),
        (several({"median_ms": True}), "True is no number"),
        (several({"median_ms": None}), "`median_ms`"),
        (without("median_ms"), "`median_ms`: Field required"),
        (without("network"), "`network`: Field required"),
        (several({"p95_ms": 60}), "p95_ms 60 is less than median_ms 64.2"),
        (several({"samples": 0}), "`samples`"),
        (several({"samples": 9.5}), "`samples`"),
        (several({"samples": True}), "`samples`"),
        (several({"network": "rez3"}), "'rez3' is not known"),
        (several({"network": 3}), "`network`: 3 is not text"),
        (several({"size": "480"}), "'480': write it as WIDTHxHEIGHT"),
        (several({"size": "0x853"}), "must be 1 to 8192"),
        (several({"units": "gpu"}), "not one of all, cpuAndGPU"),
        (several({"units": ["all"]}), "not one of all, cpuAndGPU"),
        (several({"sustained_ms": None}), "belong together"),
        (several({"sustained_after_minutes": 0}), "`sustained_after_minutes`: 0"),
        (several({"median": 3}), "`median`: unknown key; did you mean `median_ms`?"),
        (several({"latencies_ms": [1, 2, "3"]}), "`latencies_ms.2`"),
        (several({"latencies_ms": [1, 2, 0]}), "`latencies_ms.2`"),
        (several({"latencies_ms": 3}), "`latencies_ms`"),
        (several({"latencies_ms": [1, 2]}), "median_ms 64.2 lies outside its latencies_ms"),
    ],
)  # fmt: skip
def test_mistakes_are_one_line(path: Path, data: Any, said: str) -> None:
    with pytest.raises(UsageError) as error:
        load(path, data)
    assert said in str(error.value) and str(error.value).startswith(str(path))
    assert "\n" not in str(error.value) and len(str(error.value)) < 400


def test_files_that_are_none(path: Path) -> None:
    with pytest.raises(UsageError, match="there is no such file"):
        load_measurements(path)
    with pytest.raises(UsageError, match="is a folder"):
        load_measurements(path.parent)
    with pytest.raises(UsageError, match="is no regular file"):
        load_measurements(Path("/dev/null"))
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="is not UTF-8 text"):
        load_measurements(path)
    with pytest.raises(UsageError, match="too long for a file of timings"):
        load(path, json.dumps(FILE) + " " * MAX_BYTES)


def test_what_is_kept_comes_back(tmp_path: Path, path: Path) -> None:
    shelf = tmp_path / "shelf"
    measured = load(path, several({}, {"size": "360x640", "units": "cpuOnly"}))
    kept, added, replaced = keep(shelf, "A12", measured)
    assert (added, replaced) == (2, 0)
    assert all_kept(shelf) == {"A12": measured}
    assert load_measurements(kept) == measured, "a kept file can be imported elsewhere"
    assert [p.name for p in shelf.iterdir()] == ["a12.json"]


def test_the_same_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    first = measurement("res3", "480x853", 60, os="iOS 17")
    keep(tmp_path, "A12", [first, measurement("res5", "480x853", 90)])
    again = measurement("res3", "853x480", 55, os="iOS 17")
    assert keep(tmp_path, "A12", [again])[1:] == (0, 1)
    newer = measurement("res3", "480x853", 50, os="iOS 18")
    assert keep(tmp_path, "A12", [newer])[1:] == (1, 0)
    assert sorted(m.median_ms for m in all_kept(tmp_path)["A12"]) == [50, 55, 90]


def test_forgetting(tmp_path: Path) -> None:
    keep(tmp_path, "A12", [measurement("res3", "480x853", 60)])
    assert forget(tmp_path, "A12") == 1
    assert forget(tmp_path, "A12") == 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../up", "", " ", ".hidden", "a/b", "x" * 61, "a\nb"])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="a name has"):
        keep(tmp_path / "shelf", name, [measurement("res3", "480x853", 60)])
    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_the_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, "A12", [measurement("res3", "480x853", 60)])

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="No space left"):
        keep(tmp_path, "A12", [measurement("res3", "480x853", 50)])
    assert all_kept(tmp_path)["A12"][0].median_ms == 60
    assert [p.name for p in tmp_path.iterdir()] == ["a12.json"]


def test_more_than_can_be_read_again_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="leave out `latencies_ms`"):
        keep(tmp_path, "A12", [measurement("res3", "480x853", 60)], most=100)


def test_a_foreign_file_on_the_shelf_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a12.json"
    for data in (FILE | {"profile": "A13"}, FILE | {"profile": "../a12"}, FILE):
        path.write_text(json.dumps(data))
        with pytest.raises(UsageError) as error:
            all_kept(tmp_path)
        assert str(error.value).startswith(f"{path}: is no file of kept timings")


def test_a_long_name_on_the_shelf(tmp_path: Path) -> None:
    for name in ("𠀀" * 60, "ΐ" * 60, "My phone"):
        kept, added, _ = keep(tmp_path, name, [measurement("res3", "480x853", 60)])
        assert added == 1 and kept.parent == tmp_path and len(kept.name.encode()) <= 240
        assert len(all_kept(tmp_path)[name]) == 1
    assert kept.name == "my-phone.json"
