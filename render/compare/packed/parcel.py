"""What is sent of a folder, and what the page says of its copies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from render.compare.metrics.metric import Metric
from render.compare.packed.copies import SentVideo
from render.compare.packed.light_copy import CRF
from render.compare.packed.pack_events import LeftOut
from render.compare.report.page import Sent, build
from render.media.encoding import Encoder
from render.results.results import NAME as RESULTS
from render.results.results import Results

_ABSENT = {"there": False, "why": "not in this copy"}


@dataclass(frozen=True, slots=True)
class Parcel:
    """A folder's report on its way.

    Attributes: videos: copies of those that are there. pictures: sheets, by their names in the
    results: the file, and what it is called where it goes. left_out: what does not go along.
    """

    results: Results
    folder: Path
    metrics: Sequence[Metric]
    videos: Sequence[SentVideo]
    pictures: Mapping[str, tuple[Path, str]]
    left_out: Sequence[LeftOut]

    def page(self, files: Mapping[str, Mapping[str, Any]], media: str, held: str = "") -> str:
        """The report with these ``files`` and no others; videos come from where the policy
        ``media`` lets them, such as those that the page has ``held``, as markup."""
        names = [*(one.name for one in self.left_out), *self.pictures, RESULTS]
        known = dict.fromkeys(names, _ABSENT) | dict(files)
        return build(self.results, self.folder, self.metrics, Sent(known, self.about, media, held))

    @property
    def about(self) -> dict[str, Any]:
        """As JSON. ``words``: for people. ``encoder`` and ``crf`` of all. ``videos``: of each, by
        its name in the results, its ``file``, ``size``, ``bytes``, and its mean ``ssim`` and its
        ``psnr`` in dB against the folder's own (null: alike)."""
        return {
            "words": self._words,
            "encoder": Encoder.X264.value,
            "crf": CRF,
            "videos": {
                one.name: {
                    "file": one.file,
                    "size": str(one.size),
                    "bytes": one.stored.bytes,
                    "ssim": one.stored.fidelity.ssim,
                    "psnr": one.stored.fidelity.psnr,
                }
                for one in self.videos
            },
        }

    @property
    def _words(self) -> str:
        sizes = " and ".join(dict.fromkeys(str(one.size) for one in self.videos))
        alike = [one.stored.fidelity.ssim for one in self.videos]
        ends = dict.fromkeys(f"{end:.2f}" for end in (min(alike), max(alike)))
        return (
            f"Light copy: these videos ({sizes}) were re-encoded to be sent; their SSIM to the "
            f"originals is {' to '.join(ends)}. Judge sharpness and fine texture by the original "
            "previews, not by these. All figures are those of the originals."
        )
