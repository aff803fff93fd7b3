"""Look: a style at a target, and the phone it plays on."""

from __future__ import annotations

from dataclasses import dataclass

from render.devices.phone import Phone
from render.target import Target


@dataclass(frozen=True, slots=True)
class Look:
    """A style, by name or file, at a target: with a clip it becomes a cell. With a ``phone`` its
    preview shows what that would show."""

    style: str
    target: Target
    phone: Phone | None = None
