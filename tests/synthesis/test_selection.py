import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.extraction.outcomes import Place, Study
from pipeline.synthesis.effects import RULES, Share, TwoByTwo
from pipeline.synthesis.selection import select
from tests.synthesis.builders import SETTINGS, analysis, ratio, review, row


def chosen(found):
    return [(one.label, one.reading.treated) for one in found.contributions]


def refused(found):
    return [(one.label, one.refusal.rule, one.refusal.reason) for one in found.left_out]


def one_refusal(row_, asked, **given):
    found = select(asked, review(row_, **given), SETTINGS)
    assert found.contributions == ()
    ((_, rule, reason),) = refused(found)
    return rule, reason


def test_events_and_patients_are_taken_as_they_are_reported():
    found = select(analysis(), review(row("a", events=12, n=40), row("b", events=0, n=9)), SETTINGS)
    assert chosen(found) == [("Study A", "12/40"), ("Study B", "0/9")]
    assert found.contributions[0].effect.counts == Share(12, 40)
    assert found.left_out == ()


def test_a_study_counts_once_a_report_of_it_is_included():
    names = {"a": ("x:1", "x:2"), "b": ("x:3",), "c": ()}
    studies = tuple(Study(study_id=study, reports=reports) for study, reports in names.items())
    given = review(*(row(study, events=1, n=9) for study in names), studies=studies)
    found = select(analysis(), given, SETTINGS, included={"x:2", "x:9"})
    assert chosen(found) == [("a", "1/9")]
    assert refused(found) == [
        ("b", "not-included", "its report x:3 is not included"),
        ("c", "not-included", "it names no report"),
    ]
    assert len(select(analysis(), given, SETTINGS).contributions) == 3


def test_events_are_computed_from_a_percentage_that_fits_and_the_note_says_so():
    found = select(analysis(), review(row("a", value="30", n=40), row("b", value="28", n=510)), SETTINGS)
    assert chosen(found) == [("Study A", "12/40"), ("Study B", "143/510")]
    assert [one.effect.notes for one in found.contributions] == [
        ("12 events computed from 30% of 40.",),
        ("143 events computed from 28% of 510 (141 to 145 round alike).",),
    ]


@pytest.mark.parametrize(
    ("made", "asked", "rule", "reason"),
    [
        (row(value="33", n=10), analysis(), "bad-figures", "33% of 10 patients is no whole number of patients"),
        (row(value="33"), analysis(), "no-counts", "the number of patients is not reported"),
        (row(value_status="not reported", n=10), analysis(), "not-reported", "not reported"),
        (row(value="50", value_status="about", n=10), analysis(), "not-exact", "about 50"),
        (row(measure="median", value="3"), analysis(), "other-measure", "median, not proportion"),
        (row(events=1, n=9, population="old"), analysis(), "other-population", "population: old"),
        (row(events=1, n=9), analysis(populations=("old",)), "other-population", "population: all"),
        (row(events=1, n=9), analysis(modalities=("rays",)), "other-treatment", "drug: drug"),
        (row(events=1, n=9), analysis(arms=("other",)), "other-treatment", "the arm 'drug' is not asked for"),
        (row(events=1, n=9), analysis(assessed_by="us"), "other-assessment", "assessed by: not stated"),
        (row(events=1, n=9, criteria="old"), analysis(criteria="new"), "other-assessment", "criteria: old"),
        (row(events=1, n=9), analysis(designs=("cohort",)), "other-design", "design: not stated"),
        (row(events=1, n=9), analysis(leave_out={"a": "fraud"}), "left-out-by-hand", "fraud"),
        (
            row(events=1, n=9, timepoint_months=12),
            analysis(timepoint_months=60.0),
            "other-time",
            "at 12 months, not at 60 months",
        ),
        (row(events=1, n=9, timepoint_months=12), analysis(), "other-time", "at 12 months, not without a time"),
        (row(events=1, n=9), analysis(timepoint_months=60.0), "other-time", "without a time, not at 60 months"),
        (
            row(outcome="survival", value="71", n=47, timepoint_months=60),
            analysis(outcome="survival", timepoint_months=60.0),
            "censored",
            "a survival rate of 71% without an interval",
        ),
        (
            row(outcome="survival", measure="median", value="11.4", n=86, unit="months"),
            analysis(outcome="survival", measure="median"),
            "no-interval",
            "11.4 without an interval",
        ),
        (
            row(outcome="survival", measure="median", value="5", ci_low="2", ci_high="9", unit="points"),
            analysis(outcome="survival", measure="median", unit="months"),
            "other-unit",
            "given in points, not in months",
        ),
        (
            row(outcome="survival", measure="hazard ratio", value="3.49", ci_low="2.70", ci_high="4.51"),
            analysis(outcome="survival", measure="hazard ratio"),
            "no-comparator",
            "it is not stated what drug was compared with",
        ),
        (
            ratio("a", "0.5", "0.3", "0.8"),
            analysis(outcome="survival", measure="hazard ratio", comparators=("rays",)),
            "other-comparator",
            "compared with placebo",
        ),
        (
            ratio("a", "0.5", None, None),
            analysis(outcome="survival", measure="hazard ratio"),
            "no-interval",
            "0.5 without an interval, and no p-value that gives one",
        ),
        (
            ratio("a", "0.9", "0.3", "0.8"),
            analysis(outcome="survival", measure="hazard ratio"),
            "bad-figures",
            "0.9 with an interval of 0.3 to 0.8 cannot be a ratio",
        ),
        (
            row(events=3, n=9),
            analysis(measure="odds ratio", modalities=("drug",), comparators=("placebo",)),
            "no-comparator",
            "no usable number of an arm to compare with",
        ),
        (
            row(arm="placebo", events=3, n=9),
            analysis(measure="odds ratio", modalities=("drug",), comparators=("placebo",)),
            "no-comparator",
            "no usable number of the treatment",
        ),
    ],
)
def test_a_row_that_is_not_pooled_says_why(made, asked, rule, reason):
    assert one_refusal(made, asked) == (rule, reason)


def test_a_treatment_combined_with_another_is_another_treatment():
    asked = analysis(modalities=("rays",))
    made = row(arm="both", events=1, n=9)
    assert one_refusal(made, asked, modalities={"both": ("rays", "drug")}) == ("other-treatment", "both: drug")


@pytest.mark.parametrize("design", ["meta-analysis", "systematic review", "several studies", "guideline"])
def test_what_has_no_patients_of_its_own_is_never_pooled(design):
    found = one_refusal(row(events=1, n=9), analysis(), studies=(Study(study_id="a", design=design),))
    assert found == ("meta-analysis", f"design: {design}; it has no patients of its own")


def test_a_comparator_that_is_not_stated_is_none():
    made = ratio("a", "0.5", "0.3", "0.8", comparator="something")
    asked = analysis(outcome="survival", measure="hazard ratio")
    assert one_refusal(made, asked, modalities={"something": ("not stated",)})[0] == "no-comparator"


def test_rows_about_other_outcomes_are_not_mentioned():
    found = select(analysis(), review(row("a", events=1, n=9), row("a", outcome="harm", events=1, n=9)), SETTINGS)
    assert (len(found.contributions), found.left_out) == (1, ())


def test_the_preferred_source_of_a_number_counts():
    rows = (
        row("a", value="30", n=40, source="first"),
        row("a", value="35", n=40, source="second", preferred=True),
    )
    found = select(analysis(), review(*rows), SETTINGS)
    assert chosen(found) == [("Study A", "14/40")]
    assert refused(found) == [("Study A", "other-source", "counted as second states it")]


def test_sources_that_disagree_without_a_preference_are_all_left_out():
    rows = (row("a", value="30", n=40, source="first"), row("a", value="35", n=40, source="second"))
    found = select(analysis(), review(*rows), SETTINGS)
    assert found.contributions == ()
    assert refused(found) == [("Study A", "no-preference", "first, second differ in value, and none is preferred")] * 2


def test_of_sources_that_agree_the_one_that_says_most_counts():
    rows = (row("a", value="30", source="first"), row("a", value="30", n=40, source="second"))
    found = select(analysis(), review(*rows), SETTINGS)
    assert chosen(found) == [("Study A", "12/40")]
    assert refused(found) == [("Study A", "other-source", "counted as second states it")]


def test_two_numbers_of_one_arm_are_a_question_for_a_person():
    rows = (row("a", events=1, n=9, assessed_by="us"), row("a", events=2, n=9, assessed_by="them"))
    found = select(analysis(), review(*rows), SETTINGS)
    assert found.contributions == ()
    assert [rule for _, rule, _ in refused(found)] == ["several-numbers"] * 2
    assert chosen(select(analysis(assessed_by="us"), review(*rows), SETTINGS)) == [("Study A", "1/9")]


def test_arms_of_one_study_are_combined():
    rows = (row("a", "drug low", events=2, n=20), row("a", "drug high", events=5, n=30), row("b", events=1, n=9))
    found = select(analysis(), review(*rows), SETTINGS)
    assert chosen(found) == [("Study A", "7/50"), ("Study B", "1/9")]
    assert found.contributions[0].effect.notes == ("Arms combined: drug high, drug low.",)


def test_arms_stand_separately_if_they_are_asked_to():
    rows = (row("a", "drug low", events=2, n=20), row("a", "drug high", events=5, n=30))
    found = select(analysis(several_arms="separate"), review(*rows), SETTINGS)
    assert chosen(found) == [("Study A (drug high)", "5/30"), ("Study A (drug low)", "2/20")]


def test_a_study_with_several_arms_is_refused_if_it_is_to_be():
    rows = (row("a", "drug low", events=2, n=20), row("a", "drug high", events=5, n=30))
    found = select(analysis(several_arms="refuse"), review(*rows), SETTINGS)
    assert refused(found) == [("Study A", "shared-arm", "the study has several arms: drug high, drug low")] * 2


def two_armed(**settings):
    return analysis(measure="odds ratio", modalities=("drug",), comparators=("placebo",), **settings)


def test_a_comparison_is_computed_from_two_arms():
    rows = (row("a", events=3, n=30), row("a", "placebo", events=6, n=31))
    (one,) = select(two_armed(), review(*rows), SETTINGS).contributions
    assert one.effect.counts == TwoByTwo(events=3, n=30, comparator_events=6, comparator_n=31)
    assert (one.reading.treated, one.reading.compared, one.reading.n) == ("3/30", "6/31", 61)
    assert one.reading.estimate == pytest.approx(3 * 25 / (27 * 6))
    assert one.effect.notes == ()


def test_several_arms_against_one_comparator_are_combined_so_that_nobody_counts_twice():
    rows = (
        row("a", "drug low", events=3, n=30),
        row("a", "drug high", events=4, n=30),
        row("a", "placebo", events=6, n=31),
    )
    (one,) = select(two_armed(), review(*rows), SETTINGS).contributions
    assert one.effect.counts == TwoByTwo(events=7, n=60, comparator_events=6, comparator_n=31)


def test_several_arms_apart_share_the_patients_of_their_comparator_out():
    rows = (
        row("a", "drug low", events=3, n=30),
        row("a", "drug high", events=4, n=30),
        row("a", "placebo", events=6, n=32),
    )
    found = select(two_armed(several_arms="separate"), review(*rows), SETTINGS)
    assert [one.effect.counts for one in found.contributions] == [
        TwoByTwo(events=4, n=30, comparator_events=3, comparator_n=16),
        TwoByTwo(events=3, n=30, comparator_events=3, comparator_n=16),
    ]
    assert [one.label for one in found.contributions] == ["Study A (drug high)", "Study A (drug low)"]
    assert found.contributions[0].effect.notes == (
        "The patients of the comparator are shared out among 2 comparisons.",
    )


def test_no_events_in_both_arms_leave_a_study_out_with_every_row():
    rows = (row("a", events=0, n=30), row("a", "placebo", events=0, n=31))
    found = select(two_armed(), review(*rows), SETTINGS)
    assert found.contributions == ()
    assert sorted(rule for _, rule, _ in refused(found)) == ["no-comparator", "no-events"]


def test_a_comparison_that_is_stated_counts_before_one_that_is_computed():
    stated = row("a", measure="odds ratio", comparator="placebo", value="0.5", ci_low="0.3", ci_high="0.8", ci_level=95)
    rows = (stated, row("a", events=3, n=30), row("a", "placebo", events=6, n=31))
    found = select(two_armed(), review(*rows), SETTINGS)
    assert [one.reading.estimate for one in found.contributions] == [0.5]
    assert [(rule, reason) for _, rule, reason in refused(found)] == [
        ("other-source", "the comparison itself is stated")
    ] * 2


def test_counts_of_arms_count_where_the_comparison_that_is_stated_cannot_be_used():
    stated = row("a", measure="odds ratio", comparator="placebo", value="0.5")
    rows = (stated, row("a", events=3, n=30), row("a", "placebo", events=6, n=31))
    found = select(two_armed(), review(*rows), SETTINGS)
    assert [one.reading.treated for one in found.contributions] == ["3/30"]
    assert [(rule, reason) for _, rule, reason in refused(found)] == [
        ("no-interval", "0.5 without an interval, and no p-value that gives one")
    ]


def test_arms_that_the_form_calls_comparators_are_those_to_compare_with_if_none_is_named():
    rows = (row("a", events=3, n=30), row("a", "placebo", events=6, n=31))
    found = select(analysis(measure="risk ratio"), review(*rows, comparators=("placebo",)), SETTINGS)
    assert [(one.reading.treated, one.reading.compared) for one in found.contributions] == [("3/30", "6/31")]


def test_a_comparator_is_no_treatment_unless_it_is_asked_for():
    rows = (row("a", events=3, n=30), row("a", "placebo", events=6, n=31))
    given = review(*rows, comparators=("placebo",))
    found = select(analysis(), given, SETTINGS)
    assert chosen(found) == [("Study A", "3/30")]
    reason = "placebo is a comparator, and no treatment is named"
    assert refused(found) == [("Study A", "other-treatment", reason)]
    assert chosen(select(analysis(modalities=("placebo",)), given, SETTINGS)) == [("Study A", "6/31")]


@pytest.mark.parametrize("model", ["Mantel-Haenszel", "Peto"])
def test_models_of_counts_take_the_arms_and_not_the_comparison(model):
    stated = row("a", measure="odds ratio", comparator="placebo", value="0.5", ci_low="0.3", ci_high="0.8", ci_level=95)
    rows = (stated, row("a", events=3, n=30), row("a", "placebo", events=6, n=31))
    found = select(two_armed(model=model), review(*rows), SETTINGS)
    assert [one.reading.treated for one in found.contributions] == ["3/30"]
    assert [(rule, reason) for _, rule, reason in refused(found)] == [
        ("no-counts", f"{model} needs counts of both arms")
    ]


def test_survival_rates_never_become_a_table_of_counts():
    cells = {"outcome": "survival", "timepoint_months": 60}
    rows = (row("a", value="50", n=30, **cells), row("a", "placebo", value="40", n=30, **cells))
    found = select(two_armed(outcome="survival", timepoint_months=60.0), review(*rows), SETTINGS)
    assert [rule for _, rule, _ in refused(found)] == ["censored", "censored"]


def test_a_survival_rate_with_its_interval_is_pooled_on_the_logit():
    made = row("a", outcome="survival", value="71", ci_low="58", ci_high="82", ci_level=95, n=47, timepoint_months=60)
    (one,) = select(analysis(outcome="survival", timepoint_months=60.0), review(made), SETTINGS).contributions
    assert one.effect.value == pytest.approx(math.log(71 / 29))
    assert one.effect.error == pytest.approx((math.log(82 / 18) - math.log(58 / 42)) / 3.919928, rel=1e-6)
    assert (one.reading.estimate, one.reading.low, one.reading.high) == (0.71, 0.58, 0.82)


def test_two_hazard_ratios_that_share_an_arm_are_both_refused():
    rows = (ratio("a", "0.5", "0.3", "0.8", arm="drug"), ratio("a", "0.7", "0.5", "0.9", arm="drug plus"))
    for several in ("combine", "separate", "refuse"):
        asked = analysis(outcome="survival", measure="hazard ratio", several_arms=several)
        found = select(asked, review(*rows), SETTINGS)
        assert [(rule, reason) for _, rule, reason in refused(found)] == [
            ("shared-arm", "2 numbers of one study share an arm: drug, drug plus")
        ] * 2


def test_two_hazard_ratios_of_one_study_without_a_common_arm_may_stand_apart():
    rows = (
        ratio("a", "0.5", "0.3", "0.8", arm="drug"),
        ratio("a", "0.7", "0.5", "0.9", arm="drug plus", comparator="rays"),
    )
    asked = analysis(outcome="survival", measure="hazard ratio", several_arms="separate")
    assert [one.label for one in select(asked, review(*rows), SETTINGS).contributions] == [
        "Study A (drug plus)",
        "Study A (drug)",
    ]


def test_numbers_in_different_units_are_not_pooled_until_somebody_names_one():
    cells = {"outcome": "score", "measure": "median", "value": "5", "ci_low": "2", "ci_high": "9", "ci_level": 95}
    rows = (row("a", unit="points", **cells), row("b", unit="mm", **cells), row("c", unit="points", **cells))
    found = select(analysis(outcome="score", measure="median"), review(*rows), SETTINGS)
    assert [(rule, reason) for _, rule, reason in refused(found)] == [
        ("other-unit", "units differ (mm, points): name one in `unit`")
    ] * 3
    said = select(analysis(outcome="score", measure="median", unit="points"), review(*rows), SETTINGS)
    assert [one.study_id for one in said.contributions] == ["a", "c"]
    assert [reason for _, _, reason in refused(said)] == ["given in mm, not in points"]


def test_an_interval_too_wide_for_a_computer_is_still_an_interval():
    (one,) = select(
        analysis(outcome="survival", measure="hazard ratio"),
        review(ratio("a", "0.5", None, None, p_value="0.9999")),
        SETTINGS,
    ).contributions
    assert one.reading.low < 1e-300
    assert one.reading.high > 1e300


LOG_RANK = {"o_minus_e": "-5", "o_minus_e_variance": "20"}


def reading_of(one):
    (found,) = select(analysis(outcome="survival", measure="hazard ratio"), review(one), SETTINGS).contributions
    return found


def test_a_log_rank_test_gives_the_ratio_and_its_interval():
    found = reading_of(ratio("a", None, None, None, **LOG_RANK))
    assert (found.effect.value, found.effect.variance) == (pytest.approx(-0.25), pytest.approx(0.05))
    reach = 1.959963984540054 * math.sqrt(0.05)
    assert [found.reading.low, found.reading.estimate, found.reading.high] == pytest.approx(
        [math.exp(-0.25 - reach), math.exp(-0.25), math.exp(-0.25 + reach)]
    )
    assert found.effect.notes == ("Log hazard ratio of the log-rank test: O-E -5 over V 20.",)


def test_a_stated_ratio_with_its_interval_counts_before_its_log_rank_test():
    assert reading_of(ratio("a", "0.7", "0.5", "0.98", **LOG_RANK)).effect.value == pytest.approx(math.log(0.7))


@pytest.mark.parametrize(
    "stated",
    [{"value": "0.7", "p_value": "0.04"}, {"value": "0.8", "value_status": "about"}, {"value": "0.7"}],
)
def test_a_log_rank_test_counts_before_a_p_value_and_where_there_is_no_exact_ratio(stated):
    found = reading_of(ratio("a", low=None, high=None, **stated, **LOG_RANK))
    assert found.effect.value == pytest.approx(-0.25)


def test_a_variance_of_nothing_is_refused():
    one = ratio("a", None, None, None, o_minus_e="-5", o_minus_e_variance="0")
    assert one_refusal(one, analysis(outcome="survival", measure="hazard ratio")) == (
        "bad-figures",
        "observed minus expected of -5 with a variance of 0",
    )


def test_medians_in_years_become_months():
    cells = {"value": "2.4", "ci_low": "1.5", "ci_high": "4", "ci_level": 95, "unit": "years", "n": 80}
    made = row("a", outcome="survival", measure="median", **cells)
    (one,) = select(analysis(outcome="survival", measure="median"), review(made), SETTINGS).contributions
    assert one.effect.value == pytest.approx(28.8)
    assert one.effect.notes == ("Converted from years to months.",)


def test_means_with_standard_deviations_or_errors_are_compared():
    cells = {"outcome": "score", "measure": "mean"}
    rows = (
        row("a", value="4", n=25, range_kind="standard deviation", range_high="2", **cells),
        row("a", "placebo", value="5", n=16, range_kind="standard error", range_high="0.5", **cells),
    )
    asked = analysis(outcome="score", measure="mean difference", modalities=("drug",), comparators=("placebo",))
    (one,) = select(asked, review(*rows), SETTINGS).contributions
    assert (one.effect.value, one.effect.variance) == pytest.approx((-1, 4 / 25 + 4 / 16))


def test_a_mean_of_one_patient_is_taken_as_it_stands():
    cells = {"outcome": "score", "measure": "mean", "range_kind": "standard deviation", "range_high": "2"}
    rows = (row("a", value="4", n=1, **cells), row("a", "placebo", value="5", n=16, **cells))
    asked = analysis(outcome="score", measure="mean difference", comparators=("placebo",))
    (one,) = select(asked, review(*rows), SETTINGS).contributions
    assert one.effect.variance == pytest.approx(4 + 4 / 16)


def test_arms_with_means_are_combined_as_if_nobody_had_divided_them():
    patients = [[1.0, 2.0, 4.0], [3.0, 7.0, 8.0, 10.0]]

    def arm(name, values):
        mean = sum(values) / len(values)
        sd = math.sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1))
        cells = {"outcome": "score", "measure": "mean", "range_kind": "standard deviation"}
        return row("a", name, value=mean, n=len(values), range_high=sd, **cells)

    rows = (arm("drug low", patients[0]), arm("drug high", patients[1]), arm("placebo", [1.0, 2.0, 3.0]))
    asked = analysis(outcome="score", measure="mean difference", modalities=("drug",), comparators=("placebo",))
    (one,) = select(asked, review(*rows), SETTINGS).contributions
    whole = arm("drug", patients[0] + patients[1])
    expected = select(asked, review(whole, rows[2]), SETTINGS).contributions[0]
    assert (one.effect.value, one.effect.variance) == pytest.approx((expected.effect.value, expected.effect.variance))


def test_of_studies_that_share_patients_the_first_that_has_a_number_counts():
    rows = (row("b", events=1, n=9), row("c", events=2, n=9), row("d", events=2, n=10))
    found = select(analysis(overlaps=(("a", "b", "c"),)), review(*rows), SETTINGS)
    assert [one.study_id for one in found.contributions] == ["b", "d"]
    assert refused(found) == [("Study C", "overlap", "shares patients with Study B")]


def test_two_studies_of_one_registration_are_not_pooled_until_somebody_says_which_counts():
    studies = (
        Study(study_id="a", label="Early", registration="NCT01234567"),
        Study(study_id="b", label="Late", registration="nct01234567; EudraCT 2010-012345-12"),
    )
    rows = (row("a", events=1, n=9), row("b", events=2, n=9))
    found = select(analysis(), review(*rows, studies=studies), SETTINGS)
    reason = "Early and Late are one trial (NCT01234567): say in `overlaps` which of them counts"
    assert refused(found) == [("Early", "overlap", reason), ("Late", "overlap", reason)]
    said = select(analysis(overlaps=(("b", "a"),)), review(*rows, studies=studies), SETTINGS)
    assert [one.label for one in said.contributions] == ["Late"]


def test_the_same_trial_name_is_the_same_trial():
    studies = (Study(study_id="a", trial="NETTER-X"), Study(study_id="b", trial="netter-x"))
    found = select(analysis(), review(row("a", events=1, n=9), row("b", events=2, n=9), studies=studies), SETTINGS)
    assert [one.refusal.rule for one in found.left_out] == ["overlap", "overlap"]


def test_subgroups_come_from_arms_populations_designs_and_vocabularies():
    studies = (Study(study_id="a", design="cohort", primary_site="pancreas", terms=(("who_grade", ("G1", "G2")),)),)
    made = row("a", "combined", events=1, n=9, population="old")
    for column, group in {
        "modality": "drug + rays",
        "population": "old",
        "design": "cohort",
        "primary_site": "pancreas",
        "who_grade": "G1, G2",
        "enets_stage": "not stated",
        "": "",
    }.items():
        asked = analysis(subgroup=column, populations=("old",))
        given = review(made, studies=studies, modalities={"combined": ("rays", "drug")})
        assert select(asked, given, SETTINGS).contributions[0].group == group


def test_covariates_come_from_the_year_the_patients_and_columns_of_ones_own():
    studies = (Study(study_id="a", extra=(("dose", "7.4"), ("odd", "high"))),)
    given = review(row("a", events=1, n=9), studies=studies)
    values = {
        name: select(analysis(moderator=name), given, SETTINGS, years={"a": [2021, 2019]}).contributions[0].moderator
        for name in ("year", "n", "dose", "odd", "absent", "")
    }
    assert values == {"year": 2019.0, "n": 9.0, "dose": 7.4, "odd": None, "absent": None, "": None}


FIELDS = ("arm", "outcome", "measure", "comparator", "population", "source", "events", "n", "value")
FIELDS += ("ci_low", "ci_high", "preferred")

rows_of_any_kind = st.builds(
    row,
    study=st.sampled_from("abcd"),
    arm=st.sampled_from(["drug", "drug high", "rays", "placebo"]),
    measure=st.sampled_from(["proportion", "odds ratio", "median", "mean"]),
    comparator=st.sampled_from(["", "placebo"]),
    population=st.sampled_from(["", "", "old"]),
    source=st.sampled_from(["one", "two"]),
    events=st.none() | st.integers(0, 20),
    n=st.none() | st.integers(20, 40),
    value=st.sampled_from([None, "0.5", "10", "30"]),
    ci_low=st.sampled_from([None, "0.2"]),
    ci_high=st.sampled_from([None, "0.9"]),
    preferred=st.booleans(),
)


@settings(max_examples=150)
@given(
    st.lists(rows_of_any_kind, max_size=14),
    st.sampled_from(["proportion", "odds ratio", "risk difference", "mean difference"]),
    st.sampled_from(["combine", "separate", "refuse"]),
    st.sampled_from(["", "Peto"]),
    st.integers(0, 99),
)
def test_every_row_is_pooled_or_left_out_by_a_known_rule_and_the_order_of_rows_does_not_matter(
    rows, measure, several, model, seed
):
    numbered = [
        row(one.study_id, **{f: getattr(one, f) for f in FIELDS}, at=Place("f.csv", place))
        for place, one in enumerate(rows, start=2)
    ]
    unique = list({one.key: one for one in numbered}.values())
    asked = analysis(
        measure=measure, modalities=("drug", "rays"), comparators=("placebo",), several_arms=several, model=model
    )
    found = select(asked, review(*unique), SETTINGS)
    pooled = {one.at.row for c in found.contributions for one in c.rows}
    left = [one.row.at.row for one in found.left_out]
    assert sorted([*pooled, *left]) == sorted(one.at.row for one in unique)
    assert {one.refusal.rule for one in found.left_out} <= set(RULES)
    shuffled = list(unique)
    random.Random(seed).shuffle(shuffled)
    assert select(asked, review(*shuffled), SETTINGS) == found
