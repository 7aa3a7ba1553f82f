"""`living-review convert`: any file of records as any format that can be written."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from pipeline.cli import terminal
from pipeline.cli.read import collect
from pipeline.errors import Fault, FormatError, ReviewError
from pipeline.workflow.account import counted


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--to", "target", required=True, metavar="NAME", help="The format to write, for example ris or rayyan.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The file to write; - is the terminal.")
@click.option("--format", "format_name", default="", metavar="NAME", help="Take the files for this format.")
@click.option("--force", is_flag=True, help="Replace a file that is already there.")
@click.option("--leave-out-faults", is_flag=True, help="Write the rest where some blocks could not be read.")
def convert(
    files: Sequence[Path], *, target: str, out: Path, format_name: str, force: bool, leave_out_faults: bool
) -> None:
    """Write files of records, one after the other, as one file of another format.

    What the format cannot hold is listed. Nothing is written if any block could not be read, unless
    --leave-out-faults is given.
    """
    from pipeline import formats
    from pipeline.workflow import files as disk

    to_terminal = str(out) == "-"
    if not to_terminal and out.exists() and not force:
        raise ReviewError(Fault(what="the file is already there", file=str(out), remedy="Add --force to replace it."))
    formats.write((), format=target)  # a format that cannot be written is refused before anything is read
    records, faults = [], []
    said = terminal.console(stderr=True)
    for path in files:
        with path.open("rb") as stream:
            reading, found, unread = collect(stream, path, format_name)
        records += found
        faults += unread
        for notice in reading.notices:
            terminal.say(said, notice, "look", "yellow")
    if faults and not leave_out_faults:
        raise FormatError(faults)
    pieces = formats.write(records, format=target)
    if to_terminal:
        sys.stdout.buffer.writelines(pieces)
    else:
        disk.write_pieces(out, pieces)
    title = formats.FORMATS[target].title
    said.print(f"{counted(len(records), 'record')} as {title}" + ("" if to_terminal else f" in {out}"), style="bold")
    for fault in faults:
        terminal.say(said, f"left out: {fault}", "look", "yellow")
    lost = formats.losses(records, format=target)
    if lost:
        listed = ", ".join(f"{loss.field} ({loss.records:,})" for loss in lost)
        said.print(f"  not held by this format, in so many records: {listed}")
