"""Bytes to lines to blocks, streaming: encodings, line ends, and where one record ends and the next begins."""

import codecs
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import AnyStr, NamedTuple, Self

from pipeline.errors import Fault
from pipeline.formats.source import SHOWN, Joined, Readable, Source
from pipeline.records import bounds
from pipeline.records.tables import merge_conflict

_CHUNK = 1 << 18
_BOM = "\ufeff"
_ASCII = "<?xml ~+&\\".ljust(99)  # UTF-16, EBCDIC and what is no text encoding (IDNA, UTF-7) change it
_DECLARED = re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z][\w.-]*)[\"']")


class Block(NamedTuple):
    """A stretch of text from where a record begins to where the next does.

    Attributes:
        text: the lines, whole; only the last of a file may lack its end.
        line: 1-based line on which it begins.
        begun: False for what stands before the first record.
        last: True if the file ends with it.
    """

    text: str
    line: int
    begun: bool
    last: bool


class Cut(str):
    """The beginning of a line that is too long to be held, as a line.

    Attributes:
        size: how many characters (bytes, in UTF-8) the whole line has.
    """

    __slots__ = ("size",)
    size: int

    def __new__(cls, beginning: str, size: int) -> Self:
        """Make the line of its beginning and its size."""
        cut = super().__new__(cls, f"{beginning}\n")
        cut.size = size
        return cut


def folded(text: str) -> str:
    r"""Make one blank of every stretch of white space, and none of those at the ends.

    A long text is mostly folded already, which is seen much faster than done: all white space but the blank counts as
    not printable.

    >>> folded(" two\n  lines "), folded("one line")
    ('two lines', 'one line')
    """
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(text.split())


def encoding_of(head: bytes) -> str:
    r"""Tell the encoding of a text file from its first bytes: UTF-16 or UTF-8.

    What is not UTF-8 inside a file is found line by line; see `lines`.

    >>> encoding_of(b"\xff\xfeT\0"), encoding_of(b"T\0Y\0"), encoding_of(b"TY  - JOUR")
    ('utf-16-le', 'utf-16-le', 'utf-8')
    """
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    if head[1:2] == b"\0" and head[3:4] == b"\0" and head[:1] != b"\0":
        return "utf-16-le"
    if head[:1] == b"\0" and head[2:3] == b"\0" and head[1:2] != b"\0":
        return "utf-16-be"
    return "utf-8"


def lines(source: Source, *, whole: bool = True) -> Iterator[str]:
    r"""Yield a file's text in pieces of whole lines, each line ended by `\n`; only the last may lack its end.

    Lines that are not UTF-8 are read as Windows-1252, and NUL bytes are left out; both are noticed with the line on
    which it happens first, and how often it happens. Byte order marks are no text, wherever they stand.

    Args:
        source: the file.
        whole: a line that is too long to be held comes as a `Cut`; else in several pieces, of which none is cut.
    """
    first = source.stream.read(4)
    encoding = encoding_of(first)
    if encoding != "utf-8":
        source.notice(f"read as {encoding.upper()}, not UTF-8.")
    chunks = itertools.chain([first], iter(lambda: source.stream.read(_CHUNK), b""))
    pieces: Iterator[str | bytes | _Overlong]
    if encoding == "utf-8":
        pieces = _whole_lines(chunks, b"\n", b"\r", whole=whole)
    else:
        decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
        texts = itertools.chain(map(decoder.decode, chunks), (decoder.decode(b"", final=True) for _ in "1"))
        pieces = _whole_lines(texts, "\n", "\r", whole=whole)
    number, misread, dropped = 1, Tally(source), Tally(source)
    for piece in pieces:
        if isinstance(piece, _Overlong):
            yield Cut(piece.shown, piece.size)
            number += 1
            continue
        text = piece if isinstance(piece, str) else _utf8(piece, number, misread)
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if "\0" in text:
            dropped.note("a NUL byte was left out", number + text.count("\n", 0, text.index("\0")), text.count("\0"))
            text = text.replace("\0", "")
        if _BOM in text:
            text = text.replace(_BOM, "")
        if "\ufffd" in text and encoding != "utf-8":
            line = number + text.count("\n", 0, text.index("\ufffd"))
            dropped.note("bytes that are no text stand as '\ufffd'", line, text.count("\ufffd"))
        number += text.count("\n")
        yield text
    misread.say()
    dropped.say()


def as_utf8(source: Source) -> Readable:
    """Return an XML file's bytes as UTF-8, whatever its byte order mark or its declaration says."""
    head = source.stream.read(256)
    encoding = encoding_of(head)
    declared = _DECLARED.match(head) if encoding == "utf-8" else None
    if declared:
        encoding = declared.group(1).decode("ascii")
    rest = Joined(head, source.stream)
    if declared and not _holds_ascii(encoding):
        source.notice(f"it declares the encoding {encoding!r}, which is not known or not the file's; read as UTF-8.")
        return rest
    if codecs.lookup(encoding).name in ("utf-8", "ascii"):
        return rest
    source.notice(f"read as {encoding.upper()}, not UTF-8.")
    return _Recoded(rest, codecs.getincrementaldecoder(encoding)(errors="replace"))


def _holds_ascii(encoding: str) -> bool:
    """Say whether a declaration that was read as ASCII can tell the truth: the encoding is known, and extends ASCII."""
    try:
        return _ASCII.encode(encoding) == _ASCII.encode()
    except (LookupError, UnicodeError):
        return False


class _Recoded:
    """A stream in another encoding, as UTF-8."""

    def __init__(self, stream: Readable, decoder: codecs.IncrementalDecoder) -> None:
        self._stream = stream
        self._decoder = decoder

    def read(self, size: int = -1, /) -> bytes:
        """Return some bytes, not counted in the other encoding; none only at the end."""
        while data := self._stream.read(size):
            if text := self._decoder.decode(data):
                return text.encode("utf-8", "replace")
        return self._decoder.decode(b"", final=True).encode("utf-8", "replace")


def mend(data: bytes, source: Source, line: int) -> bytes:
    """Return bytes as UTF-8 without NUL, as `lines` does for text, and notice what was done to them."""
    tally = Tally(source)
    text = _line_by_line(data, line, tally)
    if "\0" in text:
        tally.note("a NUL byte was left out", line + text.count("\n", 0, text.index("\0")), text.count("\0"))
    tally.say()
    return text.replace("\0", "").encode()


class _Overlong(NamedTuple):
    """A line that is too long to be held: how it begins, and its size."""

    shown: str
    size: int


def _whole_lines(
    chunks: Iterable[AnyStr], newline: AnyStr, returned: AnyStr, *, whole: bool
) -> Iterator[AnyStr | _Overlong]:
    r"""Yield chunks up to their last line ends; a `\r` at the end waits for the `\n` that may follow.

    Of a line that is too long, only the beginning is held; or, if it need not be whole, it is yielded in pieces.
    """
    nothing = newline[:0]
    held: list[AnyStr] = []
    size, long = 0, False
    for chunk in chunks:
        if long:
            found = [place for place in (chunk.find(newline), chunk.find(returned)) if place >= 0]
            size += min(found, default=len(chunk))
            if not found:
                continue
            yield _Overlong(_shown(held[0]), size)
            held, size, long = [], 0, False
            chunk = chunk[min(found) :].removeprefix(returned).removeprefix(newline)  # noqa: PLW2901 - what follows it
        cut = max(chunk.rfind(newline), chunk.rfind(returned, 0, -1)) + 1
        if cut:
            held.append(chunk[:cut])
            yield nothing.join(held)
            held, size = [], 0
        held.append(chunk[cut:])
        size += len(chunk) - cut
        if size > bounds.LONGEST:
            line = nothing.join(held)
            long, end = whole, 0 if whole else _boundary(line)
            held = [line[:SHOWN]] if whole else [line[end:]]
            if not whole:
                yield line[:end]
                size = len(held[0])
    yield _Overlong(_shown(held[0]), size) if long else nothing.join(held)


def _shown(beginning: str | bytes) -> str:
    return beginning if isinstance(beginning, str) else beginning.decode("utf-8", "replace")


def _boundary(line: str | bytes) -> int:
    """Find the last place at which a line can be parted: not inside the bytes of one character."""
    if isinstance(line, str):
        return len(line)
    starts = (place for place in range(len(line) - 1, len(line) - 5, -1) if line[place] & 0xC0 != 0x80)  # noqa: PLR2004 - UTF-8
    return next(starts, len(line))


def _utf8(data: bytes, number: int, tally: "Tally") -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _line_by_line(data, number, tally)


def _line_by_line(data: bytes, number: int, tally: "Tally") -> str:
    decoded = []
    for offset, line in enumerate(data.splitlines(keepends=True)):
        try:
            decoded.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            text = line.decode("cp1252", errors="replace")
            tally.note("read as Windows-1252, not UTF-8", number + offset)
            if "\ufffd" in text:
                tally.note("bytes that are no text stand as '\ufffd'", number + offset)
            decoded.append(text)
    return "".join(decoded)


class Tally:
    """Counts what is noticed once a file: the first line it happened on, and how often."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._found: dict[str, tuple[int, int]] = {}

    def note(self, what: str, line: int, times: int = 1) -> None:
        """Count something that happened on a line."""
        first, before = self._found.get(what, (line, 0))
        self._found[what] = (first, before + times)

    def say(self) -> None:
        """Notice all that was counted."""
        for what, (line, times) in self._found.items():
            self._source.notice(f"{what} ({times} {'time' if times == 1 else 'times'}, here first).", line)


def blocks(source: Source, start: re.Pattern[str]) -> Iterator[Block | Fault]:
    r"""Cut a text file at each line end after which a record begins; a block that is too long to be held is a fault.

    What stands before the first start is a block too, which is not begun; it is yielded even if it is empty.

    Args:
        source: the file.
        start: matches a line end `\n` and the beginning of a record's first line; patterns that begin with one literal
            character are by far the fastest.
    """
    held = _Held(source)
    begun = False
    for piece in lines(source):
        text, at = f"\n{piece}", 1  # so that a record on the first line of a piece is found as well
        for found in start.finditer(text):
            held.add(text[at : found.start() + 1])
            at = found.start() + 1
            yield held.block(begun=begun, last=False)
            begun = True
        held.add(text[at:])
        held.size += piece.size - len(piece) if isinstance(piece, Cut) else 0
    yield held.block(begun=begun, last=True)


class _Held:
    """The text of a block so far; of one that is too long, its beginning."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._parts: list[str] = []
        self._line = 1
        self._passed = 0  # line ends in what is no longer held
        self.size = 0

    def add(self, text: str) -> None:
        """Add what follows."""
        self._parts.append(text)
        self.size += len(text)
        if self.size > bounds.LONGEST:
            whole = "".join(self._parts)
            self._parts = [whole[:SHOWN]]
            self._passed += whole.count("\n", SHOWN)

    def block(self, *, begun: bool, last: bool) -> Block | Fault:
        """Return the block that ends here, or say that it is too long or not merged; and begin the next."""
        whole, line, size = "".join(self._parts), self._line, self.size
        self._line += whole.count("\n") + self._passed
        self._parts, self._passed, self.size = [], 0, 0
        if size > bounds.LONGEST:
            self._source.begin(line)
            return self._source.too_long(size, whole, line=line)
        if "<<<<<<< " in whole and (conflict := merge_conflict(whole, file=self._source.file, prose=True)):
            self._source.begin(line)
            at = line + conflict.line - 1
            return self._source.fault(conflict.what, whole, line=at, remedy=conflict.remedy)
        return Block(whole, line, begun, last)
