"""`living-review convert`: any file of records as any format that can be written."""

from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli import options, records_file, terminal
from pipeline.cli.read import collect, columns_of
from pipeline.errors import FormatError


@click.command()
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option("--to", "target", required=True, metavar="NAME", help=records_file.TARGET)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write; - is the terminal.")
@click.option("--format", "format_name", default="", metavar="NAME", help="Take the files for this format.")
@click.option(
    "--column", "columns", multiple=True, metavar="FIELD=NAME", help="For tables: which column holds a field."
)
@options.force
@click.option("--leave-out-faults", is_flag=True, help="Write the rest where some blocks could not be read.")
def convert(
    files: Sequence[Path],
    *,
    target: str,
    out: Path,
    format_name: str,
    columns: Sequence[str],
    force: bool,
    leave_out_faults: bool,
) -> None:
    """Write files of records, one after the other, as one file of another format.

    What the format cannot hold is listed. Nothing is written if any block could not be read, unless
    --leave-out-faults is given.
    """
    records_file.check(out, target, force=force)
    named = columns_of(columns)
    records, faults = [], []
    said = terminal.console(stderr=True)
    for path in files:
        with path.open("rb") as stream:
            reading, found, unread = collect(stream, path, format_name, named)
        records += found
        faults += unread
        for notice in reading.notices:
            terminal.say(said, notice, "look", "yellow")
    if faults and not leave_out_faults:
        raise FormatError(faults)
    records_file.write(records, out, target)
    for fault in faults:
        terminal.say(said, f"left out: {fault}", "look", "yellow")
