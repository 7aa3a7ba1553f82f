"""Tables of records (CSV, TSV, XLSX) as databases and tools export them; and this project's own table.

A row is a block. What identifies it is its filled cells with their columns, so that the same table has the same ids
whether it was saved as CSV, TSV or XLSX.
"""

import io
import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from pipeline.errors import Fault, FormatError, FormError
from pipeline.formats import csv_records, ris, table_layouts, text
from pipeline.formats.assembly import Said, assemble
from pipeline.formats.source import Blocks, Joined, Source
from pipeline.formats.table_cells import say
from pipeline.formats.table_layouts import OURS, Layout, fold
from pipeline.records import tables, workbooks
from pipeline.records.record import Origin, Record

_PREAMBLE = 20  # rows among which the header is looked for
_OTHERS = ("[", "{", "<")  # how JSON and XML begin
_HEAD = 1 << 16  # characters among which the header is looked for
_FEW = 3  # columns: a table with more may hold rows that only announce the next ones
_AGAIN = "Export the table again."


class _Found(NamedTuple):
    """A header: its layout, its columns as they stand, and the row that it stands in (from 0)."""

    layout: Layout
    columns: list[str]
    row: int


def claims(data: bytes, head: str) -> bool:
    """Say whether a file is a workbook, or a text whose first rows hold a header that is known."""
    return workbooks.is_workbook(data) or (head.lstrip()[:1] not in _OTHERS and _best(head, {}) is not None)


def _best(head: str, named: Mapping[str, str]) -> tuple[str, _Found] | None:
    """Find the divider and the header of a table in its first characters; the header with the most known columns."""
    found = []
    for divider in tables.DELIMITERS:
        rows = (row.cells for row in tables.stream(io.StringIO(head, newline="\n"), divider, strict=False))
        header = _header(itertools.islice(rows, _PREAMBLE), named)
        if header is not None:
            known = sum(fold(column) in header.layout.columns for column in header.columns)
            found.append((known, divider, header))
    return max(found, key=lambda each: each[0])[1:] if found else None


def _header(rows: Iterable[list[str]], named: Mapping[str, str]) -> _Found | None:
    for number, cells in enumerate(rows):
        columns = [tables.unescape(cell.strip()) for cell in cells]
        layout = table_layouts.find(columns, named)
        if layout is not None:
            return _Found(layout, columns, number)
    return None


def read(source: Source) -> Blocks:
    """Yield a record or a fault for every row that holds one."""
    first = source.stream.read(4)
    source.stream = Joined(first, source.stream)
    return _workbook(source) if workbooks.is_workbook(first) else _text(source)


def _text(source: Source) -> Blocks:
    pieces = text.lines(source)
    first: list[str] = []
    while sum(len(piece) for piece in first) < _HEAD and (more := next(pieces, None)) is not None:
        first.append(more)
    start = "".join(first)
    best = _best(start, source.columns)
    if best is None:
        header = next(iter(start.split("\n")), "")
        yield _unknown(source, header, start)
        return
    divider, found = best
    rows = tables.stream(_lines(source, itertools.chain(first, pieces)), divider)
    try:
        _preamble(source, list(itertools.islice(rows, found.row + 1))[:-1])
        yield from _rows(source, found, rows)
    except FormatError as error:
        source.begin()
        yield from error.faults


def _lines(source: Source, pieces: Iterable[str]) -> Iterator[str]:
    """Part a text into its lines.

    Raises:
        FormatError: a line is too long to be held; where the rows behind it begin cannot be told.
    """
    number = 1
    for piece in pieces:
        if isinstance(piece, text.Cut):
            raise FormatError(source.too_long(piece.size, piece, line=number, what="this line of the table"))
        number += piece.count("\n")
        yield from io.StringIO(piece, newline="\n")


def _workbook(source: Source) -> Blocks:
    try:
        sheet = workbooks.read(source.stream.read(), file=source.file)
        source.notices += sheet.notices
        rows = [tables.Parsed(0, number, [cell.text for cell in cells]) for number, cells in sheet.rows]
    except FormError as error:
        for fault in error.faults:
            source.begin()
            yield fault
        return
    found = _header((row.cells for row in rows[:_PREAMBLE]), source.columns)
    if found is None:
        yield _unknown(source, ", ".join(rows[0].cells), "")
        return
    _preamble(source, rows[: found.row])
    yield from _rows(source, found, rows[found.row + 1 :])


def _preamble(source: Source, rows: list[tables.Parsed]) -> None:
    """Notice what stands above the header: a platform's own search string, for example."""
    said = [" ".join(cell for cell in row.cells if cell.strip()) for row in rows]
    shown = " ".join(line for line in said if any(char.isalnum() for char in line))
    if shown and not shown.startswith("sep="):
        source.notice(f"above the table stands {shown[:300]!r}.")


def _unknown(source: Source, header: str, raw: str) -> Fault:
    source.begin()
    what = f"no column is known to hold the title; the table begins {' '.join(header.split())[:120]!r}"
    remedy = "Say which column holds what with `columns:` (title: ..., authors: ..., year: ...)."
    return source.fault(what, raw, remedy=remedy)


class _Columns:
    """Where in a row each meaning stands."""

    def __init__(self, found: _Found) -> None:
        self.layout = found.layout
        self.names = found.columns
        place_of = {fold(name): place for place, name in reversed(list(enumerate(self.names))) if name}
        self.known = [(place_of[each], said) for each, said in self.layout.columns.items() if each in place_of and said]
        self.known.sort(key=lambda each: each[1].endswith("-again"))  # a second choice comes after the first
        taken = {place for place, _ in self.known}
        self.others = [place for place, name in enumerate(self.names) if name and place not in taken]

    def record(self, cells: list[str], *, name: str, origin: Origin) -> Record:
        """Make the record that a row describes."""
        if self.layout is OURS:
            by_name = dict(zip(self.names, cells, strict=False))
            return Record(id=name, origin=origin, **csv_records.fields_of(by_name))
        return assemble(self._said(cells), name=name, origin=origin)

    def has_title(self, cells: list[str]) -> bool:
        """Say whether a row has a title."""
        return any(said == "title" and place < len(cells) and cells[place].strip() for place, said in self.known)

    def _said(self, cells: list[str]) -> Said:
        """Collect what a row says, field by field."""
        said = Said(self.layout.kind)
        said.add("database", "", self.layout.database)
        for place, meaning in self.known:
            if place < len(cells) and (bare := _bare(cells[place])):
                (column, value), *hidden = ris.inner(self.names[place], bare)
                say(said, meaning, column, value, self.layout)
                said.extra += hidden
        for place in itertools.takewhile(lambda each: each < len(cells), self.others):
            said.add("", self.names[place], _bare(cells[place]))
        return said


def _bare(cell: str) -> str:
    """Take off what keeps a spreadsheet from making a number or a date of a text: `="00123"`."""
    cell = cell.strip()
    return cell[2:-1] if cell.startswith('="') and cell.endswith('"') and len(cell) > 2 else cell  # noqa: PLR2004


def _rows(source: Source, found: _Found, rows: Iterable[tables.Parsed]) -> Blocks:
    columns = _Columns(found)
    source.platform = found.layout.title
    width, usual = len(columns.names), len(columns.names)
    for row in rows:
        filled = sum(1 for cell in row.cells if cell.strip())
        if not filled and not row.error:
            continue
        torn = bool(row.raw) and not row.raw.endswith("\n") and len(row.cells) < usual
        if filled == 1 and width > _FEW and not torn and not columns.has_title(row.cells):
            source.notice(f"row {row.row} holds one cell, and was left out: {''.join(row.cells).strip()[:80]!r}.")
            continue
        origin = source.begin(row.line)
        names = columns.names[: len(row.cells)]  # not all of them: a torn table may have thousands
        raw = "\n".join(
            f"{name}\t{cell}" for name, cell in itertools.zip_longest(names, row.cells, fillvalue="") if cell
        )
        what = _wrong(row, width, torn=torn)
        record = None if what else columns.record(row.cells, name=source.name(raw), origin=origin)
        if record is not None and not (record.title or record.doi or record.pmid or record.accession):
            what = "this row has neither a title nor an identifier"
        if what or record is None:
            yield source.fault(what, row.raw or raw, line=row.line, row=row.row, remedy=_AGAIN)
        else:
            yield record
        usual = len(row.cells)


def _wrong(row: tables.Parsed, width: int, *, torn: bool) -> str:
    if row.error:
        return f"the quotation marks of this row do not close ({row.error})"
    if torn:
        return f"the file is cut off inside this row, after {len(row.cells)} of {width} cells"
    if any(cell.strip() for cell in row.cells[width:]):
        return f"this row has {len(row.cells)} cells, and the table has {width} columns"
    return ""
