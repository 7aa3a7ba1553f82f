"""`living-review export`: the citations of a review, at any stage, as a file for another program; or its tables."""

from pathlib import Path
from typing import get_args

import click

from pipeline.cli import options, records_file
from pipeline.cli.run import tool
from pipeline.screening.decisions import State
from pipeline.workflow.account import counted
from pipeline.workflow.folder import ReviewFolder


@click.command()
@click.option("--included", is_flag=True, help="The reports that are included in the review.")
@click.option("--stage", default="", metavar="NAME", help="The citations that reached this stage of screening.")
@click.option("--state", type=click.Choice(get_args(State)), help="Of those at --stage, only these.")
@click.option("--records", is_flag=True, help="Every record as its source gave it, before duplicates were joined.")
@click.option("--tables", is_flag=True, help="Every table of the report, each as a file of its own: csv or pdf.")
@click.option("--format", "target", required=True, metavar="NAME", help=records_file.TARGET)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="The file to write; - is the terminal. With --tables, the folder.",
)
@options.force
@click.option("--folder", type=click.Path(path_type=Path), default=".", help="The review; here if none is named.")
def export(
    *,
    included: bool,
    stage: str,
    state: State | None,
    records: bool,
    tables: bool,
    target: str,
    out: Path,
    force: bool,
    folder: Path,
) -> None:
    """Write the citations of a review for a reference manager, a screening tool or a spreadsheet.

    Without --included, --stage or --records it is every citation, each once, with its fields merged. What is written
    is what the last run found, with the decisions as they stand now. With --tables it is the tables of the report.
    """
    from pipeline.workflow import derived, protocol
    from pipeline.workflow.stages import screen

    if included + bool(stage) + records + tables > 1:
        raise click.UsageError("Of --included, --stage, --records and --tables, only one can be asked for.")
    if state and not stage:
        raise click.UsageError("--state needs --stage.")
    if tables:
        _write_tables(ReviewFolder(folder), target, out, force=force)
        return
    records_file.check(out, target, force=force)
    review = ReviewFolder(folder)
    settings = protocol.load(review)
    if records:
        records_file.write(derived.records(review), out, target)
        return
    stages = [each.id for each in settings.screening.stages]
    if stage:
        options.one_of(stage, stages, option="--stage")
    now = screen.load(review, settings)
    chosen = {citation.id for citation in now.citations}
    if included:
        chosen = {status.citation for status in now.screening.included(settings.screening)}
    elif stage:
        chosen = {status.citation for status in now.screening.at(stage) if state in (None, status.state)}
    records_file.write([citation.record for citation in now.citations if citation.id in chosen], out, target)


def _write_tables(review: ReviewFolder, target: str, out: Path, *, force: bool) -> None:
    """Write every table of the report, as it would stand now, into a folder."""
    from pipeline.report import render
    from pipeline.report.compose import compose
    from pipeline.workflow import files, protocol
    from pipeline.workflow.stages import report

    options.one_of(target, ("csv", "pdf"), option="--format")
    settings = protocol.load(review)
    document = compose(report.load(review, settings, tool=tool()))
    made = render.tables_of(document, fonts=report.fonts(review, settings.report))
    chosen = {out / name: data for name, data in made.items() if name.endswith(f".{target}")}
    options.not_there(chosen, replace=force)
    for place, data in chosen.items():
        files.write(place, data)
    click.echo(f"{counted(len(chosen), 'table')} in {out}")
