"""What stands in the way of a run: links, closed folders, and what a person put at the place of a file."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from pipeline.errors import Fault

NOT_OURS = "exists already and is not the program's to change"
AWAY = "Move it away, then run again."
_TABLES = (".csv", ".tsv", ".xlsx")  # what people fill in


def links(root: Path, names: Iterable[str]) -> Iterator[Fault]:
    """List links where the program writes its own files: what they lead to is not the review's."""
    for name in names:
        if (root / name).is_symlink():
            what = "is a link, and the program writes its own files here"
            yield Fault(what=what, file=name, remedy="Delete the link, then run again.")


def closed(root: Path, rooms: Iterable[str]) -> Iterator[Fault]:
    """List the folders that cannot be looked into: what is in them would be missed without a word."""
    errors: list[OSError] = []
    for room in rooms:
        if (root / room).is_dir():
            for _ in os.walk(root / room, onerror=errors.append):
                pass
    return (cannot_read(error, Path(error.filename).relative_to(root).as_posix()) for error in errors)


def folders(root: Path, places: Iterable[Path]) -> Iterator[Fault]:
    """List the folders that have the name of a table: their rows would be missed without a word."""
    remedy = "Put the file there, or give the folder another name."
    for place in sorted(places):
        if place.suffix.lower() in _TABLES and place.is_dir():
            what = "is a folder, and a file is expected here"
            yield Fault(what=what, file=place.relative_to(root).as_posix(), remedy=remedy)


def in_the_way(root: Path, paths: Iterable[str], *, derived: str) -> Iterator[Fault]:
    """List what stands in the way of files that are to be written, each thing once, sorted.

    Args:
        root: the review folder.
        paths: of the files.
        derived: how the path of a derived file begins; no other is written where there is one.
    """
    found: dict[str, tuple[str, str]] = {}
    for path in paths:
        place = root / path
        if place.is_dir():
            found[path] = ("is a folder, and a file is to be written here", AWAY)
        elif place.exists() and not path.startswith(derived):
            found[path] = (NOT_OURS, AWAY)
        for above in PurePosixPath(path).parents:
            if (root / above).is_file():
                found[above.as_posix()] = ("is a file, and a folder is to be made here", AWAY)
            elif (root / above).is_dir() and not os.access(root / above, os.W_OK):
                what = "is a folder in which nothing can be written"
                found[above.as_posix()] = (what, "Make it writable, then run again.")
    return (Fault(what=what, file=path, remedy=remedy) for path, (what, remedy) in sorted(found.items()))


def cannot_read(error: OSError, path: str) -> Fault:
    """Say why something cannot be read; Windows refuses a file that another program holds open."""
    if isinstance(error, PermissionError):
        remedy = "Close it in the program that has it open, or give yourself the right to read it, and run again."
    elif path.startswith("outputs/"):
        remedy = "'living-review run' makes it: run that first."
    else:
        remedy = "Put the file there, or correct the path that names it."
    return Fault(what=f"cannot be read ({error.strerror})", file=path, remedy=remedy)
