"""What ``render export`` and ``render verify`` say: progress, checks, risks; and the same for
programs."""

from __future__ import annotations

import contextlib
import math
import sys
from collections.abc import Generator, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from render.cli.output import labelled
from render.errors import ExportError

if TYPE_CHECKING:
    from render.devices.device_time import DeviceTime
    from render.export.export_model import Doing, Exported
    from render.export.proof import Verified, Verifying

_Result = TypeVar("_Result")


def follow(steps: Generator[Doing | Verifying, None, _Result], name: str) -> _Result:
    """Go through the steps with their progress on stderr; what comes of them."""
    from render.cli.count import Count, followed
    from render.engines.refusals import out_of_memory
    from render.export.export_model import Doing

    def show(step: Doing | Verifying) -> None:
        if isinstance(step, Doing):
            count.wait(name, step.words)
        else:
            count.show(f"{name}: verifying", step.done, step.total, step.words)

    with contextlib.closing(Count("picture", sys.stderr)) as count:
        try:
            return followed(steps, show)
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            raise ExportError(f"{name}: not enough memory here; lower --size") from error


def words(done: Exported, estimate: DeviceTime | None) -> Iterator[str]:
    """What people read: the checks, what was lost to compression, the costs, the risks."""
    from render.cli.words import amount, took

    verified, target = done.verified, done.target
    yield from checks(verified)
    if done.before is not None:
        yield (
            f"{target.compression}: {done.before.psnr:.1f} dB before, {verified.psnr:.1f} dB with "
            f"it; {verified.mean:.2f} of 255 on average, {verified.largest:.0f} at most"
        )
    yield f"{verified.macs / 1e9:.1f} G multiply-adds a frame{_time(estimate)}"
    for risk in done.risks:
        said = f" (source: {risk.source})" if risk.source else ""
        yield labelled(f"risk ({risk.severity})", f"{risk.what}; {risk.do}{said}", sys.stderr)
    yield (
        f"{amount(done.bytes)}, for iOS {target.ios} and later, {took(done.seconds)}, "
        f"sha256 {done.digest[:16]}"
    )
    yield not_checked(verified)


def checks(verified: Verified) -> Iterator[str]:
    """The checks as a table."""
    from render.cli.table import table

    rows = [
        ["ok" if check.passed else "FAILED", check.name, check.value, check.limit]
        for check in verified.checks
    ]
    return table(["", "check", "found", "allowed"], rows)


def not_checked(verified: Verified) -> str:
    """What the checks do not say."""
    if verified.ran_on:
        return "not checked: a phone's own order of sums, and overflow in its neural engine"
    return (
        "not checked: the order of a device's sums, overflow in its neural engine, its rounding to "
        "8 bits; nothing ran on a Mac or a phone"
    )


def _time(estimate: DeviceTime | None) -> str:
    from render.devices.scaled import in_ms

    if estimate is None:
        return ""
    if estimate.ms is None:
        return f"; {estimate.device}: {estimate.why}"
    return (
        f"; {in_ms(estimate.ms)} ms ({in_ms(estimate.low or 0)} to {in_ms(estimate.high or 0)}, "
        f"{estimate.sure}) on {estimate.device}: {estimate.why}"
    )


def facts(done: Exported, estimate: DeviceTime | None) -> dict[str, Any]:
    """For programs."""
    target = done.target
    return {
        "path": str(done.path),
        "bytes": done.bytes,
        "sha256": done.digest,
        "seconds": round(done.seconds, 3),
        "ios": target.ios,
        "input": str(target.input_size),
        "output": str(target.output_size),
        "margin": list(target.margin),
        **verified_facts(done.verified),
        "psnr_uncompressed": None if done.before is None else number(done.before.psnr),
        "risks": [asdict(risk) for risk in done.risks],
        "estimate": None if estimate is None else asdict(estimate) | {"size": str(estimate.size)},
    }


def verified_facts(verified: Verified) -> dict[str, Any]:
    """The checks and their numbers."""
    return {
        "passed": verified.passed,
        "psnr": number(verified.psnr),
        "mean": number(verified.mean),
        "max": number(verified.largest),
        "shown": number(verified.shown),
        "peak": number(verified.peak),
        "macs": verified.macs,
        "ran_on": list(verified.ran_on),
        "checks": [asdict(check) for check in verified.checks],
    }


def number(value: float) -> float | None:
    """JSON has no infinity."""
    return round(value, 4) if math.isfinite(value) else None
