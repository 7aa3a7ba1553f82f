"""`living-review export-decisions`: the decisions of a review in the files of another tool."""

from collections import Counter
from pathlib import Path

import click

from pipeline.cli import options
from pipeline.workflow import files
from pipeline.workflow.account import counted
from pipeline.workflow.folder import ReviewFolder

_TOOLS = ("rayyan", "covidence", "asreview", "colrev", "columns")


@click.command()
@click.option("--to", "tool", type=click.Choice(_TOOLS), required=True, help="The tool that shall read the files.")
@click.option(
    "--stage", default="", help="Only this stage; for 'columns' all of them if none is named, else the first."
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=".", metavar="DIR", help="Where to write; here if none."
)
@click.option("--folder", type=click.Path(path_type=Path), default=".", help="The review; here if none is named.")
@options.force
def export_decisions(*, tool: str, stage: str, out: Path, folder: Path, force: bool) -> None:
    """Hand out decisions to Rayyan, Covidence, ASReview, CoLRev, or as one table with a row a decision.

    Rayyan and the table get what each reviewer said; Covidence, ASReview and CoLRev what came of it, the arbiter's word
    included. Our record ids travel along, so that what comes back with 'living-review import-decisions' finds its
    records.
    """
    from pipeline.screening import exchange
    from pipeline.workflow import protocol
    from pipeline.workflow.stages import screen

    review = ReviewFolder(folder)
    settings = protocol.load(review)
    stages = [each.id for each in settings.screening.stages]
    if stage:
        options.one_of(stage, stages, option="--stage")
    now = screen.load(review, settings)
    chosen = [stage] if stage else stages if tool == "columns" else stages[:1]
    decisions = [decision for decision in now.returned.decisions if decision.stage in chosen]
    reached = {status.citation for each in chosen for status in now.screening.at(each)}
    citations = [citation for citation in now.citations if citation.id in reached]
    members = {record for citation in citations for record in citation.members}
    told = [decision for decision in decisions if members.issuperset(decision.records)]
    statuses = {status.citation: status for status in now.screening.at(chosen[0])}
    made = exchange.dump(tool, citations, told, statuses, reports=settings.screening.stage(chosen[0]).reports)
    options.not_there([out / name for name in made], replace=force)
    for name, data in made.items():
        files.write(out / name, data)
        click.echo(f"Written: {out / name}")
    at = " or ".join(repr(each) for each in chosen)
    if tool in exchange.TEAM:
        states = Counter(status.state for status in statuses.values())
        undecided = states.total() - states["included"] - states["excluded"]
        outcome = f"{states['included']:,} included, {states['excluded']:,} excluded, {undecided:,} undecided"
    else:
        outcome = counted(len(told), "decision")
    click.echo(f"{counted(len(citations), 'citation')} at {at}: {outcome}.")
    if len(told) < len(decisions):
        left = counted(len(decisions) - len(told), "decision")
        click.echo(f"Not written: {left} on what does not pass {at}, or has not reached it.")
