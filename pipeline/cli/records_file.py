"""Writing records into a file of another format, for the commands that do."""

import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.cli import options, terminal
from pipeline.records.record import Record
from pipeline.workflow.account import counted

TERMINAL = "-"
TARGET = "The format to write: ris, csv, rayyan ...; a name that is not known lists them all."


def check(out: Path, target: str, *, force: bool) -> None:
    """Refuse, before anything is read, a format that cannot be written and a file that is already there.

    Raises:
        ReviewError: with what to do instead.
    """
    from pipeline import formats

    if str(out) != TERMINAL:
        options.not_there([out], replace=force)
    formats.write((), format=target)


def write(records: Sequence[Record], out: Path, target: str) -> None:
    """Write records as one file, or to the terminal, and say on standard error what the format could not hold."""
    from pipeline import formats
    from pipeline.workflow import files as disk

    pieces = formats.write(records, format=target)
    where = ""
    if str(out) == TERMINAL:
        sys.stdout.buffer.writelines(pieces)
    else:
        disk.write_pieces(out, pieces)
        where = f" in {out}"
    said = terminal.console(stderr=True)
    said.print(f"{counted(len(records), 'record')} as {formats.FORMATS[target].title}{where}", style="bold")
    lost = formats.losses(records, format=target)
    if lost:
        listed = ", ".join(f"{loss.field} ({loss.records:,})" for loss in lost)
        said.print(f"  not held by this format, in so many records: {listed}")
