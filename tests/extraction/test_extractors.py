from dataclasses import replace

import pytest

from pipeline.extraction.extract import extract
from pipeline.extraction.extractors import consensus_forms, say
from pipeline.extraction.settings import ExtractionSettings, OutcomeSetting
from pipeline.extraction.source_tables import difference_table

TWO = ExtractionSettings(
    extractors=("anna", "ben"),
    outcomes=(OutcomeSetting(name="overall survival", abbreviation="OS", kind="time to event"),),
)
STUDY = "study_id,label,design,n\nada-2001,Ada 2001,cohort,40"
ARM = "study_id,arm,modality\nada-2001,drug,surgery"
OUTCOME = "study_id,arm,outcome,measure,value,unit,source,notes"
ANNA = f"{OUTCOME}\nada-2001,drug,overall survival,median,11.4,months,doc,"
BEN = f"{OUTCOME}\nada-2001,drug,OS,median,11.1,months,doc,from the abstract"


@pytest.fixture
def both(form):
    def files(anna=ANNA, ben=BEN, **agreed):
        found = {}
        for name, outcomes in (("anna", anna), ("ben", ben)):
            texts = {"studies": STUDY, "arms": ARM, "outcomes": outcomes}
            found |= {f"extraction/{name}/{kind}.csv": form(text) for kind, text in texts.items()}
        return found | {f"extraction/{name}.csv": form(text) for name, text in agreed.items()}

    return files


def test_rows_that_both_filled_in_alike_count_once(both):
    found = extract(both(ben=ANNA), TWO)
    assert (len(found.studies), len(found.arms), len(found.outcomes), found.differences) == (1, 1, 1, ())
    assert found.outcomes[0].at.file == "extraction/anna/outcomes.csv"


def test_rows_that_differ_do_not_count_and_are_listed_cell_by_cell(both):
    found = extract(both(), TWO)
    assert found.outcomes == ()
    assert [say(difference) for difference in found.differences] == [
        "value: anna '11.4', ben '11.1'",
        "notes: anna '', ben 'from the abstract'",
    ]


def test_agreement_is_counted_in_cells_that_somebody_filled_in_and_that_do_not_name_the_row(both):
    found = extract(both(), TWO)
    filled_in = {"studies": ["label", "design", "n"], "arms": ["modality"], "outcomes": ["value", "unit", "notes"]}
    cells = sum(map(len, filled_in.values()))
    assert (found.cells_compared, found.cells_agreed) == (cells, cells - 2)


def test_the_differences_are_a_table_that_leads_back_to_both_forms(both):
    table = difference_table(extract(both(), TWO))
    assert [[one.text for one in row.cells] for row in table.rows] == [
        ["outcomes", "ada-2001 / drug / overall survival / median / doc", "value", "anna: 11.4\nben: 11.1"],
        [
            "outcomes",
            "ada-2001 / drug / overall survival / median / doc",
            "notes",
            "anna: (empty)\nben: from the abstract",
        ],
    ]
    assert {found.file for found in table.rows[0].cells[0].traces} == {
        "extraction/anna/outcomes.csv",
        "extraction/ben/outcomes.csv",
    }
    assert table.notes == ("5 of 7 cells agree (71.4%): those that somebody filled in, in rows that all have.",)


def test_terms_on_which_the_extractors_differ_are_empty_in_the_consensus_form(both):
    settings = replace(TWO, vocabularies=("who_grade",))
    files = both(ben=ANNA)
    for name, grade in (("anna", "G1"), ("ben", "G1; G2")):
        files[f"extraction/{name}/studies.csv"] = f"study_id,design,who_grade\nada-2001,cohort,{grade}\n".encode()
    (text,) = (data.decode("utf-8-sig") for data in consensus_forms(files, settings).values())
    assert text.splitlines()[1].endswith("\"who_grade: anna 'G1', ben 'G1; G2'\",\"\"")
    assert '"G1"' not in text


def test_an_agreed_row_settles_the_difference(both):
    found = extract(both(outcomes=f"{OUTCOME}\nada-2001,drug,OS,median,11.4,months,doc,agreed"), TWO)
    assert ([str(row.value) for row in found.outcomes], found.differences) == (["11.4"], ())


def test_a_row_that_only_one_has_is_a_difference(both):
    found = extract(both(ben=OUTCOME), TWO)
    assert [say(difference) for difference in found.differences] == ["anna has the row, ben has no such row"]


def test_a_row_waits_for_an_extractor_who_has_not_begun_the_study(both):
    files = {path: data for path, data in both().items() if "ben" not in path}
    found = extract(files, TWO)
    assert (found.studies, found.differences) == ((), ())
    assert [(w.form, w.why) for w in found.waiting] == [
        ("arms", "waits for ben"),
        ("outcomes", "waits for ben"),
        ("studies", "waits for ben"),
    ]


def test_the_consensus_form_has_what_they_agree_on_and_asks_for_the_rest(both, form):
    files = both()
    written = consensus_forms(files, TWO)
    assert list(written) == ["outcomes"]
    asked = extract(files | {"extraction/consensus.csv": written["outcomes"]}, TWO)
    assert [(w.form, w.why, w.at.file) for w in asked.waiting] == [
        ("outcomes", "waits for a consensus", "extraction/consensus.csv")
    ]
    assert [say(difference) for difference in asked.differences] == [say(d) for d in extract(files, TWO).differences]
    assert consensus_forms(files | {"extraction/consensus.csv": written["outcomes"]}, TWO) == {}
    text = written["outcomes"].decode("utf-8-sig")
    assert "\"value: anna '11.4', ben '11.1' | notes: anna '', ben 'from the abstract'\",\"\"" in text
    signed = text.replace('"median","","","",""', '"median","","","","11.4"').replace(
        'abstract\'",""', 'abstract\'","cy"'
    )
    settled = extract(files | {"extraction/consensus.csv": signed.encode()}, TWO)
    assert ([str(row.value) for row in settled.outcomes], settled.differences, settled.waiting) == (["11.4"], (), ())


def test_everybodys_faults_are_said(both):
    from pipeline.errors import FormError

    with pytest.raises(FormError) as caught:
        extract(both(ben=BEN.replace("11.1", "11-Jan")), TWO)
    assert [(fault.file, fault.column) for fault in caught.value.faults] == [("extraction/ben/outcomes.csv", "value")]


def test_a_form_that_cannot_be_read_is_told_without_what_the_others_miss_in_it(both):
    from pipeline.errors import FormError

    files = both()
    studies = next(path for path in files if path.endswith("studies.csv"))
    with pytest.raises(FormError) as caught:
        extract(files | {studies: b""}, TWO)
    assert [(fault.file, fault.what) for fault in caught.value.faults] == [(studies, "the file has no header row")]


def test_the_order_of_the_files_does_not_matter(both):
    files = both()
    assert extract(files, TWO) == extract(dict(reversed(files.items())), TWO)
