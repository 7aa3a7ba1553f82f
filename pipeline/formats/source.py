"""What a reader is given: the bytes of one file, where they came from, and the names its records get."""

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol, cast

from pipeline.errors import Fault
from pipeline.records import bounds
from pipeline.records.record import Origin, Record

SHOWN = 2000  # characters of raw text that a fault carries at most
_CHUNK = 1 << 20

Blocks = Iterator[Record | Fault]


class Readable(Protocol):
    """The one method of a binary stream that readers use."""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, all that is left if negative, and none at the end."""
        ...


class Joined:
    """A stream whose first bytes were already taken from it."""

    def __init__(self, head: bytes, rest: Readable) -> None:
        self._head = head
        self._rest = rest

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` bytes, first those that were taken."""
        if not self._head:
            return self._rest.read(size)
        if size < 0:
            head, self._head = self._head, b""
            return head + self._rest.read()
        head, self._head = self._head[:size], self._head[size:]
        return head


class Unzipped:
    """A gzip stream, unpacked; where it is damaged, cut off or a bomb, it ends, and `broken` says why.

    Exports of bibliographic text shrink to between a third and a fifteenth; gzip reaches a thousandth only with what
    repeats itself without end.
    """

    def __init__(self, packed: Readable) -> None:
        self._packed = _Counted(packed)
        self._stream = gzip.GzipFile(fileobj=cast("BinaryIO", self._packed))
        self._unpacked = 0
        self.broken = ""

    def read(self, size: int = -1, /) -> bytes:
        """Return up to `size` unpacked bytes, and none at the end or where the stream is broken."""
        if size < 0:
            return b"".join(iter(lambda: self.read(_CHUNK), b""))
        if self.broken:
            return b""
        try:
            piece = self._stream.read1(size)
        except (EOFError, OSError, zlib.error) as error:
            self.broken = f"the packed file is damaged or cut off ({error})"
            return b""
        self._unpacked += len(piece)
        if self._unpacked > bounds.unpacked(self._packed.count):
            self.broken = f"the packed file unpacks to more than {bounds.RATIO} times its size, and is read no further"
            return b""
        return piece


class _Counted:
    """A stream that counts the bytes that were taken from it."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self.count = 0

    def read(self, size: int = -1, /) -> bytes:
        piece = self._stream.read(size)
        self.count += len(piece)
        return piece


@dataclass(slots=True, kw_only=True)
class Source:
    """One file while it is read.

    Attributes:
        stream: its bytes, unpacked.
        file: its path inside the review folder, for messages and origins.
        search: id of the search that it belongs to.
        format: name of the reader.
        columns: for tables: which column holds which field of a record, where a person said so.
        notices: what was unusual and was taken all the same, one sentence each; readers add to it.
        platform: what wrote the file, where the reader can tell.
        block: how many blocks were begun.
        packed: the gzip stream that it comes out of, if it does.
    """

    stream: BinaryIO | Readable
    file: str
    search: str
    format: str
    columns: Mapping[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    platform: str = ""
    block: int = 0
    packed: Unzipped | None = None
    _seen: dict[bytes, int] = field(default_factory=dict)

    def begin(self, line: int = 0) -> Origin:
        """Count a block that begins on `line`, and say where it stands."""
        self.block += 1
        return Origin(search=self.search, file=self.file, block=self.block, line=line, format=self.format)

    def notice(self, sentence: str, line: int = 0) -> None:
        """Note what was unusual and was taken all the same."""
        self.notices.append(f"{self.file}, line {line}: {sentence}" if line else f"{self.file}: {sentence}")

    def fault(self, what: str, raw: str, *, line: int = 0, row: int = 0, accepted: str = "", remedy: str = "") -> Fault:
        """Say that the block begun last could not be read."""
        return Fault(
            what=what, file=self.file, line=line, row=row, accepted=accepted, remedy=remedy, raw=raw[:SHOWN].rstrip()
        )

    def too_long(self, size: int, raw: str, *, line: int = 0, row: int = 0, what: str = "this block") -> Fault:
        """Say that the block begun last is too long to be held; of it, only the beginning was."""
        return self.fault(bounds.too_long(what, size), raw, line=line, row=row, remedy=bounds.LOOK)

    def name(self, raw: str) -> str:
        """Name a record after its search and its raw block; the second block of the same text gets `-2`, and so on.

        The hash is that of its UTF-8 text without white space around it, whatever encoding the file was saved in.
        """
        digest = hashlib.sha256(raw.strip().encode("utf-8", "surrogatepass")).digest()[:6]
        return self.number(f"{self.search}:{digest.hex()}", digest)

    def damage(self) -> Fault | None:
        """Say that the packed file broke off, if it did; what was read before it stands."""
        if self.packed is None or not self.packed.broken:
            return None
        broken, self.packed.broken = self.packed.broken, ""
        self.begin()
        return self.fault(broken, "", remedy="Fetch or export it again, or unpack it and look at what it holds.")

    def number(self, name: str, key: bytes) -> str:
        """Add `-2`, `-3` ... to a name whose key occurred before in this file."""
        times = self._seen[key] = self._seen.get(key, 0) + 1
        return name if times == 1 else f"{name}-{times}"
