import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.synthesis.effects import Effect, Refusal
from pipeline.synthesis.pooling import pool
from pipeline.synthesis.sensitivity import Pooling, by_group, cumulate, leave_one_out

STUDIES = tuple(Effect(value, variance) for value, variance in ((0.1, 0.04), (0.5, 0.09), (0.2, 0.01), (0.8, 0.05)))
effects = st.lists(st.builds(Effect, st.floats(-3, 3), st.floats(0.01, 2)), min_size=2, max_size=7)


def test_leaving_each_out_pools_the_others():
    results = leave_one_out(STUDIES, Pooling(method="DL"))
    assert results == tuple(pool([s for s in STUDIES if s is not left], method="DL") for left in STUDIES)


def test_leaving_one_of_two_out_leaves_nothing_to_pool():
    alone = Refusal("too-few", "one study alone is not pooled")
    assert leave_one_out(STUDIES[:2], Pooling()) == (alone, alone)


def test_cumulating_ends_at_the_pooled_estimate_of_all():
    steps = cumulate(STUDIES, Pooling(test="Wald"))
    assert steps[0] == Refusal("too-few", "one study alone is not pooled")
    assert [step.k for step in steps[1:]] == [2, 3, 4]
    assert steps[-1] == pool(STUDIES, test="Wald")


def test_groups_are_pooled_in_the_order_of_their_names_and_compared():
    result = by_group(STUDIES, ["b", "a", "b", "a"], Pooling(method="DL"))
    assert [name for name, _ in result.groups] == ["a", "b"]
    assert dict(result.groups)["b"] == pool([STUDIES[0], STUDIES[2]], method="DL")
    assert (result.separate.df, result.common.df, result.common.df2) == (1, 1, 2)


def test_a_group_of_one_study_is_not_pooled_but_enters_the_test():
    result = by_group(STUDIES, ["a", "b", "b", "b"], Pooling(method="DL"))
    assert dict(result.groups)["a"] == Refusal("too-few", "one study alone is not pooled")
    others = pool(STUDIES[1:], method="DL")
    expected = (STUDIES[0].value - others.estimate) ** 2 / (STUDIES[0].variance + others.error**2)
    assert result.separate.statistic == pytest.approx(expected)


def test_one_group_is_compared_with_nothing():
    result = by_group(STUDIES, ["a"] * 4, Pooling())
    assert (result.separate, result.common) == (None, None)


@given(effects, st.randoms())
def test_the_order_of_studies_does_not_matter_to_groups(studies, shuffler):
    marked = [(str(i % 2), study) for i, study in enumerate(studies)]
    mixed = list(marked)
    shuffler.shuffle(mixed)
    one, other = (by_group([s for _, s in m], [g for g, _ in m], Pooling(method="PM")) for m in (marked, mixed))
    assert [name for name, _ in one.groups] == [name for name, _ in other.groups]
    if one.separate:
        assert one.separate.statistic == pytest.approx(other.separate.statistic, rel=1e-6, abs=1e-9)
