"""What of a record is compared, once made ready: title, names, journal, place in the journal, identifiers.

One `Features` a record; comparing two of them touches no record again. An empty field was not delivered.
"""

import re
from zlib import crc32

import msgspec

from pipeline.deduplicate import sorts, wording
from pipeline.deduplicate.names import names
from pipeline.deduplicate.places import journal, pages, place
from pipeline.records.identifiers import doi_key
from pipeline.records.record import Record


class Features(msgspec.Struct, frozen=True, kw_only=True, gc=False, array_like=True):
    """One record, ready to be compared.

    Attributes:
        title: words of the title (wording.titled).
        second: words of a second title: the original of a translation, or the translation.
        marks: the numbers in the title, in their order.
        families: family names in their order.
        givens: for each of them the given names run together, or an initial, or nothing.
        year: 0 if unknown.
        journal: words of the journal's name, parts of a double name divided by " / ".
        volume: its number; issue: its number.
        first: first page or article number, with its letters; last: last page.
        doi: comparison key.
        own: other identifiers that belong to one document: PMCID, number in a database.
        registrations: numbers in registers; a trial's, so that several documents may share one.
        sort: what sort of document it is, where that tells documents apart (sorts.SORTS).
        review: number of a Cochrane review ("cd001234"), which all its versions share.
        translated: the title is a translation into English.
        abstract: a checksum of the abstract's beginning.
    """

    title: str
    second: str
    marks: str
    families: tuple[str, ...]
    givens: tuple[str, ...]
    year: int
    journal: str
    issn: tuple[str, ...]
    volume: str
    issue: str
    first: str
    last: str
    doi: str
    pmid: str
    own: tuple[str, ...]
    registrations: tuple[str, ...]
    sort: str
    review: str
    translated: bool
    abstract: str


def features(record: Record) -> Features:
    """Make a record ready to be compared."""
    volume, issue, supplement = place(record.volume, record.issue, record.year or 0)
    sort = sorts.sort(record, supplement=supplement)
    title, second = wording.titled(record.title, is_notice=sort in sorts.NOTICE_SORTS)
    if not second and record.original_title:
        second = wording.titled(record.original_title)[0]
    families, givens = names(record.authors)
    first, last = pages(record.pages)
    doi = doi_key(record.doi).rstrip("/")
    return Features(
        title=title,
        second=second,
        marks=wording.marks(title),
        families=families,
        givens=givens,
        year=record.year or 0,
        journal=journal(record.journal),
        issn=record.issn,
        volume=volume,
        issue=issue,
        first=first,
        last=last,
        doi=doi,
        pmid=record.pmid,
        own=_own(record),
        registrations=record.registrations,
        sort=sort,
        review=_review(doi, record.pages),
        translated=_translated(record),
        abstract=_abstract(record),
    )


def _own(record: Record) -> tuple[str, ...]:
    own = [record.pmcid] if record.pmcid else []
    if record.accession and record.database:
        own.append(f"{record.database} {record.accession}".casefold())
    return tuple(own)


_COCHRANE_DOI = re.compile(r"14651858\.((?:cd|mr|ed)\d{6})")
_COCHRANE_PAGE = re.compile(r"\b((?:CD|MR|ED)\d{6})\b", re.IGNORECASE)


def _review(doi: str, pages: str) -> str:
    """Find the number of a Cochrane review.

    Source: Cochrane Library, DOIs of reviews, 10.1002/14651858.CDnnnnnn.pubN.
    """
    found = _COCHRANE_DOI.search(doi) or _COCHRANE_PAGE.search(pages)
    return found.group(1).lower() if found else ""


_NOT_ENGLISH = re.compile(r"\[(?!.*english)[^\]]*(?:ese|ish|ian|man|nch|ech|vak|rew|bic|tch|ean)\]\W*$", re.IGNORECASE)


def _translated(record: Record) -> bool:
    if record.languages:
        return "eng" not in record.languages
    return record.title.startswith("[") or bool(record.original_title) or bool(_NOT_ENGLISH.search(record.title))


_ABSTRACT_WORDS = slice(4, 30)  # the first words are often a heading that one database adds and another drops
_LEAST_ABSTRACT = 20  # words; shorter ones are remarks ("No abstract available")
_ABSTRACT_LETTERS = 400  # enough for the words that count


def _abstract(record: Record) -> str:
    if not record.abstract:
        return ""
    text = record.abstract[0].text
    if len(text) < _ABSTRACT_LETTERS and len(record.abstract) > 1:
        text = record.abstract_text
    found = wording.words(wording.fold(text[:_ABSTRACT_LETTERS]))
    if len(found) <= _LEAST_ABSTRACT:
        return ""
    return f"{crc32(' '.join(found[_ABSTRACT_WORDS]).encode()):08x}"
