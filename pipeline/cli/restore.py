"""`living-review restore`: rows that are missing from worksheets, as new worksheets with what they last said."""

from pathlib import Path

import click

from pipeline.cli import options, terminal
from pipeline.workflow.folder import ReviewFolder


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--reviewer", "names", multiple=True, metavar="NAME", help="Only rows of this reviewer; all if none.")
def restore(folder: Path, *, names: tuple[str, ...]) -> None:
    """Write rows that are missing from worksheets into new ones, with what they last said.

    For a worksheet that was deleted or spoilt: 'living-review status' counts the rows that are missing. What was
    decided in them comes from the ledger, as a run last saw it, even if it was taken back before the row was lost: look
    at it before the next run counts it. FOLDER holds workflow.yaml; it is the present folder if none is named.
    """
    from pipeline.screening import progress
    from pipeline.screening import restore as core
    from pipeline.screening.settings import ARBITER
    from pipeline.workflow import protocol
    from pipeline.workflow.stages import screen

    review = ReviewFolder(folder)
    settings = protocol.load(review)
    known = [*settings.screening.reviewers, ARBITER]
    for name in names:
        options.one_of(name, known, option="--reviewer")
    with review.locked():
        now = screen.load(review, settings)
        missing = progress.lost(now.clusters, now.returned, now.ledger, settings.screening)
        chosen = [row for row in missing if not names or row[1] in names]
        made = core.worksheets(chosen, now.citations, now.returned.decisions, now.ledger, settings.screening)
        sheets = {screen.free(review, stage, name, "restored"): data for stage, name, data in made}
        for place in screen.add(review, settings.screening, now, sheets):
            click.echo(terminal.plain(f"Written: {place}"))
    rows = f"{len(chosen):,} {'row' if len(chosen) == 1 else 'rows'}"
    told = f"{rows} restored. Look at what they say before the next run counts it."
    click.echo(told if chosen else "No row is missing.")
