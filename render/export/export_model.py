"""An export from end to end: converted, saved, read again, verified; and only then in its place."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from render.errors import ExportError, OutputError
from render.export.canonical import digest, size_of
from render.export.convert import convert, save
from render.export.export_target import Compression, ExportTarget
from render.export.lint import Risk, lint
from render.export.proof import Verified, Verifying, verify
from render.export.proof_pictures import Given
from render.export.shipped import shipped
from render.files.atomic import whole_tree
from render.files.temporary import remove_tree


@dataclass(frozen=True, slots=True)
class Doing:
    """What is being done, in words."""

    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Exported:
    """``path`` holds a model of ``target``, of ``bytes``, whose SHA-256 is ``digest``; ``words``
    are its metadata. ``before`` is what verifying it said before it was compressed, or None."""

    path: Path
    target: ExportTarget
    words: dict[str, str]
    verified: Verified
    before: Verified | None
    risks: tuple[Risk, ...]
    bytes: int
    digest: str
    seconds: float


def export(
    target: ExportTarget,
    words: dict[str, str],
    pictures: Sequence[Given],
    output: Path,
    *,
    force: bool = False,
) -> Generator[Doing | Verifying, None, Exported]:
    """Make the model of ``target`` at ``output``, verified on ``pictures``.

    What fails its checks is removed, and said: ExportError. Raises OutputError when it cannot be
    written; nothing half-written stays, and what stood there stays until the new one is whole.
    """
    began = time.monotonic()
    with _placing(output, force=force) as temporary:
        module = shipped(target)
        before = None
        if target.compression is not Compression.NONE:
            plain = replace(target, compression=Compression.NONE)
            yield Doing("converting")
            model, spec = convert(module, plain, words)
            save(model, spec, plain, temporary)
            before = yield from verify(temporary, plain, pictures)
            _must_pass(before, output)
            remove_tree(temporary)
        yield Doing("converting" if before is None else f"compressing ({target.compression})")
        model, spec = convert(module, target, words)
        save(model, spec, target, temporary)
        verified = yield from verify(temporary, target, pictures)
        _must_pass(verified, output)
        size, mark = size_of(temporary), digest(temporary)
    return Exported(
        path=output,
        target=target,
        words=words,
        verified=verified,
        before=before,
        risks=tuple(lint(verified.graph, target, verified.peak)),
        bytes=size,
        digest=mark,
        seconds=time.monotonic() - began,
    )


def check_place(output: Path, target: ExportTarget, *, force: bool) -> None:
    """Raise the OutputError of a place that cannot be written to, before any work."""
    if output.suffix != target.format.suffix:
        raise OutputError(f"-o {output}: a model of this form is called NAME{target.format.suffix}")
    if output.exists() and not force:
        raise OutputError(f"{output}: exists already; --force overwrites it")
    if output.is_dir() and not _is_package(output):
        raise OutputError(f"{output}: is a folder that is no Core ML package; choose another place")


def _must_pass(verified: Verified, output: Path) -> None:
    if not verified.passed:
        raise ExportError(
            f"{output}: is not what the preview shows, and was removed: {verified.failed}"
        )


@contextlib.contextmanager
def _placing(output: Path, *, force: bool) -> Iterator[Path]:
    """A temporary name beside ``output``, with its suffix, that takes its place at the end."""
    with whole_tree(output, OutputError) as temporary:
        try:
            yield temporary
        except ExportError as error:
            # Nobody knows the temporary name.
            raise ExportError(str(error).replace(str(temporary), str(output))) from error
        if output.exists() and not force:
            raise OutputError(f"{output}: exists already; --force overwrites it")


def _is_package(path: Path) -> bool:
    return path.suffix == ".mlpackage" and (path / "Manifest.json").is_file()
