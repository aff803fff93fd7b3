"""Sweeps of clips at URLs, with outputs at URLs: by a real S3 client and a real S3 server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import render
from render.cli.app import run
from render.execution.tasks import Task, TasksHere
from render.planning.as_dict import plan_as_dict, plan_from_dict
from render.results.results import load

fsspec = pytest.importorskip("fsspec")
pytest.importorskip("s3fs")
moto_server = pytest.importorskip("moto.server")

pytestmark = pytest.mark.torch

Capture = pytest.CaptureFixture[str]
SMALL = ("--size", "48x86", "--network", "res1", "--upscale", "none", "--duration", "0.5")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = moto_server.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        fsspec.config.conf.clear()
        yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(endpoint: str, request: pytest.FixtureRequest) -> Iterator[Any]:
    """A bucket called ``clips`` with nothing in it."""
    files = fsspec.filesystem("s3", skip_instance_cache=True)
    files.mkdir("clips")
    yield files
    files.invalidate_cache()
    files.rm("clips", recursive=True)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a user's own on a machine of their own."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("RENDER_CACHE", str(folder))
    return folder


def at(s3: Any, folder: str) -> list[str]:
    s3.invalidate_cache()
    return sorted(name.removeprefix(f"{folder}/") for name in s3.find(folder))


def events(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_from_s3_to_s3_and_on_another_machine(
    s3: Any, moving: Path, cache: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3.put_file(str(moving), "clips/in/my clip%20#1.mp4")
    clip, out = "s3://clips/in/my clip%20#1.mp4", "s3://clips/out put/"
    command = [clip, *SMALL, "--fps", "4,8", "--grid", "--report", "--metrics", "none", "-o", out]
    assert run(command) == 0
    said = capfd.readouterr()
    names = [f"my clip%20#1-composition-vii-res1-86x48-{fps}-upnone.mp4" for fps in (4, 8)]
    made = [*names, "index.html", "my clip%20#1-grid.mp4"]
    assert sorted(said.out.splitlines()) == sorted(f"{out}{name}" for name in made)
    there = at(s3, "clips/out put")
    assert there == sorted([*made, "my clip%20#1-source.mp4", "results.json"])
    results = json.loads(s3.cat_file("clips/out put/results.json"))
    assert [one["path"] for one in results["clips"]] == [clip]
    assert results["clips"][0]["fetched"].startswith(str(cache / "clips"))
    sent = {name: s3.info(f"clips/out put/{name}")["ETag"] for name in made}

    # Again, and no video is sent. (The page says when it was asked for.)
    assert run([*command, "--json"]) == 0
    told = events(capfd.readouterr().out)
    kept = [one["url"] for one in told if one["event"] == "published" and one["kept"]]
    assert {f"{out}{name}" for name in there if name.endswith(".mp4")} <= set(kept)
    assert told[-1]["kept"] == 2 and told[-1]["exit_status"] == 0

    # On a machine that knows nothing of it, and with one more rate.
    monkeypatch.setenv("RENDER_CACHE", str(cache.parent / "elsewhere"))
    command[command.index("4,8")] = "4,8,2"
    assert run(command) == 0
    err = capfd.readouterr().err
    assert "2 kept" in err and err.count("frames in") + err.count("frames of") == 1
    assert {name: s3.info(f"clips/out put/{name}")["ETag"] for name in names} == {
        name: sent[name] for name in names
    }
    assert len(json.loads(s3.cat_file("clips/out put/results.json"))["cells"]) == 3

    # Back on the first, which learns of it.
    monkeypatch.setenv("RENDER_CACHE", str(cache))
    assert run([*command, "--json"]) == 0
    told = events(capfd.readouterr().out)
    assert told[-1]["kept"] == 3
    assert len(json.loads(s3.cat_file("clips/out put/results.json"))["cells"]) == 3


def test_a_preview_is_the_same_wherever_its_clip_lies(
    s3: Any, moving: Path, tmp_path: Path, cache: Path
) -> None:
    s3.put_file(str(moving), "clips/moving.mp4")
    s3.put_file(str(moving), "clips/other/moving.mp4")
    look = render.Preset().with_options(fps="4", size="48x86", network="res1").look()
    request = render.Request(
        clips=("s3://clips/moving.mp4", "s3://clips/other/moving.mp4", moving, moving.as_uri()),
        looks=(look,),
        output=tmp_path / "out",
        cache=cache,
    )
    plan = render.plan(request)
    assert not plan.refusals
    # The last is the file itself once more.
    assert [str(cell.clip.place) for cell in plan.cells] == [
        "s3://clips/moving.mp4", "s3://clips/other/moving.mp4", str(moving)
    ]  # fmt: skip
    assert len({cell.fingerprint for cell in plan.cells}) == 1
    assert plan_from_dict(json.loads(json.dumps(plan_as_dict(plan)))) == plan
    with pytest.raises(render.UsageError, match="cache"):
        render.plan(replace(request, cache=None))


def test_one_file_and_what_a_dry_run_says(
    s3: Any, moving: Path, cache: Path, capfd: Capture
) -> None:
    s3.put_file(str(moving), "clips/moving.mp4")
    command = ["s3://clips/moving.mp4", *SMALL, "-o", "s3://clips/out/one.mp4"]
    assert run([*command, "--dry-run"]) == 0
    out = capfd.readouterr().out
    assert "s3://clips/moving.mp4" in out and "sent to  s3://clips/out/" in out
    assert at(s3, "clips/out") == []
    assert run(command) == 0
    assert capfd.readouterr().out == "s3://clips/out/one.mp4\n"
    assert at(s3, "clips/out") == ["one.mp4"]
    # What is there and is another is not overwritten, on any machine.
    s3.pipe_file("clips/out/two.mp4", b"somebody's")
    assert run([*command[:-1], "s3://clips/out/two.mp4"]) == 1
    assert "s3://clips/out/two.mp4: exists already" in capfd.readouterr().err
    assert s3.cat_file("clips/out/two.mp4") == b"somebody's"


def test_clips_and_places_that_cannot_be_had(
    s3: Any, moving: Path, cache: Path, capfd: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["s3://clips/none.mp4", *SMALL, "--dry-run"]) == 1
    assert "s3://clips/none.mp4: there is no such object" in capfd.readouterr().err
    assert run(["s3://none/none.mp4", *SMALL, "--dry-run"]) == 1
    assert "no such object" in capfd.readouterr().err
    s3.pipe_file("clips/dir/x.mp4", b"no video")
    assert run(["s3://clips/dir", *SMALL, "--dry-run"]) == 1
    assert "s3://clips/dir: is a folder" in capfd.readouterr().err
    assert run(["s3://clips/dir/x.mp4", *SMALL, "--dry-run"]) == 1
    err = capfd.readouterr().err
    assert "s3://clips/dir/x.mp4: " in err and str(cache) not in err
    assert run([str(moving), *SMALL, "-o", "s3://none/out/"]) == 1
    out = capfd.readouterr()
    assert out.out == "" and "s3://none/out/moving-" in out.err
    assert "is kept, and the same command sends it" in out.err
    # The bucket has come: only what lacks is done.
    s3.mkdir("none")
    assert run([str(moving), *SMALL, "-o", "s3://none/out/"]) == 0
    out = capfd.readouterr()
    assert out.out.startswith("s3://none/out/moving-") and "1 kept" in out.err
    s3.rm("none", recursive=True)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert run(["s3://clips/dir/x.mp4", *SMALL, "--dry-run"]) == 1
    assert capfd.readouterr().err
    fsspec.get_filesystem_class("s3").clear_instance_cache()


def test_an_upload_that_fails_is_made_up_for(
    s3: Any, moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = tuple(
        render.Preset().with_options(fps=fps, size="48x86", network="res1", upscale="none").look()
        for fps in ("4", "8")
    )
    request = render.Request(
        clips=(moving,),
        looks=looks,
        duration=Fraction(1, 2),
        output=tmp_path / "work",
        publish="s3://clips/out",
        cache=tmp_path,
    )
    kind = fsspec.get_filesystem_class("s3")
    before = kind.put_file
    broken = [True]

    def put_file(self: Any, path: str, *rest: Any, **words: Any) -> None:
        if broken[0] and "-8-" in path:
            raise PermissionError("Access Denied")
        before(self, path, *rest, **words)

    monkeypatch.setattr(kind, "put_file", put_file, raising=False)
    first = list(render.sweep(request, render.Outputs(metrics=render.Metrics.NONE)))
    failed = [event for event in first if isinstance(event, render.PublishFailed)]
    assert [one.path.name.split("-")[-2] for one in failed] == ["8"]
    assert "access is denied" in str(failed[0].error) and failed[0].path.is_file()
    assert isinstance(first[-1], render.SweepDone)
    broken[0] = False
    second = list(render.sweep(request, render.Outputs(metrics=render.Metrics.NONE)))
    sent = [one for one in second if isinstance(one, render.Published) and not one.kept]
    assert {one.url.name.split("-")[-2:][0] for one in sent} == {"8", "results.json"}
    assert load(tmp_path / "work").cells


def test_a_manifest_from_s3_to_s3(
    s3: Any, moving: Path, tmp_path: Path, cache: Path, capfd: Capture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    s3.put_file(str(moving), "clips/in/moving.mp4")
    manifest = tmp_path / "clips.csv"
    rows = ["s3://clips/in/moving.mp4,4", "s3://clips/in/moving.mp4,8", f"{moving},4"]
    manifest.write_text("\n".join(["clip,fps", *rows, "s3://clips/in/none.mp4,4"]) + "\n")
    command = ["--manifest", str(manifest), *SMALL, "--metrics", "none", "-o", "s3://clips/out/"]
    assert run(command) == 1
    said = capfd.readouterr()
    assert "s3://clips/in/none.mp4: there is no such object" in said.err
    names = at(s3, "clips/out")
    videos = [name for name in names if name.endswith(".mp4")]
    assert len(videos) == 3 and {"rows.jsonl", "summary.json"} < set(names)
    assert sorted(said.out.splitlines()) == [f"s3://clips/out/{name}" for name in videos]
    sent = {name: s3.info(f"clips/out/{name}")["LastModified"] for name in videos}
    manifest.write_text("\n".join(["clip,fps", *rows]) + "\n")
    assert run([*command, "--json"]) == 0
    assert [one["state"] for one in events(capfd.readouterr().out) if one["event"] == "row"] == (
        ["kept"] * 3
    )
    # On another machine, too.
    monkeypatch.setenv("RENDER_CACHE", str(tmp_path / "elsewhere"))
    assert run([*command, "--json"]) == 0
    told = events(capfd.readouterr().out)
    assert [one["state"] for one in told if one["event"] == "row"] == ["kept"] * 3
    assert {name: s3.info(f"clips/out/{name}")["LastModified"] for name in videos} == sent
    # The clip is another by now.
    s3.pipe_file("clips/in/moving.mp4", moving.read_bytes() + bytes(8))
    assert run([*command, "--json"]) == 0
    told = events(capfd.readouterr().out)
    states = [one["state"] for one in told if one["event"] == "row"]
    assert sorted(states) == ["done", "done", "kept"]
    assert run(["clean", "--cache", "--json"]) == 0
    gone = {one["event"]: one for one in events(capfd.readouterr().out)}
    assert gone["outputs"]["removed"] and not list((tmp_path / "elsewhere" / "outputs").glob("*"))


def test_a_manifest_may_lie_beside_its_clips(
    s3: Any, moving: Path, cache: Path, capfd: Capture
) -> None:
    s3.put_file(str(moving), "clips/in/a b.mp4")
    s3.pipe_file("clips/in/clips.csv", f"clip,fps\na b.mp4,4\n{moving},8\n".encode())
    s3.pipe_file("clips/in/empty.csv", b"clip,fps\n")
    command = ["--manifest", "s3://clips/in/clips.csv", *SMALL, "-o", "s3://clips/out/"]
    assert run([*command, "--dry-run"]) == 0
    said = capfd.readouterr().out
    assert "s3://clips/in/clips.csv:2: a b.mp4 → s3://clips/out/a b/a b-" in said
    assert run(command) == 0
    made = capfd.readouterr().out.splitlines()
    assert sorted(f"s3://clips/out/{name}" for name in at(s3, "clips/out") if "mp4" in name) == (
        sorted(made)
    )
    assert run(["--manifest", "s3://clips/in/empty.csv", *SMALL]) == 2
    assert "s3://clips/in/empty.csv: has no rows" in capfd.readouterr().err
    assert run(["--manifest", "s3://clips/in/none.csv", *SMALL]) == 1
    assert "s3://clips/in/none.csv: there is no such object" in capfd.readouterr().err


def test_figures_are_taken_by_who_sees_the_clip(
    s3: Any, moving: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Elsewhere, without it, they would lack what needs its motion."""
    s3.put_file(str(moving), "clips/moving.mp4")
    looks = tuple(
        render.Preset().with_options(fps=fps, size="48x86", network="res1", upscale="none").look()
        for fps in ("4", "8")
    )
    request = render.Request(
        clips=("s3://clips/moving.mp4",),
        looks=looks,
        duration=Fraction(1, 2),
        output=tmp_path / "out",
        cache=tmp_path / "cache",
    )
    reads: list[Path] = []
    before = TasksHere.follow

    def follow(self: TasksHere, tasks: Sequence[Task], ffmpeg: Path) -> Any:
        reads.extend(path for task in tasks for path in task.reads)
        return before(self, tasks, ffmpeg)

    monkeypatch.setattr(TasksHere, "follow", follow)
    events = list(render.sweep(request, render.Outputs(metrics=render.Metrics.FAST)))
    assert any(isinstance(event, render.CellMeasured) for event in events)
    assert [path.parent for path in reads].count(tmp_path / "cache" / "clips") == 1


def test_a_killed_sweep_goes_on(s3: Any, moving: Path, cache: Path, capfd: Capture) -> None:
    s3.put_file(str(moving), "clips/moving.mp4")
    words = ["s3://clips/moving.mp4", *SMALL, "--fps", "4,8", "-o", "s3://clips/out/"]
    words += ["--metrics", "none", "--report"]
    child = subprocess.Popen(
        [sys.executable, "-m", "render", *words],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdout is not None
    child.stdout.readline()  # the first preview is there
    child.send_signal(signal.SIGKILL)
    child.wait()
    first = [name for name in at(s3, "clips/out") if name.endswith(".mp4")]
    assert first
    assert run(words) == 0
    capfd.readouterr()
    made = at(s3, "clips/out")
    assert {"results.json", "index.html"} < set(made) and len(made) == 5
    assert not any(name.startswith(".render") for name in made)
