"""The forms that people fill in: bytes to rows and back.

A form is known by its columns, not by its name: `outcomes.csv`, `outcomes (anna).csv` and next month's starter file
are all read, as one table. Columns that a person adds survive; columns may stand in any order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pipeline.errors import Fault, FormError, did_you_mean
from pipeline.extraction import cells
from pipeline.extraction.columns import DECIDED_BY, DIFFERENCES, Form, forms
from pipeline.extraction.measures import NOT_REPORTED, NOT_STATED, REPORTED
from pipeline.extraction.outcomes import Place, Row, Study
from pipeline.extraction.settings import CONSENSUS, ExtractionSettings
from pipeline.records import tables

FOLDER = "extraction"
NOT_FILLED_IN = "not filled in yet"
# What an empty cell of these columns means.
_DEFAULTS = {"value_status": REPORTED, "role": "experimental"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """One row as a person filled it in.

    Attributes:
        form: the form it belongs to.
        row: its value; a cell that could not be read is empty in it.
        bad: columns whose cells could not be read.
        owner: the extractor whose row it is; empty for an agreed row.
        waits: why nobody can use it yet; empty if it was filled in.
    """

    form: Form
    row: Row
    bad: frozenset[str]
    owner: str
    waits: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """All rows of all files, in the order of the files and rows; what was wrong; what was unusual.

    `unread` are the faults of files of which no row could be read: what other forms say of their rows means nothing.
    """

    rows: tuple[Filled, ...]
    unread: tuple[Fault, ...]
    faults: tuple[Fault, ...]
    notices: tuple[str, ...]


def read_files(files: Mapping[str, bytes], settings: ExtractionSettings) -> Pile:
    """Read every form of a review, in any order of the files, and collect every cell that cannot be read.

    Args:
        files: path (such as `extraction/anna/outcomes.csv`) to bytes; the folder below `extraction/` is the extractor.
        settings: the words that are accepted.
    """
    known = forms(settings)
    rows: list[Filled] = []
    unread: list[Fault] = []
    faults: list[Fault] = []
    notices: list[str] = []
    for file in sorted(files):
        try:
            owner = _owner(file, settings)
            table = tables.read(files[file], file=file, expected=[c.name for f in known.values() for c in f.columns])
            form = recognise(table, tuple(known.values()))
            notices.extend([*table.notices, *_own_columns(table, form)])
        except FormError as error:
            unread.extend(error.faults)
            continue
        for line in table.rows:
            filled, spoilt = _fill(line, table, form, owner)
            rows.append(filled)
            faults.extend(spoilt)
    return Pile(rows=tuple(rows), unread=tuple(unread), faults=tuple(faults), notices=tuple(notices))


def recognise(table: tables.Table, known: Sequence[Form]) -> Form:
    """Find the form that a file is, by its columns.

    Raises:
        FormError: no form has all its marks there, or a column is misspelt.
    """
    header = set(table.header)
    fits = [form for form in known if header.issuperset(form.marks)]
    nearest = max(fits or known, key=lambda form: len(header.intersection(c.name for c in form.columns)))
    missing = [mark for mark in nearest.marks if mark not in header]
    if not header.intersection(nearest.marks):
        accepted = "; ".join(f"{form.name}: {', '.join(form.marks)}" for form in known)
        what = f"no form has the columns {', '.join(table.header)}"
        raise FormError(Fault(what=what, file=table.file, row=1, accepted=accepted))
    names = [column.name for column in nearest.columns]
    absent = [name for name in names if name not in header]
    strange = [name for name in table.header if name not in {*names, DIFFERENCES, DECIDED_BY}]
    faults = [
        Fault(
            what=f"the column {name!r} is not there, and the form {nearest.name!r} needs it",
            file=table.file,
            row=1,
            column=name,
            remedy=did_you_mean(name, strange) or "Put it back into row 1.",
        )
        for name in missing
    ]
    for name in strange:
        near = did_you_mean(name, absent)
        if near and not missing:
            what = f"the column {name!r} is not one of the form {nearest.name!r}"
            remedy = f"{near} If the column is your own, give it another name."
            faults.append(Fault(what=what, file=table.file, row=1, column=name, remedy=remedy))
    if faults:
        raise FormError(faults)
    return nearest


def _owner(file: str, settings: ExtractionSettings) -> str:
    """Find whose form a file is, by its folder."""
    folders = PurePosixPath(file).parts[:-1]
    inner = folders[1:] if folders[:1] == (FOLDER,) else folders
    if inner in {(), (CONSENSUS,)}:
        return ""
    if len(inner) == 1 and inner[0] in settings.extractors:
        return inner[0]
    name = "/".join(inner)
    accepted = ", ".join((*settings.extractors, CONSENSUS)) if settings.extractors else f"{FOLDER}/ itself"
    raise FormError(
        Fault(
            what=f"the folder {name!r} is no extractor's",
            file=file,
            accepted=accepted,
            remedy=did_you_mean(name, settings.extractors) or "Name the person under extraction.extractors.",
        )
    )


def _own_columns(table: tables.Table, form: Form) -> Iterator[str]:
    names = {column.name for column in form.columns} | {DIFFERENCES, DECIDED_BY}
    own = [name for name in table.header if name not in names]
    if own:
        yield f"{table.file}: kept as your own columns: {', '.join(own)}."


def _fill(line: tables.Row, table: tables.Table, form: Form, owner: str) -> tuple[Filled, list[Fault]]:
    """Read one row, with a fault for every cell that cannot be read and every cell that is needed and empty."""
    waits = _waits(line, form)
    values: dict[str, Any] = {}
    spoilt: dict[str, cells.Spoilt] = {}
    unreported = set()
    for column in form.columns:
        text = line[column.name]
        if cells.says_not_reported(text) and not column.needed and column.name not in _DEFAULTS:
            unreported.add(column.name)
            text = ""
        value = cells.read(text, column)
        if isinstance(value, cells.Spoilt):
            spoilt[column.name] = value
            value = cells.EMPTY[column.kind]
        elif column.needed and not text and not waits:
            spoilt[column.name] = cells.Spoilt("the cell is empty", column.says, "")
        values[column.name] = value if value or column.name not in _DEFAULTS else _DEFAULTS[column.name]
    faults = [
        Fault(what=s.what, file=table.file, row=line.number, column=name, accepted=s.accepted, remedy=s.remedy)
        for name, s in spoilt.items()
    ]
    own = [name for name in table.header if name not in values and name not in {DIFFERENCES, DECIDED_BY}]
    row = _make(form, values) | {
        "extra": tuple((name, line[name]) for name in sorted(own) if line[name]),
        "unreported": frozenset(unreported),
        "at": Place(table.file, line.number),
    }
    return Filled(form=form, row=form.makes(**row), bad=frozenset(spoilt), owner=owner, waits=waits), faults


def _waits(line: tables.Row, form: Form) -> str:
    """Say why a row cannot be used yet, or nothing."""
    if line[DIFFERENCES] and not line[DECIDED_BY]:
        return "waits for a consensus"
    if not any(line[column.name] for column in form.columns if column.name not in form.given):
        return NOT_FILLED_IN
    return ""


def _make(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn cells into the fields of the row's value: the columns of vocabularies become `terms`."""
    if form.makes is not Study:
        return dict(values)
    names = set(Study.__dataclass_fields__)
    fields = {name: value for name, value in values.items() if name in names}
    fields["design"] = fields["design"] or NOT_STATED
    fields["terms"] = tuple((name, value) for name, value in values.items() if name not in names and value)
    return fields


def write(form: Form, rows: Iterable[Row], *, more: Mapping[int, Mapping[str, str]] | None = None) -> bytes:
    """Write rows as a form that a spreadsheet opens; `read_files` gives the same rows back.

    Args:
        form: which form.
        rows: its rows, in their order.
        more: cells of further columns by the place of the row (0 is the first), such as a consensus form has.
    """
    listed = list(rows)
    further = {place: dict(row.extra) | dict((more or {}).get(place, {})) for place, row in enumerate(listed)}
    own = tuple(dict.fromkeys(name for cells_of_row in further.values() for name in cells_of_row))
    header = (*(column.name for column in form.columns), *own)
    lines = []
    for place, row in enumerate(listed):
        texts = row_texts(form, row)
        lines.append([*texts.values(), *(further[place].get(name, "") for name in own)])
    return tables.write(header, lines, form=True)


def row_texts(form: Form, row: Row) -> dict[str, str]:
    """Spell every cell of a row; a cell that holds its default stays empty."""
    terms = dict(row.terms) if isinstance(row, Study) else {}
    texts = {}
    for column in form.columns:
        value = terms.get(column.name, ()) if column.name in terms else getattr(row, column.name, ())
        text = "" if value == _DEFAULTS.get(column.name) else cells.write(value)
        texts[column.name] = NOT_REPORTED if column.name in row.unreported else text
    return texts
