from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from pipeline.extraction.discrepancies import chosen, discrepancies
from pipeline.extraction.outcomes import Outcome, Place

BASE = Outcome(
    study_id="a", arm="x", outcome="OS", measure="median", value=Decimal("11.1"), unit="months", source="doc-a"
)
rows = st.lists(
    st.builds(
        Outcome,
        study_id=st.sampled_from("ab"),
        arm=st.just("x"),
        measure=st.just("median"),
        outcome=st.just("OS"),
        value=st.sampled_from([Decimal(1), Decimal(2)]),
        source=st.sampled_from(["doc-a", "doc-b", "doc-c"]),
        assessed_by=st.sampled_from(["", "centre", "site"]),
        preferred=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda row: row.key,
)


def test_sources_that_differ_are_listed_with_what_differs():
    other = replace(BASE, value=Decimal("12.6"), source="doc-b", preferred=True, n=86)
    found = discrepancies([other, BASE])
    assert [(d.rows, d.differs, d.preferred) for d in found] == [((BASE, other), ("value",), other)]


def test_sources_that_agree_are_listed_too():
    other = replace(BASE, source="doc-b", value=Decimal("11.10"), n=86)
    assert [d.differs for d in discrepancies([BASE, other])] == [()]


def test_one_source_alone_is_no_discrepancy():
    assert discrepancies([BASE, replace(BASE, criteria="mRECIST")]) == ()


def test_a_median_is_the_arms_own_whatever_it_is_compared_with():
    other = replace(BASE, source="doc-b", comparator="placebo")
    assert len(discrepancies([BASE, other])) == 1
    ratio = replace(BASE, measure="hazard ratio", comparator="placebo")
    assert discrepancies([ratio, replace(ratio, source="doc-b", comparator="nothing")]) == ()


def test_a_source_that_does_not_name_its_criteria_may_mean_any():
    named = replace(BASE, criteria="RECIST", source="doc-b")
    assert len(discrepancies([BASE, named])) == 1
    assert discrepancies([replace(BASE, criteria="mRECIST"), named]) == ()


def test_the_preferred_row_counts_and_the_others_do_not():
    other = replace(BASE, value=Decimal("12.6"), source="doc-b", preferred=True)
    alone = replace(BASE, arm="y")
    assert chosen([BASE, other, alone]).rows == (other, alone)


def test_where_nobody_chose_none_counts():
    other = replace(BASE, source="doc-b")
    found = chosen([BASE, other])
    assert (found.rows, [d.rows for d in found.undecided]) == ((), [(BASE, other)])


@given(rows)
def test_the_order_of_the_rows_does_not_matter(found):
    placed = [replace(row, at=Place("f.csv", number)) for number, row in enumerate(found, start=2)]
    assert discrepancies(placed) == discrepancies(placed[::-1])


@given(rows)
def test_every_row_counts_or_is_explained(found):
    kept = chosen(found)
    several = {id(row) for d in discrepancies(found) for row in d.rows}
    assert all(id(row) in {id(k) for k in kept.rows} for row in found if id(row) not in several)
    for d in discrepancies(found):
        assert (d in kept.undecided) == (d.preferred is None)
        assert [row for row in d.rows if any(row is k for k in kept.rows)] == ([d.preferred] if d.preferred else [])
