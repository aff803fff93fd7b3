"""A URL opened: its file system, what that says of it, and what goes wrong, in one line each.

All that is asked of a store goes through fsspec. Credentials, endpoints and patience are the
storage library's own.
"""

from __future__ import annotations

import contextlib
import errno
import json
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from render.distribution import installing
from render.errors import ClipError, OutputError, RenderError, UsageError
from render.storage.transfers import StoppedError
from render.storage.url import Url, without_secrets

if TYPE_CHECKING:
    from fsspec.spec import AbstractFileSystem

# What opens which; where a scheme is not among them, fsspec's own words say it.
_PACKAGES = {
    **dict.fromkeys(("s3", "s3a"), "s3fs"),
    **dict.fromkeys(("gs", "gcs"), "gcsfs"),
    **dict.fromkeys(("az", "abfs", "abfss", "adl"), "adlfs"),
    **dict.fromkeys(("http", "https"), "aiohttp"),
    **dict.fromkeys(("sftp", "ssh"), "paramiko"),
    **{"hf": "huggingface_hub", "oci": "ocifs", "webdav": "webdav4", "hdfs": "pyarrow"},
}
# What stores say that changes with a file's content, by the names that fsspec's libraries give it,
# the best first. One of them: a listing and a single answer differ in the others.
_MARKS = (
    *("etag", "md5hash", "content-md5", "content_md5", "digest", "crc32c", "generation", "sha256"),
    *("blob_id", "mtime", "last_modified", "last-modified", "lastmodified", "modified", "updated"),
    "created",
)
# Whose libraries try again by themselves, and wait in between.
_PATIENT = frozenset(("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl"))
_FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a store says of a file.

    Attributes:
        size: bytes, or None where it does not say.
        mark: differs when the content does; empty where nothing tells.
    """

    size: int | None
    mark: str


@dataclass(frozen=True, slots=True)
class Store:
    """``url`` in its file system, where it is called ``path``. Its calls raise whatever the
    storage library does: make them inside `explained`."""

    url: Url
    files: AbstractFileSystem
    path: str

    @classmethod
    def of(cls, url: Url) -> Store:
        """Raises UsageError for a kind of store that is not known, or has no package here."""
        try:
            from fsspec.core import url_to_fs
        except ImportError:
            raise UsageError(f"{url}: URLs need fsspec; {installing('cluster')}") from None
        try:
            files, path = url_to_fs(url.whole)
        except ImportError as error:
            package = _PACKAGES.get(url.scheme)
            needs = f"pip install {package}" if package else url.hidden(str(error))
            raise UsageError(f"{url}: {url.scheme}:// takes another package; {needs}") from None
        except ValueError as error:
            raise UsageError(f"{url}: cannot be opened ({url.hidden(str(error))})") from None
        except Exception as error:  # each library has its own, for credentials that it cannot read
            raise as_render_error(url, error, UsageError) from None
        return cls(url, files, str(path))

    def stored(self) -> Stored:
        """What the store says of it now. Raises IsADirectoryError for a folder."""
        # Long-lived programs ask again and again, and want what is there now.
        self.files.invalidate_cache()
        found = self.files.info(self.path)
        if found["type"] == "directory":
            raise IsADirectoryError(errno.EISDIR, "is a folder")
        return stored(found)


def stamp_there(url: Url) -> tuple[int | str | None, ...]:
    """Differs when the content of the clip at ``url`` does, and each time where nothing tells.
    Raises ClipError where there is none."""
    store = Store.of(url)
    with explained(url, ClipError):
        found = store.stored()
    return found.size, found.mark or secrets.token_hex(8)


def stored(info: Mapping[str, Any]) -> Stored:
    """Of what fsspec's ``info`` says."""
    size = info.get("size")
    told = {key.lower(): _as_text(value) for key, value in info.items() if value}
    best = next((key for key in _MARKS if key in told), None)
    mark = "" if best is None else json.dumps([size, best, told[best].strip('"')])
    return Stored(None if size is None else int(size), mark)


def _as_text(value: object) -> str:
    """A time, which a listing may have as a number, is one in seconds."""
    if isinstance(value, datetime):
        value = value.timestamp()
    return f"{value:.6f}" if isinstance(value, float | int) else str(value)


@contextlib.contextmanager
def explained(url: Url, kind: type[RenderError]) -> Iterator[None]:
    """Whatever a storage library raises inside, as ``kind`` in one line."""
    try:
        yield
    except (RenderError, StoppedError):
        raise
    except Exception as error:
        cause = None if url.has_secrets else error
        raise as_render_error(url, error, kind) from cause


def as_render_error(url: Url, error: Exception, kind: type[RenderError]) -> RenderError:
    """What happened to ``url``, and what to do about it."""
    chain = list(_chain(error))
    if any(_code(one) in _FULL for one in chain):
        return OutputError(f"{url}: no room for it here ({error})", transient=True)
    if any(isinstance(one, IsADirectoryError) for one in chain):
        return kind(f"{url}: is a folder; name its files, each by its own URL")
    if any(_denied(one) for one in chain):
        package = _PACKAGES.get(url.scheme, "the storage library")
        return kind(
            f"{url}: access is denied; credentials are read where {package} looks for them "
            "(docs/urls.md)"
        )
    reason = _reason(url, chain[-1])
    # Some libraries say "not found" of whatever went wrong, and mean their cause.
    if any(_status(one) == 404 for one in chain) or (
        len(chain) == 1 and isinstance(error, FileNotFoundError)
    ):
        words = "there is no such object"
        if any(character in url.name for character in "*?["):
            words += ", and patterns in URLs are not expanded"
        return kind(f"{url}: {words}")
    if any(_passes(one) for one in chain):
        return kind(f"{url}: the connection failed ({reason}); try again", transient=True)
    return kind(f"{url}: the store failed ({reason})")


def worth_another(url: Url, error: Exception) -> bool:
    """Whether what failed may be over at once, and nobody has tried again yet."""
    if isinstance(error, RenderError):
        return error.transient
    if url.scheme in _PATIENT:
        return False
    found = as_render_error(url, error, RenderError)
    return found.transient and not isinstance(found, OutputError)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__


def _denied(error: BaseException) -> bool:
    words = type(error).__name__
    return (
        isinstance(error, PermissionError)
        or "Credential" in words
        or "Unauthorized" in words
        or _status(error) in (401, 403)
    )


def _passes(error: BaseException) -> bool:
    """Whether it may well be over the next time."""
    status = _status(error)
    if status is not None:
        return status == 429 or status >= 500
    module = type(error).__module__.partition(".")[0]
    return isinstance(error, OSError) or module in (
        "aiohttp",
        "botocore",
        "urllib3",
        "requests",
    )


def _status(error: BaseException) -> int | None:
    """Of HTTP, where the error has one."""
    response = getattr(error, "response", None)
    found = getattr(error, "status", None) or getattr(error, "code", None)
    if found is None and isinstance(response, Mapping):
        found = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    return found if isinstance(found, int) and 100 <= found < 600 else None


def _code(error: BaseException) -> int | None:
    return error.errno if isinstance(error, OSError) else None


def _reason(url: Url, error: BaseException) -> str:
    status = _status(error)
    if status is not None:
        return f"HTTP status {status}"
    lines = str(error).splitlines() or [""]
    said = url.hidden(lines[0]) or type(error).__name__
    return without_secrets(said)[:200]
