"""The reference lists of the two documents: ten documents stand in both, and nothing else may be joined."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from pipeline import formats
from pipeline.deduplicate.clusters import deduplicate
from pipeline.records.record import Record

# Reference numbers in Xue 2025 and Nigri 2018 of the documents that both cite, read from the two lists.
BOTH = {1: 1, 10: 61, 13: 36, 21: 56, 29: 64, 42: 83, 47: 84, 52: 92, 54: 94, 65: 107}


@pytest.fixture(scope="module")
def references(root: Path) -> list[Record]:
    found = []
    for search in ("xue", "nigri"):
        [path] = (root / "queries" / "imports").glob(f"{search}-*-references/*.ris")
        with path.open("rb") as stream:
            found += formats.read(stream, name=path.name, search=search)
    assert all(isinstance(record, Record) for record in found)
    return found


def _number(records: Sequence[Record]) -> dict[str, str]:
    """Map record ids to the search and the place in its list."""
    return {record.id: f"{record.origin.search}:{record.origin.block}" for record in records}


def _joined(records: Sequence[Record]) -> set[frozenset[str]]:
    number = _number(records)
    return {frozenset(map(number.get, c.members)) for c in deduplicate(records).citations if len(c.members) > 1}


TEN = {frozenset((f"xue:{x}", f"nigri:{n}")) for x, n in BOTH.items()}


def test_200_references_are_190_citations_and_the_ten_are_the_right_ones(references):
    assert len(references) == 200
    assert len(deduplicate(references).citations) == 190
    assert _joined(references) == TEN


def test_the_other_order_joins_the_same(references):
    assert _joined(references[::-1]) == TEN


def test_without_dois_the_same_are_joined(references):
    assert _joined([msgspec.structs.replace(record, doi="") for record in references]) == TEN
