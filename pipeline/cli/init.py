"""`living-review init`: a new review folder."""

from pathlib import Path

import click

from pipeline.cli import terminal


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--title", default="", help="Title of the review; the name of the folder if left out.")
def init(folder: Path, *, title: str) -> None:
    """Make a new, valid review folder with a commented workflow.yaml.

    FOLDER is made if it does not exist; no file that stands in it is touched.
    """
    from pipeline.workflow.initiate import initiate

    out = terminal.console()
    name = title or folder.resolve().name.replace("-", " ").replace("_", " ").capitalize()
    for written in initiate(folder, title=" ".join(name.split())):
        out.print(f"  {written}")
    shown = terminal.plain(str(folder))
    out.print(f"A new review stands in {shown}. Say in its workflow.yaml what it asks, where and how; then:")
    out.print(f"  living-review run {shown}")
