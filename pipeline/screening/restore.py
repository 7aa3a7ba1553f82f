"""Rows that stood in a worksheet once and stand in none now, made again with what they last said."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec.structs import replace

from pipeline.deduplicate.citation import Citation
from pipeline.screening import forms
from pipeline.screening.decisions import Decision
from pipeline.screening.forms import RowKey
from pipeline.screening.ledger import JOIN, Ledger
from pipeline.screening.settings import ScreeningSettings


def worksheets(
    missing: Iterable[RowKey],
    citations: Sequence[Citation],
    decisions: Collection[Decision],
    ledger: Ledger,
    settings: ScreeningSettings,
) -> Iterator[tuple[str, str, bytes]]:
    """Make one worksheet for each stage and reviewer who misses rows.

    Args:
        missing: rows that were handed out and stand in no worksheet (`progress.lost`).
        citations: all of them.
        decisions: what the worksheets say now; the arbiter's shows it.
        ledger: what each row last said.
        settings: the stages.

    Yields:
        Stage, reviewer, worksheet; sorted, and rows as they were retrieved.
    """
    homes = {record: (place, one) for place, one in enumerate(citations) for record in one.members}
    last = {event.decision.key: event.decision for event in ledger.events if event.decision is not None}
    rows: dict[tuple[str, str], list[tuple[str, ...]]] = defaultdict(list)
    for stage, reviewer, records in missing:
        rows[stage, reviewer].append(records)
    for (stage, reviewer), lost in sorted(rows.items()):
        lost.sort(key=lambda records: (homes[records[0]][0], records))
        named = [replace(homes[records[0]][1], id=JOIN.join(records)) for records in lost]
        said = [last[key] for records in lost if (key := (stage, reviewer, records)) in last]
        joint = {JOIN.join(records): records for records in lost}
        yield (
            stage,
            reviewer,
            forms.worksheet(settings.stage(stage), reviewer, named, decisions=(*decisions, *said), joint=joint),
        )
