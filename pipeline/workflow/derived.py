"""The derived values that one stage writes and later ones read: where each lies below outputs/, and how it is read."""

from array import array
from collections.abc import Iterator, Sequence
from typing import TypeVar, overload

import msgspec

from pipeline.deduplicate.citation import Citation, Cluster, Deduplication, Pair, Skipped
from pipeline.errors import Fault, FormatError
from pipeline.records import tables
from pipeline.records.record import Record
from pipeline.workflow.changes import Revision
from pipeline.workflow.folder import OUTPUTS, ReviewFolder

RECORDS = "records.jsonl"
CITATIONS = "citations.jsonl"
PAIRS = "pairs.csv"
NOT_COMPARED = "not_compared.csv"
RETRIEVED = "retrieved.csv"
REVISED = "revised.csv"

_BLOCK = 16  # lines that are read together where they are asked for one by one

_T = TypeVar("_T")


class Lines(Sequence[_T]):
    """The values of a derived file, one a line: each is read whenever it is asked for, and none stays in memory."""

    def __init__(self, folder: ReviewFolder, name: str, kind: type[_T]) -> None:
        """Note where every line begins."""
        self._folder, self._path = folder, f"{OUTPUTS}/{name}"
        self._decoder = msgspec.json.Decoder(kind)
        self._starts = array("Q", [0])
        self._block: tuple[int, list[bytes]] = (-1, [])
        with folder.stream(self._path) as stream:
            for line in stream:
                self._starts.append(self._starts[-1] + len(line))

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[_T]:
        with self._folder.stream(self._path) as stream:
            for number, line in enumerate(stream):
                yield self._decode(line, number)

    @overload
    def __getitem__(self, index: int) -> _T: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[_T, ...]: ...

    def __getitem__(self, index: int | slice) -> _T | tuple[_T, ...]:
        if isinstance(index, slice):
            return tuple(self[number] for number in range(*index.indices(len(self))))
        number = range(len(self))[index]
        block = number // _BLOCK
        if self._block[0] != block:
            self._block = (block, self._read(block))
        return self._decode(self._block[1][number % _BLOCK], number)

    def _read(self, block: int) -> list[bytes]:
        start, end = self._starts[block * _BLOCK], self._starts[min((block + 1) * _BLOCK, len(self))]
        with self._folder.stream(self._path) as stream:
            stream.seek(start)
            return stream.read(end - start).split(b"\n")

    def _decode(self, line: bytes, number: int) -> _T:
        try:
            return self._decoder.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            remedy = "Delete the folder outputs/ and run again; everything in it is rebuilt."
            fault = Fault(what=f"this line is damaged ({error})", file=self._path, line=number + 1, remedy=remedy)
            raise FormatError(fault) from error


def records(folder: ReviewFolder) -> Sequence[Record]:
    """Return every record of the review, first retrieved first; none is held in memory."""
    return Lines(folder, RECORDS, Record)


def citations(folder: ReviewFolder) -> Sequence[Citation]:
    """Return every citation of the review, first retrieved first; none is held in memory."""
    return Lines(folder, CITATIONS, Citation)


def clusters(folder: ReviewFolder) -> tuple[Cluster, ...]:
    """Read which records every citation joins, in the order of the citations."""
    return tuple(Lines(folder, CITATIONS, Cluster))


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


def retrieved(folder: ReviewFolder) -> dict[str, tuple[str, str]]:
    """Map every record to the day on which it first came, and to the last on which its search found it."""
    return {row["record_id"]: (row["first"], row["last"]) for row in _table(folder, RETRIEVED)}


def revisions(folder: ReviewFolder) -> tuple[Revision, ...]:
    """List what newer forms of records changed, in the order of the records."""
    names = ("record_id", "date", "field", "before", "after")
    return tuple(Revision(*(row[name] for name in names)) for row in _table(folder, REVISED))


def _table(folder: ReviewFolder, name: str) -> tuple[tables.Row, ...]:
    path = f"{OUTPUTS}/{name}"
    return tables.read(folder.read(path), file=path).rows
