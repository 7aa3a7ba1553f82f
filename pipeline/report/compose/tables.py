"""Tables of the extraction as tables of the report: what is a number, how wide a column is, where a cell was read."""

import re
from collections.abc import Sequence
from typing import Literal

from pipeline.extraction.summary_table import Cell as SummaryCell
from pipeline.extraction.summary_table import SummaryTable
from pipeline.report.compose.context import Context
from pipeline.report.document import Cell, Column, Content, Row, Styled, Table

MANY_COLUMNS = 8  # from here on a table is set across the page in print

_NUMBER = re.compile(r"(?:[<>≤≥]\s?)?-?\d[\d,.\u2013 ()%–-]*")
_LEADING = re.compile(r"-?\d+(?:\.\d+)?")


def from_summary(table: SummaryTable, context: Context, *, name: str = "", empty: str = "") -> Table:
    """Turn a summary table into a table of the report, under its own name unless another is given."""
    texts = [[row.cells[place].text for row in table.rows] for place in range(len(table.columns))]
    columns = tuple(
        Column(label=label, holds=_holds(column), heads=place == 0)
        for place, (label, column) in enumerate(zip(table.columns, texts, strict=True))
    )
    notes = _Notes()
    rows = tuple(
        Row(
            cells=tuple(_cell(cell, column, notes) for cell, column in zip(row.cells, columns, strict=True)),
            group=row.group,
        )
        for row in table.rows
    )
    footnotes = ((Styled(text=letter, style="superscript"), f" {note.rstrip('.')}.") for note, letter in notes.listed)
    return Table(
        id=context.name(name or table.name),
        title=table.title,
        columns=columns,
        rows=rows,
        empty=empty,
        notes=(*((note,) for note in table.notes if note), *footnotes),
        wide=len(columns) >= MANY_COLUMNS,
    )


class _Notes:
    """Letters for footnotes, in the order of their first cell; equal notes share one."""

    def __init__(self) -> None:
        self._letters: dict[str, str] = {}

    def letter(self, note: str) -> str:
        """Return the letter of a note: a to z, then aa, ab ..."""
        place = len(self._letters)
        letter = ("" if place < 26 else chr(96 + place // 26)) + chr(97 + place % 26)  # noqa: PLR2004 - letters
        return self._letters.setdefault(note, letter)

    @property
    def listed(self) -> Sequence[tuple[str, str]]:
        """List the notes with their letters."""
        return tuple(self._letters.items())


def _cell(cell: SummaryCell, column: Column, notes: _Notes) -> Cell:
    content: Content = (cell.text,) if cell.kind == "value" else (Styled(text=cell.text, style="emphasis"),)
    if not cell.text:
        content = ()
    if cell.note:
        content = (*content, Styled(text=notes.letter(cell.note), style="superscript"))
    sources = (
        f"{trace.file}, row {trace.row}" + (f" ({trace.read_in})" if trace.read_in else "") for trace in cell.traces
    )
    leading = _LEADING.search(cell.text.replace(",", "")) if column.holds == "number" else None
    return Cell(
        content=content,
        order=float(leading.group()) if leading else None,
        sources=tuple(dict.fromkeys(sources)),
    )


def _holds(texts: Sequence[str]) -> Literal["text", "number"]:
    """Say whether a column is one of plain numbers."""
    filled = [text for text in texts if text]
    return "number" if filled and all(_NUMBER.fullmatch(text) for text in filled) else "text"
