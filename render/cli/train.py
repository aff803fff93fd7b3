"""``render train``."""

from __future__ import annotations

import sys
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Group, Parameter

from render.cli.help import ShownAs
from render.defaults import DEFAULTS
from render.training.settings import Motion, Painting, TrainingSettings

if TYPE_CHECKING:
    from render.training.updates import Checkpoint, Prepared, TrainingProgress

_WHAT = Group("What")
_HOW = Group("How")
_LOOK = Group("Look")
_WORDS = Group("What the style file says of itself")


def _help(text: str, group: Group, *names: str) -> Parameter:
    return Parameter(name=names or None, help=text, group=group, allow_leading_hyphen=not names)


def _field(name: str) -> Any:
    """A default; it lives in TrainingSettings alone."""
    return next(field.default for field in fields(TrainingSettings) if field.name == name)


def _default(name: str) -> str:
    return f"{_field(name):g}"


def train(
    *paintings: Annotated[
        Path, Parameter(help="Pictures to learn from; each becomes a style of its own.")
    ],
    content: Annotated[
        tuple[Path, ...],
        Parameter(
            help="Photographs and clips to practise on, or folders of them, searched through. A "
            "few hundred photographs will do.",
            group=_WHAT,
            consume_multiple=True,
        ),
        ShownAs("DIR|CLIP [...]"),
    ] = (),
    network: Annotated[
        str,
        _help(
            "The network: res1 to res5, -sep, -w16 (width), -in, …; several share the work.", _WHAT
        ),
        ShownAs("NAME[,…]"),
    ] = DEFAULTS.network,
    held_out: Annotated[
        tuple[Path, ...],
        Parameter(
            help="Photographs to measure on and not to practise on; otherwise some of --content.",
            group=_WHAT,
            consume_multiple=True,
        ),
        ShownAs("DIR [...]"),
    ] = (),
    output: Annotated[
        Path,
        _help("The folder for the style files.", _WHAT, "--output", "-o"),
        ShownAs("DIR", "styles"),
    ] = Path("styles"),
    start: Annotated[
        Path | None,
        _help("Start from this style file, of the same network.", _WHAT),
        ShownAs("FILE"),
    ] = None,
    force: Annotated[
        bool, Parameter(help="Overwrite style files that exist.", group=_WHAT)
    ] = False,
    resume: Annotated[
        bool, Parameter(help="Go on where a run with the same settings stopped.", group=_WHAT)
    ] = False,
    style_weight: Annotated[
        float | None,
        _help("More of the painting.", _LOOK),
        ShownAs("NUMBER", _default("style_weight")),
    ] = None,
    layer_weights: Annotated[
        str | None,
        _help("Which strokes count: four numbers, from fine to coarse.", _LOOK),
        ShownAs("A,B,C,D", ",".join(f"{weight:g}" for weight in _field("layer_weights"))),
    ] = None,
    content_weight: Annotated[
        float | None,
        _help("More of the photograph.", _LOOK),
        ShownAs("NUMBER", _default("content_weight")),
    ] = None,
    stroke_size: Annotated[
        float | None,
        _help("The painting's scale: 2 doubles the strokes.", _LOOK),
        ShownAs("NUMBER", _default("stroke_size")),
    ] = None,
    stability: Annotated[
        float | None,
        _help("Less flicker, a little less style; 0 saves a quarter of the time.", _LOOK),
        ShownAs("NUMBER", _default("stability")),
    ] = None,
    motion: Annotated[
        str | None,
        _help(
            "What the picture must hold still under: a made-up warp, or the flow of the clips in "
            "--content.",
            _LOOK,
        ),
        ShownAs("warp|flow", "warp"),
    ] = None,
    smooth: Annotated[
        float | None,
        _help("Fewer dots on skies and walls.", _LOOK),
        ShownAs("NUMBER", _default("smooth")),
    ] = None,
    steps: Annotated[
        int | None, _help("Steps a style.", _HOW), ShownAs("N", _default("steps"))
    ] = None,
    batch: Annotated[
        int | None, _help("Crops a step.", _HOW), ShownAs("N", _default("batch"))
    ] = None,
    crop: Annotated[
        int | None, _help("The crops' side, in pixels.", _HOW), ShownAs("N", _default("crop"))
    ] = None,
    learning_rate: Annotated[
        float | None,
        _help("How far a step goes, at most.", _HOW),
        ShownAs("NUMBER", _default("learning_rate")),
    ] = None,
    backbone: Annotated[
        Path | None,
        _help(
            "VGG16 as .npz, or torchvision's, for coarser strokes than the bundled one sees.", _HOW
        ),
        ShownAs("FILE|vgg16"),
    ] = None,
    seed: Annotated[
        int | None, _help("Of weights and crops.", _HOW), ShownAs("N", _default("seed"))
    ] = None,
    device: Annotated[str, _help("auto, cpu, cuda or mps.", _HOW), ShownAs("NAME")] = "auto",
    name: Annotated[str, _help("The style's name; else the file's.", _WORDS), ShownAs("NAME")] = "",
    title: Annotated[str, _help("The painting's title.", _WORDS), ShownAs("TEXT")] = "",
    artist: Annotated[str, _help("Who painted it.", _WORDS), ShownAs("TEXT")] = "",
    year: Annotated[str, _help("And when.", _WORDS), ShownAs("TEXT")] = "",
    licence: Annotated[str, _help("The style file's licence.", _WORDS), ShownAs("TEXT")] = "",
    trained_on: Annotated[
        str, _help("Origin of painting and photographs.", _WORDS), ShownAs("TEXT")
    ] = "",
    author: Annotated[str, _help("Who trained it.", _WORDS), ShownAs("TEXT")] = "",
    debug: Annotated[bool, Parameter(help="Show tracebacks.", group=_HOW)] = False,
) -> int:
    """Train a style from a painting.

    Writes STYLE.NETWORK.safetensors for each painting and network, and beside it a strip of
    photographs by step. A run that stops leaves STYLE.resume, from which --resume goes on. Best on
    a GPU, where a style takes a minute or two; on a processor it takes hours.
    """
    from render.cli.foreign_style import at_hand
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
    if motion is not None and motion not in list(Motion):
        raise UsageError(f"--motion {motion!r}: choose one of {', '.join(Motion)}")
    given = {
        "style_weight": style_weight, "content_weight": content_weight, "stability": stability,
        "motion": None if motion is None else Motion(motion), "smooth": smooth,
        "stroke_size": stroke_size, "steps": steps, "batch": batch, "crop": crop,
        "learning_rate": learning_rate, "seed": seed, "layer_weights": _weights(layer_weights),
    }  # fmt: skip
    settings = TrainingSettings(
        paintings=tuple(Painting(path, name, title, artist, year) for path in paintings),
        networks=tuple(NetworkSpec.parse(n) for n in network.split(",")),
        content=content,
        held_out=held_out,
        output=output,
        start=None if start is None else Path(at_hand(str(start))),
        resume=resume,
        backbone=backbone,
        device=DeviceName(device),
        licence=licence,
        trained_on=trained_on,
        author=author,
        force=force,
        **{key: value for key, value in given.items() if value is not None},  # type: ignore[arg-type]
    )
    return _run(settings)


def _weights(text: str | None) -> tuple[float, ...] | None:
    from render.errors import UsageError

    if text is None:
        return None
    try:
        weights = tuple(float(word) for word in text.split(","))
    except ValueError:
        weights = ()
    if len(weights) != len(_field("layer_weights")):
        raise UsageError(f"--layer-weights {text!r}: write four numbers, such as 0.5,1,2,0.7")
    return weights


def _run(settings: TrainingSettings) -> int:
    from render.cli.count import Count
    from render.cli.output import put, say
    from render.training.loop import train
    from render.training.updates import Checkpoint, Prepared, Resumed, Trained, TrainingProgress

    bar = Count("step", sys.stderr)
    updates = train(settings)
    try:
        bar.wait("loading torch, and looking through the pictures")
        for update in updates:
            match update:
                case Prepared():
                    for line in _prepared(update):
                        say(line)
                    bar.wait(f"{settings.paintings[0].name}: preparing the first step")
                case Resumed():
                    changed = f", now with {'; '.join(update.changed)}" if update.changed else ""
                    say(f"{update.painting.name}: goes on after step {update.step}{changed}")
                case TrainingProgress():
                    title, words = update.painting.name, _losses(update)
                    bar.show(title, update.step, update.steps, words)
                case Checkpoint():
                    bar.say(_saved(update))
                case Trained():
                    bar.close()
                    figures = ", ".join(f"{k} {v:g}" for k, v in update.metadata.measured.items())
                    say(f"{update.metadata.style} {update.metadata.network}: {figures}")
                    put(str(update.path))
    finally:
        # Whatever ended us, also a signal: the state to resume from is written.
        try:
            updates.close()
        finally:
            bar.close()
            for path in map(settings.resume_path, settings.paintings):
                if path.exists():
                    say(f"{path}: the same command with --resume goes on from there")
    return 0


def _losses(update: TrainingProgress) -> str:
    """Every term of a single network; of several, their sums."""
    if len(update.losses) == 1:
        (terms,) = update.losses.values()
        return ", ".join(f"{name} {value:.3g}" for name, value in terms.items() if name != "sum")
    return ", ".join(f"{network} {terms['sum']:.3g}" for network, terms in update.losses.items())


def _saved(update: Checkpoint) -> str:
    more = f" and {len(update.styles) - 1} more" if len(update.styles) > 1 else ""
    return f"step {update.step}: {update.pictures[0]}, {update.styles[0]}{more}"


def _prepared(update: Prepared) -> list[str]:
    from render.cli.words import took

    lines = [f"{update.photos} pictures to train on, {update.held_out} to measure on"]
    if update.skipped:
        others = f" and {len(update.skipped) - 1} more" if len(update.skipped) > 1 else ""
        lines.append(f"skipped, as they cannot be read: {update.skipped[0]}{others}")
    if update.left_out:
        lines.append(f"{update.left_out} pictures left out: memory for them is full")
    if update.seconds is not None:
        lines.append(
            f"on this processor it takes about {took(update.seconds)}; "
            "a CUDA device takes minutes a style, --steps and --crop shorten it"
        )
    return lines
