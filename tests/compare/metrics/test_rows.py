"""The table: what varies, what was measured, the reference marked."""

from __future__ import annotations

from render.compare.metrics.rows import figure_rows
from render.devices.profile import load_profile
from render.results.results import Figures
from render.results.source_clip import Sampling
from tests.compare.metrics.folders import a_cell, a_clip, results_of

BEST = a_cell("best.mp4", "30", macs=2_000_000_000).model_copy(
    update={
        "figures": Figures(
            reference="best.mp4", lpips=0, ssim=1, style=0, jod=10, flicker=0.1, stroke=12.34
        )
    }
)
SLOW = a_cell("slow.mp4", "30000/1001").model_copy(
    update={"figures": Figures(reference="best.mp4", lpips=0.25, missing=("no JOD: …",))}
)


def test_only_what_varies_and_what_was_measured_is_shown() -> None:
    table = figure_rows(results_of(BEST, SLOW))
    assert table.header == (
        *("", "fps", "GMAC/s", "JOD↑", "LPIPS↓", "SSIM↑", "style↓", "flicker", "stroke px", "MB"),
    )
    assert table.rows == (
        ("*", "30", "60", "10.00", "0.000", "1.000", "0.000", "0.100", "12.3", "0.001"),
        ("", "29.97", "3e-06", "–", "0.250", "–", "–", "–", "–", "0.001"),
    )
    assert table.right == tuple(range(2, 10))
    assert all(len(row) == len(table.header) for row in table.rows)


def test_a_cell_of_its_own_is_no_reference_and_a_mark_that_is_not_there_is_not_explained() -> None:
    alone = Figures(reference="best.mp4", flicker=0.1)
    one = a_cell("best.mp4", "10").model_copy(update={"figures": alone})
    two = a_cell("other.mp4", "10", style="other")
    a12 = load_profile("A12")
    table = figure_rows(results_of(one, two), a12)
    assert [row[0] for row in table.rows] == ["", ""]
    assert not [line for line in table.legend if line[0] in "*!"]
    slow = a_cell("slow.mp4", "60", "480x853")
    table = figure_rows(results_of(one, slow), a12)
    assert table.rows[1][4] == "!66" and table.legend[-1].startswith("! too slow on A12")


def test_what_0_1_0_wrote_of_a_cell_held_against_itself_is_not_shown() -> None:
    """A JOD of 10 against oneself; among others, how many are compared with none is said once."""
    own = Figures(reference="lone.mp4", jod=10, lpips=0, ssim=1, flicker=0.25)
    lone = a_cell("lone.mp4", style="other").model_copy(update={"figures": own})
    table = figure_rows(results_of(lone, a_cell("b.mp4", style="third")))
    assert not [title for title in table.header if title in ("JOD↑", "LPIPS↓", "SSIM↑")]
    assert "flicker" in table.header and "0.250" in table.rows[0]
    assert not [line for line in table.legend if "compared" in line]
    both = [
        a_cell(name, fps).model_copy(update={"figures": Figures(reference="b.mp4", jod=jod)})
        for name, fps, jod in (("a.mp4", "5", 8), ("b.mp4", "10", 10))
    ]
    table = figure_rows(results_of(*both, lone))
    jod = table.header.index("JOD↑")
    assert [row[jod] for row in table.rows] == ["8.00", "10.00", "–"]
    assert (
        "1 preview is compared with none: no other has the same style, strength and crop"
        in table.legend
    )


def test_every_axis_that_varies_has_its_column() -> None:
    cells = (
        a_cell("a.mp4", "10", "160x90"),
        a_cell("b.mp4", "15", "320x180", network="res1", style="other", strength=0.5, clip=1),
    )
    table = figure_rows(results_of(*cells, clips=(a_clip("/x/one.mp4"), a_clip("/x/two.mp4"))))
    axes = ("clip", "style", "network", "size", "strength", "fps")
    assert table.header[1:7] == axes
    assert table.rows[1][1:7] == ("two.mp4", "other", "res1", "180x320", "0.5", "15")
    assert table.legend == ()


def test_the_legend_says_the_sample_and_what_may_rank_what() -> None:
    sampling = Sampling(
        mode="fast", size="853x480", moments=6, of=150, pairs=6, gap=0.2, jod_seconds=1.0,
        jod_size="427x240", notes=("no flicker: …",),
    )  # fmt: skip
    clip = a_clip(sampling=sampling, reference="best.mp4")
    legend = figure_rows(results_of(BEST, SLOW, clips=(clip,))).legend
    words = "\n".join(legend)
    assert legend[0].startswith("* the reference")
    assert "1 s of the clip at 427x240; may rank cells of any rate" in words
    # What is the same of several is said once.
    (single,) = [line for line in legend if line.startswith("LPIPS, SSIM: ")]
    assert single.endswith("6 of 150 moments at 853x480; may rank sizes and networks, never rates")
    assert "6 pairs; may rank cells of one rate" in words
    assert "at gap" not in words  # nobody measured it
    assert legend[-1] == "no flicker: …"


def test_nothing_is_a_table_too() -> None:
    assert figure_rows(results_of()).rows == ()
