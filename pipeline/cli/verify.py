"""`living-review verify`: make everything again and compare."""

from pathlib import Path

import click

from pipeline.cli import terminal
from pipeline.cli.run import tool
from pipeline.workflow.folder import ReviewFolder


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--version", "label", default="", metavar="LABEL", help="Make this released version again instead.")
@click.option("--out", default="", metavar="DIR", help="Keep what was made again in this new folder.")
def verify(folder: Path, *, label: str, out: str) -> int:
    """Make everything again in a copy, and compare it byte for byte with what stands.

    FOLDER holds workflow.yaml; it is the present folder if none is named. Nothing in it is changed and no source is
    asked. Pages of searches are held against their hashes, and the history against what released versions say of it.
    Exit code 1 if anything differs.
    """
    from pipeline.workflow import verify as verifying
    from pipeline.workflow.stages import STAGES

    with terminal.progress() as progress:
        found = verifying.verify(ReviewFolder(folder), STAGES, tool=tool(), progress=progress, label=label, into=out)
    for sentence in (*found.differences, *found.notes):
        click.echo(terminal.plain(sentence))
    count = len(found.differences)
    if not count:
        click.echo(f"{found.compared} outputs were made again and are the same, byte for byte.")
    else:
        click.echo(f"{count} difference{'' if count == 1 else 's'}; {found.compared} outputs were made again.")
    return int(count > 0)
