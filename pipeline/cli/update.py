"""`living-review update`: what a scheduler runs."""

from pathlib import Path

import click

from pipeline.cli.run import bring_up_to_date, endpoint_of, exit_code, opened


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
@click.option("--strict", is_flag=True, help="Exit with 1 while anything waits for a person.")
def update(folder: Path, *, pubmed: str, everything: bool, refetch: bool, strict: bool) -> int:
    """Search again, and say what is new: what a scheduler runs.

    FOLDER holds workflow.yaml; it is the present folder if none is named. Every search of PubMed that is due is run
    whole and compared with the one before; exports that were dropped are taken in; included and awaiting documents are
    asked about retractions; then everything is recounted. The same search is asked once a day at most, so that it can
    be called again after a failure.
    """
    review = opened(folder, pubmed=pubmed)
    options = {"update": True, "all": everything or refetch, "refetch": refetch}
    with endpoint_of(pubmed) as endpoint:
        results = bring_up_to_date(review, endpoint, options)
    return exit_code([result.account for result in results], strict=strict)
