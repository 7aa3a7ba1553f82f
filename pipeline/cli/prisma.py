"""`living-review prisma`: the flow diagram of figures that stand in a file, without a review."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import options, terminal
from pipeline.errors import CountError, ProtocolError
from pipeline.workflow import files
from pipeline.workflow.account import counted

if TYPE_CHECKING:
    from pipeline.prisma.boxes import Flow


@click.command()
@click.option("--counts", type=click.Path(path_type=Path), metavar="YAML", help="Figures typed by hand.")
@click.option("--r-csv", type=click.Path(path_type=Path), metavar="CSV", help="A CSV of the R package PRISMA2020.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", default=".", help="Where to write; here if none."
)
@click.option("--theme", type=click.Choice(["colour", "grey"]), default="colour", help="Colours, or greys for print.")
@click.option(
    "--target",
    type=click.Choice(["1.1.4", "1.1.3"]),
    default="1.1.4",
    help="The version of the R package that shall read the CSV: 1.1.4 and later, or 1.1.3 and earlier.",
)
@options.force
def prisma(counts: Path | None, r_csv: Path | None, out: Path, *, theme: str, target: str, force: bool) -> None:
    """Draw a PRISMA 2020 flow diagram from typed figures or from the R package's CSV.

    Writes prisma.svg, prisma.png, prisma.pdf and prisma.csv. The template follows from the figures; every sum that can
    be checked is, and nothing is written where one does not hold.
    """
    from pipeline.prisma import diagram, r_package, wording
    from pipeline.workflow import pictures

    if counts is not None and r_csv is None:
        flow = _typed(counts)
    elif r_csv is not None and counts is None:
        flow = _from_r(r_csv)
    else:
        raise click.UsageError("Name one file: --counts YAML or --r-csv CSV.")
    drawing = diagram.svg(flow, theme="grey" if theme == "grey" else "colour")
    title = wording.title(flow)
    made = {
        "prisma.svg": drawing.encode(),
        "prisma.png": pictures.png(drawing, title=title),
        "prisma.pdf": pictures.pdf(drawing, title=title),
        "prisma.csv": r_package.write(flow, target="1.1.3" if target == "1.1.3" else "1.1.4"),
    }
    options.not_there([out / name for name in made], replace=force)
    for name, data in made.items():
        files.write(out / name, data)
    click.echo(f"{title}.")
    click.echo(f"Written: {', '.join(str(out / name) for name in made)}")
    for line in _remarks(flow):
        click.echo(terminal.plain(line))


def _typed(path: Path) -> "Flow":
    from pipeline.prisma import counts
    from pipeline.workflow import yaml_settings

    text = files.read(path).decode("utf-8-sig", errors="replace")
    given = yaml_settings.load(text, counts.Counts, file=str(path))
    lines = yaml_settings.lines(text, file=str(path))
    if unknown := counts.check(given):
        raise ProtocolError(replace(fault, file=str(path), line=lines.get(fault.column, 0)) for fault in unknown)
    with _named(path):
        return counts.flow(given)


def _from_r(path: Path) -> "Flow":
    from pipeline.prisma import identities, r_package

    found = r_package.read(files.read(path), file=str(path))
    with _named(path):
        return identities.check(found)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Name the file in every fault of its sums."""
    try:
        yield
    except CountError as error:
        raise CountError(replace(fault, file=str(path)) for fault in error.faults) from error


def _remarks(flow: "Flow") -> Iterator[str]:
    from pipeline.prisma import identities, r_package

    unchecked = identities.unchecked(flow)
    if unchecked:
        yield f"Not checked, since a figure is not reported: {counted(len(unchecked), 'sum')}."
        yield from (f"  {sentence}" for sentence in unchecked)
    remarks = r_package.lost(flow)
    if remarks:
        yield "Not in prisma.csv as it stands in the diagram:"
        yield from (f"  {sentence}" for sentence in remarks)
