"""The zip: one folder with page, results and copies, which opens where it is unpacked."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from render.compare.packed.file_names import plain_name
from render.compare.packed.parcel import Parcel
from render.compare.report.page import NAME, finite
from render.compare.report.portable import without_folders
from render.errors import OutputError
from render.files.zip_entry import zip_entry
from render.results.results import NAME as RESULTS


def write_zip(path: Path, parcel: Parcel) -> None:
    """Write it to ``path``, a temporary name. Raises OutputError."""
    copies = {one.name: (one.stored.path, one.file) for one in parcel.videos}
    sent = copies | dict(parcel.pictures)
    files = {
        name: {"url": f"./{quote(called)}", "there": True} for name, (_, called) in sent.items()
    }
    files[RESULTS] = {"url": f"./{RESULTS}", "there": True}
    texts = {NAME: parcel.page(files, "'self' file:"), RESULTS: _results(parcel)}
    members: dict[str, Path | bytes] = {called: file for file, called in sent.values()}
    members |= {name: text.encode("utf-8", "replace") for name, text in texts.items()}
    top = plain_name(parcel.folder.resolve().name or "report", "")
    try:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in sorted(members.items()):
                _add(archive, f"{top}/{name}", content)
    except OSError as error:
        raise OutputError(f"{path.parent}: cannot be written ({error.strerror})") from error


def _results(parcel: Parcel) -> str:
    """The folder's, without where anything was, and with what is said of the copies."""
    told: dict[str, Any] = finite(parcel.results.as_dict())
    told = without_folders(told, parcel.results, parcel.folder) | {"light_copies": parcel.about}
    return json.dumps(told, indent=1, allow_nan=False) + "\n"


def _add(archive: zipfile.ZipFile, name: str, content: Path | bytes) -> None:
    """Videos and pictures as they are: they shrink no further."""
    entry = zip_entry(name)
    if isinstance(content, bytes):
        entry.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(entry, content)
        return
    entry.file_size = content.stat().st_size
    with content.open("rb") as source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, 1 << 20)
