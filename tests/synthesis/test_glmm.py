import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.synthesis.effects import Refusal, Share
from pipeline.synthesis.glmm import pool_proportions
from pipeline.synthesis.scales import logistic

FEW = tuple(Share(x, n) for x, n in ((0, 15), (3, 40), (9, 60), (1, 5), (22, 90)))


def log_likelihood(mu, tau, counts):
    """Integrate by brute force: 6,001 points over eight standard deviations to both sides."""
    total = 0.0
    for share in counts:
        x, n = share.events, share.n
        most = x * math.log(x / n or 1) + (n - x) * math.log(1 - x / n or 1)
        heights = []
        for i in range(6001):
            u = -8 + i * 16 / 6000
            logit = mu + tau * u
            bernoulli = x * logit - n * (max(logit, 0.0) + math.log1p(math.exp(-abs(logit))))
            heights.append(math.exp(bernoulli - most - u * u / 2))
        total += most + math.log(math.fsum(heights) * 16 / 6000 / math.sqrt(2 * math.pi))
    return total


def test_the_estimate_is_where_the_likelihood_by_brute_force_is_highest():
    result = pool_proportions(FEW)
    mu, tau = result.estimate, math.sqrt(result.heterogeneity.tau2)
    top, step = log_likelihood(mu, tau, FEW), 1e-4
    around = [log_likelihood(mu + a * step, tau + b * step, FEW) for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    assert all(value < top for value in around)
    assert abs(around[0] - around[1]) / (2 * step) < 1e-5
    assert abs(around[2] - around[3]) / (2 * step) < 1e-5


def test_the_error_comes_from_the_curvature_of_the_whole_likelihood():
    result = pool_proportions(FEW)
    mu, tau, h = result.estimate, math.sqrt(result.heterogeneity.tau2), 1e-3

    def at(a, b):
        return log_likelihood(mu + a * h, tau + b * h, FEW)

    by_mu = -(at(1, 0) - 2 * at(0, 0) + at(-1, 0)) / h**2
    by_tau = -(at(0, 1) - 2 * at(0, 0) + at(0, -1)) / h**2
    cross = -(at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1)) / (4 * h**2)
    assert result.error == pytest.approx(math.sqrt(by_tau / (by_mu * by_tau - cross**2)), rel=1e-5)


def test_proportions_that_agree_are_the_proportion_of_all_patients():
    result = pool_proportions([Share(2, 10), Share(4, 20), Share(10, 50)])
    assert logistic(result.estimate) == pytest.approx(16 / 80)
    assert result.heterogeneity.tau2 == 0
    assert result.error == pytest.approx(1 / math.sqrt(80 * 0.2 * 0.8))


def test_the_error_of_studies_of_many_millions_is_that_of_their_spread():
    shares = (0.01, 0.2, 0.5, 0.7, 0.999)
    result = pool_proportions([Share(round(share * 10**8), 10**8) for share in shares])
    logits = [math.log(share / (1 - share)) for share in shares]
    mean = math.fsum(logits) / len(logits)
    spread = math.fsum((logit - mean) ** 2 for logit in logits) / len(logits)
    assert result.estimate == pytest.approx(mean, abs=1e-5)
    assert result.error == pytest.approx(math.sqrt(spread / len(logits)), rel=1e-3)


LARGE = tuple(Share(x, n) for x, n in ((40, 900), (3, 4), (1500, 20000), (1, 1), (0, 2), (40, 300), (30, 2000)))


def test_very_large_and_very_small_studies_are_integrated_alike():
    result = pool_proportions(LARGE)
    mu, tau = result.estimate, math.sqrt(result.heterogeneity.tau2)
    top, step = log_likelihood(mu, tau, LARGE), 1e-3
    around = [log_likelihood(mu + a * step, tau + b * step, LARGE) for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1))]
    assert all(value < top for value in around)
    assert abs(around[0] - around[1]) / (2 * step) < 1e-5
    assert abs(around[2] - around[3]) / (2 * step) < 1e-5


def test_the_order_of_the_studies_changes_not_even_the_last_digit():
    orders = [LARGE, LARGE[::-1], LARGE[3:] + LARGE[:3]]
    assert len({(pool_proportions(order).estimate, pool_proportions(order).error) for order in orders}) == 1


def test_twice_the_studies_give_one_estimate_with_an_error_that_is_smaller_by_the_root_of_two():
    once, twice = pool_proportions(LARGE), pool_proportions(LARGE * 2)
    assert twice.estimate == pytest.approx(once.estimate, rel=1e-9)
    assert twice.heterogeneity.tau2 == pytest.approx(once.heterogeneity.tau2, rel=1e-9)
    assert twice.error == pytest.approx(once.error / math.sqrt(2), rel=1e-9)


def test_a_study_without_events_needs_no_correction():
    assert pool_proportions(FEW).notes == ()
    assert logistic(pool_proportions(FEW).estimate) < 35 / 210


@settings(max_examples=25)
@given(
    st.lists(
        st.integers(1, 60).flatmap(lambda n: st.builds(Share, st.integers(0, n), st.just(n))), min_size=2, max_size=5
    )
)
def test_counting_the_others_instead_turns_the_estimate_round(counts):
    one = pool_proportions(counts)
    other = pool_proportions([Share(share.n - share.events, share.n) for share in counts])
    if isinstance(one, Refusal):
        assert other.rule == one.rule
    else:
        assert other.estimate == pytest.approx(-one.estimate, abs=1e-6 * max(1, one.error))
        assert other.heterogeneity.tau2 == pytest.approx(one.heterogeneity.tau2, rel=1e-5, abs=1e-7)


@pytest.mark.parametrize(
    ("counts", "refusal"),
    [
        ([], Refusal("too-few", "no study has a usable number")),
        ([(1, 5)], Refusal("too-few", "one study alone is not pooled")),
        ([(0, 5), (0, 9)], Refusal("no-events", "no events, or nothing but events, in any study (0/14)")),
        ([(5, 5), (9, 9)], Refusal("no-events", "no events, or nothing but events, in any study (14/14)")),
        ([(1, 5), (6, 5)], Refusal("bad-figures", "events must lie between 0 and n: 6/5")),
        (
            [(0, 30), (10, 10)],
            Refusal("no-estimate", "the proportions lie so far apart that the model has no best estimate"),
        ),
    ],
)
def test_what_has_no_estimate_is_refused_with_the_reason(counts, refusal):
    assert pool_proportions([Share(x, n) for x, n in counts]) == refusal
