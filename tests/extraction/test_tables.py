import random

import pytest

from pipeline.extraction.extract import extract
from pipeline.extraction.source_tables import (
    accepted_words,
    difference_table,
    discrepancy_table,
    reference_tables,
    waiting_table,
)
from pipeline.extraction.summary_table import as_csv
from pipeline.extraction.tables import by_modality, characteristics, individual_results

OS = {"outcome": "OS", "measure": "median", "value": "20", "unit": "months"}
ORR = {"outcome": "ORR", "measure": "proportion", "value": "30", "unit": "per cent"}


def texts(table):
    return [[one.text for one in row.cells] for row in table.rows]


def test_characteristics_have_a_row_a_study(base, settings, form):
    studies = form(
        "study_id,label,reports,design,n,who_grade,funding,own\n"
        "bo-2002,Bo 2002,,not stated,not reported,G2; G1,,x\nada-2001,Ada 2001,s:1; t:1,cohort,100,,,"
    )
    outcomes = form(
        "study_id,arm,outcome,measure,value,unit,source\n"
        "bo-2002,heat,OS,median,20,months,doc-a\nbo-2002,heat,follow-up,median,581,days,doc-a"
    )
    files = {**base, "extraction/studies.csv": studies, "extraction/outcomes.csv": outcomes}
    table = characteristics(extract(files, settings), settings, names={"s:1": "Ada 2001a", "t:1": "Ada 2001a"})
    assert table.columns == (
        "Study",
        "Reports",
        "Design",
        "WHO grade",
        "Patients",
        "Arms",
        "Outcomes",
        "Follow-up",
        "own",
    )
    assert texts(table) == [
        ["Ada 2001", "Ada 2001a", "cohort", "", "100", "drug (n = 50): surgery\nplacebo (n = 50): placebo", "", "", ""],
        [
            "Bo 2002",
            "",
            "not reported",
            "G2, G1",
            "not reported",
            "heat (n = 40): ablation",
            "OS",
            "median 581 days",
            "x",
        ],
    ]
    assert [one.kind for one in table.rows[1].cells[2:5]] == ["not reported", "value", "not reported"]
    assert table.notes == (
        "Left out, since no row fills them in: Setting, Period, Population, Primary site, Funding, Notes.",
    )


def test_outcomes_stand_under_the_modality_of_the_experimental_arm(base, settings, form):
    arms = form(
        "study_id,arm,role,modality,n\nbo-2002,both,,ablation; surgery,40\nada-2001,placebo,comparator,placebo,50\n"
        "ada-2001,drug,,surgery,50"
    )
    outcomes = form(
        "study_id,arm,outcome,measure,value,unit,source,n,population\nada-2001,placebo,OS,median,10,months,doc-a,,\n"
        "ada-2001,drug,OS,median,20,months,doc-a,,\nada-2001,drug,ORR,proportion,30,per cent,doc-a,20,old\n"
        "bo-2002,both,pain,mean,3,points,doc-a,,"
    )
    files = {**base, "extraction/arms.csv": arms, "extraction/outcomes.csv": outcomes}
    table = by_modality(extract(files, settings), settings)
    assert table.columns == ("Study", "Arm", "Population", "Patients", "Survival", "Response", "Other results")
    assert [(row.group, *[one.text for one in row.cells]) for row in table.rows] == [
        ("surgery", "Ada 2001", "drug", "", "50", "OS median 20 months", "", ""),
        ("surgery", "Ada 2001", "drug", "old", "20", "", "ORR 30%", ""),
        ("surgery", "Ada 2001", "placebo (comparator)", "", "50", "OS median 10 months", "", ""),
        ("Combined: surgery + ablation", "Bo 2002", "both", "", "40", "", "", "pain mean 3 points"),
    ]


def test_what_several_sources_state_stands_once_by_modality_and_twice_one_by_one(read, settings):
    found = read(OS, {**OS, "value": "21", "source": "doc-b", "preferred": "yes"})
    assert texts(by_modality(found, settings)) == [["Ada 2001", "drug", "50", "OS median 21 months"]]
    assert [(row[3], row[-1]) for row in texts(individual_results(found, settings))] == [
        ("", "no"),
        ("", "yes"),
    ]


def test_a_meta_analysis_is_called_one(base, settings, form, read):
    studies = form("study_id,label,design\nada-2001,Ada 2001,meta-analysis\nbo-2002,Bo,cohort")
    outcomes = form("study_id,arm,outcome,measure,value,unit,source\nada-2001,drug,OS,median,10,months,doc-a")
    files = {**base, "extraction/studies.csv": studies, "extraction/outcomes.csv": outcomes}
    assert texts(by_modality(extract(files, settings), settings))[0][0] == "Ada 2001 (meta-analysis)"


def test_discrepancies_say_what_each_source_states(read, settings):
    found = read(
        {**OS, "value": "11.1"},
        {**OS, "value": "12.6", "source": "doc-b", "preferred": "yes", "notes": "the later report"},
        ORR,
        {**ORR, "source": "doc-b"},
    )
    table = discrepancy_table(found, settings)
    assert texts(table) == [
        [
            "Ada 2001",
            "overall survival, median, drug",
            "doc-a: median 11.1 months\ndoc-b: median 12.6 months",
            "differ in value",
            "doc-b",
            "the later report",
        ],
        ["Ada 2001", "objective response, proportion, drug", "doc-a: 30%\ndoc-b: 30%", "agree", "not decided", ""],
    ]
    assert table.notes == ("1 of 2 numbers differ between their sources.",)


@pytest.mark.parametrize("table", [by_modality, individual_results, characteristics, discrepancy_table])
def test_the_order_of_the_rows_in_a_form_does_not_show_in_a_table(example, example_settings, table):
    from dataclasses import replace

    mixed = {}
    for name in ("studies", "arms", "outcomes"):
        rows = list(getattr(example, name))
        random.Random(name).shuffle(rows)
        mixed[name] = tuple(rows)
    assert as_csv(table(replace(example, **mixed), example_settings)) == as_csv(table(example, example_settings))


def test_terms_are_printed_with_their_source(settings):
    (table,) = reference_tables(settings)
    assert table.columns == ("WHO grade", "Ki-67 index", "Mitotic count", "Differentiation")
    assert texts(table)[1] == ["G2", "3–20%", "2–20/10 HPF", "moderately differentiated"]
    assert table.notes[1].startswith("Source: Klimstra DS")


def test_the_accepted_words_of_every_column_are_offered(settings):
    table = accepted_words(settings)
    rows = {(row.group, row.cells[0].text): row.cells for row in table.rows}
    assert rows["studies", "who_grade"][3].text == "G1\nG2\nG3"
    assert rows["arms", "modality"][3].text == "surgery\nablation\nplacebo"
    assert rows["outcomes", "outcome"][3].text.startswith("overall survival\nobjective response")
    assert rows["outcomes", "value"][3].kind == "empty"
    assert {group for group, _ in rows} == {"studies", "arms", "outcomes", "risk_of_bias", "certainty"}


def test_open_rows_and_unlinked_reports_are_listed(base, settings, form):
    files = {**base, "extraction/more.csv": form("study_id,outcome,measure,value,arm,source\nada-2001,OS,,,,")}
    statuses = {"s:1": "included", "s:2": "included", "s:3": "included"}
    found = extract(files, settings, statuses=statuses, included={"s:3": ()})
    assert texts(waiting_table(found)) == [
        ["ada-2001", "not filled in yet", "outcomes: 1"],
        ["s:3", "no study names this report", ""],
    ]


def test_without_extractors_there_is_no_difference(read):
    table = difference_table(read(OS))
    assert (table.rows, table.notes) == (
        (),
        ("0 of 0 cells agree: those that somebody filled in, in rows that all have.",),
    )
