import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.synthesis import distributions as d

close = pytest.approx


@pytest.mark.parametrize(
    ("level", "df", "quantile"),
    [  # Source: closed forms for 1, 2 and 4 degrees of freedom (tangent and algebra); Fisher and Yates 1963, table III
        (0.95, 1, math.tan(0.475 * math.pi)),
        (0.99, 1, math.tan(0.495 * math.pi)),
        (0.95, 2, 0.95 * math.sqrt(2 / (1 - 0.95**2))),
        (0.5, 2, 0.5 * math.sqrt(2 / (1 - 0.5**2))),
        (0.95, 10, 2.228138851986274),
        (0.99, 30, 2.749995653567225),
    ],
)
def test_quantiles_of_t_are_the_published_ones(level, df, quantile):
    assert d.t_quantile(level, df) == close(quantile, rel=1e-13)


@pytest.mark.parametrize("df", [3, 4, 7])
def test_the_tail_of_t_has_its_closed_form(df):
    t = 1.7
    angle = math.atan(t / math.sqrt(df))
    sine, cosine = math.sin(angle), math.cos(angle)
    # Source: Abramowitz and Stegun 1964, 26.7.3 and 26.7.4
    inside = {
        3: 2 / math.pi * (angle + sine * cosine),
        4: sine * (1 + cosine**2 / 2),
        7: 2 / math.pi * (angle + sine * (cosine + cosine**3 * 2 / 3 + cosine**5 * 8 / 15)),
    }[df]
    assert d.t_p(t, df) == close(1 - inside, rel=1e-13)
    assert d.t_p(-t, df) == d.t_p(t, df)


@pytest.mark.parametrize(
    ("upper_tail", "df", "quantile"),
    [  # Source: -2 ln p for 2 degrees of freedom; squared normal quantile for 1; Pearson and Hartley 1966, table 8
        (0.05, 2, -2 * math.log(0.05)),
        (0.975, 2, -2 * math.log(0.975)),
        (0.05, 1, 3.841458820694124),
        (0.05, 10, 18.307038053275146),
        (0.975, 100, 74.22192747492373),
        (0.025, 100, 129.56119718583659),
    ],
)
def test_quantiles_of_chi_squared_are_the_published_ones(upper_tail, df, quantile):
    assert d.chi2_quantile(upper_tail, df) == close(quantile, rel=1e-12)


@given(st.floats(1e-3, 800))
def test_chi_squared_with_even_degrees_of_freedom_is_a_poisson_sum(x):
    half = x / 2
    expected = math.exp(-half) * (1 + half + half**2 / 2)
    assert d.chi2_p(x, 6) == close(expected, rel=1e-12)


def test_tails_keep_their_digits_however_small():
    assert d.chi2_p(1400, 2) == close(math.exp(-700), rel=1e-12)
    assert d.normal_p(30) == close(9.813426854297537e-198, rel=1e-12)
    assert d.t_p(1e9, 1) == close(2 / math.pi * 1e-9, rel=1e-12)


@given(st.floats(0.01, 0.999), st.sampled_from([1, 2, 5, 12, 55, 400]))
def test_a_quantile_of_t_has_the_tail_it_was_asked_for(level, df):
    assert d.t_p(d.t_quantile(level, df), df) == close(1 - level, rel=1e-11)


@given(st.floats(0.001, 0.999), st.sampled_from([1, 2, 5, 12, 55, 400]))
def test_a_quantile_of_chi_squared_has_the_tail_it_was_asked_for(upper_tail, df):
    assert d.chi2_p(d.chi2_quantile(upper_tail, df), df) == close(upper_tail, rel=1e-10)


def test_f_with_two_numerator_degrees_of_freedom_has_its_closed_form():
    assert d.f_p(3.0, 2, 9) == close((1 + 2 * 3.0 / 9) ** -4.5, rel=1e-13)
    assert d.f_p(0.0, 2, 9) == 1.0


def test_nothing_is_beyond_zero():
    assert (d.chi2_p(0.0, 3), d.chi2_p(5.0, 0), d.normal_p(0.0), d.t_p(0.0, 4)) == (1.0, 1.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("events", "n", "low", "high"),
    [  # Source: closed forms at the ends, 1 - (tail)^(1/n); Newcombe 1998, Statistics in Medicine 17:857, table I
        (0, 20, 0.0, 1 - 0.025 ** (1 / 20)),
        (29, 29, 0.025 ** (1 / 29), 1.0),
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_exact_intervals_of_proportions_are_the_published_ones(events, n, low, high):
    assert d.clopper_pearson(events, n, 0.95) == close((low, high), abs=5e-5)


@given(st.integers(1, 300), st.data())
def test_the_exact_interval_holds_its_proportion_and_mirrors(n, data):
    events = data.draw(st.integers(0, n))
    low, high = d.clopper_pearson(events, n, 0.95)
    assert 0 <= low <= events / n <= high <= 1
    assert d.clopper_pearson(n - events, n, 0.95) == close((1 - high, 1 - low), abs=1e-12)


@given(st.floats(-50, 50), st.floats(1e-3, 60), st.floats(1e-3, 60))
def test_a_root_is_found_between_points_of_different_sign(at, before, after):
    assert d.root(lambda x: math.expm1(x - at), at - before, at + after) == close(at, abs=1e-12)


def test_a_root_without_a_change_of_sign_is_an_error():
    with pytest.raises(ValueError, match="same sign at both ends"):
        d.root(lambda x: x * x + 1, -1.0, 1.0)


def test_the_ends_count_as_roots():
    assert (d.root(lambda x: x, 0.0, 1.0), d.root(lambda x: x - 1, 0.0, 1.0)) == (0.0, 1.0)


@given(st.floats(-30, 30), st.floats(-30, 30))
def test_a_falling_function_is_followed_to_where_it_crosses_zero(at, start):
    def falling(x):
        return (at - x) / (1 + abs(at - x)), 1 / (1 + abs(at - x)) ** 2

    assert d.crossing(falling, start, near=lambda _: 1e-10) == close(at, abs=1e-9)


@given(st.floats(0.01, 0.99), st.floats(0, 1))
def test_a_function_that_rises_before_it_falls_is_followed_between_two_ends(at, share):
    def humped(x):  # rises at 0, falls at 1, and is 0 at 0 and at `at`
        return x * (at - x), max(2 * x - at, 1e-6)

    low = at / 4
    found = d.crossing(humped, low + share * (1 - low), near=lambda _: 1e-12, between=(low, 1.0))
    assert found == close(at, abs=1e-9)
