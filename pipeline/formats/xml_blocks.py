"""An XML file cut into its records before any of it is parsed, so that a broken one is one fault and no more."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree

from pipeline.errors import Fault
from pipeline.formats.source import SHOWN, Source
from pipeline.formats.text import as_utf8, mend
from pipeline.records import bounds

AGAIN = "Export or fetch it again."
_CHUNK = 1 << 18
_LONGEST = 32  # bytes: a start tag that lies across two chunks
_PROLOGUE = rb"\s+|\xef\xbb\xbf|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>"
_PLACE = re.compile(r", line \d+, column \d+.*")  # inside the record, which is of no use in the file
_NAMESPACES = (
    b'<x xmlns:mml="http://www.w3.org/1998/Math/MathML" xmlns:xlink="http://www.w3.org/1999/xlink">',
    b"</x>",
)


class Piece(NamedTuple):
    """One block of an XML file.

    Attributes:
        tag: the tag it begins with; empty for what is no record, or none that can be held.
        data: its bytes; of a block that is too long to be held, the first.
        line: 1-based line on which it begins.
        size: of a block that is too long to be held, how many bytes it has; 0 for any other.
    """

    tag: str
    data: bytes
    line: int
    size: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """Which tags of an XML format hold a record, and which stand around the records."""

    records: tuple[str, ...]
    around: tuple[str, ...]

    def begin(self) -> re.Pattern[bytes]:
        """Match the start tag of a record."""
        return re.compile(rf"<({'|'.join(self.records)})(?=[\s>/])".encode())

    def envelope(self) -> re.Pattern[bytes]:
        """Match what may stand between two records."""
        return re.compile(_PROLOGUE + rf"|</?(?:{'|'.join(self.around)})(?:\s[^>]*)?>".encode(), re.DOTALL)

    def closing(self) -> re.Pattern[bytes]:
        """Match the last tag of a file that is whole."""
        tags = "|".join(self.around)
        return re.compile(rf"</(?:{tags})\s*>|<(?:{tags})(?:\s[^>]*)?/>".encode())


def pieces(source: Source, layout: Layout) -> Iterator[Piece]:
    """Cut a file into its records; what stands between them is a piece only if it is more than mere envelope.

    Memory is bounded by one chunk and the longest record, and time is linear: nothing is searched twice.
    """
    stream = as_utf8(source)
    begin, envelope = layout.begin(), layout.envelope()
    held, line, seek, tag, opened = bytearray(), 1, 0, b"", False
    passed = _Passed()
    while True:
        chunk = stream.read(_CHUNK)
        held += chunk
        at = 0
        while True:
            if not tag:
                start, tag = _next(begin, held, seek)
                if not tag:
                    seek = max(seek, len(held) - _LONGEST)
                    break
                between = bytes(held[at:start])
                opened = opened or b"<" in between
                if passed.size or (not between.isspace() and not _is_mere(envelope, between)):
                    yield passed.piece(between, line)
                line += between.count(b"\n") + passed.leave()
                at, seek = start, start + 1
            end_tag = b"</" + tag + b">"
            stop = held.find(end_tag, seek) + len(end_tag)
            if stop < len(end_tag):
                seek = max(seek, len(held) - len(end_tag))
                break
            data = bytes(held[at:stop])
            yield from [passed.piece(data, line)] if passed.size else _records(data, tag, line)
            line += data.count(b"\n") + passed.leave()
            at, seek, tag = stop, stop, b""
        del held[:at]
        seek -= at
        if not chunk:
            break
        if passed.size or len(held) > bounds.LONGEST:
            passed.add(bytes(held[:seek]))
            del held[:seek]
            seek = 0
    rest = bytes(held)
    cut_off = (opened or b"<" in rest) and not _is_closed(layout, rest)
    if passed.size or tag or cut_off or not _is_mere(envelope, rest):
        yield passed.piece(rest, line)


class _Passed:
    """What was read of a block that is too long to be held; nothing, of any other."""

    def __init__(self) -> None:
        self.size = 0
        self._shown = b""
        self._lines = 0

    def add(self, data: bytes) -> None:
        """Let some bytes go."""
        self._shown = self._shown or data[:SHOWN]
        self._lines += data.count(b"\n")
        self.size += len(data)

    def piece(self, end: bytes, line: int) -> Piece:
        """Make the piece of a block that is no record, or none that can be held; its last bytes still are."""
        return Piece("", self._shown, line, self.size + len(end)) if self.size else Piece("", end, line)

    def leave(self) -> int:
        """Be done with a block, and return how many line ends it had that are no longer held."""
        lines = self._lines
        self.size, self._shown, self._lines = 0, b"", 0
        return lines


def _is_mere(envelope: re.Pattern[bytes], data: bytes) -> bool:
    """Say whether bytes are envelope and nothing else; looked at up to the first that is not."""
    at = 0
    while found := envelope.match(data, at):
        at = found.end()
    return at == len(data)


def _is_closed(layout: Layout, rest: bytes) -> bool:
    """Say whether a file ends as a whole one does; only its last tag is looked at, and a comment may follow it."""
    end = rest.rstrip()
    if end.endswith(b"-->"):
        end = end[: end.rfind(b"<!--")].rstrip()
    return bool(layout.closing().fullmatch(end[end.rfind(b"<") :]))


def _next(begin: re.Pattern[bytes], held: bytearray, seek: int) -> tuple[int, bytes]:
    """Find the next start tag of a record: its place and its name, which is empty if there is none."""
    found = begin.search(held, max(seek, 0))
    return (found.start(), bytes(found.group(1))) if found else (-1, b"")


def _records(data: bytes, tag: bytes, line: int) -> Iterator[Piece]:
    """Yield a record; one that was never closed is parted from the one that follows it."""
    begin, at = b"<" + tag + b">", 0
    while (inner := data.find(begin, at + 1)) > 0:
        yield Piece(tag.decode(), data[at:inner], line)
        line += data.count(b"\n", at, inner)
        at = inner
    yield Piece(tag.decode(), data[at:], line)


def parser() -> etree.XMLParser:
    """Make a parser that reads records only: no entities, no network, no DTD."""
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)


def parse(piece: Piece, source: Source, parser: etree.XMLParser) -> etree._Element | Fault:
    """Parse one record; bytes that are not UTF-8 and namespaces that its file declared elsewhere are mended."""
    try:
        return etree.fromstring(piece.data, parser)
    except etree.XMLSyntaxError:
        try:
            mended = mend(piece.data, source, piece.line)
            return etree.fromstring(_NAMESPACES[0] + mended + _NAMESPACES[1], parser)[0]
        except (etree.XMLSyntaxError, IndexError) as error:
            reason = _PLACE.sub("", " ".join(str(error).split()))
            what = f"this record is not well-formed XML ({reason})"
            return source.fault(what, piece.data.decode("utf-8", "replace"), line=piece.line, remedy=AGAIN)


def stray(piece: Piece, source: Source, layout: Layout) -> Fault:
    """Say what is wrong with a piece that is no record: unknown text, or a file that ends too early."""
    raw = piece.data.decode("utf-8", "replace")
    if piece.size:
        return source.too_long(piece.size, raw, line=piece.line)
    what = "the file is cut off: its closing tag is missing, and records may be missing with it"
    if layout.begin().match(piece.data):
        what = "the file is cut off inside this record"
    elif not _is_mere(layout.envelope(), piece.data):
        what = f"text here belongs to no record: {' '.join(raw.split())[:80]!r}"
    return source.fault(what, raw, line=piece.line, remedy=AGAIN)
