from dataclasses import replace

import pytest

from pipeline.errors import FormError
from pipeline.extraction import covidence
from pipeline.extraction.extract import extract
from pipeline.extraction.settings import CovidenceResult

HEADER = "Covidence #,Study ID,Title,Reviewer Name,Study design,Total number of participants,Sponsor,OS median,OS n"
EXPORT = f"""{HEADER}
    7,Ada 2001,A title,Anna Example,Randomised controlled trial,100,Nobody,20,50
    7,Ada 2001,A title,Ben Other,Cohort study,100,Nobody,20,50
    7,Ada 2001,A title,Consensus,Randomised controlled trial,100,Nobody,20,50
    8,Bo 2002,Another,Anna Example,Case series,12,,,"""


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
