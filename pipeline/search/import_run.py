"""What came of an export that a person brought: which files, by content, and how many records they held.

The files themselves stay where the person put them; the run remembers their hashes, so that an edited or a missing file
is noticed, and the day on which each was first read.
"""

import msgspec


class ImportedFile(msgspec.Struct, frozen=True, kw_only=True):
    """One exported file as it was first read.

    Attributes:
        file: path inside the review folder.
        sha256: of its bytes.
        size: in bytes.
        format: name of the reader that claimed it.
        records: how many records it holds.
        new: how many of them this search had not delivered before.
        unread: how many blocks could not be read, which a person accepted to lose.
    """

    file: str
    sha256: str
    size: int
    format: str
    records: int
    new: int
    unread: int = 0


class ImportRun(msgspec.Struct, frozen=True, kw_only=True):
    """The exports of one search that were first seen on one day.

    Attributes:
        layout: version of this layout.
        search: id of the search in workflow.yaml.
        kind: always "export".
        date: the day on which the files were first read.
        searched: the day on which the person ran the search, where workflow.yaml says it.
        tool: this program and its version.
    """

    layout: int = 1
    search: str
    kind: str = "export"
    date: str
    searched: str = ""
    tool: str = ""
    database: str = ""
    platform: str = ""
    via: str = "databases"
    files: tuple[ImportedFile, ...] = ()
