"""What a format is: how a file is known to be of it, how it is read, how it is written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pipeline.formats.source import Blocks, Source
from pipeline.records.record import Record


@dataclass(frozen=True, slots=True)
class Head:
    """The first bytes of a file, and the same as text where they are text."""

    data: bytes
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One entry of FORMATS.

    Attributes:
        name: what a person writes to name it.
        title: what messages call it.
        suffix: what the names of its files end in when they are written.
        claims: says from the first bytes whether a file is of this format; exactly one format may say so. None if it
            is only written.
        read: yields one record or one fault for every block of a file; None if it is only written.
        write: yields the bytes of records; None if it is only read.
    """

    name: str
    title: str
    suffix: str
    claims: Callable[[Head], bool] | None = None
    read: Callable[[Source], Blocks] | None = None
    write: Callable[[Iterable[Record]], Iterator[bytes]] | None = None
