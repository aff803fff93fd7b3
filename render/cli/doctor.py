"""``render doctor``: what this machine can render with, and what is missing."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from render.cli.help import ShownAs
from render.distribution import VERSION, installing

# Module → the distribution that brings it, and the extra that asks for it.
_EXTRAS = {
    "coreml": ("coremltools", "coremltools"),
    "onnx": ("onnx", "onnx"),
    "cluster": ("ray", "ray"),
}
_LIBRARIES = {
    "torch": "torch",
    "opencv": "cv2",
    "av": "av",
    "openvino": "openvino",
    "numpy": "numpy",
    "Pillow": "PIL",
    "safetensors": "safetensors",
    "pydantic": "pydantic",
    "ffmpeg-python": "ffmpeg",
    "imageio-ffmpeg": "imageio_ffmpeg",
    "tqdm": "tqdm",
}
_SETTINGS_REMEDY = "put it right, or pass --no-config"
# One of several distributions may bring a module.
_DISTRIBUTIONS = {"opencv": ("opencv-python-headless", "opencv-python", "opencv-contrib-python")}


@dataclass(frozen=True, slots=True)
class Problem:
    """What stands in the way, and what to do about it; ``blocks`` where no preview comes of it."""

    what: str
    remedy: str
    blocks: bool = True


@dataclass(slots=True)
class Report:
    """What was found."""

    versions: dict[str, str | None] = field(default_factory=dict)
    ffmpeg: dict[str, Any] | None = None
    devices: dict[str, str] = field(default_factory=dict)
    engines: dict[str, str] = field(default_factory=dict)
    extras: dict[str, str | None] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    cache: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        return not any(problem.blocks for problem in self.problems)


def doctor(
    *,
    ffmpeg: Annotated[
        Path | None,
        Parameter(help="Look at this ffmpeg; also read from RENDER_FFMPEG."),
        ShownAs("PATH"),
    ] = None,
    json: Annotated[bool, Parameter(help="One JSON object a line; the last is `done`.")] = False,
    debug: Annotated[bool, Parameter(help="Show tracebacks.")] = False,
) -> int:
    """What this machine can render with, and what is missing.

    Problems come first, each with its remedy. The exit status is 0 if a preview can be rendered.
    """
    from render.cli.count import waiting
    from render.cli.output import put
    from render.cli.user_settings import chosen_ffmpeg

    with waiting("loading every library, and looking at what is here"):
        report = examine(chosen_ffmpeg(ffmpeg), debug=debug)
    status = 0 if report.ready else 1
    if json:
        from render.cli.events_json import line

        put(line("doctor", ready=report.ready, **asdict(report)))
        put(line("done", exit_status=status))
        return status
    for text in _lines(report):
        put(text)
    return status


def examine(ffmpeg: Path | None, *, debug: bool = False) -> Report:
    """Look at everything. A library that is there but broken is a problem, not a crash."""
    report = Report()
    _versions(report, debug=debug)
    _ffmpeg(report, ffmpeg)
    _devices(report)
    _engines(report)
    _styles(report)
    _settings(report)
    _cache(report)
    if not os.access(Path.cwd(), os.W_OK):
        report.problems.append(
            Problem("this folder is not writable", "pass a folder that is with -o", blocks=False)
        )
    return report


def _versions(report: Report, *, debug: bool) -> None:
    from importlib import import_module

    report.versions |= {"render": VERSION, "Python": platform.python_version()}
    for name, module in _LIBRARIES.items():
        version = _installed(*_DISTRIBUTIONS.get(name, (name,)))
        report.versions[name] = version
        try:
            # Really importing finds missing system libraries too.
            import_module(module)
        except Exception as error:
            if debug:
                from render.cli.debug import explain

                explain(error)
            broken = version and not isinstance(error, ModuleNotFoundError)
            what = f"{name} is broken: {error}" if broken else f"{name} is not installed"
            again = "--force-reinstall " if broken else ""
            report.problems.append(
                Problem(
                    " ".join(what.split()),
                    f"pip install {again}{_DISTRIBUTIONS.get(name, (name,))[0]}",
                    blocks=name != "openvino",
                )
            )
    for extra, (module, distribution) in _EXTRAS.items():
        found = find_spec(module) is not None
        report.extras[extra] = (_installed(distribution) or "installed") if found else None


def _installed(*distributions: str) -> str | None:
    for distribution in distributions:
        try:
            return metadata.version(distribution)
        except metadata.PackageNotFoundError:
            continue
    return None


def _ffmpeg(report: Report, explicit: Path | None) -> None:
    from render.cli.user_settings import in_force
    from render.errors import FFmpegError
    from render.media.encoding import written_by
    from render.media.ffmpeg import NEEDED, USEFUL, find_ffmpeg, working

    try:
        found = find_ffmpeg(explicit)
    except FFmpegError as error:
        if (said := in_force().explained(str(error))) != str(error):
            report.problems.append(Problem(said, _SETTINGS_REMEDY))
            return
        what, _, remedy = str(error).partition(": ")
        report.problems.append(Problem(what, remedy or "point to another with --ffmpeg PATH"))
        return
    abilities = working(found)
    report.ffmpeg = {
        "path": str(found.path),
        "version": found.version,
        "origin": found.origin,
        "abilities": sorted(abilities),
        "missing": sorted({*NEEDED, *USEFUL} - found.abilities),
        "writes": written_by(abilities),
    }


def _devices(report: Report) -> None:
    report.devices["cpu"] = f"{_cpu()}, {os.cpu_count()} threads"
    try:
        import torch
    except Exception:
        return  # already a problem
    if torch.cuda.is_available():
        report.devices["cuda"] = torch.cuda.get_device_name()
    if torch.backends.mps.is_available():
        report.devices["mps"] = "Apple GPU"


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _engines(report: Report) -> None:
    from render.engines.base import DeviceName, EngineName
    from render.errors import EngineError

    try:
        from render.engines.select import choose
    except ImportError:
        return  # already a problem
    for engine in EngineName:
        try:
            choice = choose(engine, DeviceName.AUTO)
        except EngineError as error:
            if engine is EngineName.AUTO:
                report.problems.append(Problem(str(error), "pip install torch"))
            continue
        if engine is EngineName.AUTO:
            words = f"{choice.engine.value} on {choice.device.value} ({choice.why})"
        else:
            words = f"on {choice.device.value}"
        report.engines[engine.value] = words


def _styles(report: Report) -> None:
    from render.errors import RenderError

    try:
        from render.networks.catalogue import list_styles

        if list_styles():
            return
        what = "no shipped style was found"
    except ImportError:
        return  # already a problem
    except RenderError as error:
        what = str(error)
    report.problems.append(
        Problem(what, "install render again, or pass --style FILE", blocks=False)
    )


def _settings(report: Report) -> None:
    from render.cli.app import make_app
    from render.cli.settings_file import settings_path, user_settings
    from render.cli.user_settings import check
    from render.errors import UsageError

    path = settings_path()
    report.settings = {"path": None if path is None else str(path), "there": False, "sets": {}}
    try:
        found = user_settings()
        check(make_app(), found)
        report.settings |= {"there": found.there, "sets": found.as_dict()}
    except UsageError as error:
        report.settings["there"] = True
        report.problems.append(Problem(str(error), _SETTINGS_REMEDY))


def _cache(report: Report) -> None:
    from render.cli.cache_folder import cache_folder
    from render.files.cache import LIMIT, cache_use

    use = cache_use(cache_folder())
    report.cache = {
        "path": str(use.folder), "entries": use.entries, "bytes": use.bytes, "limit": LIMIT,
    }  # fmt: skip


def _lines(report: Report) -> Iterator[str]:
    from render.cli.output import safe

    for problem in report.problems:
        yield safe(f"{'problem' if problem.blocks else 'warning'}: {problem.what}")
        yield safe(f"  remedy: {problem.remedy}")
    if report.problems:
        yield ""
    else:
        yield "Everything that a preview needs is here."
    yield from _section("Versions", {k: v or "missing" for k, v in report.versions.items()})
    if report.ffmpeg:
        facts = report.ffmpeg
        shown = {
            "path": facts["path"],
            "version": f"{facts['version']} ({facts['origin']})",
            "has": ", ".join(facts["abilities"]),
            "writes": "; ".join(
                f"{suffix} by {', '.join(by) or 'nothing'}"
                for suffix, by in facts["writes"].items()
            ),
        }
        if facts["missing"]:
            shown["lacks"] = f"{', '.join(facts['missing'])} (no preview needs it by default)"
        yield from _section("ffmpeg", shown)
    yield from _section("Devices", report.devices)
    yield from _section("Engines", report.engines)
    extras = {
        extra: found or f"missing; {installing(extra)} adds it"
        for extra, found in report.extras.items()
    }
    yield from _section("Extras", extras)
    yield from _section("Cache", _cache_facts(report.cache))
    path, there = report.settings["path"], report.settings["there"]
    if path is None:
        yield from _section("Settings", {"file": "none: RENDER_CONFIG says so"})
        return
    sets = {key: str(value) for key, value in report.settings["sets"].items()}
    yield from _section("Settings", {"file": path if there else f"{path} (not there)"} | sets)


def _cache_facts(cache: dict[str, Any]) -> dict[str, str]:
    from render.cli.words import amount

    held = f"{amount(cache['bytes'])} of at most {amount(cache['limit'])}"
    return {"folder": cache["path"], "holds": held if cache["entries"] else "nothing"}


def _section(title: str, facts: dict[str, str]) -> Iterator[str]:
    from render.cli.output import safe

    yield f"{title}:"
    width = max((len(name) for name in facts), default=0)
    for name, value in facts.items():
        yield safe(f"  {name:<{width}}  {value}")
