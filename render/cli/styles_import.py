"""``render styles import``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Group, Parameter

from render.cli.help import ShownAs
from render.defaults import DEFAULTS
from render.errors import OutputError, StyleError, UsageError

if TYPE_CHECKING:
    from render.networks.importers import Imported

_WORDS = Group("What the style file says of itself")
_SUFFIX = ".safetensors"
_NARROW = 16


def _help(text: str, *names: str) -> Parameter:
    return Parameter(name=names or None, help=text, allow_leading_hyphen=not names)


def _word(text: str) -> Parameter:
    return Parameter(help=text, group=_WORDS, allow_leading_hyphen=True)


def import_style(
    file: Annotated[
        Path | None,
        Parameter(help="A TransformerNet's .pth, .pt or .model, its .onnx export, or a style."),
    ] = None,
    /,
    *,
    output: Annotated[
        Path | None,
        _help("The style file to write, NAME.safetensors.", "--output", "-o"),
        ShownAs("FILE"),
    ] = None,
    network: Annotated[
        str | None,
        _help("Refuse the file unless it holds this network."),
        ShownAs("NAME", "whatever it holds"),
    ] = None,
    force: Annotated[bool, Parameter(help="Overwrite a style file that exists.")] = False,
    style: Annotated[str, _word("The style's name; else the new file's."), ShownAs("NAME")] = "",
    title: Annotated[str, _word("The painting's title."), ShownAs("TEXT")] = "",
    artist: Annotated[str, _word("Who painted it."), ShownAs("TEXT")] = "",
    year: Annotated[str, _word("And when."), ShownAs("TEXT")] = "",
    licence: Annotated[str, _word("The weights' licence."), ShownAs("TEXT", "unknown")] = "",
    trained_on: Annotated[
        str, _word("Origin of painting and photographs."), ShownAs("TEXT", "unknown")
    ] = "",
    author: Annotated[str, _word("Who trained it."), ShownAs("TEXT")] = "",
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """Make a style file of a network that was trained elsewhere.

    Reads the TransformerNet of pytorch/examples (fast_neural_style) at any width and with up to
    five blocks, as torch saved it or as ONNX, and styles of render, to give them other words. The
    new file's network is run beside the old one's: unless both give the same picture, nothing is
    written. No code that a file may hold is run.
    """
    from render.cli.count import waiting
    from render.cli.output import put, say
    from render.networks.spec import NetworkSpec

    file, output = _places(file, output, force=force)
    wanted = None if network is None else NetworkSpec.parse(network)
    # Not before: they load torch, and what is missing should be said at once.
    from render.networks.checkpoint import save_style
    from render.networks.importers import Words, import_model

    name = style or (_named(output) if file.suffix != _SUFFIX else "")
    words = Words(name, title, artist, year, licence, trained_on, author)
    with waiting(f"{file.name}: holding its network against the new one's"):
        imported = import_model(file, words)
    spec = imported.network.spec
    if wanted is not None and wanted != spec:
        raise StyleError(f"{file}: holds network {spec}, not {wanted}; use --network {spec}")
    save_style(output, imported.network, imported.metadata)
    for line in _said(file, imported):
        say(line)
    put(str(output))
    return 0


def _places(file: Path | None, output: Path | None, *, force: bool) -> tuple[Path, Path]:
    """Both, if they will do. Raises UsageError and OutputError."""
    if file is None:
        raise UsageError("no file given; try: render styles import model.pth -o my-style" + _SUFFIX)
    if output is None:
        such = f"{file.stem or 'NAME'}{_SUFFIX}"
        raise UsageError(f"-o is missing: name the style file to write, such as -o {such}")
    if output.suffix != _SUFFIX:
        raise UsageError(f"-o {output}: a style file is called NAME{_SUFFIX}")
    if output.exists() and not force:
        raise OutputError(f"{output}: exists already; --force overwrites it")
    return file, output


def _named(output: Path) -> str:
    """The style's name in ``wave.safetensors`` and in ``wave.res3.safetensors``."""
    from render.networks.spec import NetworkSpec

    name = output.name.removesuffix(_SUFFIX)
    first, _, last = name.rpartition(".")
    try:
        NetworkSpec.parse(last)
    except UsageError:
        return name
    return first or name


def _said(file: Path, imported: Imported) -> Iterator[str]:
    from render.cli.output import labelled, safe
    from render.target import Size

    size = Size.parse(DEFAULTS.size)
    spec = imported.network.spec
    yield (
        f"{imported.layout.value}: {spec}, {spec.parameters() / 1e6:.2f} M parameters, "
        f"{spec.macs(size) / 1e9:.1f} G MACs at {size}"
    )
    if imported.converted is not None and imported.stored is not None:
        yield safe(
            f"on a test picture it differs from {file} by {imported.converted.largest:.2g} of 255 "
            f"at most, by {imported.converted.mean:.2g} on average; stored in half precision, as "
            f"phones compute, by {imported.stored.largest:.2g} and {imported.stored.mean:.2g}"
        )
    for caveat in caveats(imported):
        yield labelled("note", caveat, sys.stderr)


def caveats(imported: Imported) -> Iterator[str]:
    """What its user should know of it."""
    from render.devices.engine_forms import NOT_BEFORE, WIDE

    spec, metadata = imported.network.spec, imported.metadata
    if slow := spec.late_forms:
        are = "are" if len(slow) > 1 else "is"
        wide = f"its {spec.kernel}x{spec.kernel} convolutions would be faster as two of 5x5"
        yield (
            f"{' and '.join(slow)} {are} {NOT_BEFORE}, and not known to stay there later: measure "
            f"it on the phone{f'; {wide}' if spec.kernel >= WIDE else ''}"
        )
    if imported.span is not None and imported.span[1] - imported.span[0] < _NARROW:
        low, high = imported.span
        yield (
            f"its picture holds only {low:.3g} to {high:.3g}: it may have been trained for another "
            "range than 0 to 255"
        )
    unknown = {"--licence": metadata.licence, "--trained-on": metadata.trained_on}
    missing = [option for option, text in unknown.items() if text in ("", "unknown")]
    if missing:
        words = {"--licence": "its licence", "--trained-on": "what it was trained on"}
        what = " and ".join(words[option] for option in missing)
        yield (
            f"the file does not say {what}; find out before you share it, and add it with "
            f"`render styles import` {' and '.join(missing)}"
        )
