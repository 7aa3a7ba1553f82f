"""Which rows are handed out next, to whom: new citations only, never a row that was handed out before."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from pipeline.deduplicate.citation import Citation, Cluster
from pipeline.records.record import Record
from pipeline.screening.decisions import Screening, Status, draw
from pipeline.screening.ledger import Ledger
from pipeline.screening.settings import ARBITER, ScreeningSettings, Stage

PILOT = "-pilot"  # how the name of a pilot round's worksheet ends
_NAME = re.compile(rf"(?P<run>\d{{4}}-\d{{2}}-\d{{2}}(?:_\d+)?)(?:-\d+)?(?:{PILOT})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The rows of one new worksheet.

    Attributes:
        reviewer: a reviewer's name, or "arbiter".
        round: pilot, main, or arbitration.
        part: its number among the worksheets that share the rows of one reviewer, stage and run.
        citations: in the order of the rows.
        joint: by citation, the records that an arbiter's row judges together, where these are several.
    """

    stage: str
    reviewer: str
    round: Literal["pilot", "main", "arbitration"]
    part: int = 1
    citations: tuple[str, ...]
    joint: Mapping[str, tuple[str, ...]]

    def name(self, run: str) -> str:
        """Name the worksheet after the run that makes it, without an ending.

        >>> Batch(stage="a", reviewer="b", round="pilot", citations=(), joint={}).name("2026-11-22")
        '2026-11-22-pilot'
        >>> Batch(stage="a", reviewer="b", round="main", part=2, citations=(), joint={}).name("2026-11-22")
        '2026-11-22-2'
        """
        part = f"-{self.part}" if self.part > 1 else ""
        return f"{run}{part}{PILOT if self.round == 'pilot' else ''}"

    def rows(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """List the citation and the records of each row."""
        return ((citation, self.joint.get(citation, (citation,))) for citation in self.citations)


def run_of(name: str) -> str:
    """Tell the run that named a worksheet; one that no run named is returned as it is.

    >>> run_of("2026-11-22"), run_of("2026-11-22_02-3-pilot"), run_of("restored-2")
    ('2026-11-22', '2026-11-22_02', 'restored-2')
    """
    made = _NAME.fullmatch(name)
    return made["run"] if made else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run hands out.

    Attributes:
        batches: by stage, then reviewer.
        withheld: by stage, the citations that wait until its pilot round is decided.
    """

    batches: tuple[Batch, ...]
    withheld: Mapping[str, tuple[str, ...]]


def plan(
    citations: Sequence[Cluster],
    screening: Screening,
    ledger: Ledger,
    settings: ScreeningSettings,
    *,
    by_id: Mapping[str, Citation],
) -> Plan:
    """Plan the new worksheets.

    Args:
        citations: in retrieval order.
        screening: where they stand.
        ledger: what was handed out before.
        settings: stages, reviewers, assignment, pilot.
        by_id: what the citations say, of which only as much is asked for as reviewers have their rows sorted by.
    """
    clusters = {citation.id: citation for citation in citations}
    batches: list[Batch] = []
    withheld: dict[str, tuple[str, ...]] = {}
    for stage in settings.stages:
        statuses = screening.at(stage.id)
        unsettled = [status for status in statuses if status.state == "awaiting"]
        handed = {name: ledger.issued_records(stage.id, name) for name in settings.screeners(stage)}
        round_, chosen, waiting = _rounds(stage, settings, unsettled, clusters, ledger)
        if waiting:
            withheld[stage.id] = waiting
        dealt = _deal(stage, settings, round_, chosen, handed=handed, clusters=clusters)
        for name, rows in dealt.items():
            given = set(rows)
            retrieved = [status.citation for status in chosen if status.citation in given]
            ordered = _sorted(retrieved, settings, stage, name, by_id)
            for part, shared in enumerate(_shared(ordered, settings.rows), start=1):
                batches.append(
                    Batch(stage=stage.id, reviewer=name, round=round_, part=part, citations=shared, joint={})
                )
        conflicts = [status for status in statuses if status.state == "conflict"]
        handed_to_arbiter = ledger.issued.get((stage.id, ARBITER), {})
        batches.extend(_arbitration(stage, conflicts, clusters, handed_to_arbiter, settings.rows))
    return Plan(batches=tuple(batches), withheld=withheld)


_Round = Literal["pilot", "main"]


def _rounds(
    stage: Stage,
    settings: ScreeningSettings,
    unsettled: Sequence[Status],
    clusters: Mapping[str, Cluster],
    ledger: Ledger,
) -> tuple[_Round, list[Status], tuple[str, ...]]:
    """Choose the round, who is in it, and who waits for its end."""
    if stage.pilot == 0:
        return "main", list(unsettled), ()
    issued = [
        (batch, records)
        for name in settings.reviewers
        for records, batch in ledger.issued.get((stage.id, name), {}).items()
    ]
    pilot = {record for batch, records in issued if batch.endswith(PILOT) for record in records}
    if issued and not pilot:
        return "main", list(unsettled), ()
    if pilot:
        waiting = [status for status in unsettled if pilot.isdisjoint(clusters[status.citation].members)]
        if len(waiting) == len(unsettled):
            return "main", waiting, ()
        withheld = {status.citation: None for status in waiting}
        return "pilot", [status for status in unsettled if status.citation not in withheld], tuple(withheld)
    drawn = sorted(unsettled, key=lambda status: draw(settings.seed, stage.id, PILOT, status.citation))
    chosen = {status.citation for status in drawn[: stage.pilot]}
    rest = tuple(status.citation for status in unsettled if status.citation not in chosen)
    return "pilot", [status for status in unsettled if status.citation in chosen], rest


def _deal(
    stage: Stage,
    settings: ScreeningSettings,
    round_: _Round,
    chosen: Sequence[Status],
    *,
    handed: Mapping[str, frozenset[str]],
    clusters: Mapping[str, Cluster],
) -> dict[str, list[str]]:
    """Give each citation to the reviewers who are to decide on it and do not have it yet."""
    rows: dict[str, list[str]] = {name: [] for name in handed}
    shuffled = sorted(chosen, key=lambda status: draw(settings.seed, stage.id, status.citation, "deal"))
    for status in shuffled:
        members = clusters[status.citation].members
        have = {name for name, records in handed.items() if not records.isdisjoint(members)} | set(status.voters)
        free = [name for name in handed if name not in have]
        if stage.assignment == "split" and round_ == "main":
            free.sort(key=lambda name: (len(rows[name]), draw(settings.seed, stage.id, status.citation, name)))
            free = free[: max(0, status.needed - len(have))]
        for name in free:
            rows[name].append(status.citation)
    return {name: found for name, found in rows.items() if found}


def _sorted(
    retrieved: Sequence[str], settings: ScreeningSettings, stage: Stage, reviewer: str, by_id: Mapping[str, Citation]
) -> tuple[str, ...]:
    """Sort a reviewer's rows as the reviewer likes them; ties stand as they were retrieved."""
    order = settings.reviewers[reviewer].order
    if order == "retrieved":
        return tuple(retrieved)
    if order == "shuffled":
        return tuple(sorted(retrieved, key=lambda name: draw(settings.seed, stage.id, reviewer, name)))

    def key(name: str) -> tuple[int, str]:
        record: Record = by_id[name].record
        year = record.year or 0
        words = {
            "title": record.title,
            "author": record.authors[0].name if record.authors else "",
            "journal": record.journal,
        }
        return {"newest": -year, "oldest": year}.get(order, 0), words.get(order, "").casefold()

    return tuple(sorted(retrieved, key=key))


def _shared(rows: Sequence[str], most: int) -> Iterator[tuple[str, ...]]:
    """Share rows evenly among as few worksheets as can hold them."""
    size = ceil(len(rows) / ceil(len(rows) / most))
    return (tuple(rows[start : start + size]) for start in range(0, len(rows), size))


def _arbitration(
    stage: Stage,
    conflicts: Sequence[Status],
    clusters: Mapping[str, Cluster],
    handed: Collection[tuple[str, ...]],
    most: int,
) -> Iterator[Batch]:
    """Hand conflicts to the arbiter: all records that carry a decision are judged together."""
    joint: dict[str, tuple[str, ...]] = {}
    for status in conflicts:
        judged = status.judged
        records = tuple(member for member in clusters[status.citation].members if member in judged)
        if records not in handed:
            joint[status.citation] = records
    for part, shared in enumerate(_shared(tuple(joint), most) if joint else (), start=1):
        rows = {citation: joint[citation] for citation in shared}
        yield Batch(stage=stage.id, reviewer=ARBITER, round="arbitration", part=part, citations=shared, joint=rows)
