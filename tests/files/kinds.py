"""Every kind of file that people hand over: one that is right, and who reads it."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from render.choice.choice_file import load_if_current
from render.cli.settings_file import load_settings
from render.devices.latency import parse_latency
from render.devices.profile import load_profile
from render.devices.shelf import all_kept
from render.devices.timings_file import load_measurements
from render.errors import UsageError
from render.export.package import model_file
from render.networks.catalogue import find_style
from render.networks.metadata import read_metadata
from render.planning.cells_file import load_cells
from render.presets.installed_from import installed_from
from render.presets.preset_library import load_preset
from render.results.results import Results, load

PRESET = """schema = 2
written_with = "0.2.0"
name = "mine"
description = "a filter"
author = "me"
licence = "CC0-1.0"
fps = 15
size = "480x853"
network = "res3"
style = "great-wave"
upscale = "1080x1920"
upscaler = "bilinear"
strength = 0.5
orient = "auto"
fit = "cover"
encoder = "libx264"
crf = 18
audio = "keep"

[evidence]
device = "A12"
ms = 66.0
why = ["it fits"]
"""
CELLS = """schema = 1
[[cell]]
fps = 10
size = "480x853"
network = "res5"
style = "udnie"
upscale = "none"
upscaler = "nearest"
strength = 1
"""
SETTINGS = """crf = 20
device = "cpu"
fps = [10, 15]
strength = 0.5
report = true
output = "~/previews"

[bench]
iterations = 20

[styles.sheet]
network = "res3"
"""
PROFILE = """schema = 1
name = "A99"
chip = "Apple A99"
phones = ["iPhone 99"]
models = ["iPhone99,1"]
year = 2099
about = "made up"

[[figure]]
network = "res3"
or = ["res5"]
size = "480x853"
ms = 66
kind = "published"
source = "a paper"
says = "so"
setting = "Core ML fp16"

[[bound]]
network = "res5"
size = "480x853"
at_least = 70
kind = "published"
source = "a paper"
says = "so"

[separable]
faster = false
kind = "published"
source = "a paper"
says = "so"

[peak]
tera_operations = 5
kind = "published"
source = "a paper"
says = "so"
"""
TIMINGS = json.dumps(
    {
        "schema": 1, "kind": "render-timings", "profile": "A99",
        "device": "iPhone99,1", "name": "iPhone 99", "os": "iOS 99.1",
        "measurements": [
            {"network": network, "size": "480x853", "units": "all", "median_ms": ms,
             "p95_ms": 80, "samples": 99, "sustained_ms": 90.5, "sustained_after_minutes": 3}
            for network, ms in (("res3", 66.0), ("res1", 40.0), ("res5", 79))
        ],
    }
)  # fmt: skip
LATENCIES = json.dumps({"measurements": [{"latencies_ms": [60, 62.5, 90]}]})
MANIFEST = json.dumps(
    {
        "fileFormatVersion": "1.0.0",
        "itemInfoEntries": {
            "1": {"author": "a", "description": "b", "name": "c",
                  "path": "com.apple.CoreML/model.mlmodel"},
            "2": {"author": "a", "description": "b", "name": "c",
                  "path": "com.apple.CoreML/weights"},
        },
        "rootModelIdentifier": "1",
    }
)  # fmt: skip
BUNDLE = json.dumps(
    {"schema": 1, "author": "a", "licence": "l", "packed_by": "render 9", "files": {"s": "x"}}
)
HEADER = json.dumps(
    {
        "__metadata__": {
            "format": "render-style", "schema": "1", "style": "s", "title": "t", "artist": "a",
            "year": "1", "licence": "l", "trained_on": "p", "author": "me",
            "spec": json.dumps({
                "blocks": 1, "kind": "full", "width": 8, "kernel": 3, "norm": "batch",
                "padding": "zero", "context": 8, "upsample": "nearest", "output": "sigmoid",
                "deep_context": 2,
            }),
            "settings": "{}", "measured": "{}",
        },
        "a": {"dtype": "F16", "shape": [3, 2], "data_offsets": [0, 12]},
        "b": {"dtype": "F32", "shape": [1], "data_offsets": [12, 16]},
    }
)  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """``place``: of the file below a folder. ``right``: a text that is taken. ``read``: of its
    path. ``made``: the bytes of a text, where the file is more than that."""

    place: str
    right: str
    read: Callable[[Path], object]
    made: Callable[[str], bytes] = lambda text: text.encode("utf-8", "surrogatepass")

    def put(self, folder: Path) -> Path:
        """Where it belongs, with all that belongs around it."""
        path = folder / self.place
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.name == "Manifest.json":
            inside = path.parent / "Data/com.apple.CoreML/weights"
            inside.mkdir(parents=True, exist_ok=True)
            (inside.parent / "model.mlmodel").write_bytes(b"")
        return path


def _style(text: str) -> bytes:
    header = text.encode("utf-8", "surrogatepass")
    return struct.pack("<Q", len(header)) + header + bytes(16)


def _settings(path: Path) -> None:
    # An empty file sets nothing, and is right; here it counts as refused.
    if not load_settings(path):
        raise UsageError("sets nothing")


KINDS = {
    "preset": Kind("mine.toml", PRESET, load_preset),
    "bundle": Kind("neon/bundle.json", BUNDLE, installed_from),
    "settings": Kind("config.toml", SETTINGS, _settings),
    "cells": Kind("cells.toml", CELLS, load_cells),
    "profile": Kind("a99.toml", PROFILE, load_profile),
    "timings": Kind("a99.json", TIMINGS, load_measurements),
    "kept timings": Kind("a99.json", TIMINGS, lambda path: all_kept(path.parent)),
    "latencies": Kind("ms.json", LATENCIES, lambda path: parse_latency(str(path))),
    "results": Kind("results.json", '{"schema": 1}', lambda path: load(path.parent)),
    "choice": Kind("choice.json", '{"schema": 2}', lambda p: load_if_current(Results(), p.parent)),
    "manifest": Kind("x.mlpackage/Manifest.json", MANIFEST, lambda path: model_file(path.parent)),
    "style": Kind("s.safetensors", HEADER, read_metadata, _style),
    "style by its path": Kind("s.safetensors", HEADER, lambda p: find_style(str(p), None), _style),
}
