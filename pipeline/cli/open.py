"""`living-review open`: the latest report, in the reader's own browser."""

import webbrowser
from pathlib import Path

import click

from pipeline.errors import Fault, ReviewError
from pipeline.workflow.folder import OUTPUTS, ReviewFolder


@click.command("open")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--pdf", is_flag=True, help="Open the PDF instead.")
@click.option("--path", "only_path", is_flag=True, help="Print where it is, and open nothing.")
def open_report(folder: Path, *, pdf: bool, only_path: bool) -> int:
    """Open the latest report in the browser; where there is no browser, print its path.

    FOLDER holds workflow.yaml; it is the present folder if none is named.
    """
    review = ReviewFolder(folder)
    report = f"{OUTPUTS}/report.{'pdf' if pdf else 'html'}"
    if not review.has(report):
        remedy = "Make it with 'living-review run'."
        raise ReviewError(Fault(what="there is no report yet", file=report, remedy=remedy))
    path = review.path(report)
    if only_path or not _opens(path):
        click.echo(path)
    return 0


def _opens(path: Path) -> bool:
    """Open a file, and say whether a browser took it."""
    try:
        return webbrowser.open(path.as_uri())
    except webbrowser.Error:
        return False
