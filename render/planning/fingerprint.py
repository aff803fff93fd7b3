"""A cell's identity: everything that its preview depends on, and the one hash of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from render.media.tags import read_tags

FRAME_PATH = 3
"""The version of what happens to a frame, from decoding to encoding. Raise it with every change
that gives a preview other pixels or other bytes: previews and segments from before are then known
to be others."""

_WORDS = {
    "clip": "another clip",
    "part": "another part of the clip ({there}, now {here})",
    "rate": "{there} fps, now {here}",
    "size": "size {there}, now {here}",
    "view": "another crop ({there}, now {here})",
    "network": "network {there}, now {here}",
    "weights": "another style",
    "strength": "strength {there}, now {here}",
    "upscale": "display {there}, now {here}",
    "playback": "another phone or latency",
    "engine": "engine {there}, now {here}",
    "encoding": "encoding {there}, now {here}",
    "segment": "segments of {there} s, now {here}",
    "frame_path": "another version of render",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """What a preview depends on: not its clip's name or time, not where it lies, not who made it.

    Attributes:
        clip: SHA-256 of the file's content, hexadecimal.
        part: start and duration in exact seconds, such as ``13/10+5`` or ``0+end``.
        rate: frames a second of the target, exact. size: of the network's input, turned, WxH.
        view: canvas, crop and the crop's place in the input.
        network: its short name. weights: SHA-256 of the style file. strength: 0..1.
        upscale: the display and how it is reached, such as ``1920x1080 bilinear``, or ``none``.
        playback: the phone that it plays on as JSON, or ``none``.
        engine: engine, device and precision, such as ``openvino cpu f32``.
        encoding: encoder, quality, sound and container. segment: seconds from cut to cut.
        frame_path: the version of the code in between.
    """

    clip: str
    part: str
    rate: str
    size: str
    view: str
    network: str
    weights: str
    strength: str
    upscale: str
    playback: str
    engine: str
    encoding: str
    segment: str
    frame_path: str = str(FRAME_PATH)

    @property
    def fingerprint(self) -> str:
        """128 bits of SHA-256 over all fields, hexadecimal."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]

    def differences(self, there: Identity) -> tuple[str, ...]:
        """How the cell that is ``there`` differs from this one, in words."""
        found = []
        for field in fields(self):
            here, other = getattr(self, field.name), getattr(there, field.name)
            if here != other:
                found.append(_WORDS[field.name].format(here=here, there=other))
        return tuple(found)

    def as_dict(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: object) -> Identity | None:
        """None for what is no identity of this version's fields."""
        names = [field.name for field in fields(cls)]
        if not isinstance(data, Mapping) or set(data) != set(names):
            return None
        if not all(isinstance(value, str) for value in data.values()):
            return None
        return cls(**{name: data[name] for name in names})


TAG = "description"
"""The metadata of a preview that holds its identity; of those that both containers keep."""


def as_tag(identity: Identity) -> str:
    """What a preview's metadata says of its identity, as JSON."""
    return json.dumps({"fingerprint": identity.fingerprint, "identity": identity.as_dict()})


def read_identity(path: Path) -> Identity | None:
    """Of the preview at ``path``; None where it says none that can be believed: an older preview,
    another file."""
    try:
        data = json.loads(read_tags(path).get(TAG, ""))
    except (ValueError, RecursionError):
        return None
    found = Identity.from_dict(data.get("identity")) if isinstance(data, dict) else None
    return found if found is not None and found.fingerprint == data.get("fingerprint") else None
