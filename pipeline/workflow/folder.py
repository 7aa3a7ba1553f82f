"""The review folder: its only reader and writer.

A file is *given* (a person's: created once by the program, then never touched), *history* (dated, created once) or
*derived* (rebuilt at will, all below outputs/). What a run writes is one transaction: its files wait in a folder of
their own, and are moved to their places once the whole run has succeeded. A list of the moves is written first, so
that a run killed among them is finished by the next one. Only the pages of a search go to their place at once: they
were paid for.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TypeVar

from filelock import FileLock, Timeout

from pipeline.errors import Fault, FormatError, FormError, LockError, ProtocolError, ReviewError
from pipeline.records.tables import merge_conflict
from pipeline.workflow import files, moves, obstacles, patterns
from pipeline.workflow.moves import GONE

PROTOCOL = "workflow.yaml"
OUTPUTS = "outputs"
LOCK = ".living-review.lock"
STAGED = ".living-review.staged"
MOVES = "moves.json"
_LIST = f"{STAGED}/{MOVES}"
# Where people's files and history lie.
_ROOMS = ("queries", "screening", "deduplication", "extraction", "reconsider", "versions")
_LONGEST_NAME = 255  # bytes. Source: ext4, XFS, Btrfs; NTFS and APFS take as many UTF-16 units or characters

_T = TypeVar("_T")


class ReviewFolder:
    """`workflow.yaml` and what stands beside it. Paths are relative, with forward slashes."""

    def __init__(self, root: Path) -> None:
        """Open a review folder.

        Raises:
            ProtocolError: there is no workflow.yaml in it.
        """
        self.root = root.resolve()
        self._staged: dict[str, str] | None = None
        self._names = count()
        self._watched: set[str] = set()
        self._digests: dict[Path, tuple[tuple[int, int, int], str]] = {}
        self._values: dict[str, tuple[dict[str, str], object, Any]] = {}
        if not (self.root / PROTOCOL).is_file():
            what = f"there is no {PROTOCOL} in {str(root)!r}, so it is no review folder"
            remedy = "Name the folder of your review, or make a new one with 'living-review init DIR'."
            raise ProtocolError(Fault(what=what, remedy=remedy))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every other run out of the folder, and finish what a run that was killed among its last writes left.

        Raises:
            LockError: another run is at work; it frees the lock even when it is killed.
            ReviewError: the folder cannot be locked, or what was left cannot be finished.
        """
        if found := [*obstacles.links(self.root, (LOCK, STAGED))]:
            raise ProtocolError(found)
        try:
            lock = FileLock(self.root / LOCK).acquire(timeout=0)
        except Timeout as error:
            remedy = "Wait until it has ended, then run again."
            raise LockError(Fault(what="another run is at work in this review folder", remedy=remedy)) from error
        except (OSError, NotImplementedError) as error:
            what = f"the folder cannot be locked ({getattr(error, 'strerror', None) or error})"
            remedy = "Make the folder writable, or put it on a disk that knows locks."
            raise ReviewError(Fault(what=what, file=str(self.root), remedy=remedy)) from error
        with lock:
            self._finish_moves()
            if found := [*obstacles.closed(self.root, _ROOMS)]:
                raise ReviewError(found)
            yield

    def path(self, relative: str) -> Path:
        """Find the place of a file inside the folder.

        Raises:
            ProtocolError: the path is absolute, leads out of the folder, or is one that no disk takes.
        """
        if "\0" in relative or any(len(os.fsencode(name)) > _LONGEST_NAME for name in relative.split("/")):
            what = f"{relative!r} cannot be the path of a file"
            raise ProtocolError(Fault(what=what, accepted=f"names of up to {_LONGEST_NAME} bytes, without NUL"))
        pure = PurePosixPath(relative.replace("\\", "/"))
        place = self.root.joinpath(*pure.parts)
        outside = pure.is_absolute() or ":" in pure.parts[0] if pure.parts else True
        if outside or not place.resolve().is_relative_to(self.root):
            what = f"the path {relative!r} leads out of the review folder"
            raise ProtocolError(Fault(what=what, accepted="a path below the folder, with forward slashes"))
        return place

    def has(self, relative: str) -> bool:
        """Say whether there is such a file."""
        return self._place(relative).is_file()

    def read(self, relative: str) -> bytes:
        """Read a file whole.

        Raises:
            ReviewError: it is not there or cannot be read, or is derived, and a run was killed while it moved such
                files: some are older than others.
        """
        self._refuse_half(relative)
        try:
            return self._place(relative).read_bytes()
        except OSError as error:
            raise ReviewError(obstacles.cannot_read(error, relative)) from error

    def stream(self, relative: str) -> BinaryIO:
        """Open a file to be read piece by piece; whoever asks closes it.

        Raises:
            ReviewError: as `read`.
        """
        self._refuse_half(relative)
        try:
            return self._place(relative).open("rb")
        except OSError as error:
            raise ReviewError(obstacles.cannot_read(error, relative)) from error

    def size(self, relative: str) -> int:
        """Return how many bytes a file has."""
        return self._place(relative).stat().st_size

    def spool(self) -> files.Spool:
        """Make room on the disk for what is too much for the memory; it is gone when it is closed."""
        return files.Spool(self.root / STAGED)

    def files(self, paths: Iterable[str], *, below: str = "") -> Mapping[str, bytes]:
        """Return files by their path below a folder; each is read when it is asked for, and not kept."""
        return _Files(self, {path.removeprefix(f"{below}/"): path for path in paths})

    def text(self, relative: str) -> str:
        """Read a text file in UTF-8, with or without a byte order mark.

        Raises:
            FormatError: it is not UTF-8, or holds the marks of a git merge conflict.
        """
        data = self.read(relative)
        try:
            text = data.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            what = f"the byte {data[error.start : error.start + 1]!r} is not UTF-8"
            raise FormatError(Fault(what=what, file=relative, line=line, remedy="Save the file as UTF-8.")) from error
        if conflict := merge_conflict(text, file=relative, prose=True):
            raise FormatError(conflict)
        return text

    def list(self, pattern: str) -> tuple[str, ...]:
        """List the files that match a glob pattern, sorted; what an open spreadsheet leaves beside them is no file.

        Raises:
            FormError: a folder has the name of a table, whose rows would be missed without a word.
        """
        places = list(self.root.glob(pattern))
        found = {place.relative_to(self.root).as_posix() for place in places if place.is_file()}
        if "**" not in pattern and (faults := [*obstacles.folders(self.root, places)]):
            raise FormError(faults)
        for relative, staged in (self._staged or {}).items():
            if staged == GONE:
                found.discard(relative)
            elif patterns.matches(relative, pattern):
                found.add(relative)
        return tuple(sorted(path for path in found if not patterns.is_leftover(path)))

    def digest(self, relative: str) -> str:
        """Return the sha256 of a file, as 64 hex digits; one that did not change is read once in this process."""
        place = self._place(relative)
        try:
            found = place.stat()
            state = (found.st_ino, found.st_size, found.st_mtime_ns)
            if place not in self._digests or self._digests[place][0] != state:
                self._digests[place] = (state, _sha256(place))
        except OSError as error:
            raise ReviewError(obstacles.cannot_read(error, relative)) from error
        return self._digests[place][1]

    def free(self, before: str, after: str, mark: str = "_{}") -> str:
        """Return the first path, between what stands before and after a number, at which nothing is.

        Args:
            before: begins the path.
            after: ends it.
            mark: how the number is written; the first path has none, the second 2.
        """
        paths = (f"{before}{'' if n == 1 else mark.format(n)}{after}" for n in count(1))
        return next(path for path in paths if not self.has(path))

    def value(self, name: str, paths: Iterable[str], basis: object, make: Callable[[], _T]) -> _T:
        """Return what is made of these files and of this basis: made anew only if one of them changed.

        Args:
            name: of the value; one of each name is kept.
            paths: every file that it is made of.
            basis: what else it is made of: the settings, which a run reads once, or another such value; compared by
                identity.
            make: makes it; it must not be changed by anybody afterwards.
        """
        seen = {path: self.digest(path) for path in paths}
        known = self._values.pop(name, None)
        if known is None or known[0] != seen or known[1] is not basis:
            known = None  # so that never two of one name are in memory
            known = (seen, basis, make())
        self._values[name] = known
        made: _T = known[2]
        return made

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold back every file that is created or derived until the end; after an error none of them is there.

        One that begins inside another is part of it.
        """
        if self._staged is not None:
            yield
            return
        self._staged = {}
        try:
            yield
            self._commit(self._staged)
        finally:
            self._staged = None
            if not (self.root / _LIST).exists():  # else the next run finishes the moves
                shutil.rmtree(self.root / STAGED, ignore_errors=True)

    @contextmanager
    def watched(self) -> Iterator[set[str]]:
        """Note which derived files are written, changed or not, from here to the end."""
        self._watched = set()
        yield self._watched

    def create(self, relative: str, data: bytes | Iterable[bytes]) -> None:
        """Create a given or a history file, whole or piece by piece.

        Raises:
            ReviewError: it exists already, and such a file is never touched again.
        """
        self._refuse_existing(relative)
        self._write(relative, (data,) if isinstance(data, bytes) else data)

    def keep(self, relative: str, data: bytes) -> None:
        """Create a history file at once, whatever becomes of the run.

        Raises:
            ReviewError: it exists already.
        """
        self._refuse_existing(relative)
        staged = self.root / STAGED / str(next(self._names))
        files.prepare(staged, (data,), known_as=relative)
        files.move(staged, self.path(relative), known_as=relative)
        files.settle([self.path(relative).parent])

    def abandon(self, place: str, name: str = "") -> None:
        """Remove what a search that was broken off left in its folder, all of it or one file; history stays.

        Raises:
            ReviewError: the search was finished.
        """
        target = self.path(f"{place}/{name}" if name else place)
        self._check_unfinished(place)
        if name:
            files.remove(target, known_as=f"{place}/{name}")
        else:
            shutil.rmtree(target, ignore_errors=True)
        files.settle([target.parent])

    def take_up(self, place: str, new: str) -> None:
        """Give the folder of a search that was broken off another name, to go on in it; history stays.

        Raises:
            ReviewError: one of the searches was finished.
        """
        self._check_unfinished(place)
        self.abandon(new)
        files.move(self.path(place), self.path(new), known_as=place)
        files.settle([self.path(place).parent])

    def _check_unfinished(self, place: str) -> None:
        if not place.startswith("queries/runs/") or self.path(f"{place}/run.json").exists():
            raise ReviewError(Fault(what="is history and is not to be changed", file=place))

    def derive(self, relative: str, data: bytes | Iterable[bytes]) -> None:
        """Write a derived file, whole or piece by piece, unless it already holds these bytes."""
        self._watched.add(f"{OUTPUTS}/{relative}")
        self._write(f"{OUTPUTS}/{relative}", (data,) if isinstance(data, bytes) else data)

    def drop(self, relative: str) -> None:
        """Remove a derived file that nothing makes any more."""
        if self._staged is None:
            with self.transaction():
                self.drop(relative)
        else:
            self._staged[f"{OUTPUTS}/{relative}"] = GONE

    def _place(self, relative: str) -> Path:
        """Find where a file is now: among the staged ones, or at its place."""
        staged = (self._staged or {}).get(relative)
        if staged is None:
            return self.path(relative)
        return self.root / STAGED / (staged or "removed")

    def _refuse_half(self, relative: str) -> None:
        if relative.startswith(f"{OUTPUTS}/") and self._staged is None and (self.root / _LIST).exists():
            what = "a run is at its last writes, or was broken off among them, so that outputs/ is half old, half new"
            raise ReviewError(Fault(what=what, remedy="Run 'living-review run': it finishes them."))

    def _refuse_existing(self, relative: str) -> None:
        if self.path(relative).exists() or relative in (self._staged or {}):
            raise ReviewError(Fault(what=obstacles.NOT_OURS, file=relative, remedy=obstacles.AWAY))

    def _write(self, relative: str, pieces: Iterable[bytes]) -> None:
        if self._staged is None:
            with self.transaction():
                self._write(relative, pieces)
            return
        place = self.path(relative)
        name = str(next(self._names))
        staged = self.root / STAGED / name
        files.prepare(staged, pieces, known_as=relative)
        same = place.is_file() and place.stat().st_size == staged.stat().st_size and _sha256(place) == _sha256(staged)
        if same:
            staged.unlink()
            self._staged.pop(relative, None)
        else:
            self._staged[relative] = name

    def _commit(self, staged: dict[str, str]) -> None:
        if staged:
            if found := [*obstacles.in_the_way(self.root, staged, derived=f"{OUTPUTS}/")]:
                raise ReviewError(found)
            files.settle([self.root / STAGED])
            files.write(self.root / STAGED / MOVES, moves.write(staged))
            self._finish_moves()

    def _finish_moves(self) -> None:
        """Move staged files to their places if their list is complete, else forget them; only under the lock.

        The list goes once every name that it moved is on the disk to stay.
        """
        room = self.root / STAGED
        if (room / MOVES).is_file():
            listed = moves.read((room / MOVES).read_bytes(), file=_LIST, room=STAGED, derived=f"{OUTPUTS}/")
            faults: list[Fault] = []
            for relative, name in listed.items():
                try:
                    self._finish_move(relative, name)
                except ReviewError as error:
                    faults.extend(error.faults)
            if faults:
                raise ReviewError(faults)
            files.settle(self.path(relative).parent for relative in listed)
            files.remove(room / MOVES, known_as=_LIST)
            files.settle([room])
        shutil.rmtree(room, ignore_errors=True)

    def _finish_move(self, relative: str, name: str) -> None:
        place, staged = self.path(relative), self.root / STAGED / name
        if name == GONE:
            files.remove(place, known_as=relative)
        elif staged.is_file():
            if place.exists() and not relative.startswith(f"{OUTPUTS}/") and _sha256(place) != _sha256(staged):
                raise ReviewError(Fault(what=obstacles.NOT_OURS, file=relative, remedy=obstacles.AWAY))
            files.move(staged, place, known_as=relative)


class _Files(Mapping[str, bytes]):
    """Files by name, each read when it is asked for."""

    def __init__(self, folder: ReviewFolder, paths: Mapping[str, str]) -> None:
        self._folder, self._paths = folder, paths

    def __getitem__(self, name: str) -> bytes:
        return self._folder.read(self._paths[name])

    def __contains__(self, name: object) -> bool:
        return name in self._paths

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _sha256(place: Path) -> str:
    with place.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
