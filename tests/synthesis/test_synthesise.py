import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.extraction.outcomes import Certainty, Study
from pipeline.extraction.summary_table import as_csv, as_html, as_markdown
from pipeline.synthesis import figures, outputs, tables, wording
from pipeline.synthesis.effects import Effect, Refusal
from pipeline.synthesis.pooling import Heterogeneity, Pooled, pool
from pipeline.synthesis.synthesise import synthesise, title_of
from tests.synthesis.builders import SETTINGS, analysis, ratio, review, row

SHARES = (("a", 12, 40), ("b", 143, 510), ("c", 9, 61), ("d", 0, 15))


def responses(**settings):
    rows = [row(study, events=x, n=n) for study, x, n in SHARES]
    return synthesise(
        analysis(**settings), review(*rows), SETTINGS, years={"a": [2020], "b": [2008, 2005], "d": [2014]}
    )


def ratios(count, **settings):
    rows = [ratio(f"s{i:02}", f"0.{50 + i}", "0.3", f"0.{80 + i}") for i in range(count)]
    studies = [Study(study_id=f"s{i:02}", label=f"Study {i:02}", extra=(("dose", str(i)),)) for i in range(count)]
    asked = analysis(outcome="survival", measure="hazard ratio", modalities=("drug",), **settings)
    years = {f"s{i:02}": [2000 + i] for i in range(count)}
    return synthesise(asked, review(*rows, studies=studies), SETTINGS, years=years)


def test_proportions_are_pooled_by_the_binomial_normal_model_and_by_inverse_variance_beside():
    found = responses()
    assert found.pooled.method == "binomial-normal GLMM (ML)"
    assert [(name, other.method) for name, other in found.others] == [("Random effects by inverse variance", "REML")]
    assert found.studies == ("b", "d", "a", "c")


def test_hazard_ratios_are_pooled_by_random_effects_with_wald_and_common_effect_beside():
    found = ratios(4)
    assert (found.pooled.method, found.pooled.test) == ("REML", "HKSJ")
    assert [name for name, _ in found.others] == [
        "Random effects, Wald interval",
        "Common effect by inverse variance",
    ]


def test_survival_rates_are_pooled_on_the_logit_by_random_effects():
    cells = {"outcome": "survival", "timepoint_months": 60, "ci_level": 95}
    rows = [row(study, value=value, ci_low="50", ci_high="90", **cells) for study, value in (("a", "71"), ("b", "75"))]
    found = synthesise(analysis(outcome="survival", timepoint_months=60.0), review(*rows), SETTINGS)
    assert (found.pooled.method, found.pooled.k) == ("REML", 2)
    assert 0.71 < found.scale.back(found.pooled.estimate) < 0.75


@pytest.mark.parametrize("model", ["Mantel-Haenszel", "Peto"])
def test_models_of_counts_pool_the_counts(model):
    rows = [one for s in "abc" for one in (row(s, events=3, n=30), row(s, "placebo", events=6, n=31))]
    asked = analysis(measure="odds ratio", modalities=("drug",), comparators=("placebo",), model=model)
    found = synthesise(asked, review(*rows), SETTINGS)
    assert found.pooled.method == model
    assert [name for name, _ in found.others] == [
        "Random effects by inverse variance",
        "Common effect by inverse variance",
    ]


def test_the_freeman_tukey_scale_is_taken_only_if_it_is_asked_for():
    found = responses(model="random", scale="freeman-tukey")
    assert [one.effect.notes for one in found.selection.contributions] == [(), (), (), ()]
    assert 0 < found.scale.back(found.pooled.estimate) < 1


def test_one_study_alone_is_shown_and_not_pooled():
    found = ratios(1)
    assert found.pooled == Refusal("too-few", "one study alone is not pooled")
    assert found.studies == ()
    assert len(found.selection.contributions) == 1
    assert figures.forest(found, SETTINGS).detail == "Not pooled: one study alone is not pooled."
    assert figures.funnel(found) == found.pooled


def test_nothing_to_pool_is_a_result_too():
    found = synthesise(analysis(), review(row("a", measure="median", value="3")), SETTINGS)
    assert found.pooled == Refusal("too-few", "no study has a usable number")
    (line,) = tables.results([found]).rows
    assert line.cells[3].note == "Not pooled: no study has a usable number. Numbers left out: 1 other measure."


def test_what_speaks_of_something_else_is_counted_apart_from_what_the_analysis_asks_for():
    rows = (
        row("a", arm="rays", events=1, n=9),
        row("b", events=1, n=9, population="old"),
        row("c", measure="median", value="3"),
        row("d", value="20", unit="per cent"),
    )
    found = synthesise(analysis(modalities=("drug",)), review(*rows), SETTINGS)
    whole, asked = tables.left_out(found), tables.left_out(found, whole=False)
    assert [line.cells[4].text for line in whole.rows] == [
        "other treatment", "other population", "other measure", "no counts",
    ]  # fmt: skip
    assert [line.cells[4].text for line in asked.rows] == ["other measure", "no counts"]
    assert asked.notes[-1] == (
        "Numbers about something else than the analysis asks for, listed in synthesis/x-left-out.csv: "
        "1 other population, 1 other treatment."
    )


def test_a_study_of_another_treatment_is_left_out_for_that_first():
    one = Study(study_id="a", design="meta-analysis")
    rows = (row("a", arm="rays", measure="median", value="3"),)
    found = synthesise(analysis(modalities=("drug",)), review(*rows, studies=(one,)), SETTINGS)
    assert [one.refusal.rule for one in found.selection.left_out] == ["other-treatment"]


def test_regression_and_tests_of_a_funnel_need_ten_studies():
    few, many = ratios(9, moderator="dose"), ratios(10, moderator="dose")
    assert few.regression == Refusal("too-few", "meta-regression needs 10 studies, and there are 9")
    assert few.asymmetry.egger == Refusal("too-few", "tests of a funnel need 10 studies, and there are 9")
    assert (many.regression.k, many.asymmetry.egger.df) == (10, 8)
    assert "Regression on dose (10 studies): " in tables.robustness(many).notes[0]


def test_a_regression_says_how_many_studies_lack_the_covariate():
    found = ratios(9, moderator="absent")
    reason = "meta-regression needs 10 studies, and there are 0; 9 more have no absent"
    assert found.regression == Refusal("too-few", reason)


def test_studies_are_cumulated_by_year_and_those_without_a_year_are_named():
    found = responses(cumulate=True)
    assert [label for label, _ in found.cumulated] == ["Study B", "Study D", "Study A"]
    assert "Not cumulated, since their year is not known: Study C." in found.notes
    assert responses().cumulated == ()


def test_subgroups_stand_in_the_plot_under_their_names():
    rows = [row(s, arm, events=x, n=40) for s, arm, x in (("a", "drug", 9), ("b", "drug", 8), ("c", "rays", 7))]
    found = synthesise(analysis(subgroup="modality"), review(*rows), SETTINGS)
    drawn = figures.forest(found, SETTINGS)
    assert [(group.title, len(group.lines)) for group in drawn.groups] == [("drug", 2), ("rays", 1)]
    assert drawn.groups[1].detail == "Not pooled: one study alone is not pooled."
    assert drawn.detail.startswith("Between groups: Q\u00a00.")
    assert drawn.groups[0].summary.weight + drawn.groups[1].lines[0].weight == pytest.approx(100)


def test_a_single_subgroup_is_no_subgroup():
    assert figures.forest(responses(subgroup="modality"), SETTINGS).groups[0].title == ""


def test_titles_are_made_of_what_was_asked():
    asked = analysis(outcome="survival", measure="hazard ratio", modalities=("drug", "rays"), comparators=("placebo",))
    assert title_of(asked) == "Survival under drug or rays against placebo: hazard ratio"
    assert title_of(analysis(timepoint_months=60.0)) == "Response at 60 months: proportion"


@pytest.mark.parametrize(
    ("outcome", "measure", "left", "right"),
    [
        ("survival", "hazard ratio", "Favours drug", "Favours placebo"),
        ("response", "odds ratio", "Favours placebo", "Favours drug"),
        ("harm", "risk ratio", "Favours drug", "Favours placebo"),
        ("score", "mean difference", "Favours drug", "Favours placebo"),
        ("response", "proportion", "", ""),
    ],
)
def test_what_a_side_favours_follows_from_what_is_better(outcome, measure, left, right):
    asked = analysis(outcome=outcome, measure=measure, modalities=("drug",), comparators=("placebo",))
    assert figures.favours(asked, SETTINGS.outcome(outcome)) == (left, right)


def test_what_a_side_favours_may_be_said():
    assert figures.favours(analysis(favours=("less", "more")), SETTINGS.outcome("harm")) == ("less", "more")


def test_tables_lead_back_to_rows_and_say_why_numbers_are_missing():
    rows = (row("a", events=12, n=40), row("b", events=3, n=30), row("c", value="20", unit="per cent"))
    found = synthesise(analysis(), review(*rows), SETTINGS)
    assert [(r.cells[0].text, r.cells[1].text, r.cells[3].text) for r in tables.pooled_numbers(found).rows] == [
        ("Study A", "12/40", "30.0% (16.6 to 46.5)"),
        ("Study B", "3/30", "10.0% (2.1 to 26.5)"),
    ]
    (missing,) = tables.left_out(found).rows
    assert [cell.text for cell in missing.cells] == [
        "Study C",
        "drug",
        "",
        "proportion 20%",
        "no counts",
        "the number of patients is not reported",
    ]
    assert missing.cells[0].traces[0].file == "extraction/outcomes.csv"
    (result,) = tables.results([found]).rows
    assert (result.cells[1].text, result.cells[6].text) == ("2", "1")
    assert result.cells[4].kind == "not estimable"


def test_a_pooled_result_stands_in_the_summary_of_findings_beside_what_people_judged():
    rows = [row(study, events=12, n=40) for study in "ab"] + [
        row(study, population="old", events=1, n=9) for study in "ab"
    ]
    given_rows = replace(
        review(*rows),
        certainties=tuple(
            Certainty(modality="drug", comparison=comparison, outcome="response", population=who, certainty="low")
            for comparison, who in (("", ""), ("", "old"), ("placebo", ""))
        ),
    )
    asked = [analysis(modalities=("drug",)), analysis(id="y", modalities=("drug",), populations=("old", "young"))]
    found = [synthesise(one, given_rows, SETTINGS) for one in asked]
    assert tables.findings(found) == {("drug", "", "response", ""): "proportion 30.0% (21.0 to 40.9), 2 studies pooled"}
    page = outputs.files(found, given_rows, SETTINGS)["summary-of-findings.csv"].decode()
    assert page.count("2 studies pooled") == 1
    assert not [name for name in outputs.files(found, review(*rows), SETTINGS) if name.startswith("summary-of")]


def test_a_number_left_out_is_said_as_its_source_states_it():
    ends = {"value_status": "range only", "range_kind": "range", "range_low": 60, "range_high": 90}
    rows = (
        ratio("a", "0.70", "0.50", "0.98", outcome="response"),
        row("b", measure="median", value="11.4", unit="months", timepoint_months=6),
        row("c", unit="per cent", **ends),
    )
    found = synthesise(analysis(measure="odds ratio"), review(*rows), SETTINGS)
    assert [line.cells[3].text for line in tables.left_out(found).rows] == [
        "HR 0.70 (95% CI 0.50 to 0.98) v placebo",
        "median 11.4 months at 6 months",
        "proportion 60 to 90% (range)",
    ]


def test_what_would_change_the_result_is_listed():
    found = ratios(3)
    groups = [line.group for line in tables.robustness(found).rows]
    assert groups == ["As planned", "Pooled otherwise", "Pooled otherwise", *["One study left out"] * 3]
    single = tables.robustness(ratios(2)).rows[-1]
    assert (single.cells[2].kind, single.cells[2].note) == (
        "not estimable",
        "Not pooled: one study alone is not pooled.",
    )


def test_every_table_and_plot_is_a_file_and_the_same_bytes_again():
    rows = [row(study, events=x, n=n) for study, x, n in SHARES]
    made, again = (
        outputs.files([responses(cumulate=True)], review(*order), SETTINGS, years={"a": [2020]})
        for order in (rows, rows[::-1])
    )
    assert sorted(made) == sorted(
        [f"{name}.{kind}" for name in ("synthesis", "x-numbers", "x-robustness") for kind in KINDS]
        + [f"x-{name}.svg" for name in ("forest", "leave-one-out", "cumulative")]
        + ["timeline.svg", "studies-by-year.svg"]
    )
    assert made == again


def test_a_plot_that_would_show_nothing_is_not_made():
    assert [name for name, _ in outputs.plots(ratios(0), SETTINGS)] == []
    assert [name for name, _ in outputs.plots(ratios(1), SETTINGS)] == ["x-forest"]
    assert [name for name, _ in outputs.plots(ratios(9), SETTINGS)] == ["x-forest", "x-leave-one-out"]
    assert [name for name, _ in outputs.plots(ratios(10), SETTINGS)] == ["x-forest", "x-leave-one-out", "x-funnel"]
    assert [table.name for table in outputs.of(ratios(1))] == ["x-numbers"]
    nothing = synthesise(analysis(), review(row("a", measure="median", value="3")), SETTINGS)
    assert [table.name for table in outputs.of(nothing)] == ["x-left-out"]
    assert "timeline.svg" not in outputs.files([], review(), SETTINGS)


KINDS = ("csv", "md", "html")


def test_tables_survive_every_way_of_writing_them():
    for table in (tables.results([responses(), ratios(1)]), *outputs.of(responses())):
        assert as_csv(table).decode().startswith(("Analysis,", "Study,", "group,"))
        assert as_markdown(table).startswith("**")
        assert f"<caption>{table.title}</caption>" in as_html(table)


def test_numbers_are_written_as_a_journal_prints_them():
    assert wording.estimate(analysis(), (0.28, 0.242, 0.322)) == "28.0% (24.2 to 32.2)"
    asked = analysis(measure="hazard ratio")
    assert wording.estimate(asked, (0.65, 0.5, 0.84)) == "0.65 (0.50 to 0.84)"
    assert wording.estimate(asked, (0.01, 0.00001, 200000.0)) == "0.01 (< 0.0001 to > 99999)"
    assert wording.estimate(analysis(measure="median"), (11.4, 7.4, 19.8), "months") == "11.4 months (7.4 to 19.8)"
    assert wording.estimate(analysis(measure="mean difference"), (-1.0, -2.0, 0.0)) == "−1.00 (−2.00 to 0.00)"
    assert [wording.p_value(p) for p in (0.0005, 0.0234, 0.0999, 0.5)] == ["P < 0.001", "P 0.023", "P 0.100", "P 0.50"]


def test_methods_and_heterogeneity_are_said_in_a_few_words():
    effects = [Effect(0.1, 0.04), Effect(0.9, 0.04), Effect(0.5, 0.04)]
    assert wording.method(pool(effects)) == "Random effects (REML, HKSJ)"
    assert wording.method(pool(effects, method="DL", test="Wald")) == "Random effects (DL, Wald)"
    assert wording.method(pool(effects, model="common")) == "Common effect"
    spread = Heterogeneity(tau2=0.31, tau2_interval=None, i2=92.2, h2=12.8, q=152.233, df=12, p=1e-26)
    assert wording.heterogeneity(spread) == "τ² 0.31, I² 92%, Q 152.2 (df 12), P < 0.001"
    within = wording.heterogeneity(pool(effects).heterogeneity)
    assert within == "τ² 0.12 (0.0034 to 6.28), I² 75%, Q 8.0 (df 2), P 0.018"


def test_the_text_of_a_funnel_tells_the_tests():
    found = ratios(10)
    assert isinstance(found.pooled, Pooled)
    said = figures.asymmetry(found)
    assert said.startswith("Egger: slope ")
    assert "with 8 df" in said
    assert "Trim and fill" in said
    assert figures.asymmetry(ratios(3)) == "No test of asymmetry: tests of a funnel need 10 studies, and there are 3."


def test_studies_are_counted_by_the_year_of_their_first_report_in_the_row_of_each_treatment():
    studies = (
        Study(study_id="a", label="A"),
        Study(study_id="b", label="B"),
        Study(study_id="m", label="M", design="meta-analysis"),
        Study(study_id="n", label="N"),
    )
    rows = (
        row("a", arm="drug"), row("a", arm="rays"), row("b", arm="drug"), row("m", arm="drug"), row("n", arm="drug"),
    )  # fmt: skip
    given_years = {"a": [2003, 2010], "b": [2001], "m": [2002], "n": []}
    found = figures.by_year(review(*rows, studies=studies), SETTINGS, years=given_years)
    assert found.rows == (
        ("drug", (2001, 2003)),
        ("rays", (2003,)),
        ("Reviews and numbers of several studies", (2002,)),
    )
    assert (found.all, found.undated) == ((2001, 2002, 2003), 1)


def test_what_was_pooled_has_its_totals_where_every_number_has_counts():
    (whole,) = figures.forest(responses(), SETTINGS).summaries
    events, n = (sum(share[place] for share in SHARES) for place in (1, 2))
    assert whole.cells == (f"{events}/{n}",)
    (ratio_of,) = figures.forest(ratios(3), SETTINGS).summaries
    assert ratio_of.cells == ()


def test_patients_of_a_register_are_written_to_the_last_one():
    rows = [row(name, events=x, n=n) for name, x, n in (("a", 1234, 1234567), ("b", 2345, 2345678))]
    found = synthesise(analysis(), review(*rows), SETTINGS)
    drawn = figures.forest(found, SETTINGS)
    assert [line.cells for line in drawn.lines] == [("1234/1234567",), ("2345/2345678",)]
    assert [summary.cells for summary in drawn.summaries] == [("3579/3580245",)]


def test_a_timeline_takes_recruitment_years_treatment_and_first_result_from_the_forms():
    studies = (
        Study(study_id="a", label="A", period="1985-2009"),
        Study(study_id="b", label="B", period="since 2013"),
        Study(study_id="c", label="C"),
        Study(study_id="d", label="D", design="meta-analysis"),
    )
    rows = (
        row("a", "rays", outcome="harm", value="5", unit="per cent"),
        row("a", "rays", value="30", unit="per cent"),
        row("b", "drug", value_status="not reported"),
        row("d", "drug", value="40", unit="per cent"),
    )
    years = {"a": [2012, 2010, 2010], "d": [2019]}
    drawn = figures.timeline(review(*rows, studies=studies), SETTINGS, years=years)
    assert [(one.label, one.start, one.end, one.published, one.result, one.group) for one in drawn.courses] == [
        ("B", 2013, None, (), "", "drug"),
        ("A", 1985, 2009, (2010, 2012), "response 30%", "rays"),
        ("C", None, None, (), "", "not stated"),
        ("D", None, None, (2019,), "response 40%", "Reviews and numbers of several studies"),
    ]
    assert [one.label for one in drawn.undated] == ["C"]


def test_names_that_stand_in_no_form_are_said():
    asked = analysis(
        leave_out={"aa": "why"}, overlaps=(("a", "bb"),), arms=("drugs",), modalities=("rays",), comparators=("drug",)
    )
    found = synthesise(asked, review(row("a", events=1, n=9)), SETTINGS)
    assert found.notes == (
        "leave_out names 'aa', which stands in no form. Did you mean 'a'?",
        "overlaps names 'bb', which stands in no form.",
        "arms names 'drugs', which stands in no form. Did you mean 'drug'?",
        "modalities names 'rays', which stands in no form.",
    )


def test_the_pooled_scale_is_left_for_the_one_people_read():
    found = ratios(3)
    values = wording.on_scale(found.scale, found.pooled.estimate, found.pooled.interval)
    assert values[0] == pytest.approx(math.exp(found.pooled.estimate))


value = st.sampled_from(["0.001", "0.5", "1", "28", "99.9", "100"])
rows_of_studies = st.lists(
    st.fixed_dictionaries(
        {
            "arm": st.sampled_from(["drug", "drug", "placebo"]),
            "n": st.sampled_from([1, 2, 5, 20, 100, 1_000_000]),
            "events": st.sampled_from([None, 0, 1, 2]),
            "value": value,
            "ci_low": st.none() | value,
            "ci_high": st.none() | value,
            "p_value": st.sampled_from(["", "0.9999", "<0.001", "1e-300", "ns"]),
        }
    ),
    min_size=1,
    max_size=24,
)


@example(  # a standard error from P near 1: an interval from 0 to 10 to the power of 304
    [{"arm": "drug", "n": 1, "events": None, "value": "0.001", "ci_low": None, "ci_high": None, "p_value": "0.9999"}],
    "hazard ratio",
    "combine",
    "",
)
@settings(max_examples=60)
@given(
    rows_of_studies,
    st.sampled_from(["proportion", "hazard ratio", "median", "odds ratio", "risk difference", "mean difference"]),
    st.sampled_from(["combine", "separate"]),
    st.sampled_from(["", "random", "common"]),
)
def test_whatever_the_rows_hold_every_table_and_plot_can_be_made(rows, measure, several, model):
    stated = {"odds ratio": "proportion", "risk difference": "proportion", "mean difference": "mean"}.get(
        measure, measure
    )
    cells = {"measure": stated, "comparator": "placebo", "unit": "months", "range_kind": "standard deviation"}
    made = [row(f"s{i // 2}", **cells, range_high="2", **one) for i, one in enumerate(rows)]
    given_rows = review(*{one.key: one for one in made}.values(), comparators=("placebo",))
    asked = analysis(
        measure=measure, several_arms=several, model=model, cumulate=True, moderator="n", subgroup="modality"
    )
    years = {f"s{i}": [2000 + i] for i in range(12)}
    found = synthesise(asked, given_rows, SETTINGS, years=years)
    written = outputs.files([found], given_rows, SETTINGS, years=years)
    for name, data in written.items():
        if name.endswith(".svg"):
            ET.fromstring(data)
            assert not re.search(rb'"-?(nan|inf)', data)
    everything = len(found.selection.left_out) + len({r.key for c in found.selection.contributions for r in c.rows})
    assert everything == len(given_rows.outcomes)
