"""Several records of one document merged into one, each field from the best source, keeping where it came from."""

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, overload

import msgspec
import numpy as np

from pipeline.deduplicate.blocks import Indexes
from pipeline.deduplicate.citation import Citation, Related
from pipeline.records.record import Identifier, Record

# Fields that one source gives together, led by the field that decides which source that is.
_TOGETHER: tuple[tuple[str, ...], ...] = (
    ("title", "original_title"),
    ("authors",),
    ("editors",),
    ("journal", "journal_abbreviation"),
    ("publisher", "place", "edition"),
    ("languages",),
    ("abstract",),
    ("doi", "doi_as_printed"),
    ("pmid", "version"),
    ("pmcid",),
    ("accession", "database"),
)
# Fields that are taken from the fullest source, the best of several. What it lacks comes from a source that says
# nothing else of the rest: a place in a journal is not put together from two printings.
_WHOLE: tuple[tuple[str, ...], ...] = (("year", "month", "day", "date"), ("volume", "issue", "pages"))
# Fields that are joined: nothing that any source says is lost.
_JOINED = ("issn", "isbn", "keywords", "mesh", "publication_types", "identifiers", "urls", "notes", "links")
_VAGUE = ("other", "article")  # kinds that a source writes when it does not know better


class Merged(Sequence[Citation]):
    """Citations in retrieval order, each merged from its records whenever it is asked for: none stays in memory."""

    def __init__(
        self, records: Sequence[Record], home: Indexes, related: Mapping[int, tuple[Related, ...]], best: Sequence[str]
    ) -> None:
        """Take the records, the first member of each one's citation, and what is related to which first member."""
        self._records, self._related, self._best = records, related, best
        order = np.argsort(home, kind="stable")
        firsts, starts = np.unique(home[order], return_index=True)
        self._order: Indexes = order.astype(np.uint32)
        self._firsts: Indexes = firsts
        self._starts = np.append(starts, len(order))

    def __len__(self) -> int:
        return len(self._firsts)

    @overload
    def __getitem__(self, index: int) -> Citation: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Citation, ...]: ...

    def __getitem__(self, index: int | slice) -> Citation | tuple[Citation, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self))))
        number = range(len(self))[index]
        members = [self._records[one] for one in self._order[self._starts[number] : self._starts[number + 1]].tolist()]
        merged, sources = merge(members, self._best)
        return Citation(
            id=merged.id,
            members=tuple(record.id for record in members),
            record=merged,
            sources=sources,
            related=self._related.get(int(self._firsts[number]), ()),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(map(operator.eq, self, other))

    def __hash__(self) -> int:
        return hash((len(self), self._firsts.tobytes()))


def merge(members: Sequence[Record], best: Sequence[str]) -> tuple[Record, Mapping[str, str]]:
    """Merge records of one document, given in retrieval order, into one named after the first.

    Args:
        members: at least one.
        best: names of databases or searches, best first (settings.best_sources). Ties go to what was retrieved first.

    Returns:
        The merged record; and for each field that another member than the first gave, that member's id, or the ids
        of all that gave to it, divided by spaces.
    """
    first = members[0]
    if len(members) == 1:
        return first, {}
    ranked = sorted(members, key=lambda record: _rank(record, best))
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for fields in _TOGETHER:
        _take(next((record for record in ranked if getattr(record, fields[0])), first), fields, values, sources)
    for fields in _WHOLE:
        fullest = max(ranked, key=lambda record: _fullness(record, fields))
        _take(fullest, fields, values, sources)
        for record in ranked:
            if all(not values[field] or getattr(record, field) in (values[field], "", None) for field in fields):
                _take(record, [field for field in fields if not values[field]], values, sources)
    _take(next((record for record in ranked if record.kind not in _VAGUE), ranked[0]), ("kind",), values, sources)
    for field in _JOINED:
        values[field] = tuple(dict.fromkeys(value for record in ranked for value in getattr(record, field)))
        sources[field] = " ".join(record.id for record in ranked if getattr(record, field))
    others = tuple(_other_identifiers(ranked, values))
    if others:
        values["identifiers"] = tuple(dict.fromkeys((*values["identifiers"], *others)))
        sources["identifiers"] = " ".join(record.id for record in ranked)
    changed = {field: value for field, value in values.items() if value != getattr(first, field)}
    kept = {field: name for field, name in sources.items() if field in changed}
    return msgspec.structs.replace(first, **changed), kept


def _rank(record: Record, best: Sequence[str]) -> int:
    where = f"{record.database} {record.origin.search}".casefold()
    return next((place for place, name in enumerate(best) if name.casefold() in where), len(best))


def _take(source: Record, fields: Sequence[str], values: dict[str, Any], sources: dict[str, str]) -> None:
    for field in fields:
        values[field] = getattr(source, field)
        sources[field] = source.id


def _fullness(record: Record, fields: Sequence[str]) -> int:
    return sum(bool(getattr(record, field)) for field in fields)


def _other_identifiers(ranked: Sequence[Record], values: Mapping[str, Any]) -> Iterator[Identifier]:
    """Give the identifiers that lost their field to another of their kind."""
    for record in ranked:
        for field in ("doi", "pmid", "pmcid"):
            value = getattr(record, field)
            if value and value.casefold() != values[field].casefold():
                yield Identifier(scheme=field, value=value)
        if record.accession and record.accession != values["accession"]:
            yield Identifier(scheme=record.database.casefold() or "accession", value=record.accession)
