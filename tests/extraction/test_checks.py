import pytest

from pipeline.errors import FormError
from pipeline.extraction.extract import extract

CR = {"outcome": "CR", "measure": "proportion", "unit": "per cent"}
OS = {"outcome": "OS", "measure": "median", "value": "20", "unit": "months"}


def said(extraction):
    return [str(w).removeprefix("extraction/outcomes.csv, ") for w in extraction.warnings if "outcomes" in w.file]


def test_a_row_that_stands_twice_is_a_fault(read):
    with pytest.raises(FormError) as caught:
        read(OS, {**OS, "value": "21"})
    assert str(caught.value) == (
        "extraction/outcomes.csv, row 3, column study_id: ada-2001, drug, overall survival, median, doc-a stands "
        "already in extraction/outcomes.csv, row 2. Delete one of the two rows, or say what tells them apart "
        "(population, criteria, assessed_by)."
    )


def test_the_same_number_by_other_criteria_is_another_number(read):
    assert (
        len(
            read({**CR, "value": "19", "criteria": "RECIST 1.1"}, {**CR, "value": "39", "criteria": "mRECIST"}).outcomes
        )
        == 2
    )


def test_two_preferred_sources_are_a_fault(read):
    with pytest.raises(FormError) as caught:
        read({**OS, "preferred": "yes"}, {**OS, "value": "21", "source": "doc-b", "preferred": "yes"})
    assert [(f.row, f.column, f.what) for f in caught.value.faults] == [
        (3, "preferred", "this number is preferred already in extraction/outcomes.csv, row 2")
    ]


def test_no_preferred_source_is_a_warning(read):
    assert said(read(OS, {**OS, "value": "21", "source": "doc-b"})) == [
        (
            "row 2, column preferred: overall survival of ada-2001 (drug) stands in several sources "
            "(also in extraction/outcomes.csv, row 3). Write yes in preferred of the one that counts, and why in "
            "notes; until then none is pooled."
        )
    ]


def test_parts_that_do_not_add_up_are_a_warning(read):
    rows = [{**CR, "value": "10"}, {**CR, "outcome": "PR", "value": "30"}, {**CR, "outcome": "ORR", "value": "50"}]
    assert said(read(*rows)) == [
        (
            "row 4, column value: complete response 10 + partial response 30 is 40%, but objective "
            "response is 50%. If the source prints them so, leave them and say so in notes."
        )
    ]


def test_rounding_may_part_a_sum_from_its_parts(read):
    rows = [{**CR, "value": "39"}, {**CR, "outcome": "PR", "value": "45"}, {**CR, "outcome": "ORR", "value": "85"}]
    assert said(read(*rows)) == []


def test_survival_that_rises_is_a_warning(read):
    rate = {"outcome": "OS", "measure": "proportion", "unit": "per cent"}
    rows = [{**rate, "value": "59", "timepoint_months": "36"}, {**rate, "value": "48", "timepoint_months": "12"}]
    assert said(read(*rows)) == [
        (
            "row 2, column value: overall survival rises from 48% at 12 months to 59% at 36 months. "
            "One of the two is mistyped, or they are of different patients: say which in population."
        )
    ]


def test_studies_and_arms_that_nothing_names_are_warnings(read):
    found = read(OS)
    assert [w.what for w in found.warnings] == [
        "no outcome names the arm 'placebo' of ada-2001",
        "bo-2002 has no row in the outcomes form yet",
    ]


def test_one_report_of_two_studies_is_a_warning(base, settings, form):
    studies = form("study_id,reports,design\nada-2001,s:1; s:2,cohort\nbo-2002,s:2,cohort\ncy-2003,s:1,meta-analysis")
    found = extract({**base, "extraction/studies.csv": studies}, settings)
    assert [(w.row, w.what) for w in found.warnings if w.column == "reports"] == [
        (3, "s:2 is a report of ada-2001 as well")
    ]


def test_included_citations_that_no_study_names_are_listed(base, settings):
    included = {"c:1": ("s:1",), "c:2": ("s:9",), "s:2": ("s:2",)}
    statuses = {"s:1": "included", "s:2": "included"}
    assert extract(base, settings, statuses=statuses, included=included).unlinked == ("c:2",)


def test_faults_come_in_the_order_of_the_file(read):
    with pytest.raises(FormError) as caught:
        read({**OS, "arm": "x", "unit": "days"}, {**OS, "value": "1,5", "p_value": "7"}, {**OS, "arm": ""})
    assert [(f.row, f.column) for f in caught.value.faults] == [
        (2, "arm"),
        (2, "unit"),
        (3, "value"),
        (3, "p_value"),
        (4, "arm"),
    ]
