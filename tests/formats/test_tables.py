"""Tables: headers that a person maps, workbooks, and rows that hold no record."""

import io
from pathlib import Path

import openpyxl
import pytest

from pipeline import formats
from pipeline.errors import Fault, FormatError
from pipeline.formats import table_layouts
from pipeline.formats.table_layouts import LAYOUTS, MAPPABLE, PLAIN

UNKNOWN = (Path(__file__).parent / "unknown.tsv").read_bytes()
SAMPLES = sorted((Path(__file__).parent / "samples" / "csv").glob("*.?sv"))
GERMAN = {"title": "Titel", "authors": "Autoren", "year": "Jahr"}


def read(data, **more):
    return list(formats.read(io.BytesIO(data), name="f", search="s", **more))


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_table_whose_header_is_not_known_is_refused_with_the_remedy():
    with pytest.raises(FormatError, match="the format is not recognised; the file begins 'Titel Autoren Jahr"):
        read(UNKNOWN)
    (fault,) = read(UNKNOWN, format="csv")
    assert str(fault) == (
        "f: no column is known to hold the title; the table begins 'Titel Autoren Jahr'. "
        "Say which column holds what with `columns:` (title: ..., authors: ..., year: ...)."
    )


def test_the_columns_that_a_person_named_are_read():
    (record,) = read(UNKNOWN, columns=GERMAN)
    assert (record.title, record.year, [a.family for a in record.authors]) == ("Nichts", 2001, ["Niemand", "Jemand"])


def test_a_column_that_is_not_there_is_a_fault():
    (fault,) = read(UNKNOWN, columns={"title": "Überschrift"})
    assert isinstance(fault, Fault)


def test_fields_that_do_not_exist_are_found_before_anything_is_read():
    (fault,) = table_layouts.check_columns({"title": "Titel", "autors": "Autoren"})
    assert str(fault).startswith("columns.autors: there is no field 'autors'; accepted: title, ")
    assert fault.remedy == "Did you mean 'authors'?"


def test_what_is_mapped_means_what_the_layouts_mean():
    known = {meaning for layout in LAYOUTS for meaning in layout.columns.values()}
    assert set(MAPPABLE.values()) <= known | {"day"}
    assert set(PLAIN.columns.values()) <= known


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_table_saved_as_a_workbook_has_the_same_records_and_ids(path):
    text = path.read_bytes().decode("utf-8-sig").removeprefix("sep=;\r\n")
    divider = {"plain.csv": ";"}.get(path.name, "\t" if path.suffix == ".tsv" else ",")
    if path.name == "hazards.csv":
        return
    import csv

    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=divider))
    from_text, from_book = read(path.read_bytes()), read(workbook(rows))
    assert [(r.id, r.title, r.authors, r.extra) for r in from_book] == [
        (r.id, r.title, r.authors, r.extra) for r in from_text
    ]


def test_a_damaged_workbook_is_one_fault():
    data = workbook([["title", "doi"], ["Nothing", "10.5555/fict.1"]])
    (fault,) = read(data[:-20] + b"x" * 20)
    assert "it is damaged" in fault.what


def test_an_excel_file_of_before_2007_is_refused_in_one_sentence():
    (fault,) = read(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    assert fault.what == "this is an Excel file of before 2007 (.xls)"


def test_a_table_of_ten_thousand_rows_with_an_open_quotation_mark_does_not_swallow_the_rest_unseen():
    rows = [b'"Title %d",2001,10.5555/%d\n' % (n, n) for n in range(2000)]
    rows[1000] = b'"Title 1000,2001,10.5555/1000\n'
    values = read(b"title,year,doi\n" + b"".join(rows))
    assert sum(not isinstance(value, Fault) for value in values) >= 1000
    assert [value.line for value in values if isinstance(value, Fault)] != []
    assert values[1000].line == 1002
