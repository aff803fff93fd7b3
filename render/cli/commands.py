"""The commands beside the default one: where each lies, and what it is for."""

from __future__ import annotations

# Loaded when called: `render doctor` needs not what `render train` needs.
COMMANDS = {
    "bench": ("render.cli.bench:bench", "How long networks take here, in turns."),
    "choose": (
        "render.cli.choose:choose",
        "Which target of a sweep to build for a device, and why.",
    ),
    "clean": ("render.cli.clean:clean", "Remove what interrupted runs have left in a folder."),
    "compare": ("render.cli.compare:compare", "Videos side by side, in step; or contact sheets."),
    "completion": (
        "render.cli.completion:completion",
        "A script for your shell, which completes commands, options and names.",
    ),
    "config": ("render.cli.config:config", "Your settings file: where it lies, what it sets."),
    "devices": ("render.cli.devices:app", "What is known of phones' speed: list, show, import."),
    "doctor": (
        "render.cli.doctor:doctor",
        "What this machine can render with, and what is missing.",
    ),
    "export": ("render.cli.export:export", "A target as a Core ML model, verified."),
    "presets": (
        "render.cli.presets:app",
        "Presets, render's and yours: list, show, check, diff.",
    ),
    "report": ("render.cli.report:report", "Write a folder's report page anew."),
    "styles": ("render.cli.styles:app", "The styles that come with render: list, show, compare."),
    "train": ("render.cli.train:train", "Train a style from a painting."),
    "verify": ("render.cli.verify:verify", "Whether a model is what the preview shows."),
    "watch": ("render.cli.watching:watch", "Render the clips of a folder as they arrive."),
}
