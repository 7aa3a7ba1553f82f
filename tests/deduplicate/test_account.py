"""What is told of a deduplication."""

import pytest

from pipeline.deduplicate import account
from pipeline.deduplicate.citation import Verdict
from pipeline.deduplicate.clusters import deduplicate
from tests.deduplicate.library import reference

GRAFTS = {
    "title": "Cold storage of hepatic grafts in octogenarians",
    "authors": ["Alder, A", "Birk, B"],
    "year": 2015,
    "journal": "Fictitious Surgery",
    "volume": "12",
}
FIRST = reference("s:1", GRAFTS | {"pages": "101-109"})
AGAIN = reference("s:2", GRAFTS | {"pages": "101-109", "doi": "10.5555/fs.101"})
ERRATUM = reference("s:3", GRAFTS | {"title": f"Erratum: {GRAFTS['title']}", "pages": "300"})
ELSEWHERE = reference("s:4", GRAFTS | {"pages": "555"})
SAID = Verdict(a="s:1", b="s:4", answer="same", by="Ann")


@pytest.mark.parametrize(
    ("records", "verdicts", "said"),
    [
        ([FIRST], [], "Of 1 record, 0 duplicates were joined to others, which left 1 citation."),
        ([FIRST, AGAIN], [], "Of 2 records, 1 duplicate was joined to others, which left 1 citation."),
        (
            [FIRST, ERRATUM, ELSEWHERE],
            [],
            (
                "Of 3 records, 0 duplicates were joined to others, which left 3 citations; 1 doubtful pair waits for a "
                "person; 2 pairs of related documents (erratum) were linked, not joined."
            ),
        ),
        (
            [FIRST, ELSEWHERE],
            [SAID],
            "Of 2 records, 1 duplicate was joined to others, which left 1 citation; people decided 1 pair.",
        ),
    ],
)
def test_the_methods_section_says_what_was_joined_asked_and_linked(records, verdicts, said):
    [how, what] = account.method(deduplicate(records, verdicts), records=len(records), version="0.1.0").splitlines()
    assert how.startswith("Records were deduplicated with living-review 0.1.0: ")
    assert what == said


def test_a_citation_is_told_with_its_members_relations_and_where_each_field_came_from():
    header, rows = account.citations_table(deduplicate([FIRST, AGAIN, ERRATUM]))
    told = [dict(zip(header, row, strict=True)) for row in rows]
    assert [
        (row["id"], row["records"], row["members"], row["related"], row["sources"], row["doi"]) for row in told
    ] == [
        ("s:1", "2", "s:1; s:2", "erratum: s:3", "doi: s:2", "10.5555/fs.101"),
        ("s:3", "1", "s:3", "erratum: s:1", "", ""),
    ]
