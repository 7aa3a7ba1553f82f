import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.synthesis import effects as e
from pipeline.synthesis import scales
from pipeline.synthesis.effects import Effect, Mean, Refusal, TwoByTwo

positive = st.floats(0.05, 20)


def table(a, n1, c, n2):
    return TwoByTwo(events=a, n=n1, comparator_events=c, comparator_n=n2)


@given(positive, st.floats(0.01, 1.5), st.sampled_from([0.9, 0.95, 0.99]))
def test_a_hazard_ratio_with_its_interval_gives_back_the_error_that_made_the_interval(ratio, error, level):
    reach = e.normal_quantile(level) * error
    effect = e.log_ratio_from_interval(ratio, ratio * math.exp(-reach), ratio * math.exp(reach), level=level)
    assert (effect.value, effect.error) == pytest.approx((math.log(ratio), error), rel=1e-9)


@given(positive.filter(lambda x: abs(math.log(x)) > 0.01), st.floats(0.02, 1.5))
def test_a_hazard_ratio_with_its_p_value_gives_back_its_error(ratio, error):
    p = math.erfc(abs(math.log(ratio)) / error / math.sqrt(2))
    if p > 0:
        assert e.log_ratio_from_p(ratio, p).error == pytest.approx(error, rel=1e-9)


def test_a_bound_on_p_is_taken_at_its_limit_and_says_so():
    effect = e.log_ratio_from_p(0.5, 0.01, is_bound=True)
    assert effect.error == e.log_ratio_from_p(0.5, 0.01).error
    assert effect.notes == ("Only p < 0.01 is given; taken as p = 0.01, which widens the interval.",)


def test_hedges_g_is_the_published_one():
    # Source: Borenstein et al. 2009, Introduction to Meta-Analysis, page 27: g 0.5924
    effect = e.standardised_mean_difference(Mean(103, 5.5, 50), Mean(100, 4.5, 50))
    assert round(effect.value, 4) == 0.5924
    assert effect.variance == pytest.approx(1 / 50 + 1 / 50 + 0.5924**2 / 200, rel=1e-4)


def test_a_mean_difference_and_its_variance_are_the_published_ones():
    # Source: Borenstein et al. 2009, page 22: difference 3.00, variance 1.0100
    effect = e.mean_difference(Mean(103, 5.5, 50), Mean(100, 4.5, 50))
    assert (effect.value, round(effect.variance, 4)) == (3.0, 1.01)


def test_a_table_of_counts_gives_the_published_ratios_and_difference():
    # Source: Borenstein et al. 2009, pages 35 to 38: 5/100 against 10/100
    counts = table(5, 100, 10, 100)
    figures = [(e.log_risk_ratio, -0.693, 0.280), (e.log_odds_ratio, -0.747, 0.322), (e.risk_difference, -0.050, 0.001)]
    for function, value, variance in figures:
        assert function(counts).value == pytest.approx(value, abs=5e-4)
        assert function(counts).variance == pytest.approx(variance, abs=5e-4)


def test_half_a_patient_is_added_only_where_a_cell_is_empty():
    effect = e.log_odds_ratio(table(0, 25, 3, 25))
    assert effect.value == pytest.approx(math.log(0.5 * 22.5 / (25.5 * 3.5)))
    assert effect.notes == ("A cell is 0: half a patient is added to each.",)
    assert e.log_odds_ratio(table(1, 25, 3, 25)).notes == ()


@pytest.mark.parametrize(
    ("counts", "says"),
    [
        (table(0, 9, 0, 8), "no events in both arms (0/9 and 0/8)"),
        (table(9, 9, 8, 8), "nothing but events in both arms (9/9 and 8/8)"),
    ],
)
def test_a_table_that_says_nothing_of_a_ratio_is_refused(counts, says):
    assert e.log_odds_ratio(counts) == e.log_risk_ratio(counts) == Refusal("no-events", says)
    assert isinstance(e.risk_difference(counts), Effect)


@given(st.integers(0, 30), st.integers(1, 30), st.integers(0, 30), st.integers(1, 30))
def test_swapping_the_arms_turns_a_ratio_and_a_difference_round(a, n1, c, n2):
    forth, back = table(min(a, n1), n1, min(c, n2), n2), table(min(c, n2), n2, min(a, n1), n1)
    for function in (e.log_odds_ratio, e.log_risk_ratio, e.risk_difference):
        one, other = function(forth), function(back)
        if isinstance(one, Effect):
            assert (one.value, one.variance) == pytest.approx((-other.value, other.variance))


@pytest.mark.parametrize("scale", ["logit", "arcsine", "raw", "freeman-tukey"])
@given(st.integers(1, 400), st.data())
def test_a_proportion_comes_back_from_the_scale_it_was_put_on(scale, n, data):
    events = data.draw(st.integers(0, n))
    effect = e.proportion(events, n, scale)
    back = scales.scale_of("proportion", proportion_scale=scale, sizes=[n]).back(effect.value)
    corrected = scale in {"logit", "raw"} and events in {0, n}
    assert back == pytest.approx((events + 0.5) / (n + 1) if corrected else events / n, abs=1e-7)
    assert bool(effect.notes) == corrected


def test_the_freeman_tukey_scale_goes_back_to_another_proportion_for_another_size():
    value = e.proportion(8, 10, "freeman-tukey").value
    assert scales.from_freeman_tukey(value, 10) == pytest.approx(0.8)
    assert scales.from_freeman_tukey(value, 1e9) == pytest.approx(math.sin(value) ** 2)
    assert math.sin(value) ** 2 < 0.775


def test_values_beyond_the_ends_of_a_scale_are_its_ends():
    assert [scales.from_arcsine(value) for value in (-0.1, 2.0)] == [0.0, 1.0]
    assert [scales.from_freeman_tukey(value, 10) for value in (0.0, 1.6)] == [0.0, 1.0]
    assert [scales.logistic(value) for value in (-800.0, 800.0)] == [0.0, 1.0]


def test_a_median_takes_its_error_from_the_width_of_its_interval():
    effect = e.median_from_interval(11.4, 7.4, 19.8, n=86)
    assert (effect.value, effect.error) == pytest.approx((11.4, 12.4 / 3.919927969), rel=1e-9)
    assert e.median_from_interval(11.4, 7.4, 19.8, n=20).notes == ("With 20 patients the error of a median is rough.",)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (e.log_ratio_from_interval(0.9, 0.3, 0.8), "0.9 with an interval of 0.3 to 0.8 cannot be a ratio"),
        (e.log_ratio_from_interval(0.5, 0.0, 0.8), "0.5 with an interval of 0 to 0.8 cannot be a ratio"),
        (e.log_ratio_from_p(1.0, 0.5), "a ratio of 1 with p = 0.5 gives no standard error"),
        (e.log_ratio_from_p(0.5, 1.2), "a ratio of 0.5 with p = 1.2 gives no standard error"),
        (e.difference_from_interval(5, 6, 7), "5 does not lie in its interval of 6 to 7"),
        (e.median_from_interval(5, 6, 7), "5 does not lie in its interval of 6 to 7"),
        (e.proportion(11, 10), "events must lie between 0 and n: 11/10"),
        (e.log_odds_ratio(table(11, 10, 1, 5)), "events must lie between 0 and n: 11/10 against 1/5"),
        (e.risk_difference(table(1, 10, -1, 5)), "events must lie between 0 and n: 1/10 against -1/5"),
        (
            e.mean_difference(Mean(1, 0, 5), Mean(1, 1, 5)),
            "a mean difference needs standard deviations above 0 and patients in both arms",
        ),
        (
            e.standardised_mean_difference(Mean(1, 1, 1), Mean(1, 1, 1)),
            "Hedges' g needs standard deviations above 0 and at least four patients",
        ),
    ],
)
def test_figures_that_cannot_be_are_refused_in_words(made, says):
    assert made == Refusal("bad-figures", says)


def test_every_refusal_in_the_code_names_a_rule_that_is_described(root):
    used = set()
    for file in (root / "pipeline" / "synthesis").rglob("*.py"):
        used.update(re.findall(r'(?:Refusal|_out)\(\s*"([a-z-]+)"', file.read_text(encoding="utf-8")))
    assert used <= set(e.RULES)
