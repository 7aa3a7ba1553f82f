"""XLSX workbooks to rows of text: every cell as a person sees it, with a word on what the spreadsheet made of it.

A spreadsheet turns what is typed into numbers and dates. Here such a cell is text again, rendered by its own number
format, and `Cell.made` says what it was; the caller decides whether that matters. Nothing is computed.
"""

import contextlib
import datetime as dt
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from pipeline.errors import Fault, FormError
from pipeline.records import bounds

MAGIC = b"PK\x03\x04"  # how a ZIP archive begins
OLD_MAGIC = b"\xd0\xcf\x11\xe0"  # how an .xls file of before 2007 begins
_OPEN_DOCUMENT = b"application/vnd.oasis.opendocument"  # how the part "mimetype" of an .ods file begins
_CHUNK = 1 << 20
_DIGITS = 15  # Source: ECMA-376, part 1, 18.3.1.96; Excel keeps 15 significant digits
_HALF_DAY = 12
_REMEDY = "Open it in the spreadsheet program and save it again as XLSX or as CSV UTF-8."

# Tokens of date formats. Source: ECMA-376-1:2016, 18.8.31, numFmts.
_DATE_TOKEN = re.compile(
    r"\[[hms]+\]|\[[^\]]*\]|\"([^\"]*)\"|\\(.)|_.|\*.|yyyy|yy|y|m{1,5}|d{1,4}|hh?|ss?(?:\.0+)?|AM/PM|A/P|;.*|@|.",
    re.IGNORECASE | re.DOTALL,
)
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()  # noqa: SIM905
_NUMBER = re.compile(r"[#0?][#0?,]*(?:\.([0#?]*))?(E\+0+)?")


class Cell(NamedTuple):
    """A cell's text, and what the spreadsheet made of what was typed: "number", "date", "boolean", "error", or nothing.

    A formula whose result was never computed is "formula"; its text is the formula.
    """

    text: str
    made: str = ""


class Sheet(NamedTuple):
    """One sheet: its name, its rows (1-based number, cells without the empty ones at the end), and notices."""

    name: str
    rows: Iterator[tuple[int, list[Cell]]]
    notices: tuple[str, ...]


def is_workbook(data: bytes) -> bool:
    """Say whether a file begins as a workbook does, of today or of before 2007."""
    return data.startswith((MAGIC, OLD_MAGIC))


def read(data: bytes, *, file: str) -> Sheet:
    """Read the first visible sheet that holds anything; the other sheets that do are named in the notices.

    Raises:
        FormError: it is not an XLSX workbook, is damaged, unpacks to more than it may, or holds no cell; the rows
            raise it too, where the damage lies in them.
    """
    if data.startswith(OLD_MAGIC):
        raise FormError(Fault(what="this is an Excel file of before 2007 (.xls)", file=file, remedy=_REMEDY))
    with _guarded(file):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            size, most = sum(part.file_size for part in archive.infolist()), _most(data)
            if size > most:
                what = f"the workbook unpacks to {size:,} bytes"
                raise FormError(Fault(what=what, file=file, accepted=f"up to {most:,}", remedy=_REMEDY))
            if "mimetype" in archive.namelist() and archive.read("mimetype").startswith(_OPEN_DOCUMENT):
                raise FormError(Fault(what="this is an OpenDocument file (.ods)", file=file, remedy=_REMEDY))
            computes = any(_holds(archive, name, b"<f") for name in archive.namelist() if "worksheets/" in name)
        book = _open(data, values=True)
        filled = [title for title, sheet in book.items() if any(_filled(row) for row in sheet.iter_rows())]
    if not filled:
        raise FormError(Fault(what="no visible sheet holds any cell", file=file, remedy="Put the table back."))
    others = ", ".join(repr(name) for name in filled[1:])
    notices = (f"{file}: the sheet {filled[0]!r} was read; {others} not.",) if others else ()
    formulas = _open(data, values=False)[filled[0]] if computes else None
    return Sheet(filled[0], _rows(book[filled[0]], formulas, file), notices)


def _most(data: bytes) -> int:
    """Return how many bytes a workbook may unpack to: as many as any packed file, up to what a workbook needs."""
    return min(bounds.unpacked(len(data)), bounds.WORKBOOK)


def _holds(archive: zipfile.ZipFile, name: str, mark: bytes) -> bool:
    """Say whether a part of a workbook holds a mark, without holding the part."""
    before = b""
    with archive.open(name) as part:
        while chunk := part.read(_CHUNK):
            if mark in before + chunk:
                return True
            before = chunk[-len(mark) :]
    return False


def _open(data: bytes, *, values: bool) -> dict[str, Any]:
    """Open a workbook: its visible sheets by name, with the results of formulas or with the formulas themselves."""
    from openpyxl import load_workbook

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=values)
    sheets = {sheet.title: sheet for sheet in book.worksheets if sheet.sheet_state == "visible"}
    for sheet in sheets.values():
        sheet.reset_dimensions()
    return sheets


@contextlib.contextmanager
def _guarded(file: str) -> Iterator[None]:
    """Turn whatever the parsers of a damaged workbook raise into one sentence."""
    try:
        yield
    except FormError:
        raise
    except Exception as error:
        shown = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        what = f"this is not an XLSX workbook, or it is damaged ({shown})"
        raise FormError(Fault(what=what, file=file, remedy=_REMEDY)) from error


def _filled(row: Iterable[Any]) -> bool:
    return any(cell.value is not None for cell in row)


def _rows(sheet: Any, formulas: Any, file: str) -> Iterator[tuple[int, list[Cell]]]:  # noqa: ANN401 - openpyxl's
    with _guarded(file):
        computed = formulas.iter_rows() if formulas is not None else itertools.repeat(())
        for number, (row, origins) in enumerate(zip(sheet.iter_rows(), computed, strict=False), start=1):
            cells = [shown(cell.value, cell.number_format, cell.data_type) for cell in row]
            for place, origin in enumerate(origins):
                if origin.data_type == "f" and not cells[place].text:
                    cells[place] = Cell(str(origin.value), "formula")
            while cells and not cells[-1].text:
                cells.pop()
            yield number, cells


def shown(value: object, code: str = "General", kind: str = "") -> Cell:
    """Render one value as its number format shows it.

    A number without a format is written in full, never as 1.2E+15. Text stays as it is.
    Source: ECMA-376-1:2016, 18.8.30 and 18.8.31, numFmt and numFmts (formats of one section, dates, percentages).

    >>> shown(0.5, "0%"), shown(45), shown(0.1 + 0.2), shown("007")
    (Cell(text='50%', made='number'), Cell(text='45', made='number'), Cell(text='0.3', made='number'), \
Cell(text='007', made=''))
    >>> shown(dt.datetime(2024, 4, 3), "d-mmm"), shown(True)
    (Cell(text='3-Apr', made='date'), Cell(text='TRUE', made='boolean'))
    """
    match value:
        case None:
            return Cell("")
        case bool():
            return Cell("TRUE" if value else "FALSE", "boolean")
        case int() | float():
            return Cell(_number(value, code), "number")
        case dt.datetime() | dt.date() | dt.time():
            return Cell(_date(value, code), "date")
        case dt.timedelta():
            return Cell(str(value), "date")
        case _:
            return Cell(str(value), "error" if kind == "e" else "")


def _number(value: float, code: str) -> str:
    section = code.partition(";")[0]
    literal = re.sub(r'"([^"]*)"|\\(.)|\[[^\]]*\]|_.|\*.', lambda found: found[1] or found[2] or "", section)
    found = _NUMBER.search(literal)
    if literal in ("General", "@") or found is None:
        return _plain(value)
    scaled = value * 100 if "%" in literal else value
    places = len(found[1] or "")
    if found[2]:
        text = f"{scaled:.{places}E}"
    else:
        text = f"{scaled:,.{places}f}" if "," in found[0] else f"{scaled:.{places}f}"
        least = found[0].partition(".")[0].count("0")
        whole, dot, rest = text.partition(".")
        text = whole.zfill(least + whole.startswith("-")) + dot + rest
    optional = len(found[1] or "") - len((found[1] or "").rstrip("#?"))
    for _ in range(optional):
        text = text.removesuffix("0")
    return literal[: found.start()] + text.removesuffix(".") + literal[found.end() :]


def _plain(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{Decimal(f'{value:.{_DIGITS}g}'):f}"


def _date(value: dt.date | dt.time, code: str) -> str:
    if code == "General":
        return str(value)
    parts = []
    tokens = [found.group() for found in _DATE_TOKEN.finditer(code.partition(";")[0])]
    noon = any(token.upper() in ("AM/PM", "A/P") for token in tokens)
    before = ""
    for place, token in enumerate(tokens):
        folded = token.lower()
        following = next((other.lower()[0] for other in tokens[place + 1 :] if other[0].lower() in "hsdmy"), "")
        minutes = folded in ("m", "mm") and (before == "h" or following == "s")
        parts.append(_token(value, token, minutes=minutes, noon=noon))
        if folded[0] in "hsdmy":
            before = folded[0]
    return "".join(parts)


def _token(value: dt.date | dt.time, token: str, *, minutes: bool, noon: bool) -> str:
    folded, wide = token.lower(), len(token) > 1
    if token[0] in "[_*;@":
        return ""
    if token[0] in '"\\':
        return token.strip('"') if token[0] == '"' else token[1:]
    if isinstance(value, dt.datetime | dt.time):
        hour = (value.hour - 1) % _HALF_DAY + 1 if noon else value.hour
        half = "AM" if value.hour < _HALF_DAY else "PM"
        clock = {"h": hour, "s": value.second, "m": value.minute if minutes else None}.get(folded[0])
        if folded in ("am/pm", "a/p"):
            return half
        if clock is not None and folded[0] != "d":
            return f"{clock:02d}" if wide else str(clock)
    if isinstance(value, dt.date):
        month, day = _MONTHS[value.month - 1], _DAYS[value.weekday()]
        calendar = {
            "yyyy": f"{value.year:04d}", "yy": f"{value.year % 100:02d}", "y": f"{value.year % 100:02d}",
            "m": str(value.month), "mm": f"{value.month:02d}", "mmm": month[:3], "mmmm": month, "mmmmm": month[0],
            "d": str(value.day), "dd": f"{value.day:02d}", "ddd": day[:3], "dddd": day,
        }  # fmt: skip
        return calendar.get(folded, token)
    return token
