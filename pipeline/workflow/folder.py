"""The review folder: its only reader and writer.

A file is *given* (a person's: created once by the program, then never touched), *history* (dated, created once) or
*derived* (rebuilt at will, all below outputs/). The three have three ways in; there is no fourth.
"""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from filelock import FileLock, Timeout

from pipeline.errors import Fault, FormatError, LockError, ProtocolError, ReviewError
from pipeline.workflow import files

PROTOCOL = "workflow.yaml"
OUTPUTS = "outputs"
LOCK = ".living-review.lock"
_ROOMS = ("queries", "screening", "deduplication", "extraction", "versions", OUTPUTS)
# What spreadsheets and systems leave beside a file that is open. Source: LibreOffice, Microsoft Office, macOS, Windows.
_LEFTOVERS = (".", "~$", "Thumbs.db", "desktop.ini")


class ReviewFolder:
    """`workflow.yaml` and what stands beside it. Paths are relative, with forward slashes."""

    def __init__(self, root: Path) -> None:
        """Open a review folder.

        Raises:
            ProtocolError: there is no workflow.yaml in it.
        """
        self.root = root.resolve()
        if not (self.root / PROTOCOL).is_file():
            what = f"there is no {PROTOCOL} in {str(root)!r}, so it is no review folder"
            remedy = "Name the folder of your review, or make a new one with 'living-review init DIR'."
            raise ProtocolError(Fault(what=what, remedy=remedy))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other run out of the folder.

        Raises:
            LockError: another run is at work; it frees the lock even when it is killed.
        """
        lock = FileLock(self.root / LOCK)
        try:
            with lock.acquire(timeout=0):
                self._clear_unfinished()
                yield
        except Timeout as error:
            remedy = "Wait until it has ended, then run again."
            raise LockError(Fault(what="another run is at work in this review folder", remedy=remedy)) from error
        except OSError as error:
            what = f"the folder cannot be locked ({error.strerror})"
            raise ReviewError(Fault(what=what, file=str(self.root), remedy="Make the folder writable.")) from error

    def path(self, relative: str) -> Path:
        """Find the place of a file inside the folder.

        Raises:
            ProtocolError: the path is absolute or leads out of the folder.
        """
        pure = PurePosixPath(relative.replace("\\", "/"))
        place = self.root.joinpath(*pure.parts)
        outside = pure.is_absolute() or ":" in pure.parts[0] if pure.parts else True
        if outside or not place.resolve().is_relative_to(self.root):
            what = f"the path {relative!r} leads out of the review folder"
            raise ProtocolError(Fault(what=what, accepted="a path below the folder, with forward slashes"))
        return place

    def has(self, relative: str) -> bool:
        """Say whether there is such a file."""
        return self.path(relative).is_file()

    def read(self, relative: str) -> bytes:
        """Read a file whole.

        Raises:
            ReviewError: it is not there or cannot be read.
        """
        place = self.path(relative)
        try:
            return place.read_bytes()
        except OSError as error:
            what = f"cannot be read ({error.strerror})"
            remedy = "Put the file there, or correct the path that names it."
            raise ReviewError(Fault(what=what, file=relative, remedy=remedy)) from error

    def text(self, relative: str) -> str:
        """Read a text file in UTF-8, with or without a byte order mark.

        Raises:
            FormatError: it is not UTF-8.
        """
        data = self.read(relative)
        try:
            return data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            what = f"the byte {data[error.start : error.start + 1]!r} is not UTF-8"
            raise FormatError(Fault(what=what, file=relative, line=line, remedy="Save the file as UTF-8.")) from error

    def list(self, pattern: str) -> tuple[str, ...]:
        """List the files that match a glob pattern, sorted; what an open spreadsheet leaves beside them is no file."""
        found = (place for place in self.root.glob(pattern) if place.is_file())
        kept = (place for place in found if not place.name.startswith(_LEFTOVERS))
        return tuple(sorted(place.relative_to(self.root).as_posix() for place in kept))

    def create(self, relative: str, data: bytes) -> None:
        """Create a given or a history file.

        Raises:
            ReviewError: it exists already, and such a file is never touched again.
        """
        place = self.path(relative)
        if place.exists():
            what = "exists already and is not the program's to change"
            raise ReviewError(Fault(what=what, file=relative, remedy="Move it away, then run again."))
        files.write(place, data)

    def derive(self, relative: str, data: bytes) -> None:
        """Write a derived file, unless it already holds these bytes."""
        place = self.path(f"{OUTPUTS}/{relative}")
        if not (place.is_file() and place.read_bytes() == data):
            files.write(place, data)

    def drop(self, relative: str) -> None:
        """Remove a derived file that nothing makes any more."""
        self.path(f"{OUTPUTS}/{relative}").unlink(missing_ok=True)

    def digest(self, relative: str) -> str:
        """Return the sha256 of a file, as 64 hex digits."""
        with self.path(relative).open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()

    def _clear_unfinished(self) -> None:
        """Remove what a killed run left half-written; only a run that holds the lock may."""
        for room in _ROOMS:
            for folder, _, names in os.walk(self.root / room):
                for name in names:
                    if name.startswith(files.TEMPORARY):
                        Path(folder, name).unlink(missing_ok=True)
