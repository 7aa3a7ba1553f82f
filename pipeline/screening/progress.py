"""How far the screening is: per stage and reviewer what is done, owed, lost or in conflict, and what was left when."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.deduplicate.citation import Cluster
from pipeline.screening.decisions import Screening, State, Status
from pipeline.screening.forms import Returned, RowKey
from pipeline.screening.ledger import Event, Ledger
from pipeline.screening.settings import ARBITER, ScreeningSettings, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewerProgress:
    """One reviewer, or the arbiter, at one stage; figures are rows of worksheets.

    Attributes:
        handed: rows handed out.
        decided: decisions that stand in the worksheets, whoever handed the row out.
        owed: rows whose citation still needs this reviewer's answer.
        second: those of `owed` where another reviewer has decided and waits.
        spare: rows without an answer that nobody needs any more.
        lost: rows that were handed out and stand in no worksheet now.
    """

    reviewer: str
    handed: int
    decided: int
    owed: int
    second: int
    spare: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StageProgress:
    """One stage: how many citations reached it, in which state each is, and how far each reviewer got."""

    stage: str
    title: str
    citations: int
    states: Mapping[State, int]
    withheld: int
    reviewers: tuple[ReviewerProgress, ...]

    @property
    def settled(self) -> int:
        """Return how many citations need nobody any more."""
        return self.citations - self.states.get("awaiting", 0) - self.states.get("conflict", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of one stage: what was decided for the first time, and how many rows handed out were still unanswered."""

    date: str
    stage: str
    decided: int
    remaining: int


def measure(
    citations: Sequence[Cluster],
    screening: Screening,
    returned: Returned,
    ledger: Ledger,
    settings: ScreeningSettings,
    *,
    withheld: Collection[str] = (),
) -> tuple[StageProgress, ...]:
    """Measure every stage.

    Args:
        citations: all of them.
        screening: where they stand.
        returned: what the worksheets say now.
        ledger: what was handed out.
        settings: stages and reviewers.
        withheld: citations that wait for the end of a pilot round.
    """
    homes = {record: citation.id for citation in citations for record in citation.members}
    places = {*ledger.issued, *((stage, reviewer) for stage, reviewer, _ in returned.present)}
    found = []
    for stage in settings.stages:
        statuses = {status.citation: status for status in screening.at(stage.id)}
        names = [name for name in (*settings.reviewers, ARBITER) if (stage.id, name) in places]
        found.append(
            StageProgress(
                stage=stage.id,
                title=stage.title,
                citations=len(statuses),
                states=dict(Counter(status.state for status in statuses.values())),
                withheld=sum(name in statuses for name in withheld),
                reviewers=tuple(_reviewer(stage, name, statuses, homes, (returned, ledger)) for name in names),
            )
        )
    return tuple(found)


def _reviewer(
    stage: Stage,
    name: str,
    statuses: Mapping[str, Status],
    homes: Mapping[str, str],
    sheets: tuple[Returned, Ledger],
) -> ReviewerProgress:
    returned, ledger = sheets
    handed = ledger.issued.get((stage.id, name), {})
    answered = {d.records for d in returned.decisions if (d.stage, d.reviewer) == (stage.id, name)}
    present = {records for where, who, records in returned.present if (where, who) == (stage.id, name)}
    waiting, second, spare = 0, 0, 0
    for records in present | set(handed):
        status = statuses.get(homes.get(records[0], ""))
        if status is not None and _needs(status, name, records):
            waiting += 1
            second += bool(status.voters) and name != ARBITER
        elif records not in answered:
            spare += 1
    return ReviewerProgress(
        reviewer=name,
        handed=len(handed),
        decided=len(answered),
        owed=waiting,
        second=second,
        spare=spare,
        lost=sum(records not in present and records[0] in homes for records in handed),
    )


def _needs(status: Status, name: str, records: tuple[str, ...]) -> bool:
    """Say whether a citation still needs the answer of this row; an arbiter's that leaves a conflict open is none."""
    if name == ARBITER:
        return status.state == "conflict" and status.judged == set(records)
    return status.state == "awaiting" and name not in status.voters


def lost(
    citations: Sequence[Cluster], returned: Returned, ledger: Ledger, settings: ScreeningSettings
) -> tuple[RowKey, ...]:
    """List the rows that were handed out and stand in no worksheet now, sorted.

    Rows of records, stages and reviewers that are no longer in the review are none.
    """
    here = {record for citation in citations for record in citation.members}
    sheets = {(stage.id, who) for stage in settings.stages for who in (*settings.reviewers, ARBITER)}
    handed = {(*sheet, records) for sheet, rows in ledger.issued.items() if sheet in sheets for records in rows}
    return tuple(sorted(key for key in handed - returned.present if key[2][0] in here))


def burn_down(events: Sequence[Event], settings: ScreeningSettings) -> tuple[Day, ...]:
    """Follow each stage by date: what was decided first on that day, and what was still out unanswered at its end."""
    found: list[Day] = []
    for stage in settings.stages:
        out: set[tuple[str, tuple[str, ...]]] = set()
        decided: Counter[str] = Counter()
        remaining: dict[str, int] = {}
        for event in events:
            if event.stage != stage.id:
                continue
            row = (event.reviewer, event.records)
            if event.kind in {"issued", "withdrawn"}:
                out.add(row)
            else:
                out.discard(row)
                decided[event.date] += event.kind == "decided"
            remaining[event.date] = len(out)
        found.extend(
            Day(date=date, stage=stage.id, decided=decided[date], remaining=left) for date, left in remaining.items()
        )
    return tuple(found)


def sentences(found: Sequence[StageProgress]) -> Iterator[str]:
    """Say what waits for whom, one sentence each; nothing where nothing waits."""
    for stage in found:
        conflicts, awaiting = stage.states.get("conflict", 0), stage.states.get("awaiting", 0)
        if awaiting:
            yield f"{stage.title}: {counted(awaiting, 'citation waits', 'citations wait')} for decisions."
        if stage.withheld:
            yield f"{stage.title}: {stage.withheld:,} of them are handed out once the pilot round is decided."
        if conflicts:
            yield f"{stage.title}: {counted(conflicts, 'conflict waits', 'conflicts wait')} for the arbiter."
        for one in stage.reviewers:
            if one.owed and one.reviewer != ARBITER:
                second = f", {one.second:,} of them as the second vote" if one.second else ""
                owed = counted(one.owed, "decision", "decisions")
                yield f"{stage.title}: {one.reviewer} owes {owed}{second}."
            if one.lost:
                rows = counted(one.lost, "row is", "rows are")
                where = f"the worksheets of {one.reviewer} (see 'living-review restore')"
                yield f"{stage.title}: {rows} missing from {where}."


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun.

    >>> counted(1, "report"), counted(1200, "report"), counted(2, "study", "studies")
    ('1 report', '1,200 reports', '2 studies')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
