"""What a page that is sent says of where clips were."""

from pathlib import Path

from render.compare.report.portable import without_folders
from tests.compare.metrics.folders import a_cell, a_clip, results_of


def test_no_bucket_is_named(tmp_path: Path) -> None:
    clip = a_clip(Path("x.mp4")).model_copy(
        update={
            "path": "s3://our bucket/projects/x.mp4",
            "fetched": str(tmp_path / "cache/clips/0123-45.mp4"),
        }
    )
    results = results_of(a_cell("a.mp4"), clips=(clip,))
    page = {
        "failures": ["s3://our bucket/projects/x.mp4: is damaged"],
        "clip": clip.model_dump(mode="json"),
    }
    said = without_folders(page, results, tmp_path / "out")
    assert said["failures"] == ["x.mp4: is damaged"]
    assert "bucket" not in str(said) and str(tmp_path) not in str(said)
