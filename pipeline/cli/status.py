"""`living-review status`: how far the review is, what waits for whom, and which stages would run."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

import click

from pipeline.cli import terminal
from pipeline.cli.run import now, tool
from pipeline.workflow.folder import ReviewFolder

if TYPE_CHECKING:
    from pipeline.screening.progress import Day, StageProgress
    from pipeline.workflow.run import Stage

Rows = Sequence[tuple[str, ...]]


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
@click.option("--days", is_flag=True, help="Also list, day by day, what was decided and how many rows were still out.")
@click.option("--check", is_flag=True, help="Exit with 1 while anything waits, for schedulers.")
def status(folder: Path, *, days: bool, check: bool) -> int:
    """Show how far the review is: what is done, owed, missing or in conflict, and everything that waits.

    FOLDER holds workflow.yaml; it is the present folder if none is named. Worksheets and searches are read as they
    stand now; citations, and what waits at the other stages, are those of the last 'living-review run'. If anything
    changed since, the last table says which stages of the program would run, and why. Nothing is changed.
    """
    from pipeline.screening import batches, progress
    from pipeline.workflow import protocol, run
    from pipeline.workflow.stages import STAGES, screen, search

    review = ReviewFolder(folder)
    settings = protocol.load(review)
    given = screen.load(review, settings)
    plan = batches.plan(given.clusters, given.screening, given.ledger, settings.screening, by_id=given.by_id)
    found = screen.measure(given, settings.screening, plan)
    _print("", _stages(found))
    _print("", _reviewers(found))
    if days:
        _print("", _days(progress.burn_down(given.ledger.events, settings.screening)))
    work = run.Work(folder=review, protocol=settings, now=now(), tool=tool(), progress=lambda *_: None)
    reasons = run.stale(STAGES, work)
    _print("", _stale(run.in_order(STAGES), reasons) if any(reasons.values()) else [])
    waiting = [*search.outstanding(review, settings, work.now.date()), *progress.sentences(found), *_elsewhere(review)]
    click.echo()
    for sentence in waiting or ["Nothing waits for anybody."]:
        click.echo(terminal.plain(sentence))
    return int(check and bool(waiting))


def _elsewhere(review: ReviewFolder) -> Iterator[str]:
    """Say what waited at the stages that the last run left; searches and screening are looked at anew."""
    from pipeline.workflow import run

    for trace in run.manifest(review).stages:
        if trace.stage not in {"collect", "screen", "prisma"}:  # the flow counts what screening says
            yield from trace.account.pending


def _stages(found: Sequence["StageProgress"]) -> Rows:
    head = ("Stage", "Citations", "Settled", "Awaiting", "Conflict", "Excluded", "Not retrieved", "Passed")
    states = ("awaiting", "conflict", "excluded", "not-retrieved", "included")
    return [
        head,
        *(
            (one.title, f"{one.citations:,}", f"{one.settled:,}", *(f"{one.states.get(s, 0):,}" for s in states))  # type: ignore[call-overload]
            for one in found
        ),
    ]


def _reviewers(found: Sequence["StageProgress"]) -> Rows:
    head = ("Stage", "Reviewer", "Handed out", "Decided", "Owed", "Second votes", "Not needed", "Missing")
    rows = [
        (
            stage.title,
            one.reviewer,
            *(f"{n:,}" for n in (one.handed, one.decided, one.owed, one.second, one.spare, one.lost)),
        )
        for stage in found
        for one in stage.reviewers
    ]
    return [head, *rows] if rows else []


def _days(found: Sequence["Day"]) -> Rows:
    rows = [(one.date, one.stage, f"{one.decided:,}", f"{one.remaining:,}") for one in found]
    return [("Date", "Stage", "Decided", "Still out"), *rows] if rows else []


def _stale(stages: Sequence["Stage"], reasons: Mapping[str, str]) -> Rows:
    """Say of each stage whether it would run; one that reads what another makes may have to, once that has run."""
    first: dict[str, str] = {}  # title of the first stage that would run before it, by stage
    rows = [("Stage of the program", "Would run now")]
    for stage in stages:
        because = reasons.get(stage.name, "")
        before = next((first[each] for each in stage.after if each in first), "")
        if because or before:
            first[stage.name] = before or stage.title
        said = f"if {before!r} makes something new" if before else "no, nothing changed"
        if stage.name in reasons:
            rows.append((stage.title, f"yes: {because}" if because else said))
    return rows


def _print(before: str, rows: Rows) -> None:
    if rows:
        click.echo(before)
        for line in aligned(rows, get_terminal_size().columns if sys.stdout.isatty() else 0):
            click.echo(line)


def aligned(rows: Rows, most: int = 0) -> Iterator[str]:
    """Set rows in columns: figures to the right, words to the left; the first row is the head.

    Where that is wider than `most`, the words of the head stand one below the other, and the columns closer.

    >>> list(aligned([("Stage", "Done"), ("Full text", "7")]))
    ['Stage      Done', 'Full text     7']
    >>> list(aligned([("Stage", "Not needed"), ("Full text", "7")], 16))
    ['Stage        Not', '          needed', 'Full text      7']
    """
    figures = [all(cell.replace(",", "").isdigit() for cell in column[1:]) for column in zip(*rows, strict=True)]
    head, gap = [rows[0]], "  "
    if most and sum(_widths(rows)) + len(gap) * (len(rows[0]) - 1) > most:
        head, gap = list(zip_longest(*(cell.split() for cell in rows[0]), fillvalue="")), " "
    shown = [*head, *rows[1:]]
    for row in shown:
        cells = zip(row, _widths(shown), figures, strict=True)
        yield gap.join(cell.rjust(width) if right else cell.ljust(width) for cell, width, right in cells).rstrip()


def _widths(rows: Rows) -> list[int]:
    return [max(map(len, column)) for column in zip(*rows, strict=True)]
