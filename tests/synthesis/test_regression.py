import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.synthesis.asymmetry import begg, egger, egger_random, trim_and_fill
from pipeline.synthesis.effects import Effect, Refusal
from pipeline.synthesis.regression import regress, regress_groups

variances = st.lists(st.floats(0.01, 2), min_size=4, max_size=9, unique=True)


@given(variances, st.floats(-2, 2), st.floats(-2, 2))
def test_effects_on_a_line_give_the_line(v, intercept, slope):
    years = [1990.0 + 3 * i for i in range(len(v))]
    effects = [Effect(intercept + slope * (year - 2000) / 10, s) for year, s in zip(years, v, strict=True)]
    result = regress(effects, years, name="year", method="DL")
    assert [c.name for c in result.coefficients] == ["intercept", "year"]
    assert result.coefficients[1].estimate == pytest.approx(slope / 10, abs=1e-9)
    assert result.coefficients[0].estimate == pytest.approx(intercept - slope * 200, abs=1e-6)
    assert result.residual.tau2 == 0


@given(variances)
def test_the_unit_of_the_covariate_changes_the_slope_and_no_test(v):
    effects = [Effect((-1) ** i * 0.3 + s, s) for i, s in enumerate(v)]
    months = [float(i * i) for i in range(len(v))]
    one = regress(effects, months, method="PM")
    other = regress(effects, [12 * month for month in months], method="PM")
    assert other.coefficients[1].estimate * 12 == pytest.approx(one.coefficients[1].estimate, rel=1e-6, abs=1e-9)
    assert other.p == pytest.approx(one.p, rel=1e-6, abs=1e-9)


def test_two_groups_differ_by_the_slope_of_a_covariate_of_two_values():
    effects = [Effect(value, 0.1) for value in (0.1, 0.4, 0.9, 1.5, 1.1)]
    groups = regress_groups(effects, ["a", "a", "b", "b", "b"])
    line = regress(effects, [0.0, 0.0, 1.0, 1.0, 1.0])
    assert groups.coefficients[1].estimate == line.coefficients[1].estimate
    assert groups.p == line.p == pytest.approx(line.coefficients[1].p)


@pytest.mark.parametrize(
    ("result", "refusal"),
    [
        (
            regress([Effect(0.1, 0.1)] * 3, [2.0, 2.0, 2.0], name="n"),
            Refusal("no-covariate", "n does not differ between the studies"),
        ),
        (
            regress([Effect(0.1, 0.1)] * 2, [2.0, 3.0], name="n"),
            Refusal("too-few", "2 studies cannot tell 2 coefficients"),
        ),
        (regress_groups([Effect(0.1, 0.1)] * 3, ["a"] * 3), Refusal("no-covariate", "there is only one group")),
        (egger([Effect(0.1, 0.1)] * 2), Refusal("too-few", "a funnel needs 3 studies, not 2")),
        (egger_random([Effect(0.1, 0.1)] * 2), Refusal("too-few", "a funnel needs 3 studies, not 2")),
        (begg([Effect(0.1, 0.1)] * 2), Refusal("too-few", "a funnel needs 3 studies, not 2")),
        (trim_and_fill([Effect(0.1, 0.1)] * 2), Refusal("too-few", "a funnel needs 3 studies, not 2")),
        (egger([Effect(0.1, 0.1)] * 5), Refusal("no-covariate", "all studies have the same standard error")),
    ],
)
def test_what_cannot_be_told_from_so_few_studies_is_refused(result, refusal):
    assert result == refusal


def test_a_funnel_that_leans_to_the_right_is_filled_on_the_left():
    leaning = [Effect(0.1 + 1.5 * error, error**2) for error in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)]
    filled = trim_and_fill(leaning)
    assert filled.side == "left"
    centre = filled.added[0].value / 2 + leaning[3].value / 2
    assert [study.value for study in filled.added] == pytest.approx([2 * centre - s.value for s in leaning[3:]])
    assert filled.pooled.k == 11
    mirrored = trim_and_fill([Effect(-study.value, study.variance) for study in leaning])
    assert (mirrored.side, mirrored.pooled.estimate) == ("right", pytest.approx(-filled.pooled.estimate))
    assert egger(leaning).slope.estimate == pytest.approx(1.5)


def test_effects_that_all_agree_make_no_test_out_of_rounding():
    agreed = [Effect(0.1 + 0.2, error**2) for error in (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6)]
    assert egger(agreed).slope.p == pytest.approx(1)
    assert begg(agreed).p == pytest.approx(1)
    assert trim_and_fill(agreed).added == ()


def test_one_study_far_more_precise_than_all_others_breaks_no_test():
    effects = [Effect(0.0, 1e-20), *(Effect(0.5 * i, 1e6 + i) for i in range(1, 6))]
    assert begg(effects).tau == pytest.approx(1)
    assert egger(effects).df == 4


def test_a_funnel_that_leans_nowhere_is_left_as_it_is():
    signs = (1, -1, -1, 1, 1, -1, -1, 1)
    level = [Effect(sign * i / 10, (i / 10) ** 2) for i, sign in enumerate(signs, start=1)]
    filled = trim_and_fill(level)
    assert filled.added == ()
    assert filled.pooled.k == 8
