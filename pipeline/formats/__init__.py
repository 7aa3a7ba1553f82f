"""Bytes of any export to records and faults, and back.

`FORMATS` is the one list. Adding a format is one file in this room, one entry there, and golden samples beside the
tests.
"""

import io
from collections.abc import Iterable, Iterator, Mapping
from typing import BinaryIO, NamedTuple

from pipeline.errors import Fault, FormatError, did_you_mean
from pipeline.formats import (
    bibtex,
    csl_json,
    csv_exports,
    csv_records,
    endnote_xml,
    names,
    nbib,
    profiles,
    pubmed_xml,
    registers_xml,
    ris,
    web_of_science,
)
from pipeline.formats.abstracts import joined
from pipeline.formats.format import Format, Head
from pipeline.formats.source import Joined, Readable, Source, Unzipped
from pipeline.formats.text import encoding_of
from pipeline.records.record import Origin, Record

__all__ = ["FORMATS", "Format", "Loss", "Reading", "losses", "read", "recognise", "write"]

HEAD = 1 << 16  # bytes that recognition looks at
_GZIP = b"\x1f\x8b"
_NOTHING = Record(id="", origin=Origin(search=""))
_NOT_COMPARED = frozenset({"id", "origin", "doi_as_printed"})

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
        Format(
            name="csv",
            title="a table (CSV, TSV, XLSX)",
            suffix=".csv",
            claims=lambda head: csv_exports.claims(head.data, head.text),
            read=csv_exports.read,
            write=csv_records.write,
        ),
        Format(
            name="bibtex",
            title="BibTeX",
            suffix=".bib",
            claims=lambda head: bibtex.claims(head.text),
            read=bibtex.read,
            write=bibtex.write,
        ),
        Format(
            name="csl-json",
            title="CSL JSON",
            suffix=".json",
            claims=lambda head: csl_json.claims(head.text),
            read=csl_json.read,
            write=csl_json.write,
        ),
        Format(
            name="endnote-xml",
            title="EndNote XML",
            suffix=".xml",
            claims=lambda head: endnote_xml.claims(head.data),
            read=endnote_xml.read,
        ),
        Format(
            name="web-of-science",
            title="Web of Science tagged text",
            suffix=".txt",
            claims=lambda head: web_of_science.claims(head.text),
            read=web_of_science.read,
        ),
        Format(
            name="ictrp-xml",
            title="WHO ICTRP XML",
            suffix=".xml",
            claims=lambda head: registers_xml.claims(head.data),
            read=registers_xml.read,
        ),
        Format(name="rayyan", title="CSV for Rayyan", suffix=".csv", write=profiles.rayyan),
        Format(name="asreview", title="CSV for ASReview", suffix=".csv", write=profiles.asreview),
        Format(name="covidence", title="RIS for Covidence", suffix=".ris", write=profiles.covidence),
        Format(name="zotero", title="RIS for Zotero", suffix=".ris", write=profiles.zotero),
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
    def platform(self) -> str:
        """What wrote the file, where the reader can tell; complete when the first value was yielded."""
        return self._source.platform

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
                if not self.records and not self.faults and not self._source.notices:
                    self._source.notice("the file holds no record.")
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
    claimants = [entry for entry in FORMATS.values() if entry.claims and entry.claims(start)]
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
            remedy="Export it again in one of these, or say which it is with `format:` (a table: with `columns:`).",
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
    entry = _named(format or ("csv" if columns else ""), name) if format or columns else _recognise(head, name)
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


class Loss(NamedTuple):
    """A field that a format cannot hold: how many records lose it or a part of it, and the id of the first."""

    field: str
    records: int
    first: str


def losses(records: Iterable[Record], *, format: str) -> tuple[Loss, ...]:  # noqa: A002 - as in read
    """List the fields that would not come back if these records were written in a format and read again.

    Nothing is assumed of the format: every record is written, read, and compared. Ids, origins and the spelling of a
    DOI as printed do not count.

    Raises:
        FormatError: the format is not known, or is only read.
    """
    found: dict[str, tuple[int, str]] = {}
    for record in records:
        for field in _lost(record, format):
            times, first = found.get(field, (0, record.id))
            found[field] = (times + 1, first)
    return tuple(Loss(field, *found[field]) for field in _aspects(_NOTHING) if field in found)


def _lost(record: Record, name: str) -> list[str]:
    written = b"".join(write([record], format=name))
    known = name if FORMATS[name].read else ""
    back = [each for each in read(io.BytesIO(written), name="", search="x", format=known) if isinstance(each, Record)]
    held = _aspects(back[0]) if len(back) == 1 else {}
    return [aspect for aspect, value in _aspects(record).items() if value and value != held.get(aspect)]


def _aspects(record: Record) -> dict[str, object]:
    """Take a record apart into what a format may hold or not; an abstract counts by its words, not its passages."""
    people = (*record.authors, *record.editors)
    return {field: getattr(record, field) for field in Record.__struct_fields__ if field not in _NOT_COMPARED} | {
        "authors": [names.written(author) for author in record.authors],
        "editors": [names.written(editor) for editor in record.editors],
        "abstract": "".join(joined(record.abstract).split()),
        "ORCID iDs": [person.orcid for person in people if person.orcid],
        "affiliations": [person.affiliations for person in people if person.affiliations],
    }


def _named(name: str, file: str) -> Format:
    if name in FORMATS:
        return FORMATS[name]
    accepted = ", ".join(FORMATS)
    what = f"there is no format {name!r}"
    raise FormatError(Fault(what=what, file=file, accepted=accepted, remedy=did_you_mean(name, list(FORMATS))))
