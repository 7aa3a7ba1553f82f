"""Bytes to lines to blocks, streaming: encodings, line ends, and where one record ends and the next begins."""

import codecs
import re
from collections.abc import Iterator
from typing import NamedTuple

from pipeline.formats.source import Joined, Readable, Source

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


def lines(source: Source) -> Iterator[str]:
    r"""Yield a file's text in pieces of whole lines, each line ended by `\n`; only the last may lack its end.

    Lines that are not UTF-8 are read as Windows-1252, and NUL bytes are left out; both are noticed with the line on
    which it happens first, and how often it happens. Byte order marks are no text, wherever they stand.
    """
    first = source.stream.read(4)
    encoding = encoding_of(first)
    if encoding != "utf-8":
        source.notice(f"read as {encoding.upper()}, not UTF-8.")
    pieces = _utf16(first, source, encoding) if encoding != "utf-8" else _whole_lines(first, source, (b"\n", b"\r"))
    number, misread, dropped = 1, Tally(source), Tally(source)
    for piece in pieces:
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


def _whole_lines(first: bytes, source: Source, ends: tuple[bytes, ...]) -> Iterator[bytes]:
    r"""Yield bytes up to the last line end of each chunk; a `\r` at the end waits for the `\n` that may follow."""
    held: list[bytes] = [first]
    while chunk := source.stream.read(_CHUNK):
        cut = max(chunk.rfind(end) + len(end) if end in chunk else 0 for end in ends)
        if chunk.endswith(b"\r") and cut == len(chunk):
            cut = max(chunk.rfind(b"\n") + 1, chunk.rfind(b"\r", 0, -1) + 1)
        if cut <= 0:
            held.append(chunk)
            continue
        held.append(chunk[:cut])
        yield b"".join(held)
        held = [chunk[cut:]]
    yield b"".join(held)


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


def _utf16(first: bytes, source: Source, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    held = [decoder.decode(first)]
    while chunk := source.stream.read(_CHUNK):
        text = decoder.decode(chunk)
        cut = max(text.rfind("\n"), text.rfind("\r", 0, -1)) + 1
        if not cut:
            held.append(text)
            continue
        held.append(text[:cut])
        yield "".join(held)
        held = [text[cut:]]
    held.append(decoder.decode(b"", final=True))
    yield "".join(held)


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


def blocks(source: Source, start: re.Pattern[str]) -> Iterator[Block]:
    r"""Cut a text file at each line end after which a record begins.

    What stands before the first start is a block too, which is not begun; it is yielded even if it is empty.

    Args:
        source: the file.
        start: matches a line end `\n` and the beginning of a record's first line; patterns that begin with one literal
            character are by far the fastest.
    """
    held: list[str] = []
    line, begun = 1, False
    for piece in lines(source):
        text, at = f"\n{piece}", 1  # so that a record on the first line of a piece is found as well
        for found in start.finditer(text):
            held.append(text[at : found.start() + 1])
            at = found.start() + 1
            whole = "".join(held)
            yield Block(whole, line, begun, last=False)
            line += whole.count("\n")
            held, begun = [], True
        held.append(text[at:])
    yield Block("".join(held), line, begun, last=True)
