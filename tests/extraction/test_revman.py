from dataclasses import replace

import pytest

from pipeline.extraction import revman
from pipeline.extraction.extract import extract
from pipeline.records import tables

OS = {"outcome": "OS", "measure": "median", "value": "20", "unit": "months"}
RATE = {"outcome": "ORR", "measure": "proportion", "value": "30", "unit": "per cent"}
HR = {"outcome": "OS", "measure": "HR", "value": "0.70", "unit": "ratio", "comparator": "placebo"}
CI = {"ci_level": "95", "ci_low": "0.50", "ci_high": "0.98"}


def rows(data):
    return [{name: text for name, text in row.cells.items() if text} for row in tables.read(data, file="r.csv").rows]


def test_counts_go_in_as_cases_of_a_sample(read, settings):
    found = revman.write(
        read({**RATE, "events": "12", "n": "40", "timepoint_months": "6", "population": "old"}), settings
    )
    assert rows(found.results) == [
        {
            "Study": "Ada 2001",
            "Outcome": "objective response at 6 months (old)",
            "Data type": "Dichotomous",
            "Arm": "drug",
            "Sample size": "40",
            "Cases": "12",
            "Footnotes": "doc-a",
        }
    ]


def test_a_ratio_goes_in_with_its_interval_and_its_reference_arm(read, settings):
    found = revman.write(read({**HR, **CI, "source_place": "p. 3"}), settings)
    assert rows(found.results) == [
        {
            "Study": "Ada 2001",
            "Outcome": "overall survival",
            "Data type": "Dichotomous",
            "Effect measure": "HR",
            "Arm": "drug",
            "Reference arm": "placebo",
            "CI level": "95",
            "Exp mean": "0.70",
            "Exp CI start": "0.50",
            "Exp CI end": "0.98",
            "Footnotes": "doc-a; p. 3",
        }
    ]


def test_a_log_rank_test_goes_in_as_the_logarithm_of_the_ratio_with_its_variance(read, settings):
    log_rank = {**HR, "value": "", "unit": "", "o_minus_e": "-5", "o_minus_e_variance": "20", "n": "90"}
    assert rows(revman.write(read(log_rank), settings).results) == [
        {
            "Study": "Ada 2001",
            "Outcome": "overall survival",
            "Data type": "Dichotomous",
            "Effect measure": "HR",
            "Arm": "drug",
            "Reference arm": "placebo",
            "Sample size": "90",
            "Mean": "-0.25",
            "Variance": "0.05",
            "Footnotes": "doc-a; log hazard ratio from the log-rank test: O-E -5 over V 20",
        }
    ]


def test_a_ratio_with_its_interval_goes_in_as_printed_though_there_is_a_log_rank_test(read, settings):
    both = rows(revman.write(read({**HR, **CI, "o_minus_e": "-7", "o_minus_e_variance": "20"}), settings).results)[0]
    assert (both["Exp mean"], both.get("Mean")) == ("0.70", None)


def test_a_mean_goes_in_with_its_standard_deviation(read, settings):
    row = {"outcome": "pain", "measure": "mean", "value": "3.1", "unit": "points", "n": "40"}
    found = revman.write(read({**row, "range_kind": "standard deviation", "range_high": "1.2"}), settings)
    assert (
        rows(found.results)[0].items()
        >= {"Data type": "Continuous", "Mean": "3.1", "SD": "1.2", "Sample size": "40"}.items()
    )


def test_a_difference_goes_in_as_it_is(read, settings):
    row = {"outcome": "pain", "measure": "mean difference", "value": "-3.2", "unit": "points", "comparator": "placebo"}
    found = revman.write(read({**row, "ci_level": "95", "ci_low": "-5", "ci_high": "-1"}), settings)
    assert (
        rows(found.results)[0].items()
        >= {"Effect measure": "MD", "Mean": "-3.2", "CI start": "-5", "CI end": "-1"}.items()
    )


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        (OS, "OS median 20 months: RevMan has no place for a median"),
        (RATE, "ORR 30%: RevMan takes events and patients, and the source gives only a percentage"),
        (HR, "OS HR 0.70 v placebo: RevMan takes a hazard ratio with its confidence interval"),
        (
            {**RATE, "value": "", "unit": "", "value_status": "not reported"},
            "ORR not reported: the value is 'not reported', and RevMan takes only numbers",
        ),
        (
            {"outcome": "OS", "measure": "risk reduction", "value": "65", "unit": "per cent", "comparator": "placebo"},
            "OS risk reduction 65% v placebo: RevMan has no place for a risk reduction",
        ),
        (
            {"outcome": "pain", "measure": "mean", "value": "3.1", "unit": "points"},
            "pain mean 3.1 points: RevMan takes a mean with its standard deviation and n",
        ),
    ],
)
def test_what_revman_cannot_hold_is_listed_with_the_reason(read, settings, cells, reason):
    found = revman.write(read(cells), settings)
    number, _, why = reason.partition(": ")
    assert (rows(found.results), found.left_out) == (
        [],
        (f"Ada 2001, {number} (extraction/outcomes.csv, row 2): {why}.",),
    )


def test_a_number_that_nobody_decided_on_is_left_out(read, settings):
    found = revman.write(read({**HR, **CI}, {**HR, **CI, "source": "doc-b"}), settings)
    assert [sentence.partition(": ")[2] for sentence in found.left_out] == [
        "several sources state it and none is preferred."
    ] * 2


def test_of_several_sources_the_preferred_one_is_written_and_the_other_is_listed(read, settings):
    found = revman.write(read({**HR, **CI, "preferred": "yes"}, {**HR, **CI, "source": "doc-b"}), settings)
    assert (found.count, [sentence.partition(": ")[2] for sentence in found.left_out]) == (
        1,
        ["another source states it too and is preferred."],
    )


def test_a_number_whose_study_the_extractors_describe_differently_is_listed(base, settings, form):
    rate = form(
        "study_id,arm,outcome,measure,value,unit,source,n,events\nada-2001,drug,ORR,proportion,30,per cent,doc-a,40,12"
    )
    arms = base["extraction/arms.csv"]
    files = {"extraction/outcomes.csv": rate, "extraction/arms.csv": arms}
    for name, n in (("anna", 100), ("ben", 101)):
        files[f"extraction/{name}/studies.csv"] = form(
            f"study_id,label,design,n\nada-2001,Ada,cohort,{n}\nbo-2002,B,cohort,40"
        )
    found = revman.write(extract(files, replace(settings, extractors=("anna", "ben"))), settings)
    assert (found.count, found.left_out) == (
        0,
        ("ada-2001, ORR 30% (12/40) (extraction/outcomes.csv, row 2): the row of its study is not agreed on yet.",),
    )


def test_every_number_of_the_example_is_written_or_listed(example, example_settings):
    found = revman.write(example, example_settings)
    reviews = sum(not study.is_primary for study in example.studies)
    assert found.count == len(rows(found.results)) > 0
    assert found.count + len(found.left_out) - reviews == len(example.outcomes)


def test_studies_and_arms_have_revmans_columns(read, settings):
    found = revman.write(read({**RATE, "events": "12", "n": "40"}), settings)
    assert tables.read(found.studies, file="s.csv").header == revman.STUDY_COLUMNS
    assert rows(found.studies)[0] == {
        "Study": "Ada 2001",
        "Char: Methods": "randomised trial",
        "Char: Participants": "n = 100",
        "Char: Interventions": "drug (surgery); placebo (placebo)",
        "Char: Outcomes": "objective response",
    }
    assert rows(found.arms)[0] == {"Study": "Ada 2001", "Arm": "drug", "Intervention": "surgery"}


def test_a_meta_analysis_is_no_study(base, settings, form):
    studies = form("study_id,label,design\nada-2001,Ada 2001,meta-analysis\nbo-2002,Bo,cohort")
    rate = form(
        "study_id,arm,outcome,measure,value,unit,source,n,events\nada-2001,drug,ORR,proportion,30,per cent,doc-a,40,12"
    )
    files = {**base, "extraction/studies.csv": studies, "extraction/outcomes.csv": rate}
    found = revman.write(extract(files, settings), settings)
    assert found.left_out == (
        "Ada 2001: RevMan takes single studies, and its design is 'meta-analysis'.",
        "Ada 2001, ORR 30% (12/40) (extraction/outcomes.csv, row 2): RevMan takes results of single studies.",
    )
    assert rows(found.results) == []
    assert [row["Study"] for row in rows(found.arms)] == ["Bo"]


def test_two_studies_of_one_label_are_told_apart(base, settings, form):
    studies = form("study_id,label,design\nada-2001,Ada,cohort\nbo-2002,Ada,cohort")
    found = revman.write(extract({**base, "extraction/studies.csv": studies}, settings), settings)
    assert [row["Study"] for row in rows(found.studies)] == ["Ada (ada-2001)", "Ada (bo-2002)"]
