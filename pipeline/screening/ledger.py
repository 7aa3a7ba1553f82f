"""The ledger: what was handed out, and each decision when first seen, changed or withdrawn. It only ever grows.

The worksheets as they stand are what counts; the ledger is their history.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Literal, get_args

from pipeline.errors import Fault, FormError
from pipeline.records import tables
from pipeline.screening.decisions import Decision
from pipeline.screening.settings import REPORT_ANSWERS, Answer

Kind = Literal["issued", "decided", "changed", "withdrawn"]
_KINDS: tuple[Kind, ...] = get_args(Kind)
_KIND_OF: Mapping[str, Kind] = {kind: kind for kind in _KINDS}
_ANSWER_OF: Mapping[str, Answer] = {answer: answer for answer in REPORT_ANSWERS}
COLUMNS = (
    "event", "date", "stage", "reviewer", "batch", "record_id", "decision", "reason", "note", "report", "tried",
    "study", "title",
)  # fmt: skip
JOIN = " | "  # between the records of one row


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to one row of one reviewer's worksheets.

    Attributes:
        kind: issued to a worksheet; decided (first seen); changed; withdrawn (the decision is gone from the sheets).
        date: the day of the run that saw it, as 2026-11-22.
        batch: name of the worksheet the row was issued in; empty for decisions.
        decision: as it then stood; a withdrawn one as it had stood. Absent where a row was issued.
        title: the title that was shown, where it is not known from an earlier event.
    """

    kind: Kind
    date: str
    stage: str
    reviewer: str
    records: tuple[str, ...]
    batch: str = ""
    decision: Decision | None = None
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What the events add up to.

    Attributes:
        issued: by stage and reviewer, the batch in which each row (its records) was first handed out.
        decisions: the decisions as last seen, by their key.
        titles: by record that was ever handed out or decided on, every title it was shown under.
        events: all of them, in order.
    """

    issued: Mapping[tuple[str, str], Mapping[tuple[str, ...], str]] = field(default_factory=dict)
    decisions: Mapping[tuple[str, str, tuple[str, ...]], Decision] = field(default_factory=dict)
    titles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    events: tuple[Event, ...] = ()

    def issued_records(self, stage: str, reviewer: str) -> frozenset[str]:
        """List the records that stand in any row handed to this reviewer at this stage."""
        return frozenset(chain.from_iterable(self.issued.get((stage, reviewer), {})))


def replay(events: Iterable[Event]) -> Ledger:
    """Add up events, given in the order of their runs."""
    kept = tuple(events)
    issued: dict[tuple[str, str], dict[tuple[str, ...], str]] = defaultdict(dict)
    decisions: dict[tuple[str, str, tuple[str, ...]], Decision] = {}
    titles: dict[str, tuple[str, ...]] = {}
    for event in kept:
        for record in event.records:
            seen = titles.setdefault(record, ())
            if event.title and event.title not in seen:
                titles[record] = (*seen, event.title)
        if event.kind == "issued":
            issued[event.stage, event.reviewer].setdefault(event.records, event.batch)
        elif event.kind == "withdrawn":
            decisions.pop((event.stage, event.reviewer, event.records), None)
        elif event.decision is not None:
            decisions[event.decision.key] = event.decision
    return Ledger(issued=dict(issued), decisions=decisions, titles=titles, events=kept)


def events(
    before: Ledger, now: Iterable[Decision], issued: Iterable[tuple[str, str, str, tuple[str, ...], str]], *, date: str
) -> tuple[Event, ...]:
    """List what happened since the last run.

    Args:
        before: the ledger so far.
        now: every decision as the worksheets stand.
        issued: rows that this run hands out: stage, reviewer, batch, records, title.
        date: the day of this run.

    Returns:
        Events in a stable order; none if nothing happened.
    """
    standing = {decision.key: decision for decision in now}
    shown = {(record, title) for record, titles in before.titles.items() for title in titles}
    found = []
    for key, decision in sorted(standing.items(), key=lambda item: item[0]):
        old = before.decisions.get(key)
        if old is None or old != decision:
            kind: Kind = "changed" if old else "decided"
            found.append(_seen(kind, date, decision, _unknown(shown, decision.records[0], decision.title)))
    gone = (decision for key, decision in before.decisions.items() if key not in standing)
    found.extend(_seen("withdrawn", date, decision, "") for decision in gone)
    found.sort(key=lambda event: (event.stage, event.reviewer, event.records))
    for stage, reviewer, batch, records, title in issued:
        found.append(
            Event(
                kind="issued",
                date=date,
                stage=stage,
                reviewer=reviewer,
                batch=batch,
                records=records,
                title=_unknown(shown, records[0], title),
            )
        )
    return tuple(found)


def _seen(kind: Kind, date: str, decision: Decision, title: str) -> Event:
    return Event(
        kind=kind,
        date=date,
        stage=decision.stage,
        reviewer=decision.reviewer,
        records=decision.records,
        decision=decision,
        title=title,
    )


def _unknown(shown: set[tuple[str, str]], record: str, title: str) -> str:
    """Return a title the first time it is shown beside a record, and nothing from then on: the ledger stays small."""
    if (record, title) in shown:
        return ""
    shown.add((record, title))
    return title


def write(found: Sequence[Event]) -> Iterator[bytes]:
    """Write events as the CSV that a run adds to the ledger, a row at a time."""
    return tables.pieces(COLUMNS, map(_cells, found))


def _cells(event: Event) -> tuple[str, ...]:
    said = event.decision
    head = (event.kind, event.date, event.stage, event.reviewer, event.batch, JOIN.join(event.records))
    if said is None:
        return (*head, "", "", "", "", "", "", event.title)
    return (*head, said.answer, said.reason, said.note, said.report, said.tried, said.study, event.title)


def read(files: Mapping[str, bytes]) -> tuple[Event, ...]:
    """Read the ledger's files, by path; their names sort in the order of the runs.

    Raises:
        FormError: a file is not a ledger, or somebody edited it into nonsense; every fault of every file.
    """
    found: list[Event] = []
    faults: list[Fault] = []
    rows: dict[str, tuple[str, ...]] = {}
    for file in sorted(files):
        try:
            table = tables.read(files[file], file=file, expected=COLUMNS, own=True)
        except FormError as error:
            faults.extend(error.faults)
            continue
        if fault := _of_another_program(table.header, file):
            faults.append(fault)
            continue
        for row in table.rows:
            event = _event(row, file, rows)
            if isinstance(event, Fault):
                faults.append(event)
            else:
                found.append(event)
    if faults:
        raise FormError(faults)
    return tuple(found)


def _of_another_program(header: Sequence[str], file: str) -> Fault | None:
    """Refuse a header that is not ours: what a column says that is not known here would be lost without a word."""
    missing = [column for column in COLUMNS if column not in header]
    more = [column for column in header if column not in COLUMNS]
    if missing:
        remedy = "The ledger is the program's own history: put the file back as git has it."
        return Fault(what=f"the column {missing[0]!r} is missing", file=file, row=1, remedy=remedy)
    if more:
        what = f"the column {more[0]!r} is not known: a newer version of living-review wrote it, or somebody added it"
        remedy = "Install the newest living-review, or put the file back as git has it; nothing was changed."
        return Fault(what=what, file=file, row=1, remedy=remedy)
    return None


def _event(row: tables.Row, file: str, rows: dict[str, tuple[str, ...]]) -> Event | Fault:
    """Read one event; `rows` holds the records of each row read so far, which its other events share."""
    cells = row.cells
    kind, answer = _KIND_OF.get(cells["event"]), _ANSWER_OF.get(cells["decision"])
    remedy = "The ledger is the program's own history: put the row back as git has it."
    if kind is None:
        what, accepted = f"{cells['event']!r} is no event", ", ".join(_KINDS)
        return Fault(what=what, file=file, row=row.number, column="event", accepted=accepted, remedy=remedy)
    if not cells["record_id"] or (kind == "issued") != (not cells["decision"]) or (kind != "issued" and not answer):
        what = f"{cells['decision']!r} is no decision" if cells["record_id"] else "the row names no record"
        return Fault(what=what, file=file, row=row.number, column="decision", remedy=remedy)
    records = rows.get(cells["record_id"]) or rows.setdefault(cells["record_id"], tuple(cells["record_id"].split(JOIN)))
    said = None
    if answer is not None:
        said = Decision(
            records=records,
            stage=cells["stage"],
            reviewer=cells["reviewer"],
            answer=answer,
            reason=cells["reason"],
            note=cells["note"],
            report=cells["report"],
            tried=cells["tried"],
            study=cells["study"],
        )
    return Event(
        kind=kind,
        date=cells["date"],
        stage=cells["stage"],
        reviewer=cells["reviewer"],
        records=records,
        batch=cells["batch"],
        decision=said,
        title=cells["title"],
    )
