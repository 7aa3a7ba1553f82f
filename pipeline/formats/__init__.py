"""Bytes of any export to records and faults, and back.

`FORMATS` is the one list. Adding a format is one file in this room, one entry there, and golden samples beside the
tests.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO

from pipeline.errors import Fault, FormatError, did_you_mean
from pipeline.formats import nbib, pubmed_xml, ris
from pipeline.formats.format import Format, Head
from pipeline.formats.source import Joined, Readable, Source, Unzipped
from pipeline.formats.text import encoding_of
from pipeline.records.record import Record

__all__ = ["FORMATS", "Format", "Reading", "read", "recognise", "write"]

HEAD = 1 << 16  # bytes that recognition looks at
_GZIP = b"\x1f\x8b"

FORMATS: Mapping[str, Format] = {
    entry.name: entry
    for entry in (
        Format(
            name="ris",
            title="RIS",
            suffix=".ris",
            claims=lambda head: ris.claims(head.text),
            read=ris.read,
            write=ris.write,
        ),
        Format(
            name="nbib",
            title="PubMed text (MEDLINE, nbib)",
            suffix=".nbib",
            claims=lambda head: nbib.claims(head.text),
            read=nbib.read,
            write=nbib.write,
        ),
        Format(
            name="pubmed-xml",
            title="PubMed XML",
            suffix=".xml",
            claims=lambda head: pubmed_xml.claims(head.data),
            read=pubmed_xml.read,
        ),
    )
}


class Reading(Iterator[Record | Fault]):
    """A file while it is read: iterate over its records and faults.

    Attributes:
        format: what it was taken for.
        records: how many records were yielded so far.
        faults: how many faults were yielded so far.
    """

    def __init__(self, entry: Format, source: Source) -> None:
        if entry.read is None:
            raise FormatError(Fault(what=f"{entry.title} is only written, not read", file=source.file))
        self.format = entry
        self.records = 0
        self.faults = 0
        self._source = source
        self._blocks = entry.read(source)

    @property
    def notices(self) -> tuple[str, ...]:
        """What was unusual and was taken all the same, one sentence each; complete when the iteration is over."""
        return tuple(self._source.notices)

    def __next__(self) -> Record | Fault:
        """Return the record or the fault of the next block."""
        value = next(self._blocks, None)
        if value is None:
            value = self._source.damage()
            if value is None:
                raise StopIteration
        if isinstance(value, Record):
            self.records += 1
        else:
            self.faults += 1
        return value


def recognise(head: bytes, name: str) -> Format:
    """Find the one format that a file is of, by its first bytes.

    Args:
        head: the first `HEAD` bytes of the file, or all of it.
        name: its path, for messages; it decides nothing.

    Raises:
        FormatError: the file is empty, or no format or more than one claims it; the candidates are named.
    """
    return _recognise(_unpacked(head), name)


def _recognise(head: bytes, name: str) -> Format:
    if not head.strip():
        raise FormatError(Fault(what="the file is empty", file=name, remedy="Export it again."))
    start = Head(data=head, text=_start(head))
    claimants = [entry for entry in FORMATS.values() if entry.read and entry.claims(start)]
    if len(claimants) == 1:
        return claimants[0]
    readable = ", ".join(entry.name for entry in FORMATS.values() if entry.read)
    if claimants:
        what = f"this file could be {' or '.join(entry.title for entry in claimants)}"
        remedy = f"Say which, with format: {' or format: '.join(entry.name for entry in claimants)}."
        raise FormatError(Fault(what=what, file=name, remedy=remedy))
    shown = " ".join(start.text.split())[:60]
    raise FormatError(
        Fault(
            what=f"the format is not recognised; the file begins {shown!r}",
            file=name,
            accepted=readable,
            remedy="Export it again in one of these formats, or say which it is with `format:`.",
        )
    )


def read(
    stream: BinaryIO,
    *,
    name: str,
    search: str,
    format: str = "",  # noqa: A002 - the word that workflow.yaml uses
    columns: Mapping[str, str] | None = None,
) -> Reading:
    """Read a file of records as it streams by: one record or one fault for every block of input.

    Args:
        stream: the file's bytes, gzip or not; it is read once, from where it stands.
        name: its path inside the review folder, for messages and for `Record.origin`.
        search: id of the search that it belongs to; the ids of its records begin with it.
        format: a name from FORMATS, if a person said so; else it is recognised.
        columns: for tables: field of a record -> column that holds it, where a person said so.

    Raises:
        FormatError: the format is not known, or cannot be recognised. All else is a fault among the records.
    """
    head = stream.read(HEAD)
    whole: Readable = Joined(head, stream)
    packed = Unzipped(whole) if head.startswith(_GZIP) else None
    if packed:
        head = _filled(packed)
        whole = Joined(head, packed)
    entry = _named(format, name) if format else _recognise(head, name)
    source = Source(stream=whole, file=name, search=search, format=entry.name, columns=columns or {}, packed=packed)
    return Reading(entry, source)


def _filled(packed: Unzipped) -> bytes:
    """Return the first HEAD bytes of an unpacked stream, or all of it."""
    head = b""
    while len(head) < HEAD and (more := packed.read(HEAD - len(head))):
        head += more
    return head


def _unpacked(head: bytes) -> bytes:
    """Return what a gzip file's first bytes unpack to, as far as they reach."""
    if not head.startswith(_GZIP):
        return head
    return _filled(Unzipped(io.BytesIO(head)))


def _start(head: bytes) -> str:
    """Return the first bytes as text, for formats that are text."""
    encoding = encoding_of(head)
    try:
        text = head.decode(encoding)
    except UnicodeDecodeError as error:
        cut = error.start >= len(head) - 4
        text = head.decode(encoding if cut or encoding != "utf-8" else "cp1252", errors="replace")
    return text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")


def write(records: Iterable[Record], *, format: str) -> Iterator[bytes]:  # noqa: A002 - as in read
    """Write records in a format of FORMATS, in pieces; what it cannot hold, `losses` lists.

    Raises:
        FormatError: the format is not known, or is only read.
    """
    entry = _named(format, "")
    if entry.write is None:
        writable = ", ".join(other.name for other in FORMATS.values() if other.write)
        raise FormatError(Fault(what=f"{entry.title} is only read, not written", accepted=writable))
    return entry.write(records)


def _named(name: str, file: str) -> Format:
    if name in FORMATS:
        return FORMATS[name]
    accepted = ", ".join(FORMATS)
    what = f"there is no format {name!r}"
    raise FormatError(Fault(what=what, file=file, accepted=accepted, remedy=did_you_mean(name, list(FORMATS))))
