"""A folder on this machine, and the URL to which its finished files go.

What was put there or taken from there is noted beside the files, with their content and what the
store then said of it: what has not changed since, on either side, is not sent again.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from platform import node
from typing import IO

from render.errors import Hint, OutputError, UsageError
from render.files.digest import digest_of
from render.files.journal import COPIES, STATE, Journal
from render.files.names import leads_below
from render.files.results_file import NAME as RESULTS
from render.files.results_file import written
from render.files.temporary import beside, remove_tree
from render.storage.store import Store, Stored, explained, stored, worth_another
from render.storage.transfers import Moved
from render.storage.url import Url

AT_ONCE = 4
FOLDER = "outputs"
"""Below a cache: where files are made that go to URLs."""

_NOTES = "published.jsonl"
_LOCK = "sending.lock"
_UNDER_WAY = ".render-upload-"
# Here a file is there once it is whole; elsewhere it is sent under another name and then renamed.
_WHOLE = frozenset(("s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "oci", "oss"))
_READ_ONLY = frozenset(("http", "https"))
# Of ours wherever there are results of ours.
_PAGES = frozenset((RESULTS, "index.html", "choice.json"))


@dataclass(frozen=True, slots=True)
class _Note:
    size: int
    digest: str
    mark: str


def work_folder(cache: Path, url: Url) -> Path:
    """Where what goes to ``url``, a folder, is made."""
    key = hashlib.sha256(str(url).rstrip("/").encode("utf-8", "surrogatepass")).hexdigest()
    return cache / FOLDER / key[:32]


class PublishedFolder:
    """``folder`` and ``url``. Its calls raise OutputError for what the store refuses.

    Of one folder one run may be at work at a time; several threads may put and take.
    """

    def __init__(self, url: Url, folder: Path) -> None:
        """Raises UsageError for a store that is not known, or takes no files."""
        if url.scheme in _READ_ONLY:
            raise UsageError(
                f"{url}: nothing can be written to {url.scheme}://; take another store"
            )
        self.url, self.folder = url, folder
        self._store = Store.of(url)
        self._journal = Journal(folder / STATE / _NOTES)
        self._notes = _read(self._journal, str(url))
        self._begun = _begun(self._journal, str(url))
        self._there: dict[str, Stored] = {}
        self._ours: set[str] = set()
        own = f"{node()} {folder.absolute()}".encode("utf-8", "surrogateescape")
        self._of_here = f"{_UNDER_WAY}{hashlib.sha256(own).hexdigest()[:12]}-"
        self._under_way = self._of_here + secrets.token_hex(4)
        self._lock: IO[bytes] | None = None
        self._is_alone = False

    def look(self) -> None:
        """See what is there, and remove what a killed run of here has left half-sent."""
        files, alone = self._store.files, self._alone()
        self._is_alone = alone
        # Another run here may have sent more since.
        self._notes = _read(self._journal, str(self.url))
        self._begun = _begun(self._journal, str(self.url))
        with explained(self.url, OutputError):
            files.invalidate_cache()
            try:
                found = files.ls(self._store.path, detail=True)
            except FileNotFoundError:
                found = []
            for info in found:
                name = str(info["name"]).rstrip("/").rpartition("/")[2]
                if name.startswith(self._of_here):
                    if alone:
                        files.rm_file(info["name"])
                elif info["type"] != "directory":
                    self._there[name] = stored(info)

    def close(self) -> None:
        """Let other runs of this machine know that this one is through."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def take_results(self) -> bool:
        """Bring ``results.json`` here where another machine has written it since; whether it has.
        Raises UsageError where there are others here that never went there."""
        if RESULTS not in self._there:
            return False
        # Beside another run here, which is at work on those that are here, and sends them.
        if self._same_there(RESULTS) or (not self._is_alone and RESULTS in self._notes):
            self._know()
            return False
        with self._arriving(RESULTS) as (temporary, note):
            here = self.folder / RESULTS
            if here.is_file() and digest_of(here, OutputError) == note.digest:
                changed = False
            elif here.is_file() and RESULTS not in self._notes:
                raise UsageError(
                    f"{self.url}: holds results already, and {self.folder} holds others; choose "
                    "another place for either"
                )
            else:
                # What is noted there is about the results before; all else is made from these.
                Journal.of(self.folder).path.unlink(missing_ok=True)
                temporary.replace(here)
                changed = True
        self._note(RESULTS, note)
        self._know()
        return changed

    def adopt(self, name: str, begins: bytes) -> None:
        """Take a file that is there for ours, if it begins so. Raises OutputError if not."""
        if name not in self._there or name in self._notes:
            return
        with self._arriving(name) as (temporary, note), temporary.open("rb") as file:
            if not begins.startswith(file.read(len(begins))):
                raise OutputError(
                    f"{self.url.child(name)}: exists already, and render did not write it; choose "
                    "another place"
                )
        self._note(name, note)

    def missing(self, names: Iterable[str], but: Collection[str] = ()) -> list[str]:
        """Which of ``names``, and of what the results name, are there and not here, or are others
        here than there; none of ``but``, which are made anew."""
        listed = self._listed()
        wanted = dict.fromkeys([*names, *sorted(listed)])
        found = [name for name in wanted if name in self._there and name not in but]
        return [name for name in found if not self._here(name, listed)]

    def take(self, name: str, moved: Moved) -> Path:
        """Bring a file here."""
        if not leads_below(name):
            raise OutputError(f"{self.url}: {name!r} is not in its folder")
        with self._arriving(name, moved) as (temporary, note):
            temporary.replace(self.folder / name)
        self._note(name, note)
        return self.folder / name

    def put(self, name: str, moved: Moved, *, force: bool = False) -> bool:
        """Send a file; False where it is there already. It appears whole or not at all.

        Raises OutputError also for a file that is there and is not ours, without ``force``.
        """
        path, url = self.folder / name, self.url.child(name)
        digest, size = digest_of(path, OutputError), path.stat().st_size
        known = self._notes.get(name)
        if known is not None and known.digest == digest and self._same_there(name):
            return False
        if known is None and not force and self._is_foreign(name):
            raise OutputError(
                f"{url}: exists already, and nothing says that render made it", hint=Hint.OVERWRITE
            )
        # A kill may come after the store has it and before we have noted that.
        self._journal.append({"kind": "sending", "url": str(self.url), "name": name, "size": size})
        with explained(url, OutputError):
            try:
                self._send(path, name, moved)
            except Exception as error:
                moved.check()
                if not worth_another(url, error):
                    raise
                self._send(path, name, moved)  # once more
            target = Store(url, self._store.files, self._path(name)).stored()
        if target.size not in (None, size):
            raise OutputError(f"{url}: {target.size} of {size} bytes came", transient=True)
        self._there[name] = target
        self._note(name, _Note(size, digest, target.mark))
        return True

    def _is_foreign(self, name: str) -> bool:
        """Whether what is there is another's. Ours is what results of ours name, and what a killed
        run of here was sending, if it is as long."""
        there = self._there.get(name)
        if there is None or name in self._ours:
            return False
        return name not in self._begun or there.size not in (None, self._begun[name])

    def not_sent(self) -> list[str]:
        """Files here that never went there as they are. Asks no store."""
        return _not_sent(self.folder, self._notes)

    def _alone(self) -> bool:
        """Whether no other run of this machine sends from here; until this one is through, none
        that begins is. Where there are no locks nobody knows."""
        path = self.folder / STATE / _LOCK
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lock = self._lock = path.open("ab")
        except OSError as error:
            raise OutputError(f"{path}: cannot be written ({error.strerror or error})") from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            fcntl.flock(lock, fcntl.LOCK_SH)
            return False
        except OSError:
            return False
        fcntl.flock(lock, fcntl.LOCK_SH)
        return True

    def _send(self, path: Path, name: str, moved: Moved) -> None:
        files, target = self._store.files, self._path(name)
        if self.url.scheme in _WHOLE:
            files.put_file(str(path), target, callback=moved.callback())
            return
        files.makedirs(self._store.path, exist_ok=True)
        hashed = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:12]
        under_way = self._path(f"{self._under_way}-{hashed}")
        try:
            files.put_file(str(path), under_way, callback=moved.callback())
            files.mv(under_way, target)
        except BaseException:
            with contextlib.suppress(Exception):  # what went wrong before is what is told
                files.rm_file(under_way)
            raise

    @contextlib.contextmanager
    def _arriving(self, name: str, moved: Moved | None = None) -> Iterator[tuple[Path, _Note]]:
        there, url = self._there[name], self.url.child(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        with beside(self.folder, Path(name).suffix, OutputError) as temporary:
            with explained(url, OutputError):
                words = {} if moved is None else {"callback": moved.callback()}
                self._store.files.get_file(self._path(name), str(temporary), **words)
                size = temporary.stat().st_size
            if there.size not in (None, size):
                raise OutputError(f"{url}: {size} of {there.size} bytes came", transient=True)
            yield temporary, _Note(size, digest_of(temporary, OutputError), there.mark)

    def _path(self, name: str) -> str:
        return f"{self._store.path.rstrip('/')}/{name}"

    def _same_there(self, name: str) -> bool:
        """Whether what is there is what was noted last."""
        known, there = self._notes.get(name), self._there.get(name)
        return known is not None and there is not None and bool(there.mark) and (
            known.mark == there.mark
        )  # fmt: skip

    def _here(self, name: str, listed: set[str]) -> bool:
        if not (self.folder / name).exists():
            return False
        # Made here and never sent; or another machine's has taken its place there.
        return name not in self._notes or name not in listed or self._same_there(name)

    def _know(self) -> None:
        """With results of ours there, what they name is ours too."""
        self._ours = self._listed() | _PAGES

    def _listed(self) -> set[str]:
        """What the results here name, of what lies directly beside them."""
        return {path.name for path in written(self.folder) if path.parent == self.folder}

    def _note(self, name: str, note: _Note) -> None:
        self._notes[name] = note
        told = {"size": note.size, "digest": note.digest, "mark": note.mark}
        self._journal.append({"kind": "there", "url": str(self.url), "name": name, **told})


@dataclass(frozen=True, slots=True)
class KeptOutputs:
    """What lies here of outputs that go to ``url``, as it may be shown."""

    folder: Path
    url: str
    bytes: int
    waiting: int

    def remove(self) -> str:
        """Remove it; or say why it stays."""
        if self.waiting:
            files = "1 file has" if self.waiting == 1 else f"{self.waiting} files have"
            return f"{files} not gone there; give its command again, or remove the folder"
        try:
            with (self.folder / STATE / _LOCK).open("ab") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                remove_tree(self.folder)
        except OSError:
            return "a run is at work on it"
        return ""


def kept_outputs(cache: Path) -> Iterator[KeptOutputs]:
    """Each URL's that outputs went to from here."""
    folders = (cache / FOLDER).glob("*") if (cache / FOLDER).is_dir() else ()
    for folder in sorted(folders):
        url = _url_of(Journal(folder / STATE / _NOTES))
        there = [path for path in folder.rglob("*") if path.is_file()]
        total = sum(path.stat().st_size for path in there)
        # A batch's rows have folders, and notes, of their own.
        places = [folder, *(path for path in folder.iterdir() if path.is_dir())]
        waiting = sum(_waiting(place) for place in places if place.name != STATE)
        yield KeptOutputs(folder, url or "a URL", total, waiting)


def _waiting(folder: Path) -> int:
    """How many of its files, and of previews that are begun, have not gone where they go."""
    journal = Journal(folder / STATE / _NOTES)
    begun = [path for path in (folder / STATE).glob("*") if path.is_dir() and path.name != COPIES]
    return len(begun) + len(_not_sent(folder, _read(journal, _url_of(journal))))


def _url_of(journal: Journal) -> str:
    urls = [str(entry.get("url")) for entry in journal.read()[0] if entry["kind"] == "there"]
    return urls[-1] if urls else ""


def _not_sent(folder: Path, notes: Mapping[str, _Note]) -> list[str]:
    """Files here that never went there as they are."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or not path.is_file():
            continue
        known = notes.get(path.name)
        if known is None or known.digest != digest_of(path, OutputError):
            found.append(path.name)
    return found


def _read(journal: Journal, url: str) -> dict[str, _Note]:
    found = {}
    for entry in journal.read()[0]:
        if entry["kind"] == "there" and entry.get("url") == url:
            with contextlib.suppress(KeyError, TypeError, ValueError):  # sent again, at worst
                note = _Note(int(entry["size"]), str(entry["digest"]), str(entry["mark"]))
                found[str(entry["name"])] = note
    return found


def _begun(journal: Journal, url: str) -> dict[str, int]:
    """The size of each file whose sending began, by name."""
    found = {}
    for entry in journal.read()[0]:
        if entry["kind"] == "sending" and entry.get("url") == url:
            with contextlib.suppress(KeyError, TypeError, ValueError):  # then it is not ours
                found[str(entry["name"])] = int(entry["size"])
    return found
