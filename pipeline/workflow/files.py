"""How a file gets onto the disk: whole or not at all, and there to stay.

A file is written beside its place, flushed to the disk and moved over. Whatever kills the process, the reader finds
the old file or the new one, never a half. A name is there to stay only once its folder has been flushed, too: else a
power failure could keep the second of two changes and lose the first.
"""

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Self

from pipeline.errors import Fault, ReviewError

TEMPORARY = ".living-review-"  # how the name of an unfinished file begins
# What file systems answer that know no flush of a folder: some of networks and of shared folders of virtual machines.
_UNKNOWN = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})


def write(path: Path, data: bytes, *, known_as: str = "") -> None:
    """Write `data` to `path` atomically; folders are made as needed. Errors name it as `known_as`.

    Raises:
        ReviewError: the disk is full, the folder read-only, or a file stands where a folder must; nothing changed.
    """
    write_pieces(path, (data,), known_as=known_as)


def write_pieces(path: Path, pieces: Iterable[bytes], *, known_as: str = "") -> None:
    """Write pieces to `path` atomically, holding one at a time; what the pieces raise goes through.

    Raises:
        ReviewError: as `write`.
    """
    known_as = known_as or str(path)
    with _said(known_as):
        _make(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    try:
        _fill(os.fdopen(handle, "wb"), pieces, known_as)
        with _said(known_as):
            _share(Path(temporary))
            os.replace(temporary, path)  # noqa: PTH105 - Path.replace is the same call
            _settle(path.parent)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108 - gone already if all went well


def prepare(path: Path, pieces: Iterable[bytes], *, known_as: str) -> None:
    """Write a file that `move` brings to its place once it is wanted there; half of it may stand until then.

    Raises:
        ReviewError: as `write`.
    """
    with _said(known_as):
        _make(path.parent)
        stream = path.open("wb")
    _fill(stream, pieces, known_as)


def move(source: Path, target: Path, *, known_as: str) -> None:
    """Move what is finished to its place on the same disk; folders are made as needed. `settle` its folder after it.

    Raises:
        ReviewError: as `write`; what is finished stays where it was.
    """
    with _said(known_as):
        _make(target.parent)
        os.replace(source, target)  # noqa: PTH105


def remove(path: Path, *, known_as: str) -> None:
    """Remove a file, if it is there. `settle` its folder after it.

    Raises:
        ReviewError: it cannot be removed.
    """
    with _said(known_as):
        path.unlink(missing_ok=True)


def settle(folders: Iterable[Path]) -> None:
    """Flush folders to the disk, each once, so that the names in them are there to stay; one that is gone is let be.

    Raises:
        ReviewError: one cannot be flushed.
    """
    for folder in sorted({*folders}):
        with _said(str(folder)), contextlib.suppress(FileNotFoundError):
            _settle(folder)


class Spool:
    """Lines that wait on the disk, since they might be too many for the memory: a file without a name."""

    def __init__(self, folder: Path) -> None:
        """Make the file in a folder; it is gone when it is closed, or the process killed.

        Raises:
            ReviewError: the folder cannot be written.
        """
        with _said(folder.name):
            folder.mkdir(parents=True, exist_ok=True)
            self._stream = tempfile.TemporaryFile(dir=folder, prefix=TEMPORARY)  # noqa: SIM115 - closed by __exit__
        self._name, self._size, self._reading = folder.name, 0, False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(OSError):  # a full disk was said before, and nothing here is needed any more
            self._stream.close()

    def add(self, line: bytes) -> int:
        """Add a line with its end, and return where it begins.

        Raises:
            ReviewError: the disk is full.
        """
        start = self._size
        with _said(self._name):
            if self._reading:
                self._stream.seek(start)
            self._stream.write(line)
        self._reading = False
        self._size += len(line)
        return start

    def line(self, start: int) -> bytes:
        """Return the line that begins at a place."""
        self._reading = True
        with _said(self._name):
            self._stream.seek(start)
            return self._stream.readline()

    def part(self, start: int, end: int) -> bytes:
        """Return all lines from one place to another."""
        self._reading = True
        with _said(self._name):
            self._stream.seek(start)
            return self._stream.read(end - start)


def read(path: Path) -> bytes:
    """Read a file whole.

    Raises:
        ReviewError: it is not there or cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise ReviewError(
            Fault(what=f"cannot be read ({error.strerror})", file=str(path), remedy="Check the path and its rights.")
        ) from error


@contextlib.contextmanager
def _said(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, PermissionError):
            remedy = "Close it in the program that has it open, or make its folder writable; then run again."
        else:
            remedy = "Free some space or make the folder writable, then run again."
        remedy += " What was there before is unharmed."
        raise ReviewError(Fault(what=f"cannot be written ({error.strerror})", file=path, remedy=remedy)) from error


def _fill(stream: IO[bytes], pieces: Iterable[bytes], known_as: str) -> None:
    """Write pieces to a new file, flush it to the disk, and close it."""
    try:
        for piece in pieces:
            with _said(known_as):
                stream.write(piece)
        with _said(known_as):
            stream.flush()
            os.fsync(stream.fileno())
    finally:
        with contextlib.suppress(OSError):  # closing tries again to write what a full disk did not take
            stream.close()


def _make(folder: Path) -> None:
    """Make a folder and those above it that are missing, each there to stay."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _settle(folder.parent)


def _share(path: Path) -> None:
    """Give a temporary file the rights that any new file has here; mkstemp makes it private."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def _settle(folder: Path) -> None:
    """Flush a folder's own entries, where the system can."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        except OSError as error:
            if error.errno not in _UNKNOWN:
                raise
        finally:
            os.close(handle)
