"""Which paths a pattern names, and which of them are no file of a review."""

from fnmatch import fnmatchcase
from pathlib import PurePosixPath

# What spreadsheets and systems leave beside a file that is open. Source: LibreOffice, Microsoft Office, macOS, Windows.
_LEFTOVERS = (".", "~$", "Thumbs.db", "desktop.ini")


def is_leftover(path: str) -> bool:
    """Say whether a program left a file there that is nobody's.

    >>> is_leftover("screening/.~lock.a.csv#"), is_leftover("screening/a.csv")
    (True, False)
    """
    return PurePosixPath(path).name.startswith(_LEFTOVERS)


def matches(path: str, pattern: str) -> bool:
    """Say whether a path matches a glob pattern in which `**` stands for any number of folders.

    >>> matches("a/b/c.csv", "a/**/*.csv"), matches("a/c.csv", "a/**/*.csv"), matches("a/b/c.csv", "a/*.csv")
    (True, True, False)
    """

    def match(path: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
        if not wanted:
            return not path
        if wanted[0] == "**":
            return match(path, wanted[1:]) or (bool(path) and match(path[1:], wanted))
        return bool(path) and fnmatchcase(path[0], wanted[0]) and match(path[1:], wanted[1:])

    return match(PurePosixPath(path).parts, PurePosixPath(pattern).parts)
