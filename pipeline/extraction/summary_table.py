"""A table as plain data: every cell says what kind of nothing it is and which rows made it; and how it is written out.

The writers here make CSV, Markdown and a plain HTML page that a word processor opens; the report has its own.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Literal

from pipeline.extraction.measures import NOT_REPORTED
from pipeline.extraction.outcomes import Arm, Outcome, Row, Study
from pipeline.records import tables

NOT_ESTIMABLE = "not estimable"
_UPRIGHT = 6  # columns that an upright page has room for
_WIDE, _NARROW = "@page { size: 29.7cm 21cm; margin: 1.5cm } ", "@page { size: 21cm 29.7cm; margin: 1.5cm } "
_STYLE = "td, th { font-size: 8pt } td p, th p { margin-bottom: 0 } p { margin: 0 0 2pt }"
CellKind = Literal["value", "not reported", "not estimable", "empty"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Where a cell comes from: the row of a form, and the document and place that the row names."""

    file: str
    row: int
    source: str = ""
    place: str = ""

    @property
    def read_in(self) -> str:
        """Say the document and the place in it."""
        return ", ".join(part for part in (self.source, self.place) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    r"""One cell.

    Attributes:
        text: what is printed; `\n` divides lines.
        kind: a value; "not reported" by the source; "not estimable"; or empty, which means that nobody filled it in.
        traces: the rows that made it.
        note: a footnote.
    """

    text: str = ""
    kind: CellKind = "empty"
    traces: tuple[Trace, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row; rows of one group stand together under its name."""

    cells: tuple[Cell, ...]
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryTable:
    """A table.

    Attributes:
        name: stem of its files: letters, digits, hyphens.
        title: its caption, without a full stop.
        columns: headings.
        rows: each with one cell a column.
        notes: sentences below the table.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    notes: tuple[str, ...] = ()


def trace(row: Row) -> Trace:
    """Say where a row of a form stands and what it was read from."""
    if isinstance(row, Study | Arm | Outcome):
        return Trace(file=row.at.file, row=row.at.row, source=row.source, place=row.source_place)
    return Trace(file=row.at.file, row=row.at.row)


def cell(text: str, *rows: Row, note: str = "", column: str = "") -> Cell:
    """Make a cell of what rows say; an empty text is "not reported" if one of the rows says so of `column`."""
    traces = tuple(dict.fromkeys(trace(row) for row in rows))
    if text:
        return Cell(text=text, kind="value", traces=traces, note=note)
    if column and any(column in row.unreported for row in rows):
        return Cell(text=NOT_REPORTED, kind="not reported", traces=traces, note=note)
    return Cell(traces=traces, note=note)


def read_from(cells: Iterable[Cell]) -> str:
    """Say which rows of which forms made some cells, and where those were read; rows of one place stand together.

    >>> row = Trace(file="extraction/outcomes.csv", row=12, source="xue-2025", place="3.5 PRRT")
    >>> read_from([Cell(text="11 months", kind="value", traces=(row,))])
    'extraction/outcomes.csv, row 12 (xue-2025, 3.5 PRRT)'
    """
    rows: dict[tuple[str, str], list[int]] = {}
    for found in dict.fromkeys(found for one in cells for found in one.traces):
        rows.setdefault((found.file, found.read_in), []).append(found.row)
    return "; ".join(
        f"{file}, row{'s' if len(numbers) > 1 else ''} {', '.join(map(str, sorted(numbers)))}"
        + (f" ({read_in})" if read_in else "")
        for (file, read_in), numbers in rows.items()
    )


def without_empty(table: SummaryTable, keep: Sequence[str]) -> SummaryTable:
    """Leave out the columns that nobody filled in, and say so in a note; `keep` names those that always stand."""
    filled = [
        place
        for place, name in enumerate(table.columns)
        if name in keep or any(row.cells[place].kind != "empty" for row in table.rows)
    ]
    left_out = [name for place, name in enumerate(table.columns) if place not in filled]
    if not left_out:
        return table
    return SummaryTable(
        name=table.name,
        title=table.title,
        columns=tuple(table.columns[place] for place in filled),
        rows=tuple(TableRow(cells=tuple(row.cells[p] for p in filled), group=row.group) for row in table.rows),
        notes=(*table.notes, f"Left out, since no row fills them in: {', '.join(left_out)}."),
    )


def as_csv(table: SummaryTable) -> bytes:
    """Write a table as CSV: its group, its columns, its footnotes, and where each row was read."""
    grouped = any(row.group for row in table.rows)
    header = [*(["group"] if grouped else []), *table.columns, "footnotes", "read from"]
    lines = []
    for row in table.rows:
        notes = " | ".join(dict.fromkeys(one.note for one in row.cells if one.note))
        texts = [one.text for one in row.cells]
        lines.append([*([row.group] if grouped else []), *texts, notes, read_from(row.cells)])
    return tables.write(header, lines)


def as_markdown(table: SummaryTable) -> str:
    """Write a table as Markdown (GitHub's pipe tables), with numbered footnotes and the forms' rows behind each row."""
    noted, traced = _Footnotes(), _Files()
    columns = (*table.columns, *_rows_heading(table))
    lines = [f"**{_md(table.title)}**", "", _md_row(_md(name) for name in columns), "|" + " --- |" * len(columns)]
    group = ""
    for row in table.rows:
        if row.group != group:
            group = row.group
            lines.append(_md_row((f"**{_md(group)}**", *("" for _ in columns[1:]))))
        texts = [_md(one.text) + noted.mark(one.note, "<sup>{}</sup>") for one in row.cells]
        lines.append(_md_row((*texts, *(traced.rows(row) for _ in _rows_heading(table)))))
    lines.append("")
    lines.extend(f"{number}. {_md(note)}" for number, note in noted.listed())
    lines.extend(f"\n{_md(note)}" for note in (*table.notes, *traced.note()))
    return "\n".join(lines).rstrip() + "\n"


def as_html(table: SummaryTable) -> str:
    """Write a table as a page without script, which a browser shows and Word and LibreOffice open as a table.

    A table of many columns lies on its side: LibreOffice would cut it off at the edge of an upright page.
    """
    noted, traced = _Footnotes(), _Files()
    columns = (*table.columns, *_rows_heading(table))
    head = "".join(f'<th scope="col">{_html(name)}</th>' for name in columns)
    body = []
    group = ""
    for row in table.rows:
        if row.group != group:
            group = row.group
            body.append(f'<tr><th scope="rowgroup" colspan="{len(columns)}" align="left">{_html(group)}</th></tr>')
        first, *others = [_html(one.text) + noted.mark(one.note, "<sup>{}</sup>") for one in row.cells]
        others += [traced.rows(row) for _ in _rows_heading(table)]
        cells = "".join(f'<td valign="top">{text}</td>' for text in others)
        body.append(f'<tr><th scope="row" align="left" valign="top">{first}</th>{cells}</tr>')
    notes = [f"<p><sup>{number}</sup> {_html(note)}</p>" for number, note in noted.listed()]
    notes += [f"<p>{_html(note)}</p>" for note in (*table.notes, *traced.note())]
    lines = (
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f"<title>{_html(table.title)}</title>",
        f"<style>{_WIDE if len(columns) > _UPRIGHT else _NARROW}{_STYLE}</style>",
        "</head>",
        "<body>",
        '<table border="1" cellspacing="0" cellpadding="3" width="100%">',
        f"<caption>{_html(table.title)}</caption>",
        f"<thead><tr>{head}</tr></thead>",
        "<tbody>",
        *body,
        "</tbody>",
        "</table>",
        *notes,
        "</body>",
        "</html>",
    )
    return "\n".join(lines) + "\n"


def _rows_heading(table: SummaryTable) -> tuple[str, ...]:
    """Head the column that leads back to the forms, where some cell comes from one."""
    return ("Rows",) if any(one.traces for row in table.rows for one in row.cells) else ()


class _Footnotes:
    """Numbers footnotes in the order in which they first stand; equal ones share a number."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def mark(self, note: str, form: str) -> str:
        """Return the mark of a footnote, or nothing where there is none."""
        return form.format(self._numbers.setdefault(note, len(self._numbers) + 1)) if note else ""

    def listed(self) -> Iterable[tuple[int, str]]:
        """List the footnotes with their numbers."""
        return ((number, note) for note, number in self._numbers.items())


class _Files:
    """Numbers the forms that a table was made of, so that a row can name its rows in little room."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def rows(self, row: TableRow) -> str:
        """Say the rows of the forms that made a row: "a6 c8 c9" is row 6 of form a, and rows 8 and 9 of form c."""
        found = sorted({(one.file, one.row) for made in row.cells for one in made.traces})
        return " ".join(f"{self._letter(file)}{number}" for file, number in found)

    def note(self) -> tuple[str, ...]:
        """Say which letter is which form."""
        said = "; ".join(f"{letter} {file}" for file, letter in self._letters.items())
        return (f"Rows, as a spreadsheet numbers them: {said}.",) if said else ()

    def _letter(self, file: str) -> str:
        place = len(self._letters)
        letters = "abcdefghijklmnopqrstuvwxyz"
        return self._letters.setdefault(file, letters[place] if place < len(letters) else f"({place + 1})")


def _md_row(texts: Iterable[str]) -> str:
    return "| " + " | ".join(texts) + " |"


def _md(text: str) -> str:
    """Escape what Markdown would take for markup in a table cell."""
    return re.sub(r"([\\`*_\[\]<>|])", r"\\\1", text).replace("\n", "<br>")


def _html(text: str) -> str:
    return escape(text).replace("\n", "<br>")
