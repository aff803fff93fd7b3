"""A cell's identity: what changes it, what does not, and how it is found again in a preview."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from pathlib import Path

import pytest

from render.planning.fingerprint import Identity, as_tag, read_identity
from tests.cli.conftest import IDENTITY


@pytest.mark.parametrize("field", [field.name for field in fields(Identity)])
def test_every_field_counts_and_is_named(field: str) -> None:
    other = replace(IDENTITY, **{field: "another"})
    assert other.fingerprint != IDENTITY.fingerprint
    (words,) = IDENTITY.differences(other)
    assert "another" in words


def test_it_does_not_change_by_itself() -> None:
    """What users have on disk goes by this number: it changes with the frame path alone."""
    assert replace(IDENTITY).fingerprint == IDENTITY.fingerprint
    assert IDENTITY.fingerprint == FIRST
    assert IDENTITY.differences(IDENTITY) == ()


FIRST = "9aba5ec2c5552901dee7e44a4da3ef16"


def test_it_goes_both_ways() -> None:
    assert Identity.from_dict(IDENTITY.as_dict()) == IDENTITY
    for broken in (None, [], {}, {**IDENTITY.as_dict(), "more": "x"}, {"clip": "x"},
                   {**IDENTITY.as_dict(), "rate": 15}):  # fmt: skip
        assert Identity.from_dict(broken) is None


@pytest.mark.parametrize(
    "content", [b"", b"no video", b"#EXTM3U\nhttp://localhost/x.mp4\n", b"\x00" * 4096]
)
def test_other_files_say_nothing(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(content)
    assert read_identity(path) is None
    assert read_identity(tmp_path / "none.mp4") is None


def test_a_tag_that_contradicts_itself_is_not_believed(tmp_path: Path, run_ffmpeg: object) -> None:
    true = as_tag(IDENTITY)
    forged = json.dumps({**json.loads(true), "fingerprint": "0" * 32})
    for name, tag, found in (("a", true, IDENTITY), ("b", forged, None), ("c", "[" * 9999, None)):
        path = tmp_path / f"{name}.mp4"
        assert callable(run_ffmpeg)
        run_ffmpeg(
            "-f", "lavfi", "-i", "color=s=16x16", "-frames:v", "1", "-metadata",
            f"description={tag}", path,
        )  # fmt: skip
        assert read_identity(path) == found
