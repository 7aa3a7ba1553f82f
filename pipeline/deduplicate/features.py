"""What of a record is compared, once made ready: title, names, journal, place in the journal, identifiers.

One `Features` a record; comparing two of them touches no record again. An empty field was not delivered.
"""

from zlib import crc32

import msgspec

from pipeline.deduplicate import wording
from pipeline.deduplicate.names import names
from pipeline.deduplicate.notices import notice
from pipeline.deduplicate.places import issue, journal, pages, volume
from pipeline.records.identifiers import doi_key
from pipeline.records.record import Record

_ABSTRACT_WORDS = slice(4, 30)  # the first words are often a heading that one database adds and another drops


class Features(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One record, ready to be compared.

    Attributes:
        title: words of the title (wording.titled).
        second: words of a second title: the original of a translation, or the translation.
        marks: the numbers in the title, in their order.
        families: family names in their order; initials: the first letter of each given name, a blank if unknown.
        year: 0 if unknown.
        journal: words of the journal's name, parts of a double name divided by " / ".
        volume: its number; issue: its number.
        first: first page or article number, with its letters; last: last page.
        supplement: the record stands in a supplement, by its volume, issue or pages.
        doi: comparison key.
        notice: what kind of notice about another document the title announces (notices.NOTICES).
        abstract: a checksum of the abstract's beginning.
    """

    title: str
    second: str
    marks: str
    families: tuple[str, ...]
    initials: str
    year: int
    journal: str
    issn: tuple[str, ...]
    volume: str
    issue: str
    first: str
    last: str
    supplement: bool
    doi: str
    pmid: str
    registrations: tuple[str, ...]
    notice: str
    kind: str
    abstract: str


def features(record: Record) -> Features:
    """Make a record ready to be compared."""
    title, second = wording.titled(record.title)
    if not second and record.original_title:
        second = wording.titled(record.original_title)[0]
    families, initials = names(record.authors)
    volume_number, in_supplement = volume(record.volume)
    issue_number, of_supplement = issue(record.issue)
    first, last = pages(record.pages)
    return Features(
        title=title,
        second=second,
        marks=wording.marks(title),
        families=families,
        initials=initials,
        year=record.year or 0,
        journal=journal(record.journal),
        issn=record.issn,
        volume=volume_number,
        issue=issue_number,
        first=first,
        last=last,
        supplement=in_supplement or of_supplement or first[:1] == "s",
        doi=doi_key(record.doi),
        pmid=record.pmid,
        registrations=record.registrations,
        notice=notice(record.title),
        kind=record.kind,
        abstract=_abstract(record),
    )


_LEAST_ABSTRACT = 20  # words; shorter ones are remarks ("No abstract available")


def _abstract(record: Record) -> str:
    if not record.abstract:
        return ""
    found = wording.words(wording.fold(record.abstract_text[:400]))
    if len(found) <= _LEAST_ABSTRACT:
        return ""
    return f"{crc32(' '.join(found[_ABSTRACT_WORDS]).encode()):08x}"
