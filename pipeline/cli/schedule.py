"""`living-review schedule`: templates that work, for the scheduler at hand."""

import sys
from pathlib import Path

import click

from pipeline import __version__
from pipeline.cli import terminal
from pipeline.errors import Fault, ReviewError
from pipeline.workflow import files, protocol, schedules
from pipeline.workflow.folder import ReviewFolder


@click.command()
@click.argument("kind", type=click.Choice(schedules.KINDS))
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option(
    "--day",
    type=click.Choice(schedules.DAYS),
    default=None,
    help="Day of the week, or daily; as workflow.yaml needs it.",
)
@click.option("--hour", type=int, default=4, show_default=True, help="Hour, of UTC on GitHub, else of this machine.")
@click.option("--minute", type=int, default=None, help="Minute, 1 to 59; one that suits the review if left out.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Write the files there; printed if left out."
)
def schedule(
    kind: schedules.Kind, folder: Path, *, day: schedules.Day | None, hour: int, minute: int | None, out: Path | None
) -> None:
    """Make a schedule that calls 'living-review update': for GitHub Actions, cron, systemd or Windows.

    FOLDER holds workflow.yaml; it is the present folder if none is named. Each file says at its head where it goes and
    what else it needs. Secrets never stand in it: they are taken from the environment.
    """
    review = ReviewFolder(folder)
    settings = protocol.load(review)
    often = any(
        0 < settings.schedule.interval(name, search) < 7  # noqa: PLR2004 - days of a week
        for name, search in settings.searches.items()
        if search.asks_pubmed
    )
    when = schedules.When(
        day=day or ("daily" if often else "monday"),
        hour=hour,
        minute=schedules.minute_of(settings.review.title) if minute is None else minute,
    )
    where = _in_repository(review.root) if kind == "github" else review.root
    made = schedules.fill(kind, when, folder=where, program=Path(sys.executable), version=__version__)
    if out is not None:
        present = [place for place in made if (out / place).exists()]
        if present:
            remedy = "Delete it, or name another folder; nothing was written."
            raise ReviewError(Fault(what="exists already", file=str(out / present[0]), remedy=remedy))
    for place, text in made.items():
        if out is None:
            click.echo(text if len(made) == 1 else f"# {place}\n{text}")
        else:
            files.write(out / place, schedules.encode(place, text), known_as=place)
            click.echo(terminal.plain(str(out / place)))


def _in_repository(root: Path) -> Path:
    """Find where the review lies in its git repository; the repository itself if it is in none."""
    above = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    return root.relative_to(above)
