"""A URL, as it was given and as it may be shown: no message, plan or result has credentials."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from urllib.parse import parse_qsl, unquote

from render.errors import UsageError

# Two characters at least: `C:` is a drive.
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)
_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://\S+")
_WEB = frozenset(("http", "https"))
# What signs a request for a while, rather than saying what is asked for; and what lets anybody in.
_SIGNS = re.compile(
    r"x-(amz|goog|oss|cos)-.*|signature|expires|policy|key-pair-id|(aws|google|oss)accesskeyid"
    r"|s[vsrpet]|srt|spr|sip|sig|skoid|sktid|skt|ske|sks|skv"
    r"|.*(token|key|auth|secret|pass|pwd|credential).*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Url:
    """Where a clip or a folder of outputs lies, in a store that fsspec opens.

    ``str(url)`` is what may be shown: without passwords and without what signs a request. Only
    ``whole`` opens it.
    """

    whole: str = field(repr=False)

    def __post_init__(self) -> None:
        """Raises UsageError for what is none, and for several in one."""
        if not is_url(self.whole):
            raise UsageError(f"{self.whole!r}: is no URL; write s3://bucket/clip.mp4")
        if "::" in self.whole:
            raise UsageError(f"{self}: `::` would join several URLs, which is not supported here")

    def __str__(self) -> str:
        parts = _parts(self.whole)
        host = parts.host if not parts.user else f"{parts.user}@{parts.host}"
        return f"{parts.scheme}://{host}{parts.path}{parts.marks}"

    @property
    def scheme(self) -> str:
        """In small letters."""
        return _parts(self.whole).scheme

    @property
    def name(self) -> str:
        """Its last part, as people call it; never empty."""
        parts = _parts(self.whole)
        last = parts.path.rstrip("/").rpartition("/")[2]
        if parts.scheme in _WEB:
            last = unquote(last)
        return last or parts.host or parts.scheme

    @property
    def stem(self) -> str:
        """``name`` without its suffix."""
        stem, dot, suffix = self.name.rpartition(".")
        return stem if stem and dot and suffix else self.name

    @property
    def suffix(self) -> str:
        """Of ``name``, such as ``.mp4``, where it is one of a usual kind; else empty."""
        found = re.search(r"\.[A-Za-z0-9]{1,8}$", self.name)
        return found[0] if found else ""

    @property
    def folder(self) -> Url:
        """What it lies in, with a slash at the end."""
        return Url(self.whole.rstrip("/").rpartition("/")[0] + "/")

    def child(self, name: str) -> Url:
        """What is called so below it, which is a folder."""
        return Url(f"{self.whole.rstrip('/')}/{name}")

    def hidden(self, text: str) -> str:
        """``text``, such as an error's, without this URL's credentials, and without any other's."""
        return without_secrets(text.replace(self.whole, str(self)))

    @property
    def has_secrets(self) -> bool:
        """Whether more is needed to open it than is shown."""
        return str(self) != self.whole


Place: TypeAlias = Path | Url
"""Where a clip lies, as it was given. Both have ``name``, ``stem`` and ``suffix``."""


def is_url(text: str) -> bool:
    """Whether it begins like one: ``s3://…``."""
    return _SCHEME.fullmatch(text) is not None


def place_of(given: str | Path | Url) -> Place:
    """A path or a URL, whichever was given. ``file://`` is a path, percent-decoded as
    ``Path.as_uri`` encodes it. Raises UsageError for one of another host."""
    if not isinstance(given, str):
        return given
    found = _SCHEME.fullmatch(given)
    if found is None:
        return Path(given)
    if found[1].lower() != "file":
        return Url(given)
    host, slash, path = found[2].partition("/")
    if host not in ("", "localhost") or not slash:
        raise UsageError(f"{given}: write file:///folder/clip.mp4, of this machine")
    return Path("/" + unquote(path, errors="surrogateescape"))


def without_secrets(text: str) -> str:
    """``text``, a URL or a line that has some, with each as it may be shown."""
    option, equals, word = text.partition("=") if text.startswith("-") else ("", "", text)
    if is_url(word) and "::" not in word:  # one with spaces too
        return f"{option}{equals}{Url(word)}"

    def shown(found: re.Match[str]) -> str:
        try:
            return str(Url(found[0]))
        except UsageError:
            return found[0].partition("://")[0] + "://…"

    return _IN_TEXT.sub(shown, text)


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    user: str
    host: str
    path: str
    marks: str


def _parts(whole: str) -> _Parts:
    """What may be shown of it. Only the web's URLs have queries and fragments: elsewhere ``?`` and
    ``#`` are characters of a name."""
    found = _SCHEME.fullmatch(whole)
    assert found is not None
    scheme, rest = found[1].lower(), found[2]
    marks = ""
    if scheme in _WEB:
        rest, _, query = rest.partition("#")[0].partition("?")
        marks = _asked(query)
    place, slash, path = rest.partition("/")
    login, _, host = place.rpartition("@")
    # `container@account` of Azure and the user of an SFTP server are no secrets; a web's may be.
    user = "" if scheme in _WEB else login.partition(":")[0]
    return _Parts(scheme, user, host, slash + path, marks)


def _asked(query: str) -> str:
    """What tells two queries apart, in place of what they say: any of it may be a secret. What
    signs them differs each time, and tells nothing."""
    asked = [pair for pair in parse_qsl(query, keep_blank_values=True) if not _signs(pair[0])]
    if not asked:
        return ""
    return "?" + hashlib.sha256(repr(asked).encode("utf-8", "surrogatepass")).hexdigest()[:6]


def _signs(name: str) -> bool:
    return _SIGNS.fullmatch(name) is not None
