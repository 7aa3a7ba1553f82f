import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import FormError
from pipeline.records import tables

cell = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(cell, cell), min_size=1), st.booleans())
def test_what_is_written_is_read_back_whatever_the_cells_hold(rows, form):
    rows = [row for row in rows if any(c.strip() for c in row)]
    data = tables.write(["a", "b"], rows, form=form)
    if tables._CONFLICT.search(data.decode()):
        return
    assert [(row.cells["a"], row.cells["b"]) for row in tables.read(data, file="f.csv").rows] == rows


@given(cell)
def test_no_written_cell_can_be_run_by_a_spreadsheet(text):
    assert not tables.escape(text).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert tables.unescape(tables.escape(text)) == text


def test_an_empty_cell_gets_no_apostrophe():
    assert tables.escape("") == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_spreadsheets_save_is_read(encoding, delimiter):
    text = delimiter.join(["record_id", "décision"]) + "\r\n" + delimiter.join(["a:1", "naïve"]) + "\r\n"
    table = tables.read(text.encode(encoding), file="f.csv", expected=["record_id"])
    assert table.header == ("record_id", "décision")
    assert table.rows[0]["décision"] == "naïve"
    assert bool(table.notices) == (encoding not in {"utf-8", "utf-8-sig"} or delimiter != ",")


def test_excels_separator_line_is_no_row():
    table = tables.read(b"sep=;\r\na;b\r\n1;2\r\n", file="f.csv")
    assert (table.header, table.rows[0].number, table.rows[0]["b"]) == (("a", "b"), 2, "2")


def test_rows_are_numbered_as_the_spreadsheet_shows_them():
    table = tables.read(b'a,b\n1,"two\nlines"\n\n,\n3,4\n', file="f.csv")
    assert [row.number for row in table.rows] == [2, 5]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "f.csv, row 1: the file has no header row. Put the column names back."),
        (b"a,a\n1,2\n", "f.csv, row 1, column a: 2 columns are called 'a'. Rename or remove all but one."),
        (
            b"a\n1,stray\n",
            (
                "f.csv, row 2: 'stray' stands in a column without a name. "
                "Give the column a name in row 1, or move the text to the column it belongs to."
            ),
        ),
        (
            b"a\n1\n<<<<<<< HEAD\n2\n=======\n3\n>>>>>>> x\n",
            (
                "f.csv, line 3: the marks of a git merge conflict stand here ('<<<<<<<'). "
                "Choose between the two versions, delete the three lines of marks, and run again."
            ),
        ),
        (
            b"a\nx\0y\n",
            (
                "f.csv, line 2: a byte here is not text; accepted: UTF-8, UTF-16 or Windows-1252 text. "
                "Save the file again as 'CSV UTF-8'."
            ),
        ),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_in_one_sentence(data, says):
    with pytest.raises(FormError) as caught:
        tables.read(data, file="f.csv")
    assert str(caught.value) == says


def test_a_quotation_mark_that_never_closes_does_not_swallow_the_file():
    with pytest.raises(FormError, match=r"f\.csv, line \d: the quotation marks do not close"):
        tables.read(b'a,b\n1,"two\n3,4\n', file="f.csv")
