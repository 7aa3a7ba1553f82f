"""CSV text to rows and back, losing nothing; the only user of `csv`.

Every cell is text: nothing is inferred, so a reviewer's `00123` or `3/4` stays what it is. What a spreadsheet would
run as a formula is written with a leading apostrophe and read back without it. A form that came back as a workbook
(XLSX) is read as the table that a person sees; what the spreadsheet made of a cell is said with the row.
"""

import csv
import io
import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

from pipeline.errors import Fault, FormError
from pipeline.records import bounds, workbooks

csv.field_size_limit(bounds.LONGEST)

_RUNS = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_QUOTED = re.compile(r"[\",;\t\r\n]|^\s|\s\Z")
_CONFLICT = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
_CONFLICT_IN_PROSE = re.compile(r"^(<{7} |>{7} )", re.MULTILINE)
_LOST = re.compile(r"[^a-z0-9]")
DELIMITERS = (",", ";", "\t")
_BOM = "\ufeff"
_ABOVE = 10  # rows in which the names of the columns are looked for where the first holds none
_ENCODINGS = {"cp1252": "Windows-1252"}  # as people know them
_LONG = "a cell here holds more than"
_MADE = {
    "date": "date that the spreadsheet made of what was typed",
    "error": "error value",
    "formula": "formula that was never computed",
}


_NOTHING: Mapping[Any, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table.

    Attributes:
        number: as a spreadsheet shows it (the header is row 1).
        texts: its cells in the order of the columns, one for each.
        places: where each column stands; shared by the rows of a table.
        made: in a workbook, the columns whose cell is no text, and what the spreadsheet made of it: "number", "date",
            "boolean", "error", or "formula" (one that was never computed).
    """

    number: int
    texts: tuple[str, ...]
    places: Mapping[str, int]
    made: Mapping[str, str]

    @property
    def cells(self) -> dict[str, str]:
        """Return its texts by column."""
        return {column: self.texts[place] for column, place in self.places.items()}

    def __getitem__(self, column: str) -> str:
        """Return the cell of `column`, without white space at its ends; a column that is not there is empty."""
        place = self.places.get(column)
        return "" if place is None else self.texts[place].strip()


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file, or the first sheet of a workbook, as text.

    Attributes:
        file: path as the user knows it.
        header: column names in their order, stripped.
        rows: every row that is not blank.
        notices: what was unusual and was taken all the same (an encoding, a delimiter), one sentence each.
    """

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    notices: tuple[str, ...] = ()


def escape(cell: str) -> str:
    """Guard a cell that a spreadsheet would run as a formula; `unescape` undoes it exactly.

    Source: OWASP, CSV Injection.

    >>> escape("=1+1"), escape("-3.2"), escape("it's"), escape("'=x")
    ("'=1+1", "'-3.2", "it's", "''=x")
    """
    return "'" + cell if _RUNS.match(cell) else cell


def unescape(cell: str) -> str:
    """Take one guard off a cell.

    >>> unescape("'=1+1"), unescape("'tis"), unescape("-3.2")
    ('=1+1', "'tis", '-3.2')
    """
    return cell[1:] if cell[:1] == "'" and _ESCAPED.match(cell) else cell


def key(text: str) -> str:
    """Reduce a text to what survives a spreadsheet and its encodings, right or wrong: the ASCII letters and digits.

    >>> key("Ćwikła: 5-HT"), key("?wik?a: 5-HT"), key("Ćwikła: 5-HT".encode().decode("cp1252", "replace"))
    ('wika5ht', 'wika5ht', 'wika5ht')
    """
    return _LOST.sub("", unicodedata.normalize("NFC", text).encode("ascii", "ignore").decode().lower())


def write(header: Sequence[str], rows: Iterable[Sequence[str]], *, form: bool = False) -> bytes:
    r"""Write rows as CSV in UTF-8.

    A derived table has `\n` and as few quotes as possible, so that a git diff reads well. A form (which people open in
    Excel, LibreOffice or Numbers) has a byte order mark, `\r\n`, and every cell quoted.

    >>> write(["id", "note"], [["a:1", "=2"]])
    b"id,note\na:1,'=2\n"
    """
    return b"".join(pieces(header, rows, form=form))


def pieces(header: Sequence[str], rows: Iterable[Sequence[str]], *, form: bool = False) -> Iterator[bytes]:
    """Write rows as `write` does, a row at a time."""
    end = "\r\n" if form else "\n"
    if form:
        yield _BOM.encode()
    for row in itertools.chain([header], rows):
        yield (",".join(_quoted(escape(cell), always=form) for cell in row) + end).encode()


def _quoted(cell: str, *, always: bool) -> str:
    if always or _QUOTED.search(cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell


class Parsed(NamedTuple):
    """One row of a stream of CSV text.

    Attributes:
        line: 1-based line on which it begins; 0 in a workbook.
        row: its number as a spreadsheet shows it.
        cells: its texts as they stand.
        raw: the text itself; empty in a workbook.
        error: why it could not be parsed; then it has no cells.
    """

    line: int
    row: int
    cells: list[str]
    raw: str = ""
    error: str = ""


def stream(lines: Iterable[str], delimiter: str, *, strict: bool = True) -> Iterator[Parsed]:
    """Parse CSV text row by row as it streams by; a row that cannot be parsed is one that says so.

    Behind a cell that is too long to be held no row is parsed: where the next one begins cannot be told.

    Args:
        lines: the text, each line with its end.
        delimiter: what divides the cells.
        strict: refuse a quotation mark that stands or ends where none may.
    """
    consumed: list[str] = []

    def feed() -> Iterator[str]:
        for line in lines:
            consumed.append(line)
            yield line

    reader = csv.reader(feed(), delimiter=delimiter, strict=strict)
    line = 1
    for row in itertools.count(1):
        error, cells = "", []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            error = _said(problem)
        yield Parsed(line, row, cells, "".join(consumed), error)
        if error.startswith(_LONG):
            return
        line += len(consumed)
        consumed.clear()


def _said(problem: csv.Error) -> str:
    """Say what Python's `csv` refuses, in our words where it has none of its own."""
    if "field limit" not in str(problem):
        return str(problem)
    return f"{_LONG} {csv.field_size_limit():,} characters, and what follows was not read"


def read(data: bytes, *, file: str, expected: Iterable[str] = (), own: bool = False) -> Table:
    """Read a CSV file or an XLSX workbook that a person, a spreadsheet or this program wrote.

    Args:
        data: the file's bytes: text in UTF-8 with or without a byte order mark, UTF-16, or Windows-1252; or XLSX, of
            which the first visible sheet that holds anything is read, its first row with any cell as the header.
        file: its path, for messages.
        expected: column names that decide between comma, semicolon and tab, and that tell a header from lines above it.
        own: True for what this program alone writes, which may be of any size; a form may not.

    Raises:
        FormError: no header, two columns of one name, cells beyond the header, a NUL byte, an open quotation mark,
            the marks of a git merge conflict, a damaged workbook, or one that is larger than any form; every one that
            is found.
    """
    names = frozenset(expected)
    if data.startswith(b"%PDF-"):
        remedy = "Move it to a folder of its own, such as reports/."
        raise FormError(Fault(what="this is a PDF, and a table is expected here", file=file, remedy=remedy))
    if len(data) > bounds.FORM and not own:
        what, accepted = f"the table holds {len(data):,} bytes", f"up to {bounds.FORM:,}"
        raise FormError(Fault(what=what, file=file, accepted=accepted, remedy="Part it, or put the right file there."))
    if workbooks.is_workbook(data):
        return _workbook(data, file, names)
    text, notices = decode(data, file=file)
    if fault := merge_conflict(text, file=file):
        raise FormError(fault)
    text, delimiter = _delimiter(text, names)
    if delimiter != ",":
        notices.append(f"{file}: cells are divided by {'a tab' if delimiter == chr(9) else repr(delimiter)}.")
    return _table(file, map(_Line, itertools.count(1), _parse(text, delimiter, file)), notices, names)


def merge_conflict(text: str, *, file: str, prose: bool = False) -> Fault | None:
    """Find the marks that git leaves where two versions of a file could not be merged; None if there are none.

    In prose a line of seven "=" alone is no such mark: in Markdown it makes the line above it a heading.
    """
    conflict = (_CONFLICT_IN_PROSE if prose else _CONFLICT).search(text)
    if not conflict:
        return None
    return Fault(
        what=f"the marks of a git merge conflict stand here ({conflict.group().strip()!r})",
        file=file,
        line=text.count("\n", 0, conflict.start()) + 1,
        remedy="Choose between the two versions, delete the three lines of marks, and run again.",
    )


def _workbook(data: bytes, file: str, expected: frozenset[str]) -> Table:
    """Read a workbook; dates, errors and formulas that a spreadsheet made are noticed once a column."""
    sheet = workbooks.read(data, file=file)
    lines = (
        _Line(
            number, [cell.text for cell in cells], {place: cell.made for place, cell in enumerate(cells) if cell.made}
        )
        for number, cells in sheet.rows
        if cells
    )
    said = [f"{file}: read as a workbook, its sheet {sheet.name!r}.", *sheet.notices]
    table = _table(file, lines, said, expected)
    found: dict[tuple[str, str], list[int]] = {}
    for row in table.rows:
        for column, made in row.made.items():
            if made in _MADE:
                found.setdefault((column, made), []).append(row.number)
    notices = []
    for (column, made), numbers in found.items():
        first = next(row[column] for row in table.rows if row.number == numbers[0])
        times = f"{len(numbers)} {_MADE[made]}{'' if len(numbers) == 1 else 's'}"
        notices.append(f"{file}: column {column!r} holds {times} (first in row {numbers[0]}, shown as {first!r}).")
    return replace(table, notices=(*table.notices, *notices))


class _Line(NamedTuple):
    """One line of cells: its number, their texts, and what a spreadsheet made of those that are no text."""

    number: int
    texts: list[str]
    made: Mapping[int, str] = _NOTHING


def _table(file: str, lines: Iterator[_Line], notices: list[str], expected: frozenset[str]) -> Table:
    first = next(lines, None)
    if first is None or not any(map(str.strip, first.texts)):
        raise FormError(Fault(what="the file has no header row", file=file, row=1, remedy="Put the column names back."))
    header = tuple(unescape(text.strip()) for text in first.texts)
    below = list(itertools.islice(lines, _ABOVE))
    if expected.isdisjoint(header):
        _refuse_lines_above(file, below, expected)
    rows, faults = _rows(header, itertools.chain(below, lines), file)
    if faults:
        raise FormError(faults)
    return Table(file=file, header=tuple(name for name in header if name), rows=rows, notices=tuple(notices))


def _refuse_lines_above(file: str, lines: Iterable[_Line], expected: frozenset[str]) -> None:
    for line in lines:
        if len(expected.intersection(map(str.strip, line.texts))) > 1:
            what = f"the names of the columns stand in row {line.number}"
            raise FormError(Fault(what=what, file=file, row=1, remedy="Delete what somebody put above them."))


def decode(data: bytes, *, file: str) -> tuple[str, list[str]]:
    """Decode a text file that people handle: UTF-8, UTF-16 or Windows-1252; say so where it is not UTF-8.

    Raises:
        FormError: the bytes are none of these, or hold a NUL.
    """
    notices: list[str] = []
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    elif data[1:2] == b"\0":
        encoding = "utf-16-le"
    elif data[:1] == b"\0" and len(data) > 1:
        encoding = "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
        text = data.decode(encoding, errors="replace")
    if encoding != "utf-8-sig":
        notices.append(f"{file}: read as {_ENCODINGS.get(encoding, encoding.upper())}, not UTF-8.")
    bad = next((char for char in "\0\ufffd" if char in text), None)
    if bad is not None and (bad == "\0" or encoding == "cp1252"):
        line = text.count("\n", 0, text.index(bad)) + 1
        raise FormError(
            Fault(
                what="a byte here is not text",
                file=file,
                line=line,
                accepted="UTF-8, UTF-16 or Windows-1252 text",
                remedy="Save the file again as 'CSV UTF-8'.",
            )
        )
    return text, notices


def _delimiter(text: str, expected: frozenset[str]) -> tuple[str, str]:
    """Find what divides the header's cells; drop Excel's `sep=;` line where there is one."""
    if declared := re.match(r"sep=([,;\t])\r?\n", text, re.IGNORECASE):
        return text[declared.end() :], declared.group(1)

    def fit(delimiter: str) -> tuple[int, int]:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        return len(expected.intersection(cell.strip() for cell in header)), len(header)

    return text, max(DELIMITERS, key=fit)


def _parse(text: str, delimiter: str, file: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error as error:
        raise FormError(
            Fault(
                what=f"the quotation marks do not close ({_said(error)})",
                file=file,
                line=reader.line_num,
                remedy='Look for a single " in a cell near this line; inside a quoted cell it is written twice.',
            )
        ) from error


def _rows(header: tuple[str, ...], lines: Iterable[_Line], file: str) -> tuple[tuple[Row, ...], list[Fault]]:
    faults = []
    named = [name for name in header if name]
    for name in dict.fromkeys(named):
        if named.count(name) > 1:
            what = f"{named.count(name)} columns are called {name!r}"
            faults.append(Fault(what=what, file=file, row=1, column=name, remedy="Rename or remove all but one."))
    rows = []
    places = {name: place for place, name in enumerate(header) if name}
    nothing, above = ("",) * len(header), ("",) * len(header)
    nameless: dict[int, list[tuple[int, str]]] = {}  # place of a column without a name: what stands in it, by row
    without = [place for place, name in enumerate(header) if not name]
    for number, texts, made in lines:
        if not any(map(str.strip, texts)):
            continue
        for place in (*without, *range(len(header), len(texts))):
            if place < len(texts) and texts[place].strip():
                nameless.setdefault(place, []).append((number, texts[place]))
        plain = (
            *(unescape(text) if text[:1] == "'" else text for text in texts[: len(header)]),
            *nothing[len(texts) :],
        )
        above = tuple(over if text == over else text for text, over in zip(plain, above, strict=True))  # kept once
        kinds = {header[place]: kind for place, kind in made.items() if place < len(header) and header[place]}
        rows.append(Row(number, above, places, kinds or _NOTHING))
    faults.extend(_nameless(found, file) for found in nameless.values())
    return tuple(rows), faults


def _nameless(found: Sequence[tuple[int, str]], file: str) -> Fault:
    (number, text), *others = found
    more = f", and {len(others):,} more cells below it" if others else ""
    return Fault(
        what=f"{text!r} stands in a column without a name{more}",
        file=file,
        row=number,
        remedy="Give the column a name in row 1, or move the text to the column it belongs to.",
    )
