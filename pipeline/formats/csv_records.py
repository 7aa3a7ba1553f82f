"""This project's own table of records: a column a field, readable by people, and read back without loss.

A list stands in one cell, divided by semicolons; where an item holds a semicolon itself, line ends divide them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from pipeline.formats import names
from pipeline.formats.abstracts import passages
from pipeline.records import tables
from pipeline.records.record import KINDS, LINKS, Identifier, Link, Record


class Column(NamedTuple):
    """How one field is written into a cell, and read from it."""

    write: Callable[[Record], str]
    read: Callable[[str], Any]


def _plain(field: str) -> Column:
    return Column(lambda record: getattr(record, field), str)


def _number(field: str) -> Column:
    return Column(lambda record: str(getattr(record, field) or ""), lambda cell: int(cell) if cell.isdigit() else None)


def _listed(field: str, write: Callable[[Any], str] = str, read: Callable[[str], Any] = str) -> Column:
    return Column(
        lambda record: _joined([write(item) for item in getattr(record, field)]),
        lambda cell: tuple(read(item) for item in _parted(cell)),
    )


def _joined(items: list[str]) -> str:
    """Join a list so that `_parted` gives it back."""
    if any(";" in item or item != item.strip() for item in items):
        return "\n".join(items) + ("\n" if len(items) == 1 else "")
    return "; ".join(items)


def _parted(cell: str) -> list[str]:
    if "\n" in cell:
        return [item for item in cell.split("\n") if item]
    return [item.strip() for item in cell.split(";") if item.strip()]


def _identifier(text: str) -> Identifier:
    scheme, _, value = text.partition(":")
    return Identifier(scheme=scheme, value=value)


def _link(text: str) -> Link:
    kind, _, rest = text.partition(" ")
    pmid, _, said = rest.partition(" ")
    return Link(kind=kind if kind in LINKS else "other", pmid=pmid.removeprefix("-"), text=said)


def _kept(text: str) -> tuple[str, str]:
    tag, _, value = text.partition("=")
    return tag, value


COLUMNS: Mapping[str, Column] = {
    "kind": Column(lambda record: record.kind, lambda cell: cell if cell in KINDS else "other"),
    "title": _plain("title"),
    "original_title": _plain("original_title"),
    "authors": _listed("authors", names.written, names.read),
    "editors": _listed("editors", names.written, names.read),
    "year": _number("year"),
    "month": _number("month"),
    "day": _number("day"),
    "date": _plain("date"),
    "journal": _plain("journal"),
    "journal_abbreviation": _plain("journal_abbreviation"),
    "volume": _plain("volume"),
    "issue": _plain("issue"),
    "pages": _plain("pages"),
    "doi": _plain("doi"),
    "doi_as_printed": _plain("doi_as_printed"),
    "pmid": _plain("pmid"),
    "pmcid": _plain("pmcid"),
    "abstract": Column(lambda record: record.abstract_text, passages),
    "keywords": _listed("keywords"),
    "mesh": _listed("mesh"),
    "publication_types": _listed("publication_types"),
    "languages": _listed("languages"),
    "issn": _listed("issn"),
    "isbn": _listed("isbn"),
    "publisher": _plain("publisher"),
    "place": _plain("place"),
    "edition": _plain("edition"),
    "database": _plain("database"),
    "accession": _plain("accession"),
    "identifiers": _listed("identifiers", lambda found: f"{found.scheme}:{found.value}", _identifier),
    "urls": _listed("urls"),
    "notes": _listed("notes"),
    "links": _listed("links", lambda link: f"{link.kind} {link.pmid or '-'} {link.text}".rstrip(), _link),
    "version": Column(lambda record: str(record.version), lambda cell: int(cell) if cell.isdigit() else 1),
    "extra": _listed("extra", "=".join, _kept),
}


def fields_of(cells: Mapping[str, str]) -> dict[str, Any]:
    """Read the fields of a record from its cells by column; a column that is not there is empty."""
    read = {name: column.read(tables.unescape(cells[name])) for name, column in COLUMNS.items() if cells.get(name)}
    return {name: value for name, value in read.items() if value not in ("", (), None)}


def write(records: Iterable[Record]) -> Iterator[bytes]:
    """Write records as a table that opens in any spreadsheet: UTF-8 with a byte order mark, every cell quoted."""
    yield tables.write(["record_id", *COLUMNS], [], form=True)
    for record in records:
        yield row([record.id, *(column.write(record) for column in COLUMNS.values())])


def row(cells: list[str]) -> bytes:
    """Write one row below a header that was written as a form."""
    return tables.write(cells, [], form=True).removeprefix(b"\xef\xbb\xbf")
