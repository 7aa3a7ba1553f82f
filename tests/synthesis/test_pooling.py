import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.synthesis import heterogeneity
from pipeline.synthesis.effects import Effect, Refusal
from pipeline.synthesis.pooling import Pooled, pool

effect = st.builds(Effect, st.floats(-5, 5), st.floats(1e-3, 4))
effects = st.lists(effect, min_size=2, max_size=12)
METHODS = list(heterogeneity.ESTIMATORS)


def close(value, **limits):
    return pytest.approx(value, **({"rel": 1e-9, "abs": 1e-9} | limits))


@given(effects, st.sampled_from(METHODS), st.sampled_from(["HKSJ", "HKSJ-never-narrower", "Wald"]), st.randoms())
def test_the_order_of_studies_does_not_matter(studies, method, test, shuffler):
    mixed = list(studies)
    shuffler.shuffle(mixed)
    one, other = (pool(order, method=method, test=test) for order in (studies, mixed))
    assert (one.estimate, one.error, one.heterogeneity.tau2) == close(
        (other.estimate, other.error, other.heterogeneity.tau2), rel=1e-6
    )


@given(effects, st.sampled_from(METHODS), st.floats(-3, 3))
def test_moving_all_effects_moves_the_estimate_and_nothing_else(studies, method, by):
    one = pool(studies, method=method)
    other = pool([Effect(study.value + by, study.variance) for study in studies], method=method)
    assert other.estimate == close(one.estimate + by, abs=1e-6)
    assert (other.error, other.heterogeneity.tau2) == close((one.error, one.heterogeneity.tau2), rel=1e-5, abs=1e-6)


@given(effects, st.sampled_from(METHODS))
def test_turning_all_effects_round_turns_the_interval_round(studies, method):
    one = pool(studies, method=method)
    other = pool([Effect(-study.value, study.variance) for study in studies], method=method)
    assert (other.interval.low, other.interval.high) == close((-one.interval.high, -one.interval.low), rel=1e-6)


@given(effects, st.sampled_from(METHODS))
def test_an_estimate_lies_among_the_effects_and_weights_add_up_to_a_hundred(studies, method):
    result = pool(studies, method=method)
    values = [study.value for study in studies]
    assert min(values) - 1e-9 <= result.estimate <= max(values) + 1e-9
    assert math.fsum(result.weights) == close(100)
    assert result.heterogeneity.tau2 >= 0
    assert 0 <= result.heterogeneity.i2 < 100
    assert result.heterogeneity.h2 >= 1


@given(effects, st.sampled_from(["REML", "PM", "DL"]))
def test_the_never_narrower_interval_is_never_narrower(studies, method):
    result = pool(studies, method=method, test="HKSJ-never-narrower")
    assert result.interval.low <= result.wald.low
    assert result.interval.high >= result.wald.high


@given(effects)
def test_a_hartung_knapp_interval_that_is_narrower_is_noted(studies):
    result = pool(studies, method="DL")
    narrower = result.interval.high - result.interval.low < result.wald.high - result.wald.low
    note = "The Hartung-Knapp interval is narrower than the Wald interval; both are given."
    assert (note in result.notes) == narrower


@given(st.lists(effect, min_size=3, max_size=12), st.sampled_from(["REML", "PM"]))
def test_the_profile_interval_of_tau2_is_where_q_meets_its_quantiles(studies, method):
    spread = pool(studies, method=method).heterogeneity
    y, v = [study.value for study in studies], [study.variance for study in studies]
    tails = []
    for end, tail in ((spread.tau2_interval.low, 0.025), (spread.tau2_interval.high, 0.975)):
        q = heterogeneity.generalised_q(end, y, v, [[1.0] * len(y)])
        tails.append(heterogeneity.chi2_quantile(tail, len(y) - 1))
        assert q == close(tails[-1], rel=1e-8) or (end == 0 and q <= tails[-1])
    assert spread.tau2_interval.low <= spread.tau2_interval.high


@given(st.lists(effect, min_size=2, max_size=10))
def test_no_tau2_nearby_is_more_likely_than_the_restricted_likelihood_estimate(studies):
    y, v = [study.value for study in studies], [study.variance for study in studies]
    columns = [[1.0] * len(y)]

    def log_likelihood(tau2):
        fit = heterogeneity.fit_at(tau2, y, v, columns)
        fitted = zip(fit.residuals, v, strict=True)
        return -math.fsum(math.log(s + tau2) + r * r / (s + tau2) for r, s in fitted) - fit.log_determinant

    best = heterogeneity.restricted_likelihood(y, v, columns)
    top = log_likelihood(best)
    others = [best * factor for factor in (0.5, 0.9, 0.99, 1.01, 1.1, 2, 10)] + [0.0, 0.001, 0.1, 1.0, 10.0]
    assert all(log_likelihood(tau2) <= top + 1e-9 for tau2 in others)


def test_a_likelihood_with_two_peaks_gives_the_higher():
    studies = [Effect(-3.0, 0.001), Effect(-2.95, 0.001), Effect(4.0, 30.0), Effect(-12.0, 30.0), Effect(14.0, 30.0)]
    y, v = [study.value for study in studies], [study.variance for study in studies]
    best = heterogeneity.likelihood(y, v, [[1.0] * 5])
    assert best == close(0.0, abs=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_effects_that_agree_have_no_heterogeneity(method):
    result = pool([Effect(0.3, variance) for variance in (0.1, 0.2, 0.4)], method=method)
    assert (result.heterogeneity.tau2, result.heterogeneity.i2) == (0.0, 0.0)
    assert result.estimate == close(0.3)


def test_perfect_agreement_gives_no_interval_of_no_width():
    result = pool([Effect(0.3, variance) for variance in (0.1, 0.2, 0.4)])
    assert result.error == close(result.wald.high / 1.959963984540054 - 0.3 / 1.959963984540054)
    assert result.notes[0] == "All effects agree: the Hartung-Knapp error would be 0, and the Wald error was taken."


def test_one_study_is_not_pooled_and_none_neither():
    assert pool([Effect(0.1, 0.1)]) == Refusal("too-few", "one study alone is not pooled")
    assert pool([]) == Refusal("too-few", "no study has a usable number")


def test_two_studies_are_pooled_with_a_warning_and_without_a_prediction():
    result = pool([Effect(0.1, 0.04), Effect(0.5, 0.09)])
    assert (result.df, result.prediction, result.heterogeneity.tau2_interval) == (1, None, None)
    assert result.notes == (
        "With two studies the Hartung-Knapp interval rests on one degree of freedom and is very wide.",
        "A prediction interval needs three studies.",
    )


def test_four_studies_predict_imprecisely_and_five_do_not_say_so():
    four = [Effect(value, 0.05) for value in (0.1, 0.5, 0.9, 0.3)]
    assert "With 4 studies the prediction interval is imprecise." in pool(four).notes
    assert not any("imprecise" in note for note in pool([*four, Effect(0.4, 0.05)]).notes)


def test_a_common_effect_has_no_tau2_no_prediction_and_a_wald_interval():
    result = pool([Effect(0.1, 0.04), Effect(0.5, 0.09), Effect(0.2, 0.01)], model="common")
    assert isinstance(result, Pooled)
    assert (result.method, result.test, result.heterogeneity.tau2, result.prediction) == (
        "common effect",
        "Wald",
        0.0,
        None,
    )
    assert result.interval == result.wald
    assert result.notes == ()


def test_intervals_follow_the_level_that_was_asked_for():
    studies = [Effect(0.1, 0.04), Effect(0.5, 0.09), Effect(0.2, 0.01)]
    wide, narrow = (pool(studies, level=level, test="Wald") for level in (0.95, 0.8))
    assert narrow.interval.high - narrow.interval.low == close(
        (wide.interval.high - wide.interval.low) * 1.2815515655446004 / 1.959963984540054
    )


def test_studies_of_very_different_size_do_not_hide_each_other():
    studies = [Effect(0.0, 1e-8), Effect(3.0, 4.0), Effect(-2.0, 9.0)]
    for method in METHODS:
        result = pool(studies, method=method)
        assert isinstance(result, Pooled)
        assert math.isfinite(result.estimate)
