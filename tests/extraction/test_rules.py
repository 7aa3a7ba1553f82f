import json
from pathlib import Path

import pytest

from pipeline.errors import FormError
from pipeline.extraction.extract import extract
from pipeline.extraction.rules import RULES

CASES = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))
FAULTS, WARNINGS, GOOD = CASES["what is wrong"], CASES["what is suspicious"], CASES["what is right"]
OS = {"outcome": "OS", "measure": "median", "value": "20", "unit": "months"}
RATE = {"outcome": "ORR", "measure": "proportion", "value": "30", "unit": "per cent"}
HR = {"outcome": "OS", "measure": "HR", "value": "0.70", "unit": "ratio", "comparator": "placebo"}
CI = {"ci_level": "95", "ci_low": "0.50", "ci_high": "0.98"}


def sentence(case):
    return f"extraction/outcomes.csv, row 2, column {case['column']}: {case['says']}"


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case["rule"])
def test_what_is_wrong_is_one_sentence(read, case):
    with pytest.raises(FormError) as caught:
        read(case["cells"])
    assert [str(fault) for fault in caught.value.faults] == [sentence(case)]


@pytest.mark.parametrize("case", WARNINGS, ids=lambda case: case["rule"])
def test_what_is_suspicious_is_a_warning_with_its_reason(read, case):
    assert [str(w) for w in read(case["cells"]).warnings if w.file == "extraction/outcomes.csv"] == [sentence(case)]


@pytest.mark.parametrize("case", GOOD)
def test_what_is_right_is_neither(read, case):
    assert [w for w in read(case["cells"]).warnings if w.file == "extraction/outcomes.csv"] == []


def test_every_rule_on_outcomes_has_its_cases():
    covered = {(case["rule"], warns) for cases, warns in ((FAULTS, False), (WARNINGS, True)) for case in cases}
    assert {(rule.name, rule.warns) for rule in RULES if rule.form == "outcomes"} == covered


def test_a_rule_runs_where_another_cell_of_the_row_is_bad(read):
    with pytest.raises(FormError) as caught:
        read({**RATE, "value": "11-Apr", "events": "41", "n": "40", "timepoint_months": "1825"})
    assert [fault.column for fault in caught.value.faults] == ["timepoint_months", "events", "value"]


def test_a_rule_does_not_run_on_a_cell_that_could_not_be_read(read):
    with pytest.raises(FormError) as caught:
        read({**HR, "value": "0,7", **CI})
    assert [fault.column for fault in caught.value.faults] == ["value"]


def test_an_outcome_that_the_protocol_does_not_name_is_a_fault(read):
    with pytest.raises(FormError) as caught:
        read({**OS, "outcome": "overal survival"})
    fault = caught.value.faults[0]
    assert (fault.what, fault.remedy) == (
        "'overal survival' is not a word for outcome",
        "Did you mean 'overall survival'?",
    )


def with_study(base, form, line):
    return {**base, "extraction/studies.csv": form("study_id,label,reports,design,n,registration\n" + line)}


def test_a_study_whose_report_was_excluded_is_a_fault(base, settings):
    with pytest.raises(FormError) as caught:
        extract(base, settings, statuses={"s:1": "excluded", "s:2": "included"})
    assert str(caught.value) == (
        "extraction/studies.csv, row 2, column reports: s:1 was excluded in screening, so ada-2001 is not a study of "
        "this review. Take its rows out of the forms, or change the decision in the screening sheet."
    )


def test_a_report_that_nobody_knows_is_a_fault(base, settings):
    with pytest.raises(FormError) as caught:
        extract(base, settings, statuses={"s:1": "included", "s:20": "included"})
    assert str(caught.value).endswith("no record or citation is called 's:2'. Did you mean 's:20'?")


def test_a_report_that_waits_in_screening_is_a_warning(base, settings):
    found = extract(base, settings, statuses={"s:1": "conflict", "s:2": "included"})
    assert [str(warning) for warning in found.warnings if warning.column == "reports"] == [
        (
            "extraction/studies.csv, row 2, column reports: ada-2001: in screening, s:1 is conflict, not included. "
            "Its numbers stand until the decision is made."
        )
    ]


def test_where_nobody_screens_no_report_is_looked_up(base, settings):
    assert len(extract(base, settings).studies) == 2


def test_a_study_without_a_report_and_an_unknown_register_are_warnings(base, settings, form):
    files = with_study(base, form, "ada-2001,,,cohort,,CRT-1\nbo-2002,,s:2,cohort,,NCT04919226")
    assert [
        (w.row, w.column, w.what) for w in extract(files, settings).warnings if w.column in {"reports", "registration"}
    ] == [
        (2, "registration", "'CRT-1' is in the form of no register that is known here"),
        (2, "reports", "ada-2001 has no report in this review"),
    ]


def test_no_patient_is_no_study(base, settings, form):
    with pytest.raises(FormError) as caught:
        extract(with_study(base, form, "ada-2001,,,cohort,0,\nbo-2002,,,cohort,,"), settings)
    assert [fault.what for fault in caught.value.faults] == ["there is no patient"]


def test_an_arm_larger_than_its_study_is_a_warning(base, settings, form):
    found = extract(with_study(base, form, "ada-2001,,,cohort,45,\nbo-2002,,,cohort,,"), settings)
    assert [w.what for w in found.warnings if w.file.endswith("arms.csv")] == [
        "the arm has 50 patients, the study 45"
    ] * 2


BIAS = "study_id,tool,outcome,domain,judgement,support"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ada-2001,RoB 2,,D9,low,", "RoB 2 has no domain 'D9'; accepted: D1, D2, D3, D4, D5, Overall."),
        (
            "ada-2001,RoB 2,,D1,lwo,",
            "'lwo' is not a judgement of RoB 2 for D1; accepted: low, some concerns, high. Did you mean 'low'?",
        ),
        (
            '"ada-2001","Newcastle-Ottawa, cohort",,S1,2 stars,',
            (
                "'2 stars' is not a judgement of Newcastle-Ottawa, cohort for S1; accepted: 1 star, 0 stars. "
                "Did you mean '0 stars'?"
            ),
        ),
        ("cy-2003,RoB 2,,D1,low,", "no study is called 'cy-2003'. Add the study to the studies form."),
        (
            "ada-2001,JBI cohort,,Overall,yes,",
            "JBI cohort has no domain 'Overall'; accepted: " + ", ".join(f"Q{n}" for n in range(1, 12)) + ".",
        ),
    ],
)
def test_a_judgement_is_one_of_the_tools(base, settings, form, line, said):
    with pytest.raises(FormError) as caught:
        extract({**base, "extraction/risk_of_bias.csv": form(f"{BIAS}\n{line}")}, settings)
    assert [str(fault).split(": ", 1)[1] for fault in caught.value.faults] == [said]


def test_a_domain_may_be_named_by_its_caption(base, settings, form):
    data = form(f"{BIAS}\nada-2001,RoB 2,,randomisation  process,low,\nada-2001,RoB 2,,overall,high,")
    found = extract({**base, "extraction/risk_of_bias.csv": data}, settings)
    assert [(j.domain, j.judgement) for j in found.judgements] == [("D1", "low"), ("Overall", "high")]
