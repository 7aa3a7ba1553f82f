"""`living-review doctor`: what would stop a run here."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import terminal
from pipeline.cli.run import clock, endpoint_of, now, tool
from pipeline.errors import ReviewError
from pipeline.workflow.folder import PROTOCOL, ReviewFolder

if TYPE_CHECKING:
    from pipeline.workflow.examine import Finding
    from pipeline.workflow.protocol import Protocol

_STYLES = {"fine": "green", "look": "yellow", "wrong": "red"}


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--offline", is_flag=True, help="Do not ask whether PubMed can be reached.")
@click.option("--pubmed", default="live", metavar="live|sandbox|URL", help="Whom to ask.")
def doctor(folder: Path, *, offline: bool, pubmed: str) -> int:
    """Examine this machine and a review folder: what would stop a run, what is due, which stages would run.

    FOLDER holds workflow.yaml; it is the present folder if none is named, and where there is no review only the machine
    is examined. Nothing is changed. Exit code 1 if something would stop a run.
    """
    from pipeline.workflow import examine, run
    from pipeline.workflow.stages import STAGES

    found = list(examine.machine(sys.stdout.encoding))
    email = ""
    if (folder / PROTOCOL).is_file():
        review = ReviewFolder(folder)

        def work(settings: "Protocol") -> run.Work:
            nonlocal email
            email = settings.pubmed.email
            return run.Work(folder=review, protocol=settings, now=now(), tool=tool(), progress=progress)

        with terminal.progress() as progress:
            found += examine.review(review, STAGES, work, os.environ)
    else:
        found.append(examine.Finding("look", f"There is no {PROTOCOL} in '{folder}': the machine alone was examined."))
    if not offline:
        found += _source(pubmed, email, folder)
    out = terminal.console()
    for finding in found:
        terminal.say(out, finding.text, finding.state, _STYLES[finding.state])
    return int(any(finding.state == "wrong" for finding in found))


def _source(pubmed: str, email: str, folder: Path) -> Iterator["Finding"]:
    """Ask whether the source answers, and under which name and key it is asked."""
    from pipeline.search.eutils import Client, credentials
    from pipeline.workflow.examine import Finding

    try:
        given = credentials(os.environ, email=email, review=folder)
        with endpoint_of(pubmed) as endpoint:
            index = Client(endpoint, credentials=given, now=clock(now())).updated()
    except ReviewError as error:
        yield Finding("wrong", f"PubMed: {error}")
        return
    key = "with an API key (10 requests a second)" if given.key else "without an API key (3 requests a second)"
    yield Finding("fine", f"PubMed answers, {key}; its index is of {index or 'an unknown day'}.")
    if not given.email:
        yield Finding("look", "No e-mail address is set (pubmed: email): NCBI cannot write before it blocks somebody.")
