"""Many PMIDs behave as a sorted set of strings does."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.pmids import Pmids

NUMBERS = st.lists(st.integers(1, 60).map(str), max_size=40)


@given(NUMBERS, NUMBERS)
def test_they_are_a_sorted_set(one, other):
    ours, theirs = Pmids(one), Pmids(other)
    assert list(ours) == sorted(set(one), key=int)
    assert list(ours.together(theirs)) == list(ours.together(other)) == sorted({*one, *other}, key=int)
    assert list(ours.without(theirs)) == sorted(set(one) - set(other), key=int)
    assert [pmid in ours for pmid in other] == [pmid in set(one) for pmid in other]
    assert (ours == theirs) is (set(one) == set(other))
    assert ours == tuple(sorted(set(one), key=int))
    assert hash(ours) == hash(Pmids(reversed(one)))


@given(NUMBERS, st.integers(-5, 50), st.integers(-5, 50))
def test_they_are_cut_as_a_list_is(pmids, start, end):
    held = sorted(set(pmids), key=int)
    assert list(Pmids(pmids)[start:end]) == held[start:end]
    assert [Pmids(pmids)[place] for place in range(len(held))] == held


@given(NUMBERS)
def test_their_text_is_one_a_line(pmids):
    assert Pmids(pmids).text() == "".join(f"{pmid}\n" for pmid in sorted(set(pmids), key=int)).encode()


def test_what_is_no_pmid_is_not_among_them():
    assert [thing in Pmids(["7"]) for thing in ("7", "07", "x", "-7", 7, None)] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
    assert Pmids(["7"]) != ["8"]
    assert Pmids(["7"]) != "7"
