"""Any number of records is cut into ranges that are disjoint, without a gap, and small enough to be listed."""

import bisect
import random
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.slices import CAP, HIGHEST, plan


def counter(pmids):
    asked = []

    def counted(low, high):
        asked.append((low, high))
        return bisect.bisect_right(pmids, high) - bisect.bisect_left(pmids, low)

    return counted, asked


def check(pmids, parts, cap):
    assert parts[0].low == 1
    assert parts[-1].high == HIGHEST
    assert all(left.high + 1 == right.low for left, right in pairwise(parts))
    counted, _ = counter(pmids)
    assert [part.count for part in parts] == [counted(part.low, part.high) for part in parts]
    assert sum(part.count for part in parts) == len(pmids)
    assert all(part.count <= cap for part in parts)


def test_172000_pmids_are_cut_into_disjoint_exact_parts_with_few_counts():
    draw = random.Random(1)
    # PMIDs of a subject cluster: most are recent, and publishers' batches lie close together.
    pmids = sorted({int(41_000_000 * draw.betavariate(4, 1.2)) + step for _ in range(60_000) for step in range(3)})[
        :172_000
    ]
    assert len(pmids) == 172_000
    counted, asked = counter(pmids)
    newest = pmids[-CAP:]
    parts = plan(len(pmids), counted, cuts=(newest[-1], newest[0] - 1))
    check(pmids, parts, CAP)
    assert len(parts) <= 45
    assert len(asked) == len(parts) - 1


@given(st.sets(st.integers(1, 3_000), max_size=200), st.integers(1, 40), st.lists(st.integers(0, 3_000), max_size=3))
def test_any_set_of_pmids_is_cut_exactly(pmids, cap, cuts):
    held = sorted(pmids)
    counted, _ = counter(held)
    check(held, plan(len(held), counted, cap=cap, cuts=cuts), cap)


def test_counts_that_contradict_each_other_never_make_a_negative_part():
    parts = plan(30_000, lambda low, high: 40_000, cap=CAP)
    assert all(part.count >= 0 for part in parts)


def test_what_fits_is_one_part_and_no_count():
    counted, asked = counter([1, 2, 3])
    assert [(part.low, part.high, part.count) for part in plan(3, counted)] == [(1, HIGHEST, 3)]
    assert asked == []
