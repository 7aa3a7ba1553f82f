"""What stands on a disk while something writes to it: what a kill would leave at any moment, and what a power failure.

A process that is killed leaves what every other process saw at that moment; so the folder is looked at before each
call that changes something, and in the middle of each write. Of a power failure is known only what was flushed: the
content of a file by `fsync` of it, a name by `fsync` of its folder. All else may be lost (`strict`), or the names may
be there and the contents not (`loose`: file systems with a journal keep names in order).
"""

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline.workflow import files
from pipeline.workflow.folder import LOCK

CHANGES = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.link", "os.symlink", "os.chmod"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
State = dict[str, bytes]  # content by path


class Disk:
    """A folder that is watched.

    Attributes:
        calls: every call that was made.
        kills, strict, loose: what would have been left at some call, each state once.
        last: the strict state after the last call.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.calls: list[str] = []
        self.kills: list[State] = []
        self.strict: list[State] = []
        self.loose: list[State] = []
        self.last: State = {}
        self._seen: set[tuple[str, frozenset]] = set()
        self._same: dict[bytes, bytes] = {}
        self._open: dict[int, int] = {}  # what is looked at stays open, so that no number is given to another file
        self._names, self._contents = self._look()  # what is there to stay: names by folder, contents by file

    def moment(self, call: str) -> None:
        """Note what would be left, were this call the one that is not made."""
        self.calls.append(call)
        names, contents = self._look()
        self._note("kills", self.kills, names, contents)
        self.last = self._note("strict", self.strict, self._names, self._contents)
        self._note("loose", self.loose, names, self._contents)

    def flushed(self, handle: int) -> None:
        """Note that a file or a folder is there to stay."""
        found = os.fstat(handle)
        names, contents = self._look()
        if stat.S_ISDIR(found.st_mode):
            self._names[found.st_ino] = names[found.st_ino]
        else:
            self._contents[found.st_ino] = contents[found.st_ino]

    def close(self) -> None:
        for handle in self._open.values():
            os.close(handle)

    def _look(self) -> tuple[dict[int, dict[str, int]], dict[int, bytes]]:
        names: dict[int, dict[str, int]] = {}
        contents: dict[int, bytes] = {}
        folders = [(self.root.stat().st_ino, str(self.root))]
        for number, folder in folders:
            names[number] = {}
            for entry in os.scandir(folder):
                if entry.name == LOCK:
                    continue
                inner = names[number][entry.name] = entry.inode()
                if inner not in self._open:
                    self._open[inner] = os.open(entry.path, os.O_RDONLY)
                if entry.is_dir(follow_symlinks=False):
                    folders.append((inner, entry.path))
                else:
                    data = os.pread(self._open[inner], entry.stat().st_size, 0)
                    contents[inner] = self._same.setdefault(data, data)
        return names, contents

    def _note(
        self, kind: str, kept: list[State], names: dict[int, dict[str, int]], contents: dict[int, bytes]
    ) -> State:
        state = dict(self._tree(self.root.stat().st_ino, "", names, contents))
        key = (kind, frozenset((path, id(data)) for path, data in state.items()))
        if key not in self._seen:
            self._seen.add(key)
            kept.append(state)
        return state

    def _tree(
        self, folder: int, above: str, names: dict[int, dict[str, int]], contents: dict[int, bytes]
    ) -> Iterator[tuple[str, bytes]]:
        for name, number in names.get(folder, {}).items():
            if stat.S_ISDIR(os.fstat(self._open[number]).st_mode):
                yield from self._tree(number, f"{above}{name}/", names, contents)
            else:
                yield f"{above}{name}", contents.get(number, b"")


class _Torn:
    """A stream that stops in the middle of each piece."""

    def __init__(self, stream, disk: Disk) -> None:
        self._stream, self._disk = stream, disk

    def write(self, data: bytes) -> None:
        for part in (data[: len(data) // 2], data[len(data) // 2 :]):
            self._stream.write(part)
            self._stream.flush()
            self._disk.moment("write")

    def __getattr__(self, name: str):
        return getattr(self._stream, name)


_watched: list[Disk] = []


def _heard(event: str, arguments: tuple) -> None:
    if _watched and (event in CHANGES or (event == "open" and (arguments[2] or 0) & WRITES)):
        _watched[0].moment(event)


sys.addaudithook(_heard)  # Python tells it of every such call, whoever makes it; it cannot be taken away again


@contextmanager
def watching(root: Path) -> Iterator[Disk]:
    """Look at a folder at every call that changes something on the disk."""
    disk = Disk(root)
    fsync, fill = os.fsync, files._fill

    def flush(handle: int) -> None:
        disk.moment("fsync")
        fsync(handle)
        disk.flushed(handle)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", flush)
        patch.setattr(files, "_fill", lambda stream, *rest: fill(_Torn(stream, disk), *rest))
        _watched.append(disk)
        try:
            yield disk
        finally:
            _watched.clear()
            disk.moment("end")
            disk.close()


def lay_out(root: Path, state: State) -> Path:
    """Write a state down as a folder."""
    for path, data in state.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return root


def tree(root: Path) -> State:
    """Read every file below a folder, by path; the lock apart."""
    found = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name != LOCK}
