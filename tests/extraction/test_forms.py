import string
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extraction.columns import forms
from pipeline.extraction.forms import read_files, write
from pipeline.extraction.measures import DESIGNS, MEASURE, RANGE_KINDS, ROLES, VALUE_STATUS
from pipeline.extraction.outcomes import Arm, Outcome, Place, Study
from pipeline.extraction.settings import ExtractionSettings, OutcomeSetting
from pipeline.extraction.terms import VOCABULARY
from pipeline.records import tables

text = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=15).map(str.strip)
plain = text.filter(lambda word: word.casefold() != "not reported" and not tables._CONFLICT.search(word))
name = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=8)
count = st.none() | st.integers(0, 10**6)
number = st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**6), max_value=10**6)
part = plain.filter(lambda word: word and ";" not in word)
own = st.dictionaries(st.sampled_from(["my column", "übrig", "zz"]), plain.filter(bool), max_size=2).map(
    lambda cells: tuple((key, cells[key]) for key in sorted(cells))
)
OPEN = ExtractionSettings(
    vocabularies=("who_grade", "ajcc_stage"), outcomes=(OutcomeSetting(name="pain", kind="measurement"),)
)
studies = st.builds(
    Study,
    study_id=name,
    **dict.fromkeys(("label", "trial", "registration", "setting", "period", "population"), plain),
    **dict.fromkeys(("primary_site", "funding", "source", "source_place", "notes"), plain),
    reports=st.lists(part, max_size=3, unique=True).map(tuple),
    design=st.sampled_from(tuple(DESIGNS)),
    n=count,
    terms=st.sets(st.sampled_from(["G1", "G2", "G3"]), min_size=1).map(
        lambda found: (("who_grade", tuple(sorted(found))),)
    )
    | st.just(()),
    extra=own,
)
arms = st.builds(
    Arm,
    study_id=name,
    arm=plain.filter(bool),
    role=st.sampled_from(ROLES),
    modality=st.lists(part, min_size=1, max_size=2, unique=True).map(tuple),
    **dict.fromkeys(("treatment", "source", "source_place", "notes"), plain),
    n=count,
    extra=own,
)
outcomes = st.builds(
    Outcome,
    study_id=name,
    arm=plain.filter(bool),
    outcome=st.just("pain"),
    measure=st.sampled_from(tuple(MEASURE)),
    source=plain.filter(bool),
    **dict.fromkeys(("comparator", "population", "unit", "assessed_by", "criteria", "source_place", "notes"), plain),
    **dict.fromkeys(("timepoint_months", "value", "ci_level", "ci_low", "ci_high", "range_low", "range_high"), number),
    n=count,
    events=count,
    value_status=st.sampled_from(tuple(VALUE_STATUS)),
    range_kind=st.sampled_from(("", *RANGE_KINDS)),
    p_value=st.sampled_from(("", "0.022", "<0.001", "not significant")),
    preferred=st.booleans(),
    extra=own,
)


@pytest.mark.parametrize(("form_name", "rows"), [("studies", studies), ("arms", arms), ("outcomes", outcomes)])
def test_a_form_is_read_as_it_was_written(form_name, rows):
    form = forms(OPEN)[form_name]

    @given(st.lists(rows, min_size=1, max_size=4))
    def check(written):
        pile = read_files({"extraction/x.csv": write(form, written)}, OPEN)
        assert pile.faults == ()
        assert [filled.row for filled in pile.rows] == written

    check()


def test_what_the_source_does_not_report_is_kept_apart_from_what_is_empty():
    form = forms(OPEN)["studies"]
    study = Study(study_id="a", design="cohort", unreported=frozenset({"n", "funding"}))
    data = write(form, [study])
    assert b'"not reported"' in data
    assert [filled.row for filled in read_files({"f.csv": data}, OPEN).rows] == [study]


def test_a_form_is_known_by_its_columns_and_not_by_its_name(base, settings):
    renamed = {f"extraction/copy {place}.csv": data for place, data in enumerate(base.values())}
    assert [filled.form.name for filled in read_files(renamed, settings).rows] == ["studies"] * 2 + ["arms"] * 3


def test_columns_may_stand_in_any_order_and_a_persons_own_survive(settings, form):
    data = form("design,mood,study_id\ncohort,fine,a-1")
    pile = read_files({"extraction/s.csv": data}, settings)
    assert pile.rows[0].row == Study(study_id="a-1", design="cohort", extra=(("mood", "fine"),))
    assert pile.notices == ("extraction/s.csv: kept as your own columns: mood.",)


def test_rows_may_be_kept_in_one_file_or_in_many(settings, form):
    one = {"extraction/a.csv": form("study_id,design\na-1,cohort\nb-2,cohort")}
    two = {
        "extraction/a.csv": form("study_id,design\na-1,cohort"),
        "extraction/b.csv": form("study_id,design\nb-2,cohort"),
    }
    assert [f.row for f in read_files(one, settings).rows] == [f.row for f in read_files(two, settings).rows]


def test_the_files_may_come_in_any_order(settings, form):
    files = {
        "extraction/b.csv": form("study_id,design\nb-2,cohort"),
        "extraction/a.csv": form("study_id,design\na-1,cohort"),
    }
    assert read_files(files, settings) == read_files(dict(reversed(files.items())), settings)


def test_a_row_knows_where_it_stands(settings, form):
    rows = read_files({"extraction/s.csv": form("study_id,design\n\na-1,cohort")}, settings).rows
    assert rows[0].row.at == Place("extraction/s.csv", 3)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "study_id,outcom,measure,value",
            (
                "f.csv, row 1, outcome: the column 'outcome' is not there, and the form 'outcomes' needs it. "
                "Did you mean 'outcom'?"
            ),
        ),
        (
            "study_id,outcome,measure,value,ci_lo",
            (
                "f.csv, row 1, ci_lo: the column 'ci_lo' is not one of the form 'outcomes'. Did you mean 'ci_low'? "
                "If the column is your own, give it another name."
            ),
        ),
        (
            "name,age",
            (
                "f.csv, row 1: no form has the columns name, age; accepted: studies: study_id, design; "
                "arms: study_id, arm, modality; outcomes: study_id, outcome, measure, value; "
                "risk_of_bias: study_id, tool, domain, judgement; certainty: modality, outcome, certainty."
            ),
        ),
    ],
)
def test_a_file_that_is_no_form_says_what_is_missing(settings, text, sentence):
    pile = read_files({"f.csv": f"{text}\n".encode()}, settings)
    assert [
        str(fault).replace("column ", "", 1) if "row 1, column" in str(fault) else str(fault) for fault in pile.unread
    ] == [sentence]


def test_a_folder_that_is_no_extractors_is_a_fault(settings, form):
    pile = read_files({"extraction/bne/s.csv": form("study_id,design")}, settings)
    assert [fault.what for fault in pile.unread] == ["the folder 'bne' is no extractor's"]
    named = ExtractionSettings(extractors=("anna", "ben"))
    pile = read_files({"extraction/bne/s.csv": form("study_id,design")}, named)
    assert pile.unread[0].remedy == "Did you mean 'ben'?"


def test_a_broken_file_does_not_hide_the_faults_of_the_others(settings, form):
    files = {"extraction/a.csv": b'study_id,design\n"open', "extraction/b.csv": form("study_id,design\nb 2,cohrt")}
    pile = read_files(files, settings)
    assert [(fault.file, fault.column) for fault in (*pile.unread, *pile.faults)] == [
        ("extraction/a.csv", ""),
        ("extraction/b.csv", "study_id"),
        ("extraction/b.csv", "design"),
    ]


def test_needed_cells_that_are_empty_are_faults_unless_nothing_was_filled_in(settings, form):
    data = form("study_id,arm,outcome,measure,value,unit,source\na-1,,OS,,,,\na-1,,OS,median,11,months,")
    pile = read_files({"extraction/o.csv": data}, settings)
    assert [filled.waits for filled in pile.rows] == ["not filled in yet", ""]
    assert [(fault.row, fault.column) for fault in pile.faults] == [(3, "arm"), (3, "source")]


def test_every_vocabulary_of_the_protocol_is_a_column(settings):
    names = [column.name for column in forms(settings)["studies"].columns]
    assert names[names.index("primary_site") + 1] == "who_grade"
    column = forms(settings)["studies"].column("who_grade")
    assert column.words == tuple(term.name for term in VOCABULARY["who_grade"].terms)


def test_numbers_are_decimals_exactly_as_typed(settings, form):
    data = form("study_id,arm,outcome,measure,value,unit,source\na-1,x,OS,median,11.40,months,doc-a")
    row = read_files({"extraction/o.csv": data}, settings).rows[0].row
    assert (row.value, str(row.value), row.outcome) == (Decimal("11.4"), "11.40", "overall survival")
