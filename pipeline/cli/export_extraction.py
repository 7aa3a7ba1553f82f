"""`living-review export-extraction`: what was extracted, in the files of another tool."""

from pathlib import Path

import click

from pipeline.cli import options, terminal
from pipeline.workflow import files
from pipeline.workflow.account import counted
from pipeline.workflow.folder import ReviewFolder

SHOWN = 10  # sentences about what was left out that the terminal shows
_TOOLS = ("revman",)


@click.command()
@click.option("--to", "tool", type=click.Choice(_TOOLS), required=True, help="The tool that shall read the files.")
@click.option(
    "--out", type=click.Path(path_type=Path), default=".", metavar="DIR", help="Where to write; here if none."
)
@click.option("--folder", type=click.Path(path_type=Path), default=".", help="The review; here if none is named.")
@options.force
def export_extraction(*, tool: str, out: Path, folder: Path, force: bool) -> None:
    """Hand out studies, arms and results to RevMan, and a list of what it has no place for.

    Only agreed rows are handed out. Numbers go in as the sources print them. The list, revman-left-out.txt, has
    medians, bare percentages and the like, each with its reason.
    """
    from pipeline.extraction import revman
    from pipeline.workflow import protocol
    from pipeline.workflow.stages import extract

    review = ReviewFolder(folder)
    settings = protocol.load(review)
    extraction = extract.load(review, settings)
    made = revman.write(extraction, settings.extraction)
    written = {
        f"{tool}-studies.csv": made.studies,
        f"{tool}-arms.csv": made.arms,
        f"{tool}-results.csv": made.results,
        f"{tool}-left-out.txt": "".join(f"{sentence}\n" for sentence in made.left_out).encode(),
    }
    options.not_there([out / name for name in written], replace=force)
    for name, data in written.items():
        files.write(out / name, data)
        click.echo(f"Written: {out / name}")
    click.echo(
        f"{counted(made.count, 'result')} handed out, {counted(len(made.left_out), 'sentence')} on what was left out; "
        f"{counted(len(extraction.waiting), 'row')} wait for somebody and were not looked at."
    )
    for sentence in made.left_out[:SHOWN]:
        click.echo(terminal.plain(f"  left out: {sentence}"))
    if len(made.left_out) > SHOWN:
        click.echo(f"  ... and {len(made.left_out) - SHOWN:,} more, in {tool}-left-out.txt.")
