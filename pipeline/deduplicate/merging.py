"""Several records of one document merged into one, each field from the best source, keeping where it came from."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from pipeline.records.record import Record

# Fields that are taken together, as one source gave them: a place in a journal is not put together from two sources.
_TOGETHER: tuple[tuple[str, ...], ...] = (
    ("kind",),
    ("title", "original_title"),
    ("authors",),
    ("editors",),
    ("year", "month", "day", "date"),
    ("journal", "journal_abbreviation"),
    ("volume", "issue", "pages"),
    ("publisher", "place", "edition"),
    ("languages",),
    ("abstract",),
    ("doi", "doi_as_printed"),
    ("pmid",),
    ("pmcid",),
    ("database", "accession", "version"),
)
# Fields that are joined: nothing that any source says is lost.
_JOINED = ("issn", "isbn", "keywords", "mesh", "publication_types", "identifiers", "urls", "notes", "links")

# Best source first, found in `database` and then in the name of the search. Source: PubMed's records are corrected by
# the National Library of Medicine; Embase and the others index from the publishers' deliveries; registers and
# reference lists carry the least.
_BEST = ("pubmed", "medline", "embase", "cochrane", "central", "web of science", "scopus", "cinahl", "psycinfo")


def merge(members: Sequence[Record]) -> tuple[Record, Mapping[str, str]]:
    """Merge records of one document, given in retrieval order, into one named after the first.

    Returns the merged record, and for each field that came from elsewhere than the first member the member's id.
    """
    first = members[0]
    if len(members) == 1:
        return first, {}
    ranked = sorted(members, key=_rank)
    changes: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for fields in _TOGETHER:
        source = max(ranked, key=_fullness(fields))
        if source is first:
            continue
        for field in fields:
            value = getattr(source, field)
            if value != getattr(first, field):
                changes[field] = value
                sources[field] = source.id
    for field in _JOINED:
        joined = tuple(dict.fromkeys(value for member in ranked for value in getattr(member, field)))
        if joined != getattr(first, field):
            changes[field] = joined
            sources[field] = " ".join(member.id for member in ranked if getattr(member, field))
    return (msgspec.structs.replace(first, **changes) if changes else first), sources


def _rank(record: Record) -> int:
    where = f"{record.database} {record.origin.search} {record.origin.format}".casefold()
    return next((place for place, name in enumerate(_BEST) if name in where), len(_BEST))


def _fullness(fields: Sequence[str]) -> Callable[[Record], int]:
    """Count how many of the fields a record has; `max` then keeps the best-ranked of the fullest."""
    return lambda record: sum(bool(getattr(record, field)) for field in fields)
