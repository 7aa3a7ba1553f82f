from dataclasses import replace

import pytest

from pipeline.deduplicate.citation import Citation
from pipeline.errors import FormError
from pipeline.extraction import covidence
from pipeline.extraction.extract import extract
from pipeline.extraction.settings import CovidenceResult, check
from pipeline.records import tables
from pipeline.records.record import Origin, Record

HEADER = "Covidence #,Study ID,Title,Reviewer Name,Study design,Total number of participants,Sponsor,OS median,OS n"
EXPORT = f"""{HEADER}
    7,Ada 2001,A title,Anna Example,Randomised controlled trial,100,Nobody,20,50
    7,Ada 2001,A title,Ben Other,Cohort study,100,Nobody,20,50
    7,Ada 2001,A title,Consensus,Randomised controlled trial,100,Nobody,20,50
    8,Bo 2002,Another,Anna Example,Case series,12,,,"""


def citation(name, title, *members):
    record = Record(id=name, origin=Origin(search="s"), title=title)
    return Citation(id=name, members=(name, *members), record=record)


@pytest.fixture
def two(settings):
    results = {
        "OS median": CovidenceResult(outcome="OS", measure="median", arm="drug", unit="months"),
        "OS n": CovidenceResult(outcome="OS", measure="median", arm="drug", unit="months", cell="n"),
    }
    return replace(
        settings, extractors=("anna", "ben"), sources={}, covidence={"Sponsor": "funding"}, covidence_results=results
    )


def test_each_reviewer_gets_forms_and_the_consensus_is_agreed(two, form):
    found = covidence.read(form(EXPORT), file="e.csv", settings=two)
    assert list(found.forms) == [
        *(f"anna/covidence-{name}.csv" for name in ("studies", "outcomes", "arms")),
        *(f"ben/covidence-{name}.csv" for name in ("studies", "outcomes", "arms")),
        *(f"covidence-{name}.csv" for name in ("studies", "outcomes", "arms")),
    ]
    assert found.left_out == ()


def test_every_column_of_the_export_arrives_somewhere(two, form):
    found = covidence.read(form(EXPORT), file="e.csv", settings=two)
    assert found.placed == (
        ("Covidence #", "your own column 'Covidence #'"),
        ("Study ID", "study_id"),
        ("Title", "your own column 'Title'"),
        ("Reviewer Name", "the folder of the form"),
        ("Study design", "design"),
        ("Total number of participants", "n"),
        ("Sponsor", "funding"),
        ("OS median", "outcomes: OS, median, value"),
        ("OS n", "outcomes: OS, median, n"),
    )


def test_what_was_imported_is_a_form_once_a_person_named_the_modality(two, form):
    found = covidence.read(form(EXPORT), file="e.csv", settings=two)
    files = {f"extraction/{path}": data for path, data in found.forms.items()}
    with pytest.raises(FormError) as caught:
        extract(files, two)
    assert {(fault.column, fault.what) for fault in caught.value.faults} == {("modality", "the cell is empty")}
    named = {path: data.replace(b'"drug","",""', b'"drug","","surgery"') for path, data in files.items()}
    extraction = extract(named, two)
    assert [(s.study_id, s.label, s.design, s.n, s.funding, s.extra) for s in extraction.studies] == [
        ("ada-2001", "Ada 2001", "randomised trial", 100, "Nobody", (("Covidence #", "7"), ("Title", "A title")))
    ]
    assert [(o.outcome, str(o.value), o.n, o.source) for o in extraction.outcomes] == [
        ("overall survival", "20", 50, "report")
    ]
    assert [w.why for w in extraction.waiting] == ["waits for ben"]


def test_a_study_is_linked_to_the_included_report_of_its_title_and_takes_the_name_it_has_there(two, form):
    starter = form("study_id,label,reports,design\nada-a-2001,Ada A,s:1,")
    there = {f"extraction/{name}/2026-12-studies.csv": starter for name in ("anna", "ben")}
    included = [citation("c:1", "A Title.", "s:1"), citation("s:2", "Another"), citation("s:3", "Another")]
    found = covidence.read(form(EXPORT), file="e.csv", settings=two, included=included, there=there)
    assert b'"ada-a-2001","Ada 2001","","","c:1","randomised trial"' in found.forms["covidence-studies.csv"]
    assert found.unlinked == ("Bo 2002: 2 included reports have the title 'Another'.",)


def test_a_study_without_a_report_of_its_title_is_said(two, form):
    found = covidence.read(form(EXPORT), file="e.csv", settings=two, included=[citation("s:9", "Else")])
    assert found.unlinked == (
        "Ada 2001: no included report has the title 'A title'.",
        "Bo 2002: no included report has the title 'Another'.",
    )


def test_what_an_extractor_has_filled_in_stays_and_the_row_of_the_export_is_left_out(two, form):
    there = {"extraction/anna/studies.csv": form("study_id,label,design\nada-2001,Ada,cohort\nbo-2002,Bo,cohort")}
    found = covidence.read(form(EXPORT), file="e.csv", settings=two, there=there)
    assert sorted({name.rpartition("/")[0] for name in found.forms}) == ["", "ben"]
    assert found.left_out == (
        "Row 2, Ada 2001: the study is filled in already by anna.",
        "Row 5, Bo 2002: the study is filled in already by anna.",
    )


def test_reading_an_export_a_second_time_leaves_every_row_out(two, form):
    first = covidence.read(form(EXPORT), file="e.csv", settings=two)
    there = {f"extraction/{path}": data for path, data in first.forms.items()}
    again = covidence.read(form(EXPORT), file="e.csv", settings=two, there=there)
    assert (again.forms, len(again.left_out)) == ({}, 4)


def ids(data):
    return [(row["study_id"], row["Covidence #"]) for row in tables.read(data, file="f").rows]


def test_two_studies_of_one_author_and_year_are_told_apart_by_their_number_in_every_import(settings, form):
    header = "Covidence #,Study ID,Title,Reviewer Name,Study design"
    later = "9,Ada 2001,Third,Consensus,Cohort study"
    both = "7,Ada 2001,First,Consensus,Cohort study\n8,Ada 2001,Second,Anna Example,Cohort study"
    first = covidence.read(form(f"{header}\n{both}"), file="e.csv", settings=settings)
    assert (ids(first.forms["covidence-studies.csv"]), first.left_out) == ([("ada-2001", "7"), ("ada-2001-b", "8")], ())
    there = {f"extraction/{path}": data for path, data in first.forms.items()}
    again = covidence.read(form(f"{header}\n{later}\n{both}"), file="e.csv", settings=settings, there=there)
    assert ids(again.forms["covidence-studies.csv"]) == [("ada-2001-c", "9")]
    assert len(again.left_out) == 2


def test_a_study_whose_id_another_report_has_gets_an_id_of_its_own(two, form):
    there = {"extraction/2026-12-studies.csv": form("study_id,label,reports,design\nada-2001,Ada,s:5,")}
    found = covidence.read(form(EXPORT), file="e.csv", settings=two, there=there)
    assert ids(found.forms["covidence-studies.csv"]) == [("ada-2001-b", "7")]


def test_a_number_without_a_value_is_said_and_not_taken(two, form):
    found = covidence.read(form(EXPORT.replace("Nobody,20,50", "Nobody,,50")), file="e.csv", settings=two)
    assert sorted(found.forms) == [
        "anna/covidence-studies.csv",
        "ben/covidence-studies.csv",
        "covidence-studies.csv",
    ]
    assert found.left_out == tuple(f"Row {row}, Ada 2001: OS, median, drug has no value." for row in (2, 3, 4))


def test_two_columns_of_an_export_cannot_fill_one_cell(two):
    same = CovidenceResult(outcome="OS", measure="median", arm="drug", unit="months")
    wrong = replace(two, covidence_results={**two.covidence_results, "OS again": same})
    assert [(fault.column, fault.what) for fault in check(wrong) if "covidence" in fault.column] == [
        ("extraction.covidence_results.OS again", "'OS again' and 'OS median' fill one cell: value of OS, median")
    ]
    assert [fault for fault in check(two) if "covidence" in fault.column] == []


def test_a_ratio_with_its_arms_is_complete_where_the_settings_say_all_of_it(settings, form):
    goes = {"outcome": "OS", "measure": "HR", "arm": "drug", "comparator": "placebo", "unit": "ratio", "ci_level": "95"}
    results = {
        heading: CovidenceResult(**goes, modality="surgery", cell=cell)
        for heading, cell in {"HR": "value", "Low": "ci_low", "High": "ci_high"}.items()
    }
    results["Placebo OS"] = CovidenceResult(
        outcome="OS", measure="median", arm="placebo", modality="placebo", unit="months"
    )
    export = form(
        "Covidence #,Study ID,Title,Reviewer Name,Study design,HR,Low,High,Placebo OS\n"
        "7,Ada 2001,T,Consensus,Cohort study,0.70,0.50,0.98,12"
    )
    found = covidence.read(export, file="e.csv", settings=replace(settings, covidence_results=results))
    extraction = extract({f"extraction/{path}": data for path, data in found.forms.items()}, settings)
    assert [(a.arm, a.role, a.modality, a.source) for a in extraction.arms] == [
        ("drug", "experimental", ("surgery",), "report"),
        ("placebo", "comparator", ("placebo",), "report"),
    ]
    assert [(o.arm, o.comparator, str(o.value), str(o.ci_low)) for o in extraction.outcomes] == [
        ("drug", "placebo", "0.70", "0.50"),
        ("placebo", "", "12", "None"),
    ]


def test_without_extractors_the_consensus_or_the_only_row_is_taken(two, form):
    found = covidence.read(form(EXPORT), file="e.csv", settings=replace(two, extractors=()))
    assert list(found.forms) == [f"covidence-{name}.csv" for name in ("studies", "outcomes", "arms")]
    assert found.left_out == (
        "Row 2, Ada 2001 by Anna Example: the settings name no extractors.",
        "Row 3, Ada 2001 by Ben Other: the settings name no extractors.",
    )


def test_a_reviewer_who_is_no_extractor_is_a_fault(two, form):
    with pytest.raises(FormError) as caught:
        covidence.read(form(EXPORT.replace("Ben Other", "Zoë Žižka")), file="e.csv", settings=two)
    assert str(caught.value) == (
        "e.csv, row 3, column Reviewer Name: the reviewer 'Zoë Žižka' is no extractor of this review; accepted: anna, "
        "ben. Add 'zoe-zizka' to extraction.extractors."
    )


def test_a_file_that_is_no_export_and_settings_that_do_not_fit_it_are_faults(two, form):
    wrong = replace(two, covidence={"Sponsors": "founding"})
    with pytest.raises(FormError) as caught:
        covidence.read(form("Study,Title,Sponsor,OS median,OS n\nx,y,z,1,2"), file="e.csv", settings=wrong)
    assert [fault.what for fault in caught.value.faults] == [
        "the column 'Study ID' is not there",
        "the column 'Reviewer Name' is not there",
        "extraction.covidence names the column 'Sponsors', which the export does not have",
        "the studies form has no column 'founding'",
    ]
