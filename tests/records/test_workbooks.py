import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from pipeline.errors import FormError
from pipeline.records import tables, workbooks


def book(*rows, formats=None, sheets=()):
    made = openpyxl.Workbook()
    sheet = made.active
    sheet.title = "Form"
    for row in rows:
        sheet.append(row)
    for place, code in (formats or {}).items():
        sheet[place].number_format = code
    for name, state, rows_of in sheets:
        other = made.create_sheet(name)
        other.sheet_state = state
        for row in rows_of:
            other.append(row)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def test_a_form_saved_as_a_workbook_is_the_table_that_a_person_sees():
    data = book(
        ["record_id", "dose", "n", "note"],
        ["a:1", dt.datetime.fromisoformat("2024-04-03"), 45, "'=1+1"],
        [None, None, None, None],
        ["a:2", "3-4", 0.5, None],
        formats={"B2": "d-mmm", "C4": "0%"},
    )
    table = tables.read(data, file="f.xlsx", expected=["record_id"])
    assert table.header == ("record_id", "dose", "n", "note")
    assert [(row.number, dict(row.cells)) for row in table.rows] == [
        (2, {"record_id": "a:1", "dose": "3-Apr", "n": "45", "note": "=1+1"}),
        (4, {"record_id": "a:2", "dose": "3-4", "n": "50%", "note": ""}),
    ]
    assert [dict(row.made) for row in table.rows] == [{"dose": "date", "n": "number"}, {"n": "number"}]
    assert table.notices == (
        "f.xlsx: read as a workbook, its sheet 'Form'.",
        (
            "f.xlsx: column 'dose' holds 1 date that the spreadsheet made of what was typed "
            "(first in row 2, shown as '3-Apr')."
        ),
    )


def test_hidden_and_empty_sheets_are_passed_over_and_others_are_named():
    data = book(
        sheets=[("Lists", "hidden", [["x"]]), ("Answers", "visible", [["a"], ["1"]]), ("Notes", "visible", [["b"]])]
    )
    table = tables.read(data, file="f.xlsx")
    assert (table.header, table.rows[0]["a"]) == (("a",), "1")
    assert table.notices[1] == "f.xlsx: the sheet 'Answers' was read; 'Notes' not."


def test_a_formula_that_was_never_computed_and_an_error_are_said():
    table = tables.read(book(["a", "b"], ["=1+1", "#N/A"]), file="f.xlsx")
    assert dict(table.rows[0].made) == {"a": "formula", "b": "error"}
    assert table.rows[0]["a"] == "=1+1"
    assert table.notices[1:] == (
        "f.xlsx: column 'a' holds 1 formula that was never computed (first in row 2, shown as '=1+1').",
        "f.xlsx: column 'b' holds 1 error value (first in row 2, shown as '#N/A').",
    )


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (31452104, "General", "31452104"),
        (10155000000000000.0, "General", "10155000000000000"),
        (1e-7, "General", "0.0000001"),
        (-2.5, "0.00", "-2.50"),
        (1234567.891, "#,##0.0", "1,234,567.9"),
        (7, "00000", "00007"),
        (0.256, "0.0%", "25.6%"),
        (12, '0" mg"', "12 mg"),
        (0.5, "0.0##", "0.5"),
        (12345.0, "0.00E+00", "1.23E+04"),
        (dt.datetime.fromisoformat("1998-12-01"), "mmm-yy", "Dec-98"),
        (dt.datetime.fromisoformat("2019-07-04"), "dddd, d mmmm yyyy", "Thursday, 4 July 2019"),
        (dt.datetime.fromisoformat("2019-07-04T15:05:09"), "yyyy-mm-dd hh:mm:ss", "2019-07-04 15:05:09"),
        (dt.datetime.fromisoformat("2019-07-04T15:05"), "h:mm AM/PM", "3:05 PM"),
        (dt.time(9, 30), "hh:mm", "09:30"),
        (dt.datetime.fromisoformat("2019-07-04"), "[$-409]d\\-mmm\\-yy;@", "4-Jul-19"),
    ],
)
def test_a_cell_is_shown_as_its_number_format_says(value, code, text):
    assert workbooks.shown(value, code).text == text


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 500, book(["a"])[:-30], book(["a"])[:400]],
    ids=["mark alone", "mark and noise", "without its end", "its beginning"],  # not the bytes, which hold the time
)
def test_a_damaged_workbook_is_refused_in_one_sentence(data):
    with pytest.raises(FormError, match=r"f\.xlsx: this is not an XLSX workbook, or it is damaged"):
        tables.read(data, file="f.xlsx")


def test_a_workbook_of_before_2007_is_refused_with_the_remedy():
    with pytest.raises(
        FormError, match=r"before 2007 \(\.xls\)\. Open it in the spreadsheet program and save it again"
    ):
        tables.read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", file="f.xls")


def test_a_workbook_without_cells_is_refused():
    with pytest.raises(FormError, match="no visible sheet holds any cell"):
        tables.read(book(), file="f.xlsx")


def test_a_pdf_that_was_put_among_the_forms_is_sent_away():
    with pytest.raises(FormError) as caught:
        tables.read(b"%PDF-1.7\n\x00\xff", file="screening/full-text/anna/ada.pdf")
    assert str(caught.value) == (
        "screening/full-text/anna/ada.pdf: this is a PDF, and a table is expected here. "
        "Move it to a folder of its own, such as reports/."
    )


def test_an_opendocument_file_is_called_so():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(
        FormError, match=r"^f\.ods: this is an OpenDocument file \(\.ods\)\. Open it in the spreadsheet"
    ):
        tables.read(packed.getvalue(), file="f.ods")
