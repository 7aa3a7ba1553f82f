"""`living-review update`: what a scheduler runs."""

import os
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import options, terminal
from pipeline.cli.run import bring_up_to_date, endpoint_of, exit_code, opened
from pipeline.errors import LockError, ReviewError
from pipeline.workflow.engines import Engine
from pipeline.workflow.folder import ReviewFolder

if TYPE_CHECKING:
    from pipeline.workflow.account import Account
    from pipeline.workflow.notify import Message
    from pipeline.workflow.schedule import NotifySettings

PAUSE = 15 * 60  # seconds before sources that could not be reached are asked again


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option(
    "--pubmed",
    default="live",
    metavar="live|sandbox|URL",
    help="Whom to ask: PubMed, the built-in sandbox (in a copy of the review), or another E-utilities endpoint.",
)
@click.option("--all", "everything", is_flag=True, help="Search every source again, due or not.")
@click.option("--refetch", is_flag=True, help="Fetch every record anew, not only new and revised ones.")
@click.option(
    "--retries",
    type=click.IntRange(0),
    default=0,
    metavar="N",
    help="Ask sources that could not be reached again, up to N times, 15 minutes apart.",
)
@click.option("--notify", is_flag=True, help="Tell those whom workflow.yaml names under schedule: notify.")
@click.option("--strict", is_flag=True, help="Exit with 1 while anything waits for a person.")
@options.engine
def update(
    folder: Path,
    *,
    pubmed: str,
    everything: bool,
    refetch: bool,
    retries: int,
    notify: bool,
    strict: bool,
    engine: Engine,
    scheduler: str,
) -> int:
    """Search again, and say what is new: what a scheduler runs.

    FOLDER holds workflow.yaml; it is the present folder if none is named. Every search of PubMed that is due is run
    whole and compared with the one before; exports that were dropped are taken in; included and awaiting documents are
    asked about retractions; then everything is recounted. The same search is asked once a day at most, so that it can
    be called again after a failure.
    """
    from pipeline.workflow import notify as notifying

    asked = {"update": True, "all": everything or refetch, "refetch": refetch, "engine": engine, "scheduler": scheduler}
    while True:
        review, accounts = _update(folder, pubmed, asked, notify=notify)
        if not retries or not any(account.unreachable for account in accounts):
            break
        terminal.complain(f"What could not be reached is asked again in {PAUSE // 60} minutes.")
        time.sleep(PAUSE)
        retries -= 1
    untold = notify and not _tell(review, notifying.of_update(review, accounts))
    return exit_code(accounts, strict=strict) or int(untold)


def _update(
    folder: Path, pubmed: str, asked: Mapping[str, object], *, notify: bool
) -> "tuple[ReviewFolder, Sequence[Account]]":
    """Update a review once; a failure is told to whom workflow.yaml names, if that was asked for."""
    from pipeline.workflow import notify as notifying

    review = opened(folder, pubmed=pubmed)
    try:
        with endpoint_of(pubmed) as endpoint:
            return review, [result.account for result in bring_up_to_date(review, endpoint, asked)]
    except LockError:
        raise  # the run that holds the lock tells what it finds
    except ReviewError as error:
        if notify:
            _tell(review, notifying.of_failure(f"The review in {review.root.name}", error))
        raise


def _tell(review: ReviewFolder, message: "Message") -> bool:
    """Tell whom workflow.yaml names, and say how; return False where it did not work, and say so on standard error."""
    from pipeline.workflow import notify, protocol

    try:
        settings = protocol.load(review).schedule.notify
    except ReviewError:
        return False  # the failure that is to be told is workflow.yaml itself, and it is told on standard error
    troubles = notify.tell(message, settings, os.environ)
    for trouble in troubles:
        terminal.say(terminal.console(stderr=True), trouble, "untold", "red")
    if not troubles:
        terminal.console().print(terminal.plain(_told(settings, matters=message.matters)))
    return not troubles


def _told(settings: "NotifySettings", *, matters: bool) -> str:
    """Say who was told, or why nobody was."""
    ways = [f"the program {settings.command[0]!r}"] if settings.command else []
    ways += [f"e-mail to {', '.join(settings.email)}"] if settings.email else []
    ways += ["the webhook"] if settings.webhook else []
    if not ways:
        return "Nobody was told: workflow.yaml names nobody under 'schedule: notify:'."
    if settings.when == "news" and not matters:
        return "Nobody was told: nothing is new, waits or went wrong, and 'when' is news."
    return f"Told by {', '.join(ways)}."
