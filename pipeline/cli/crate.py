"""`living-review crate`: the review as one archive for a repository of research data."""

from pathlib import Path

import click

from pipeline.cli import options, terminal
from pipeline.cli.run import tool
from pipeline.workflow.folder import ReviewFolder


@click.command()
@click.argument("out", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--license", "address", required=True, metavar="URL", help="Licence under which you share the review.")
@options.force
def crate(out: Path, folder: Path, *, address: str, force: bool) -> None:
    """Pack the review as an RO-Crate: a ZIP for Zenodo, OSF and the like, with a description of every file.

    It holds what people gave, the history, the outputs and the versions. Look through exports of databases first: their
    licences may not let you share abstracts. FOLDER holds workflow.yaml; it is the present folder if none is named.
    """
    from pipeline.workflow import crate as packing
    from pipeline.workflow import files, protocol

    if not address.startswith(("https://", "http://")):
        accepted = "an address, such as https://creativecommons.org/licenses/by/4.0/"
        raise click.BadParameter(f"{address!r} is not accepted; accepted: {accepted}.", param_hint="--license")
    options.not_there([out], replace=force)
    review = ReviewFolder(folder)
    with review.locked():
        settings = protocol.load(review)
        data = packing.pack(review, settings, tool=tool(), license_of=address)
    files.write(out, data)
    screen = terminal.console()
    screen.print(f"{out} ({len(data):,} bytes).")
    if not settings.report.authors:
        terminal.say(screen, "The crate names no author: set 'report: authors:' in workflow.yaml.", "look", "yellow")
