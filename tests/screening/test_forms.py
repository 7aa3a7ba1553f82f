import csv
import io
import shutil
import subprocess
import time

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FormError
from pipeline.records.record import Author, Passage
from pipeline.screening import forms
from pipeline.screening.ledger import Event, Ledger, replay
from tests.screening.made import citation, said, settings

RULES = settings()
TA, FT = RULES.stages
HOSTILE = [
    citation(
        "db:00123456",
        title="=cmd|' /C calc'!A0 in β-cells, 3/4 of patients",
        year=2010,
        journal="J Fict",
        volume="12",
        issue="3-4",
        pages="3-4",
        doi="10.1000/12.3",
        authors=(Author(family="O'Neil", given="A"), Author(family="-Smith")),
        abstract=(Passage(text='He said "no"; then, yes', label="AIM"),),
    ),
    citation("db:1e5", title="神経内分泌腫瘍 “quoted” title; with semicolon", pages="4-5"),
    citation("refs:12e456789012", title="1998"),
    citation("db:4", title="+1 plus title", pages="1-2"),
]
KNOWN = forms.register(HOSTILE, Ledger())
TA_SHEET = "screening/title-abstract/anna/2026-01-01.csv"
FT_SHEET = "screening/full-text/anna/2026-01-01.csv"


def edited(path, edit, found=HOSTILE):
    """Make a worksheet, let `edit` change its rows (a list of dicts), and give it back as CSV."""
    stage = RULES.stage(path.split("/")[1])
    rows = list(csv.DictReader(io.StringIO(forms.worksheet(stage, "anna", found).decode("utf-8-sig"), newline="")))
    rows = edit(rows) or rows
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return {path: out.getvalue().encode()}


def set_row(number, **cells):
    return lambda rows: rows[number].update(cells)


def read(files, known=KNOWN, rules=RULES):
    return forms.read(files, known, rules)


def faults(files, known=KNOWN, rules=RULES):
    with pytest.raises(FormError) as caught:
        read(files, known, rules)
    return [str(fault) for fault in caught.value.faults]


def test_a_new_worksheet_says_nothing_and_shows_every_row():
    returned = read({TA_SHEET: forms.worksheet(TA, "anna", HOSTILE)})
    assert returned.decisions == ()
    assert {records for _, _, records in returned.present} == {(one.id,) for one in HOSTILE}


def test_no_cell_of_a_worksheet_can_be_run_or_become_a_number_or_a_date_that_matters():
    rows = csv.reader(io.StringIO(forms.worksheet(FT, "anna", HOSTILE).decode("utf-8-sig"), newline=""))
    header, *lines = rows
    for cells in lines:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
        shown = dict(zip(header, cells, strict=True))
        assert ":" in shown["record_id"]
        assert not shown["published_in"][:1].isdigit()


def test_a_blinded_worksheet_never_shows_what_others_said():
    decisions = [said("db:4", "ben", "exclude", note="SECRET"), said("db:4", "anna", "include", note="mine")]
    sheet = forms.worksheet(TA, "anna", HOSTILE, decisions=decisions).decode()
    assert "SECRET" not in sheet
    assert "mine" in sheet


texts = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=20).map(str.strip)


@given(st.lists(st.sampled_from(TA.answers), min_size=4, max_size=4), texts)
def test_what_is_filled_in_is_read_back_whatever_the_notes_hold(answers, note):
    decisions = [said(one.id, "anna", answer, note=note) for one, answer in zip(HOSTILE, answers, strict=True)]
    sheet = forms.worksheet(TA, "anna", HOSTILE, decisions=decisions)
    if any(line.startswith(("<<<<<<< ", "=======", ">>>>>>> ")) for line in note.splitlines()):
        return
    assert read({TA_SHEET: sheet}).decisions == tuple(sorted(decisions, key=lambda d: d.records))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed: its files were not tried")
def test_worksheets_that_went_through_libreoffice_say_the_same(tmp_path):
    """Opened as CSV, filled in, saved as XLSX, then as CSV: semicolons in UTF-16, tabs in Windows-1252."""

    def convert(name, to, folder, reads="44,34,76,1"):
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile"]
        filters = [f"--infilter=Text - txt - csv (StarCalc):{reads}"] if name.endswith(".csv") else []
        command += [*filters, "--convert-to", to, "--outdir", str(tmp_path / folder), str(tmp_path / name)]
        subprocess.run(command, check=True, capture_output=True, timeout=100)

    (tmp_path / "sheet.csv").write_bytes(forms.worksheet(FT, "anna", HOSTILE))
    for folder, reads in (("right", "44,34,76,1"), ("wrong", "44,34,1,1")):  # UTF-8, and Windows-1252 by mistake
        convert("sheet.csv", "xlsx", folder, reads)
        book = openpyxl.load_workbook(tmp_path / folder / "sheet.xlsx")
        column = {cell.value.lstrip("\u00ef\u00bb\u00bf").strip('"'): cell.column for cell in book.active[1]}
        book.active.cell(2, column["decision"], "Include")
        book.active.cell(2, column["study"], "Alpha 2010")
        book.active.cell(3, column["decision"], "exclude")
        book.active.cell(3, column["reason"], "wrong population")
        book.save(tmp_path / folder / "sheet.xlsx")
    csv_filter = "csv:Text - txt - csv (StarCalc):"
    convert("right/sheet.xlsx", csv_filter + "59,34,65535,1", "utf16")
    convert("right/sheet.xlsx", csv_filter + "9,34,1,1", "ansi")
    expected = read(edited(FT_SHEET, fill)).decisions
    assert [decision.answer for decision in expected] == ["include", "exclude"]
    for saved in ("right/sheet.xlsx", "wrong/sheet.xlsx", "utf16/sheet.csv", "ansi/sheet.csv"):
        assert read({FT_SHEET: (tmp_path / saved).read_bytes()}).decisions == expected, saved


def fill(rows):
    rows[0] |= {"decision": "include", "study": "Alpha 2010"}
    rows[1] |= {"decision": "exclude", "reason": "population"}


def test_rows_may_be_sorted_filtered_and_spread_over_files():
    one = edited(TA_SHEET, lambda rows: [rows[0] | {"decision": "include"}])
    two = edited(TA_SHEET.replace("2026", "more"), lambda rows: [r | {"decision": "exclude"} for r in rows[:0:-1]])
    assert len(read(one | two).decisions) == 4


def test_columns_may_be_added_reordered_and_written_in_another_case():
    def edit(rows):
        return [
            {"my tag": "x", "Decision": "MAYBE", " Record ID ": row["record_id"], "title": row["title"]} for row in rows
        ]

    assert [decision.answer for decision in read(edited(TA_SHEET, edit)).decisions] == ["maybe"] * 4


def test_own_words_for_an_answer_are_accepted():
    rules = settings(words={"include": ("ja", "yes please")})
    files = edited(TA_SHEET, set_row(0, decision="Yes  please"))
    assert read(files, rules=rules).decisions[0].answer == "include"


def test_a_copy_of_a_worksheet_is_no_fault_while_it_agrees():
    filled = edited(TA_SHEET, set_row(0, decision="include"))
    copy = {"screening/title-abstract/anna/2026-01-01 (1).csv": forms.worksheet(TA, "anna", HOSTILE)}
    assert len(read(filled | copy).decisions) == 1


def test_two_copies_with_different_answers_are_refused_with_both_places():
    filled = edited(TA_SHEET, set_row(0, decision="include"))
    copy = edited("screening/title-abstract/anna/2026-01-01 (1).csv", set_row(0, decision="exclude"))
    assert faults(filled | copy) == [
        (
            "screening/title-abstract/anna/2026-01-01.csv, row 2, column decision: 'db:00123456' has 'include' here "
            "and "
            "'exclude' in screening/title-abstract/anna/2026-01-01 (1).csv, row 2. Delete one of the two rows."
        )
    ]


def test_another_reviewers_file_in_the_wrong_folder_is_refused():
    sheet = {"screening/title-abstract/anna/2026-01-01.csv": forms.worksheet(TA, "ben", HOSTILE)}
    assert faults(sheet) == [
        (
            f"{TA_SHEET}, row 2, column sheet: this row is of the worksheet 'title-abstract/ben', and the file lies "
            f"with "
            "'title-abstract/anna'. Move the file to screening/title-abstract/ben/."
        )
    ]


@pytest.mark.parametrize(
    ("path", "edit", "says"),
    [
        (
            TA_SHEET,
            set_row(0, decision="inclde"),
            (
                "row 2, column decision: 'inclde' is no decision; accepted: include, exclude, maybe. "
                "Did you mean 'include'?"
            ),
        ),
        (
            TA_SHEET,
            set_row(0, decision="not-retrieved"),
            "row 2, column decision: 'not-retrieved' is no decision; accepted: include, exclude, maybe.",
        ),
        (
            TA_SHEET,
            set_row(0, decision="#NAME?"),
            "row 2, column decision: '#NAME?' is no decision; accepted: include, exclude, maybe.",
        ),
        (
            TA_SHEET,
            set_row(3, record_id="DB:4"),
            "row 5, column record_id: 'DB:4' is no record of this review. Did you mean 'db:4'?",
        ),
        (
            TA_SHEET,
            set_row(0, record_id="4.00E+03"),
            "row 2, column record_id: '4.00E+03' is no record of this review. Did you mean 'db:00123456'?",
        ),
        (
            TA_SHEET,
            set_row(0, record_id=""),
            (
                "row 2, column record_id: the row has no record id. Put the id back from an older copy of the "
                "file, or delete the row."
            ),
        ),
        (
            TA_SHEET,
            set_row(0, record_id="db:4 | db:1e5", title=""),
            "row 2, column record_id: 'db:4 | db:1e5' names several records; accepted: one record id.",
        ),
        (
            TA_SHEET,
            set_row(0, title="+1 plus title"),
            (
                "row 2, column record_id: the id 'db:00123456' stands beside the title '+1 plus title', which is "
                "that of "
                "'db:4'; accepted: \"=cmd|' /C calc'!A0 in β-cells, 3/4 of patients\". One column was sorted or pasted "
                "without the others: undo that, or take an older copy of the file."
            ),
        ),
        (
            TA_SHEET,
            set_row(0, reason="too old"),
            (
                "row 2, column decision: the reason 'too old' is given and no decision. Write 'exclude' as the "
                "decision, "
                "or clear the reason."
            ),
        ),
        (
            FT_SHEET,
            set_row(0, decision="exclude"),
            "row 2, column reason: a report is excluded without a reason; accepted: population, design, language.",
        ),
        (
            FT_SHEET,
            set_row(0, decision="exclude", reason="Wrong desing"),
            (
                "row 2, column reason: 'Wrong desing' is no reason of the stage 'full-text'; accepted: population, "
                "design, "
                "language. Did you mean 'Wrong design'?"
            ),
        ),
        (
            FT_SHEET,
            set_row(0, decision="exclude", reason="language; population"),
            (
                "row 2, column reason: 'language; population' is more than one reason. Give only 'population', "
                "which comes "
                "first, and write the others in the note."
            ),
        ),
        (
            FT_SHEET,
            set_row(0, decision="include", reason="design"),
            (
                "row 2, column reason: the reason 'design' to exclude stands beside 'include'. Clear the reason, or "
                "write "
                "'exclude' as the decision."
            ),
        ),
        (
            FT_SHEET,
            set_row(0, decision="not-retrieved"),
            (
                "row 2, column tried: nothing says what was tried to get the report. Write it in the column "
                "'tried', for "
                "example 'library loan, letter to the authors'."
            ),
        ),
        (
            FT_SHEET,
            set_row(0, decision="not-retrieved", tried="library", report="x.pdf"),
            "row 2, column report: the report is said to be at 'x.pdf' and not to be retrieved. Clear one of the two.",
        ),
    ],
)
def test_what_cannot_be_meant_is_one_clear_sentence(path, edit, says):
    assert faults(edited(path, edit)) == [f"{path}, {says}"]


@pytest.mark.parametrize(
    ("path", "says"),
    [
        (
            "screening/title-abstract/ana/x.csv",
            (
                "screening/title-abstract/ana/x.csv: the folder 'ana' is no reviewer of workflow.yaml; accepted: "
                "anna, ben, "
                "arbiter. Did you mean 'anna'?"
            ),
        ),
        (
            "screening/titel-abstract/anna/x.csv",
            (
                "screening/titel-abstract/anna/x.csv: the folder 'titel-abstract' is no stage of workflow.yaml; "
                "accepted: "
                "title-abstract, full-text. Did you mean 'title-abstract'?"
            ),
        ),
        (
            "screening/x.csv",
            "screening/x.csv: no worksheet can lie here; accepted: screening/<stage>/<reviewer>/<any name>.csv.",
        ),
    ],
)
def test_a_file_in_no_reviewers_folder_is_refused(path, says):
    assert faults({path: forms.worksheet(TA, "anna", HOSTILE)}) == [says]


def test_a_column_that_was_sorted_alone_is_told_by_its_first_rows_and_the_number_of_the_others():
    many = [citation(f"db:{n}", title=f"{n * 7919:x} {n * 104729:x} {n * 1299709:x}") for n in range(100, 140)]

    def sort_titles(rows):
        for row, title in zip(rows, [row["title"] for row in rows][::-1], strict=True):
            row["title"] = title

    told = faults(edited(TA_SHEET, sort_titles, found=many), known=forms.register(many, Ledger()))
    assert len(told) == 4
    assert told[-1] == (
        f"{TA_SHEET}: in 37 more rows, up to row 41, an id stands beside the title of another record. One column was "
        "sorted or pasted without the others: undo that, or take an older copy of the file."
    )


def test_a_large_worksheet_with_a_column_sorted_alone_is_told_in_seconds():
    many = [citation(f"db:{n}", title=f"{n * 7919:x} {n * 104729:x} {n * 1299709:x}") for n in range(100, 10_100)]

    def sort_titles(rows):
        for row, title in zip(rows, [row["title"] for row in rows][::-1], strict=True):
            row["title"] = title

    files, known = edited(TA_SHEET, sort_titles, found=many), forms.register(many, Ledger())
    start = time.process_time()
    assert len(faults(files, known=known)) == 4
    assert time.process_time() - start < 4


def test_a_file_that_is_no_worksheet_at_all_is_one_fault():
    file = "screening/title-abstract/anna/notes.txt"
    remedy = "Move it to a folder of its own; or, if it is one, put the names of the columns back into row 1."
    assert faults({file: b"Things to ask Ben\n\nthe 2001 trial\n"}) == [f"{file}: this is no worksheet. {remedy}"]


def test_a_renamed_header_is_asked_back():
    files = edited(
        TA_SHEET, lambda rows: [{("decisions" if k == "decision" else k): v for k, v in r.items()} for r in rows]
    )
    assert faults(files) == [f"{TA_SHEET}, row 1: the column 'decision' is missing. Did you mean 'decisions'?"]


def test_lines_above_the_header_are_told_with_the_row_in_which_it_stands():
    sheet = forms.worksheet(TA, "anna", HOSTILE).removeprefix("\ufeff".encode())
    wide = b"Our review" + b"," * sheet.splitlines()[0].count(b",") + b"\r\n\r\n"
    said = "the names of the columns stand in row 3. Delete what somebody put above them."
    assert faults({TA_SHEET: wide + sheet}) == [f"{TA_SHEET}, row 1: {said}"]


def test_a_header_whose_byte_order_mark_was_quoted_is_read():
    sheet = forms.worksheet(TA, "anna", HOSTILE).removeprefix("\ufeff".encode())
    opened = b'"\xef\xbb\xbf""record_id"""' + sheet.removeprefix(b'"record_id"')
    assert read({TA_SHEET: "\ufeff".encode() + opened}).present


def test_a_merged_header_is_one_fault_and_not_one_a_row():
    sheet = forms.worksheet(TA, "anna", HOSTILE).decode("utf-8-sig").replace('"record_id","title"', '"record_id",""')
    assert faults({TA_SHEET: sheet.encode()}) == [
        (
            f"{TA_SHEET}, row 2: \"'=cmd|' /C calc'!A0 in β-cells, 3/4 of patients\" stands in a column without a "
            f"name, and "
            "3 more cells below it. Give the column a name in row 1, or move the text to the column it belongs to."
        )
    ]


def test_every_fault_of_every_file_is_listed_and_nothing_is_taken():
    files = edited(TA_SHEET, set_row(0, decision="no idea", record_id="db:9", title="x"))
    files |= edited(FT_SHEET, set_row(1, decision="exclude"))
    assert [fault.split(":")[0] for fault in faults(files)] == [
        f"{FT_SHEET}, row 3, column reason",
        f"{TA_SHEET}, row 2, column record_id",
        f"{TA_SHEET}, row 2, column decision",
    ]


def test_a_mistyped_title_is_no_reason_to_refuse_a_row():
    files = edited(TA_SHEET, set_row(0, title="cmd /C calc A0 in beta cells, 3/4 of the patients", decision="include"))
    assert len(read(files).decisions) == 1


def test_a_title_that_changed_upstream_still_belongs_to_its_record():
    before = citation("db:4", title="Title before the correction")
    known = forms.register(HOSTILE, replay([issued("db:4", before.record.title)]))
    assert len(read(edited(TA_SHEET, set_row(0, decision="include"), [before]), known).decisions) == 1


def issued(record, title):
    return Event(
        kind="issued", date="2026-01-01", stage="title-abstract", reviewer="anna", records=(record,), title=title
    )


def test_a_row_of_a_record_that_left_the_review_is_noticed_and_not_counted():
    gone = citation("old:1", title="A record of a search that was dropped")
    known = forms.register(HOSTILE, replay([issued("old:1", gone.record.title)]))
    returned = read(edited(TA_SHEET, set_row(0, decision="include"), [gone]), known)
    assert returned.decisions == ()
    assert returned.gone == (f"{TA_SHEET}, row 2: 'old:1' is no longer in the review, so its row does not count.",)


def test_the_arbiter_may_not_say_maybe():
    path = "screening/title-abstract/arbiter/2026-01-02.csv"
    sheet = forms.worksheet(TA, "arbiter", HOSTILE[:1], decisions=[said("db:00123456", "arbiter", "maybe")])
    assert faults({path: sheet}) == [
        f"{path}, row 2, column decision: the arbiter says 'maybe'. Decide: nobody comes after the arbiter."
    ]


def test_the_arbiters_worksheet_shows_what_everybody_said():
    decisions = [
        said("db:4", "anna", "include", note="why not"),
        said("db:4", "ben", "exclude", reason="design"),
    ]
    sheet = forms.worksheet(TA, "arbiter", HOSTILE[3:], decisions=decisions).decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(sheet, newline=""))
    assert [row[f"anna: {what}"] for what in forms.ASKED] == ["include", "", "why not"]
    assert [row[f"ben: {what}"] for what in forms.ASKED] == ["exclude", "design", ""]
    assert row["decision"] == ""


def test_a_filled_in_place_of_a_report_says_that_it_is_at_hand():
    (decision,) = read(edited(FT_SHEET, set_row(0, report="papers/1.pdf"))).decisions
    assert (decision.answer, decision.report) == ("retrieved", "papers/1.pdf")


def test_reasons_are_accepted_by_id_and_by_label_in_any_case():
    files = edited(FT_SHEET, set_row(0, decision="exclude", reason="WRONG population"))
    assert read(files).decisions[0].reason == "population"


def test_two_columns_that_would_be_the_same_one_are_refused():
    files = edited(TA_SHEET, lambda rows: [row | {"Decision ": ""} for row in rows])
    assert faults(files) == [
        (
            f"{TA_SHEET}, row 1: both 'decision' and 'Decision' would be the column 'decision'. Rename or remove "
            f"one of "
            f"them."
        )
    ]


def test_without_titles_ids_are_believed_and_that_is_said():
    files = edited(TA_SHEET, lambda rows: [{"record_id": row["record_id"], "decision": "include"} for row in rows])
    returned = read(files)
    assert len(returned.decisions) == 4
    assert returned.notices == (f"{TA_SHEET}: without a column 'title', ids could not be checked against titles.",)


def test_a_record_without_a_doi_links_to_pubmed():
    sheet = forms.worksheet(TA, "anna", [citation("db:1", pmid="123")]).decode()
    assert '"https://pubmed.ncbi.nlm.nih.gov/123/"' in sheet
