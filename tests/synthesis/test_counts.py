import math

import pytest

from pipeline.synthesis.counts import mantel_haenszel, peto
from pipeline.synthesis.effects import Refusal, TwoByTwo, log_ratio_from_log_rank
from pipeline.synthesis.pooling import pool


def table(a, n1, c, n2):
    return TwoByTwo(events=a, n=n1, comparator_events=c, comparator_n=n2)


def test_two_halves_of_one_table_pool_to_its_own_odds_ratio():
    half = table(10, 50, 20, 50)
    result = mantel_haenszel([half, half], "odds ratio")
    assert result.estimate == pytest.approx(math.log(10 * 30 / (40 * 20)))
    assert result.heterogeneity.q == pytest.approx(0, abs=1e-12)
    assert result.weights == pytest.approx((50, 50))


@pytest.mark.parametrize("measure", ["odds ratio", "risk ratio"])
def test_a_table_without_events_changes_no_mantel_haenszel_ratio_and_no_heterogeneity(measure, published):
    informative = [t for t in published["yusuf1985_t6"] if t.events or t.comparator_events]
    assert len(informative) == 18
    with_empty = mantel_haenszel(published["yusuf1985_t6"], measure)
    without = mantel_haenszel(informative, measure)
    assert (with_empty.estimate, with_empty.error, with_empty.heterogeneity) == pytest.approx(
        (without.estimate, without.error, without.heterogeneity)
    )


def test_a_table_without_events_changes_no_peto_odds_ratio(published):
    informative = [t for t in published["yusuf1985_t6"] if t.events or t.comparator_events]
    one, other = peto(published["yusuf1985_t6"]), peto(informative)
    assert (one.estimate, one.heterogeneity) == (other.estimate, other.heterogeneity)
    assert (one.k, other.k) == (21, 18)


def test_observed_minus_expected_of_each_trial_pools_to_the_peto_odds_ratio_that_metafor_gives(published):
    # Source: Yusuf et al. 1985, appendix: the log-rank form of the same sums, (O - E) / V with variance 1 / V
    effects = []
    for one in published["yusuf1985_t6"]:
        total, events = one.n + one.comparator_n, one.events + one.comparator_events
        variance = one.n * one.comparator_n * events * (total - events) / (total**2 * (total - 1))
        if variance:
            effects.append(log_ratio_from_log_rank(one.events - events * one.n / total, variance))
    pooled, expected = pool(effects, model="common"), peto(published["yusuf1985_t6"])
    assert (pooled.estimate, pooled.error) == pytest.approx((expected.estimate, expected.error), rel=1e-12)


def test_pre_eclampsia_under_diuretics_has_the_published_peto_odds_ratio(published):
    # Source: Collins, Yusuf and Peto 1985, BMJ 290:17: the odds lower by a third
    result = peto(published["collins1985b"])
    assert (sum(t.events for t in published["collins1985b"]), result.k) == (291, 9)
    assert round(math.exp(result.estimate), 2) == 0.66


@pytest.mark.parametrize(
    ("result", "refusal"),
    [
        (mantel_haenszel([], "risk ratio"), Refusal("too-few", "no study has a usable number")),
        (peto([table(1, 9, 2, 9)]), Refusal("too-few", "one study alone is not pooled")),
        (peto([table(0, 9, 0, 9), table(0, 5, 0, 5)]), Refusal("no-events", "no study has events")),
        (
            mantel_haenszel([table(0, 9, 1, 9), table(0, 5, 2, 5)], "risk ratio"),
            Refusal("no-events", "taken together, one arm has no events (or nothing but events)"),
        ),
        (
            mantel_haenszel([table(0, 9, 1, 9), table(7, 5, 2, 5)], "risk ratio"),
            Refusal("bad-figures", "events must lie between 0 and n: 7/5 against 2/5"),
        ),
    ],
)
def test_counts_that_cannot_be_pooled_are_refused_with_the_reason(result, refusal):
    assert result == refusal
