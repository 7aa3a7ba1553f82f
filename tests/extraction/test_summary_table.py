import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.extraction.outcomes import Place, Study
from pipeline.extraction.summary_table import (
    Cell,
    SummaryTable,
    TableRow,
    Trace,
    as_csv,
    as_html,
    as_markdown,
    cell,
    read_from,
    without_empty,
)
from pipeline.records import tables

ROW = Trace(file="extraction/outcomes.csv", row=12, source="doc-a", place="p. 3")
NEXT = Trace(file="extraction/outcomes.csv", row=9, source="doc-a", place="p. 3")
TABLE = SummaryTable(
    name="t",
    title="A title",
    columns=("Study", "PFS", "OS", "QoL"),
    rows=(
        TableRow(
            cells=(
                Cell(text="Ada | 2001", kind="value", traces=(ROW, NEXT)),
                Cell(text="11 months\n<b>", kind="value", traces=(ROW,), note="as printed"),
                Cell(text="not reported", kind="not reported"),
                Cell(),
            ),
            group="surgery",
        ),
        TableRow(
            cells=(Cell(text="Bo", kind="value"), Cell(text="9", kind="value", note="as printed"), Cell(), Cell()),
            group="SIRT",
        ),
    ),
    notes=("v: against.",),
)
text = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=10)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.texts, self.open = [], []

    def handle_starttag(self, tag, attrs):
        if tag not in {"br", "meta"}:
            self.open.append(tag)
        if tag in {"td", "th"}:
            self.texts.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in {"td", "th"}:
            self.texts[-1] += data


def test_csv_has_the_group_the_cells_the_footnotes_and_where_each_row_was_read():
    read = tables.read(as_csv(TABLE), file="t.csv")
    assert read.header == ("group", "Study", "PFS", "OS", "QoL", "footnotes", "read from")
    assert [dict(row.cells) for row in read.rows] == [
        {
            "group": "surgery",
            "Study": "Ada | 2001",
            "PFS": "11 months\n<b>",
            "OS": "not reported",
            "QoL": "",
            "footnotes": "as printed",
            "read from": "extraction/outcomes.csv, rows 9, 12 (doc-a, p. 3)",
        },
        {"group": "SIRT", "Study": "Bo", "PFS": "9", "OS": "", "QoL": "", "footnotes": "as printed", "read from": ""},
    ]


def test_markdown_is_a_table_that_nothing_breaks():
    assert as_markdown(TABLE) == (
        "**A title**\n"
        "\n"
        "| Study | PFS | OS | QoL | Rows |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| **surgery** |  |  |  |  |\n"
        "| Ada \\| 2001 | 11 months<br>\\<b\\><sup>1</sup> | not reported |  | a9 a12 |\n"
        "| **SIRT** |  |  |  |  |\n"
        "| Bo | 9<sup>1</sup> |  |  |  |\n"
        "\n"
        "1. as printed\n"
        "\n"
        "v: against.\n"
        "\n"
        "Rows, as a spreadsheet numbers them: a extraction/outcomes.csv.\n"
    )


def test_html_is_a_plain_table_with_caption_headings_and_notes():
    page = as_html(TABLE)
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    assert reader.texts[:5] == ["Study", "PFS", "OS", "QoL", "Rows"]
    assert "<caption>A title</caption>" in page
    assert '<th scope="row" align="left" valign="top">Ada | 2001</th>' in page
    assert '<td valign="top">11 months<br>&lt;b&gt;<sup>1</sup></td>' in page
    assert '<meta charset="utf-8">' in page
    assert not re.search(r"<(script|link|img)|style=|class=|url\(|@import", page)


@pytest.mark.parametrize(("columns", "page"), [(6, "21cm 29.7cm"), (7, "29.7cm 21cm")])
def test_a_table_of_many_columns_lies_on_its_side(columns, page):
    row = TableRow(cells=tuple(cell("x") for _ in range(columns)))
    table = SummaryTable(name="t", title="t", columns=("a",) * columns, rows=(row,))
    assert f"@page {{ size: {page};" in as_html(table)


@given(st.lists(st.tuples(text, text, text), max_size=4))
def test_no_text_breaks_a_table(cells):
    rows = tuple(TableRow(cells=(cell(a), cell(b, note=c))) for a, b, c in cells)
    table = SummaryTable(name="t", title="t", columns=("a", "b"), rows=rows)
    reader = _Reader()
    reader.feed(as_html(table))
    assert reader.open == []
    lines = as_markdown(table).splitlines()
    assert all(len(re.findall(r"(?<!\\)\|", line)) == 3 for line in lines if line.startswith("|"))


def test_a_table_without_traces_has_no_column_of_rows():
    table = SummaryTable(name="t", title="t", columns=("a",), rows=(TableRow(cells=(cell("x"),)),))
    assert as_markdown(table) == "**t**\n\n| a |\n| --- |\n| x |\n"


def test_a_column_that_nobody_fills_in_is_left_out_and_said_so():
    found = without_empty(TABLE, keep=("Study",))
    assert found.columns == ("Study", "PFS", "OS")
    assert [len(row.cells) for row in found.rows] == [3, 3]
    assert found.notes == ("v: against.", "Left out, since no row fills them in: QoL.")
    assert without_empty(TABLE, keep=TABLE.columns) is TABLE


def test_a_cell_that_the_source_does_not_report_is_not_an_empty_one():
    row = Study(study_id="a", unreported=frozenset({"n"}), at=Place("extraction/studies.csv", 4), source="doc-a")
    trace = Trace(file="extraction/studies.csv", row=4, source="doc-a")
    assert cell("", row, column="n") == Cell(text="not reported", kind="not reported", traces=(trace,))
    assert cell("", row, column="funding") == Cell(traces=(trace,))
    assert cell("40", row, column="n").kind == "value"


def test_rows_of_one_place_stand_together():
    other = Trace(file="extraction/arms.csv", row=2)
    assert read_from([Cell(traces=(ROW, other)), Cell(traces=(NEXT, ROW))]) == (
        "extraction/outcomes.csv, rows 9, 12 (doc-a, p. 3); extraction/arms.csv, row 2"
    )
