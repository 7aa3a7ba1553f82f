"""`living-review import-decisions`: decisions taken in another tool, as worksheets of this review."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import options, terminal
from pipeline.errors import Fault, FormError
from pipeline.records import tables
from pipeline.screening.settings import ARBITER
from pipeline.workflow import files
from pipeline.workflow.account import counted
from pipeline.workflow.archives import Archive
from pipeline.workflow.folder import PROTOCOL, ReviewFolder

if TYPE_CHECKING:
    from pipeline.screening.exchange.matching import Fidelity
    from pipeline.screening.exchange.one_label import Columns
    from pipeline.screening.settings import ScreeningSettings
    from pipeline.workflow.stages.screen import Screened

SHOWN = 10  # items of the account that the terminal shows
_TOOLS = ("rayyan", "covidence", "asreview", "colrev", "columns")


@click.command()
@click.argument("paths", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE...")
@click.option("--from", "tool", type=click.Choice(_TOOLS), required=True, help="The tool that wrote the files.")
@click.option("--stage", default="", help="The stage the decisions belong to; the first if none is named.")
@click.option("--reviewer", "people", multiple=True, metavar="THEIRS=OURS", help="Who a reviewer there is here.")
@click.option("--column", "named", multiple=True, metavar="WHAT=NAME", help="For columns: decision=, reviewer=, ...")
@click.option("--folder", type=click.Path(path_type=Path), default=".", help="The review; here if none is named.")
@click.option("--account", type=click.Path(path_type=Path), help="Also write what became of every row, as CSV.")
@click.option("--dry-run", is_flag=True, help="Only say what would be carried.")
def import_decisions(
    paths: tuple[Path, ...],
    *,
    tool: str,
    stage: str,
    people: tuple[str, ...],
    named: tuple[str, ...],
    folder: Path,
    account: Path | None,
    dry_run: bool,
) -> None:
    """Bring in decisions from Rayyan, Covidence, ASReview, CoLRev or a table of your own.

    Each reference is matched by our record id, by PMID or DOI, then by its bibliographic facts. What fits is written
    as new worksheets of the reviewers, and 'living-review run' takes it from there; what is ambiguous or lost is
    listed. Reviewers get pseudonyms unless they are called there as here, or --reviewer says who they are.
    """
    from pipeline.screening import exchange
    from pipeline.screening.exchange import matching
    from pipeline.workflow import protocol
    from pipeline.workflow.stages import screen

    review = ReviewFolder(folder)
    settings = protocol.load(review).screening
    known = {name: name for name in (*settings.reviewers, ARBITER)}
    chosen = stage or settings.stages[0].id
    options.one_of(chosen, [each.id for each in settings.stages], option="--stage")
    delivery = exchange.load(
        tool,
        dict(_contents(paths)),
        settings,
        stage=chosen,
        people=known | _pairs(people, "--reviewer"),
        columns=_columns(named),
    )
    now = screen.load(review, protocol.load(review))
    found = matching.carry(delivery, now.citations, settings, stage=chosen)
    _tell(found)
    if account:
        files.write(account, tables.write(matching.COLUMNS, found.rows(), form=True))
    if dry_run:
        for fault in _unknown(found, settings, tool):
            click.echo(terminal.plain(f"  look: {fault}"))
    else:
        with review.locked():
            for place in _write(review, settings, now, found, tool):
                click.echo(f"Written: {place}")


def _contents(paths: Sequence[Path]) -> Iterator[tuple[str, bytes]]:
    """Read the files, those inside a ZIP one by one."""
    for path in paths:
        data = files.read(path)
        if not data.startswith(b"PK\x03\x04") or path.suffix.lower() != ".zip":
            yield str(path), data
            continue
        archive = Archive(data, file=str(path), remedy="Export it again, or unpack it and name the files in it.")
        for name in archive.names:
            if name.lower().endswith(".csv"):
                yield f"{path}/{name}", archive.read(name)


def _pairs(given: Sequence[str], option: str) -> dict[str, str]:
    pairs = {}
    for text in given:
        theirs, sign, ours = text.rpartition("=")
        if not sign or not theirs or not ours:
            raise click.BadParameter(
                f"{text!r} is not accepted; accepted: two names with '=' between.", param_hint=option
            )
        pairs[theirs] = ours
    return pairs


def _columns(given: Sequence[str]) -> "Columns":
    from dataclasses import fields

    from pipeline.screening.exchange.one_label import Columns

    pairs = _pairs(given, "--column")
    known = [field.name for field in fields(Columns)]
    for name in pairs:
        options.one_of(name, known, option="--column")
    return Columns(**pairs)


def _tell(found: "Fidelity") -> None:
    click.echo(
        f"{counted(found.count('carried'), 'decision')} carried, {found.count('ambiguous'):,} ambiguous, "
        f"{found.count('lost'):,} lost; {counted(found.count('open'), 'reference')} not decided there."
    )
    for theirs, ours in found.people.items():
        if theirs != ours and "@" not in theirs:
            click.echo(terminal.plain(f"{theirs} is {ours} here."))
    for sentence in found.untold:
        click.echo(terminal.plain(sentence))
    marked = [item for item in found.items if item.why and item.outcome != "open"]
    for item in marked[:SHOWN]:
        one, why = item.reference, item.why.rstrip(".")
        click.echo(terminal.plain(f"  {item.outcome}: {one.file}, row {one.row}, {one.record.short()}: {why}."))
    if len(marked) > SHOWN:
        click.echo(f"  ... and {len(marked) - SHOWN:,} more; --account FILE lists all.")


def _write(
    review: ReviewFolder, settings: "ScreeningSettings", now: "Screened", found: "Fidelity", tool: str
) -> Iterator[str]:
    """Write one worksheet a stage and reviewer, once all of them can be read back beside those there are."""
    from pipeline.screening import forms
    from pipeline.workflow.stages import screen

    sheets: dict[tuple[str, str], set[str]] = defaultdict(set)
    for decision in found.decisions:
        sheets[decision.stage, decision.reviewer].add(decision.records[0])
    if unknown := _unknown(found, settings, tool):
        raise FormError(unknown)
    made = {}
    for (stage, reviewer), records in sorted(sheets.items()):
        rows = [citation for citation in now.citations if citation.id in records]
        data = forms.worksheet(settings.stage(stage), reviewer, rows, decisions=found.decisions)
        made[screen.free(review, stage, reviewer, f"imported-{tool}")] = data
    yield from screen.add(review, settings, now, made)


def _unknown(found: "Fidelity", settings: "ScreeningSettings", tool: str) -> list[Fault]:
    """Name whoever decided there and is no reviewer here."""
    kind = f'{{kind: publication, source: "{tool}, exported on ..."}}' if tool == "covidence" else "{}"
    told = "under 'screening: reviewers:', or say who it is with --reviewer THEIRS=OURS."
    return [
        Fault(what=f"{name!r} is no reviewer of this review", file=PROTOCOL, remedy=f"Add '{name}: {kind}' {told}")
        for name in sorted({decision.reviewer for decision in found.decisions} - {*settings.reviewers, ARBITER})
    ]
