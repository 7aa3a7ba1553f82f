"""`living-review release`: freeze a version of the review."""

from pathlib import Path

import click

from pipeline.cli import terminal
from pipeline.cli.run import now, tool
from pipeline.workflow.folder import ReviewFolder


@click.command()
@click.argument("label")
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--note", required=True, help="What led to this version, in a sentence; the report prints it.")
def release(label: str, folder: Path, *, note: str) -> int:
    """Freeze the review as it stands as version LABEL, such as 2.0.

    Everything is brought up to date first, without asking any source. The version keeps what people gave, what was
    reached, and the report; the next report counts what is new since then.
    """
    from pipeline.workflow import history, protocol, run
    from pipeline.workflow import release as releasing
    from pipeline.workflow.stages import STAGES

    out, review = terminal.console(), ReviewFolder(folder)
    with review.locked(), terminal.progress() as progress:
        settings = protocol.load(review)
        moment, said = history.moment(review, now())
        if said:
            terminal.console(stderr=True).print(said, style="yellow")
        work = run.Work(folder=review, protocol=settings, now=moment, tool=tool(), progress=progress)
        version = releasing.release(STAGES, work, label, note, tell=lambda result: terminal.tell(out, result))
    out.print(f"Version {version.label} stands in versions/{version.label}/.", style="bold")
    for sentence in version.unfinished:
        out.print(f"  not finished: {terminal.plain(sentence)}", style="yellow")
    return 0
