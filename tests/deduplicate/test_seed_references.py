"""The reference lists of the two documents: ten documents stand in both, and nothing else may be joined."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from pipeline.deduplicate.clusters import deduplicate
from pipeline.records.identifiers import doi
from pipeline.records.record import Author, Origin, Record

# Reference numbers in Xue 2025 and Nigri 2018 of the documents that both cite, read from the two lists.
BOTH = {1: 1, 10: 61, 13: 36, 21: 56, 29: 64, 42: 83, 47: 84, 52: 92, 54: 94, 65: 107}


@pytest.fixture(scope="module")
def references(root: Path) -> list[Record]:
    imports = root / "queries" / "imports"
    return [
        *_read(imports / "xue-2025-references" / "xue-2025.ris", "xue"),
        *_read(imports / "nigri-2018-references" / "nigri-2018.ris", "nigri"),
    ]


def _read(path: Path, search: str) -> list[Record]:
    records, tags = [], {}
    for line in path.read_text(encoding="utf-8").splitlines():
        tag, _, value = line.partition("  - ")
        if tag == "ER":
            records.append(_record(f"{search}:{len(records) + 1}", search, tags))
            tags = {}
        elif value:
            tags.setdefault(tag, []).append(value.strip())
    return records


def _record(name: str, search: str, tags: dict[str, list[str]]) -> Record:
    one = {tag: values[0] for tag, values in tags.items()}
    pages = "-".join(one[tag] for tag in ("SP", "EP") if tag in one)
    authors = [author.partition(", ") for author in tags.get("AU", ())]
    return Record(
        id=name,
        origin=Origin(search=search),
        title=one.get("TI", ""),
        authors=tuple(Author(family=family, given=given) for family, _, given in authors),
        year=int(one["PY"][:4]) if one.get("PY", "")[:4].isdigit() else None,
        journal=one.get("T2", one.get("JO", "")),
        volume=one.get("VL", ""),
        issue=one.get("IS", ""),
        pages=pages,
        doi=doi(one.get("DO", "")),
    )


def _joined(records: Sequence[Record]) -> set[frozenset[str]]:
    return {frozenset(c.members) for c in deduplicate(records).citations if len(c.members) > 1}


TEN = {frozenset((f"xue:{x}", f"nigri:{n}")) for x, n in BOTH.items()}


def test_200_references_are_190_citations_and_the_ten_are_the_right_ones(references):
    assert len(references) == 200
    assert len(deduplicate(references).citations) == 190
    assert _joined(references) == TEN


def test_the_other_order_joins_the_same(references):
    assert _joined(references[::-1]) == TEN


def test_without_dois_the_same_are_joined(references):
    assert _joined([msgspec.structs.replace(record, doi="") for record in references]) == TEN
