"""The derived values that one stage writes and later ones read: where each lies below outputs/, and how it is read."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from pipeline.deduplicate.citation import Citation, Cluster, Deduplication, Pair, Skipped
from pipeline.records import tables
from pipeline.records.record import Record
from pipeline.workflow.changes import Revision
from pipeline.workflow.folder import OUTPUTS, ReviewFolder
from pipeline.workflow.lines import Lines

RECORDS = "records.jsonl"
CITATIONS = "citations.jsonl"
PAIRS = "pairs.csv"
NOT_COMPARED = "not_compared.csv"
RETRIEVED = "retrieved.csv"
REVISED = "revised.csv"

_T = TypeVar("_T")


def records(folder: ReviewFolder) -> Sequence[Record]:
    """Return every record of the review, first retrieved first; none is held in memory."""
    return _lines(folder, RECORDS, Record)


def citations(folder: ReviewFolder) -> Sequence[Citation]:
    """Return every citation of the review, first retrieved first; none is held in memory."""
    return _lines(folder, CITATIONS, Citation)


def clusters(folder: ReviewFolder) -> tuple[Cluster, ...]:
    """Read which records every citation joins, in the order of the citations."""
    found = _lines(folder, CITATIONS, Cluster)
    return tuple(Cluster(id=one.members[0], members=one.members) for one in found)  # one text for both


def pairs(folder: ReviewFolder) -> tuple[Pair, ...]:
    """Read every judged pair, without its evidence, which pairs.csv gives in words for people."""
    fields = ("verdict", "kind", "rule", "by", "reason")
    return tuple(
        msgspec.convert(
            {"a": row["record_a"], "b": row["record_b"], "score": float(row["score"]), **{f: row[f] for f in fields}},
            Pair,
        )
        for row in _table(folder, PAIRS)
    )


def deduplication(folder: ReviewFolder) -> Deduplication:
    """Read what came of deduplication; how many pairs were looked at and dismissed is not kept."""
    skipped = (
        Skipped(key=row["key"], records=int(row["records"]), pairs=int(row["pairs_not_compared"]))
        for row in _table(folder, NOT_COMPARED)
    )
    return Deduplication(citations=citations(folder), pairs=pairs(folder), skipped=tuple(skipped))


def retrieved(folder: ReviewFolder) -> Mapping[str, tuple[str, str]]:
    """Map every record to the day on which it first came, and the last on which it did: empty while it still does."""

    def read() -> dict[str, tuple[str, str]]:
        spans: dict[tuple[str, str], tuple[str, str]] = {}  # few, so that records share them
        rows = _table(folder, RETRIEVED)
        return {row["record_id"]: spans.setdefault(span := (row["first"], row["last"]), span) for row in rows}

    return folder.value(RETRIEVED, (f"{OUTPUTS}/{RETRIEVED}",), None, read)


def revisions(folder: ReviewFolder) -> tuple[Revision, ...]:
    """List what newer forms of records changed, in the order of the records."""
    names = ("record_id", "date", "field", "before", "after")
    return tuple(Revision(*(row[name] for name in names)) for row in _table(folder, REVISED))


def _table(folder: ReviewFolder, name: str) -> tuple[tables.Row, ...]:
    path = f"{OUTPUTS}/{name}"
    return tables.read(folder.read(path), file=path, own=True).rows


def _lines(folder: ReviewFolder, name: str, kind: type[_T]) -> Lines[_T]:
    path = f"{OUTPUTS}/{name}"

    def part(start: int, end: int) -> bytes:
        with folder.stream(path) as stream:
            stream.seek(start)
            return stream.read(end - start)

    with folder.stream(path) as stream:
        return Lines(part, map(len, stream), kind, file=path)
