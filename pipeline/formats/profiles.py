"""Files as other tools import them best: the fields that each tool reads, in its own columns or tags.

Each carries the id of the record (or citation) where the tool keeps an identifier and gives it back in its exports, so
that what people decide there can be joined to this review again.
"""

from collections.abc import Iterable, Iterator

from pipeline.formats import csv_records, names, ris
from pipeline.formats.abstracts import joined
from pipeline.formats.assembly import Field
from pipeline.records import tables
from pipeline.records.record import Record

# Columns of Rayyan's CSV. Source: Rayyan, "Sample CSV file", help.rayyan.ai; the header of its own exports.
RAYYAN = (
    "key", "title", "year", "month", "day", "journal", "issn", "volume", "issue", "pages", "authors", "url", "language",
    "publisher", "location", "abstract", "notes", "doi", "keywords", "pubmed_id", "pmc_id",
)  # fmt: skip
# Columns of an ASReview dataset. Source: ASReview LAB, "Data format", https://asreview.readthedocs.io.
ASREVIEW = ("title", "abstract", "authors", "year", "doi", "url", "keywords", "living_review_id")
# Tags that Covidence reads, and what they are renamed from. Source: Covidence, "How do I import references: RIS".
COVIDENCE = {
    "TY": "TY", "TI": "TI", "AU": "AU", "PY": "PY", "T2": "JO", "VL": "VL", "IS": "IS", "SP": "SP", "EP": "EP",
    "SN": "SN", "AB": "AB", "KW": "KW", "MH": "KW", "DO": "DO", "UR": "UR", "N1": "N1", "ER": "ER",
}  # fmt: skip
# Tags that Zotero files in a field of their own, and what they are renamed from; MeSH headings become tags of the item.
# Source: Zotero, RIS import translator.
ZOTERO = {
    "TY": "TY", "TI": "TI", "TT": "TT", "AU": "AU", "ED": "ED", "PY": "PY", "DA": "DA", "T2": "T2", "J2": "J2",
    "VL": "VL", "IS": "IS", "SP": "SP", "EP": "EP", "SN": "SN", "PB": "PB", "CY": "CY", "ET": "ET", "LA": "LA",
    "AB": "AB", "KW": "KW", "MH": "KW", "DO": "DO", "DB": "DB", "UR": "UR", "N1": "N1", "ER": "ER",
}  # fmt: skip


def rayyan(records: Iterable[Record]) -> Iterator[bytes]:
    """Write records as CSV for Rayyan; its `key` is the record's id."""
    yield tables.write(RAYYAN, [], form=True)
    for record in records:
        said = {
            "key": record.id,
            "title": record.title,
            "year": str(record.year or ""),
            "month": str(record.month or ""),
            "day": str(record.day or ""),
            "journal": record.journal or record.journal_abbreviation,
            "issn": ", ".join(record.issn),
            "volume": record.volume,
            "issue": record.issue,
            "pages": record.pages,
            "authors": " and ".join(map(names.written, record.authors)),
            "url": record.urls[0] if record.urls else "",
            "language": ", ".join(record.languages),
            "publisher": record.publisher,
            "location": record.place,
            "abstract": joined(record.abstract),
            "notes": "\n".join(record.notes),
            "doi": record.doi,
            "keywords": ";".join([*record.keywords, *record.mesh]),
            "pubmed_id": record.pmid,
            "pmc_id": record.pmcid,
        }
        yield csv_records.row([said[column] for column in RAYYAN])


def asreview(records: Iterable[Record]) -> Iterator[bytes]:
    """Write records as a dataset for ASReview; `living_review_id` comes back in its exports."""
    yield tables.write(ASREVIEW, [], form=True)
    for record in records:
        said = [
            record.title,
            joined(record.abstract),
            "; ".join(map(names.written, record.authors)),
            str(record.year or ""),
            record.doi,
            record.urls[0] if record.urls else "",
            "; ".join([*record.keywords, *record.mesh]),
            record.id,
        ]
        yield csv_records.row(said)


def covidence(records: Iterable[Record]) -> Iterator[bytes]:
    """Write records as RIS for Covidence; the accession number is the record's id."""
    for record in records:
        fields = _renamed(record, COVIDENCE)
        yield ris.block([*fields[:-1], ("AN", record.id), fields[-1]])


def zotero(records: Iterable[Record]) -> Iterator[bytes]:
    """Write records as RIS for Zotero; the call number is the record's id, and PubMed's page is among the links."""
    for record in records:
        fields = _renamed(record, ZOTERO)
        link = [("UR", f"https://pubmed.ncbi.nlm.nih.gov/{record.pmid}/")] if record.pmid else []
        yield ris.block([*fields[:-1], *link, ("CN", record.id), fields[-1]])


def _renamed(record: Record, tags: dict[str, str]) -> list[Field]:
    return [(tags[tag], text) for tag, text in ris.fields_of(record) if tag in tags]
