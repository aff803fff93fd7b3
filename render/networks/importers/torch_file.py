"""Tensors from torch's files, which are pickles: only tensors, and nothing that could run."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor

from render.errors import StyleError
from render.files.small import opened
from render.networks.metadata import FORMAT

_ZIP = b"PK\x03\x04"
_PICKLE = b"\x80"
_WRAPPERS = ("state_dict", "model_state_dict", "model", "network", "net", "weights", "params")
_DEPTH = 3


def is_torch(path: Path) -> bool:
    """Whether the file begins as ``torch.save`` writes, today or before version 1.6."""
    try:
        with opened(path) as file:
            return file.read(4).startswith((_ZIP, _PICKLE))
    except OSError as error:
        raise StyleError(f"{path}: cannot be read ({error.strerror})") from None


def read_torch(path: Path, most: int) -> dict[str, Tensor]:
    """The tensors by name of a file of ``torch.save``; at most ``most`` bytes when unpacked.

    What wraps them (``{"state_dict": …}``) is taken off. Raises StyleError when the file names
    anything that would run, or holds anything but tensors by name.
    """
    _check_archive(path, most)
    try:
        with opened(path) as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = torch.load(file, map_location="cpu", weights_only=True)
    # A hostile or damaged pickle ends its reader in any way there is.
    except Exception as error:
        raise _refused(path, error) from None
    return _tensors(path, _unwrapped(found))


def read_safetensors(path: Path) -> dict[str, Tensor] | None:
    """The tensors by name of a safetensors file from elsewhere; None for a style of render, or for
    what is no safetensors file and so is to be refused as none."""
    try:
        with safe_open(path, "pt") as file:
            if (file.metadata() or {}).get("format") == FORMAT:
                return None
        return _tensors(path, load_file(path))
    except (OSError, SafetensorError, ValueError):
        return None


def _check_archive(path: Path, most: int) -> None:
    try:
        with opened(path) as file, zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return  # an old file, or a damaged one, as torch will find
    if any(Path(entry.filename).name == "constants.pkl" for entry in entries):
        raise StyleError(
            f"{path}: is a TorchScript program, which would run code when loaded: refused; save "
            "the network's state_dict() with torch.save instead"
        )
    if sum(entry.file_size for entry in entries) > most:
        raise StyleError(
            f"{path}: unpacks to over {most >> 20} MiB, more than any style network has; give the "
            "file that holds the weights alone"
        )


def _refused(path: Path, error: Exception) -> StyleError:
    text = str(error)
    if named := re.search(r"GLOBAL ([\w.]{1,80})", text):
        return StyleError(
            f"{path}: would run code when loaded ({named[1]}): refused; save the network's "
            "state_dict() with torch.save instead"
        )
    return StyleError(
        f"{path}: cannot be read as weights saved by torch ({type(error).__name__}); it is "
        "damaged or holds more than weights: copy it again, or save the network's state_dict()"
    )


def _unwrapped(found: Any) -> Any:
    for _ in range(_DEPTH):
        if not isinstance(found, Mapping):
            break
        inner = next((found[key] for key in _WRAPPERS if isinstance(found.get(key), Mapping)), None)
        if inner is None:
            break
        found = inner
    return found


def _tensors(path: Path, found: Any) -> dict[str, Tensor]:
    if not isinstance(found, Mapping) or not found:
        raise StyleError(
            f"{path}: holds {_named(found)} where tensors by name belong; save the network's "
            "state_dict() with torch.save"
        )
    for name, value in found.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise StyleError(
                f"{path}: {str(name)[:60]!r} holds {_named(value)} where a tensor belongs; save "
                "the network's state_dict() with torch.save"
            )
        if value.layout is not torch.strided or value.device.type != "cpu" or value.is_quantized:
            raise StyleError(
                f"{path}: {name[:60]!r} is sparse, quantised or without numbers; save the "
                "network's state_dict() in single precision"
            )
    return dict(found)


def _named(value: Any) -> str:
    return "nothing" if value is None or value == {} else f"a value of type {type(value).__name__}"
