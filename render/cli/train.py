"""``render train``."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Never

from cyclopts import Group, Parameter

from render.cli.help import Shown
from render.defaults import DEFAULTS
from render.training.settings import Painting, TrainingSettings

if TYPE_CHECKING:
    from tqdm import tqdm

    from render.training.loop import Prepared, Progress

_WHAT = Group("What")
_HOW = Group("How")
_LOOK = Group("Look")
_WORDS = Group("What the style file says of itself")


def _help(text: str, group: Group, *names: str) -> Parameter:
    return Parameter(name=names or None, help=text, group=group, allow_leading_hyphen=not names)


def _default(name: str) -> str:
    """As written; it lives in TrainingSettings alone."""
    value = next(field.default for field in fields(TrainingSettings) if field.name == name)
    return f"{value:g}"


def train(
    *paintings: Annotated[
        Path, Parameter(help="Pictures to learn from; each becomes a style of its own.")
    ],
    content: Annotated[
        tuple[Path, ...],
        Parameter(
            help="Photographs to practise on: folders, searched through. A few hundred will do.",
            group=_WHAT,
            consume_multiple=True,
        ),
        Shown("DIR [DIR ...]"),
    ] = (),
    network: Annotated[
        str,
        _help("The network: res1 to res5, -sep, -w16 (width), -in, …; several: res3,res5.", _WHAT),
        Shown("NAME[,…]"),
    ] = DEFAULTS.network,
    output: Annotated[
        Path,
        _help("The folder for the style files.", _WHAT, "--output", "-o"),
        Shown("DIR"),
    ] = Path("styles"),
    start: Annotated[
        Path | None,
        _help("Start from this style file, of the same network.", _WHAT),
        Shown("FILE"),
    ] = None,
    force: Annotated[
        bool, Parameter(help="Overwrite style files that exist.", group=_WHAT)
    ] = False,
    style_weight: Annotated[
        float | None,
        _help("More of the painting.", _LOOK),
        Shown("NUMBER", _default("style_weight")),
    ] = None,
    content_weight: Annotated[
        float | None,
        _help("More of the photograph.", _LOOK),
        Shown("NUMBER", _default("content_weight")),
    ] = None,
    stroke_size: Annotated[
        float | None,
        _help("The painting's scale: 2 doubles the strokes.", _LOOK),
        Shown("NUMBER", _default("stroke_size")),
    ] = None,
    stability: Annotated[
        float | None,
        _help("Less flicker, a little less style; 0 saves a third of the time.", _LOOK),
        Shown("NUMBER", _default("stability")),
    ] = None,
    distil: Annotated[
        float | None,
        _help("Likeness to an instance-norm teacher, trained first; 60 is a start.", _LOOK),
        Shown("NUMBER", _default("distil")),
    ] = None,
    smooth: Annotated[
        float | None,
        _help("Fewer dots on skies and walls.", _LOOK),
        Shown("NUMBER", _default("smooth")),
    ] = None,
    steps: Annotated[
        int | None, _help("Steps a style.", _HOW), Shown("N", _default("steps"))
    ] = None,
    batch: Annotated[
        int | None, _help("Crops a step.", _HOW), Shown("N", _default("batch"))
    ] = None,
    crop: Annotated[
        int | None, _help("The crops' side, in pixels.", _HOW), Shown("N", _default("crop"))
    ] = None,
    backbone: Annotated[
        Path | None,
        _help("VGG16 as .npz, for coarser strokes than the bundled one sees.", _HOW),
        Shown("FILE"),
    ] = None,
    seed: Annotated[
        int | None, _help("Of weights and crops.", _HOW), Shown("N", _default("seed"))
    ] = None,
    device: Annotated[str, _help("auto, cpu, cuda or mps.", _HOW), Shown("NAME")] = "auto",
    name: Annotated[str, _help("The style's name; else the file's.", _WORDS), Shown("NAME")] = "",
    title: Annotated[str, _help("The painting's title.", _WORDS), Shown("TEXT")] = "",
    artist: Annotated[str, _help("Who painted it.", _WORDS), Shown("TEXT")] = "",
    year: Annotated[str, _help("And when.", _WORDS), Shown("TEXT")] = "",
    licence: Annotated[str, _help("The style file's licence.", _WORDS), Shown("TEXT")] = "",
    trained_on: Annotated[
        str, _help("Origin of painting and photographs.", _WORDS), Shown("TEXT")
    ] = "",
    author: Annotated[str, _help("Who trained it.", _WORDS), Shown("TEXT")] = "",
    debug: Annotated[bool, Parameter(help="Show tracebacks.", group=_HOW)] = False,
) -> int:
    """Train a style from a painting.

    Writes STYLE.NETWORK.safetensors for each painting and network, and beside it a strip of
    photographs by step. Best on a GPU, where a style takes minutes; on a processor it takes hours.
    """
    from render.engines.base import DeviceName
    from render.errors import UsageError
    from render.networks.spec import NetworkSpec

    if not paintings:
        raise UsageError("no painting given; try: render train painting.jpg --content photos/")
    if not content:
        raise UsageError("--content is missing: name a folder of photographs to practise on")
    if len(paintings) > 1 and (name or title or artist or year):
        raise UsageError("--name, --title, --artist and --year describe one painting; give one")
    if device not in list(DeviceName):
        raise UsageError(f"--device {device!r}: choose one of {', '.join(DeviceName)}")
    given = {
        "style_weight": style_weight, "content_weight": content_weight, "stability": stability,
        "distil": distil, "smooth": smooth, "stroke_size": stroke_size, "steps": steps,
        "batch": batch, "crop": crop, "seed": seed,
    }  # fmt: skip
    settings = TrainingSettings(
        paintings=tuple(Painting(path, name, title, artist, year) for path in paintings),
        networks=tuple(NetworkSpec.parse(n) for n in network.split(",")),
        content=content,
        output=output,
        start=start,
        backbone=backbone,
        device=DeviceName(device),
        licence=licence,
        trained_on=trained_on,
        author=author,
        force=force,
        **{key: value for key, value in given.items() if value is not None},  # type: ignore[arg-type]
    )
    return _run(settings)


def _run(settings: TrainingSettings) -> int:
    from render.cli.output import put, say
    from render.training.loop import Checkpoint, Prepared, Progress, Trained, train

    bars = _Bars()
    try:
        for update in train(settings):
            match update:
                case Prepared():
                    for line in _prepared(update):
                        say(line)
                case Progress():
                    bars.show(update)
                case Checkpoint():
                    bars.say(f"step {update.step}: {update.pictures}")
                case Trained():
                    bars.close()
                    say(", ".join(f"{k} {v:g}" for k, v in update.metadata.measured.items()))
                    put(str(update.path))
    finally:
        bars.close()
    return 0


class _Bars:
    """One tqdm bar at a time, on stderr: for each painting, network and teacher."""

    def __init__(self) -> None:
        self._title = ""
        self._bar: tqdm[Never] | None = None

    def show(self, update: Progress) -> None:
        from tqdm import tqdm

        teacher = " (teacher)" if update.teacher else ""
        title = f"{update.painting.name} {update.network}{teacher}"
        if self._bar is None or title != self._title:
            self.close()
            # tqdm would start a thread that only wakes bars which have not moved for ten seconds.
            tqdm.monitor_interval = 0
            self._title = title
            self._bar = tqdm(
                desc=title, total=update.steps, unit="step", file=sys.stderr, dynamic_ncols=True,
                mininterval=1.0,
            )  # fmt: skip
        losses = ", ".join(f"{name} {value:.3g}" for name, value in update.losses.items())
        self._bar.set_postfix_str(losses, refresh=False)
        self._bar.update(update.step - self._bar.n)

    def say(self, line: str) -> None:
        from tqdm import tqdm

        tqdm.write(line, file=sys.stderr)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None


def _prepared(update: Prepared) -> list[str]:
    from render.cli.words import took

    lines = [f"{update.photos} photographs to train on, {update.held_out} to measure on"]
    if update.skipped:
        others = f" and {len(update.skipped) - 1} more" if len(update.skipped) > 1 else ""
        lines.append(f"skipped, as they cannot be read: {update.skipped[0]}{others}")
    if update.left_out:
        lines.append(f"{update.left_out} photographs left out: memory for them is full")
    if update.seconds is not None:
        lines.append(
            f"on this processor it takes about {took(update.seconds)}; "
            "a CUDA device takes minutes a style, --steps and --crop shorten it"
        )
    return lines
