"""`living-review read`: what a file of records is, how many it holds, what could not be read, and a preview."""

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from pipeline.cli import terminal
from pipeline.errors import SHOWN, Fault, FormatError
from pipeline.workflow.account import counted

if TYPE_CHECKING:
    from rich.console import Console

    from pipeline.formats import Reading
    from pipeline.records.record import Record

# What a person wants to know of the records at one look, and the fields that say it.
_FIELDS = (
    "title", "authors", "year", "journal", "pages", "abstract", "doi", "pmid", "keywords", "languages",
)  # fmt: skip
_STEP = 500  # records between two words on how far the reading is


@click.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--format", "format_name", default="", metavar="NAME", help="Take the files for this format.")
@click.option(
    "--column", "columns", multiple=True, metavar="FIELD=NAME", help="For tables: which column holds a field."
)
@click.option("--preview", default=5, show_default=True, metavar="N", help="Records to show of each file.")
@click.option("--json", "as_lines", is_flag=True, help="Write every record as one JSON line, and nothing else.")
def read(files: Sequence[Path], *, format_name: str, columns: Sequence[str], preview: int, as_lines: bool) -> int:
    """Show what files of records are: the format, how many records, what could not be read, and a preview.

    Nothing is written. The exit code is 2 if a file is not recognised or any of its blocks could not be read.
    """
    named = columns_of(columns)
    out, faults = terminal.console(stderr=as_lines), 0
    for place, path in enumerate(files):
        if place and not as_lines:
            out.print()
        try:
            with path.open("rb") as stream:
                reading, records, found = collect(stream, path, format_name, named)
        except FormatError as error:
            terminal.say(out, str(error), "fault", "red")
            faults += 1
            continue
        faults += len(found)
        if as_lines:
            from pipeline.records.record import to_line

            sys.stdout.buffer.writelines(map(to_line, records))
        else:
            _describe(out, path, reading, records)
            _preview(out, records[: max(preview, 0)])
        _problems(out, reading, found)
    return 2 if faults else 0


def columns_of(said: Sequence[str]) -> dict[str, str]:
    """Take `--column FIELD=NAME` apart.

    Raises:
        FormatError: a field is not known, or nothing stands on one side of the sign.
    """
    from pipeline.formats import table_layouts

    columns = {field.strip(): name.strip() for field, _, name in (each.partition("=") for each in said)}
    nameless = [field for field, name in columns.items() if not name]
    if nameless:
        raise FormatError(
            Fault(what=f"--column {nameless[0]!r} names no column", accepted="FIELD=NAME, as title=Heading")
        )
    if faults := table_layouts.check_columns(columns):
        raise FormatError(faults)
    return columns


def collect(
    stream: BinaryIO, path: Path, format_name: str, columns: Mapping[str, str]
) -> "tuple[Reading, list[Record], list[Fault]]":
    """Read one file whole, and say how far it is where there is a terminal; its records belong to its stem."""
    from pipeline import formats

    reading = formats.read(stream, name=path.name, search=path.stem, format=format_name, columns=columns)
    records: list[Record] = []
    found: list[Fault] = []
    with terminal.progress() as progress:
        for value in reading:
            if isinstance(value, Fault):
                found.append(value)
            else:
                records.append(value)
            if (len(records) + len(found)) % _STEP == 0:
                progress(len(records), 0, path.name)
    return reading, records, found


def _describe(out: "Console", path: Path, reading: "Reading", records: "list[Record]") -> None:
    source = f", from {reading.platform}" if reading.platform else ""
    out.print(terminal.plain(path.name), style="bold", end="")
    out.print(terminal.plain(f"  {reading.format.title}{source}"))
    kinds = Counter(record.kind for record in records)
    said = "" if set(kinds) <= {"article"} else f": {_each(kinds.items())}"
    out.print(f"  {counted(reading.records, 'record')}{said}, {counted(reading.faults, 'fault')}")
    if records:
        filled = [(field, sum(1 for record in records if getattr(record, field))) for field in _FIELDS]
        out.print("  " + ", ".join(f"{field} {count:,}" for field, count in filled if count), style="dim")


def _preview(out: "Console", records: "list[Record]") -> None:
    if not records:
        return
    out.print()
    if not out.is_terminal:
        for record in records:
            out.print(terminal.plain(f"  {record.short()}{_number_of(record)}"))
        return
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", expand=False)
    table.add_column("  year", no_wrap=True)
    table.add_column("author", no_wrap=True, max_width=18)
    table.add_column("title", ratio=1, max_width=72)
    table.add_column("journal", max_width=26)
    table.add_column("identifier", no_wrap=True, max_width=32)
    for record in records:
        author = record.authors[0].family if record.authors else ""
        journal = record.journal_abbreviation or record.journal
        cells = (str(record.year or ""), author, record.title, journal, _number_of(record).removeprefix("; "))
        table.add_row(*(terminal.plain(f"  {cell}" if not place else cell) for place, cell in enumerate(cells)))
    out.print(table)


def _problems(out: "Console", reading: "Reading", faults: list[Fault]) -> None:
    if reading.notices or faults:
        out.print()
    for notice in reading.notices:
        terminal.say(out, notice, "look", "yellow")
    for fault in faults[:SHOWN]:
        terminal.say(out, str(fault), "fault", "red")
    if len(faults) > SHOWN:
        terminal.say(out, f"... and {len(faults) - SHOWN} more.", "fault", "red")


def _number_of(record: "Record") -> str:
    if record.doi:
        return f"; {record.doi}"
    if record.pmid:
        return f"; PMID {record.pmid}"
    return f"; {record.accession}" if record.accession else ""


def _each(items: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in items)
