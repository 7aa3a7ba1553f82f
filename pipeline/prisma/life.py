"""The whole life of one record, from the search that found it to the boxes that count it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.deduplicate.citation import Citation, Pair
from pipeline.prisma.boxes import VARIABLES, Flow
from pipeline.prisma.sources import Source
from pipeline.prisma.wording import called
from pipeline.records.record import Record
from pipeline.screening.decisions import Decision, Screening
from pipeline.screening.ledger import Event
from pipeline.screening.settings import ARBITER, ScreeningSettings

_STATES = {
    "included": "passed",
    "excluded": "excluded",
    "not-retrieved": "the report could not be retrieved",
    "conflict": "in conflict",
    "awaiting": "awaits decisions",
}
_BASES = {
    "arbiter": "by the arbiter",
    "publication": "as published",
    "agreement": "by agreement",
    "single": "by one reviewer",
}
_EVENTS = {"issued": "handed to", "decided": "decided by", "changed": "changed by", "withdrawn": "withdrawn by"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """One part of a life: its heading and its lines."""

    heading: str
    lines: tuple[str, ...]


def tell(
    record: Record,
    *,
    source: Source,
    citation: Citation,
    pairs: Sequence[Pair],
    screening: Screening,
    events: Sequence[Event],
    settings: ScreeningSettings,
    flow: Flow,
    notices: Sequence[str] = (),
) -> tuple[Chapter, ...]:
    """Tell the life of a record.

    Args:
        record: whose.
        source: the search that delivered it.
        citation: the citation it belongs to.
        pairs: judged pairs; those of this record with others are told.
        screening: where every citation stands.
        events: the ledger; those of this record and of its citation's other records are told.
        settings: names of stages, reviewers and reasons.
        flow: the flow of the review.
        notices: lines about retractions and the like; without any there is no such chapter.
    """
    return (
        Chapter(heading=f"{record.id}: {record.short()}", lines=tuple(_found(record, source))),
        Chapter(heading="Duplicates", lines=tuple(_joined(record, citation, pairs))),
        Chapter(heading="Screening", lines=tuple(_screened(citation, screening, settings))),
        Chapter(heading="History", lines=tuple(_happened(citation, events, settings))),
        *([Chapter(heading="Notices", lines=tuple(notices))] if notices else ()),
        Chapter(heading="Counted in", lines=tuple(_counted(record, citation, flow))),
    )


def _found(record: Record, source: Source) -> Iterator[str]:
    yield f"Found by the search {source.id!r} in {source.name} ({source.via})."
    origin = record.origin
    if origin.file:
        line = f", line {origin.line:,}" if origin.line else ""
        yield f"Read from {origin.file}, block {origin.block:,}{line}."


def _joined(record: Record, citation: Citation, pairs: Sequence[Pair]) -> Iterator[str]:
    others = [member for member in citation.members if member != record.id]
    if not others:
        yield "It is the only record of its citation."
    elif citation.id == record.id:
        yield f"It gives its citation the name; {_list(others)} joined it."
    else:
        yield f"It belongs to the citation {citation.id!r}, with {_list(others)}."
    mine = [pair for pair in pairs if record.id in {pair.a, pair.b}]
    for pair in mine:
        if pair.verdict != "different" or pair.by != "rule":
            other = pair.b if pair.a == record.id else pair.a
            by = "" if pair.by == "rule" else f", said {pair.by}"
            yield f"{pair.verdict} with {other!r} (rule {pair.rule}{by}): {pair.reason}"
    apart = sum(pair.verdict == "different" and pair.by == "rule" for pair in mine)
    if apart:
        yield f"Compared with {apart:,} more, and found different."
    for related in citation.related:
        yield f"Related to the citation {related.id!r}: {related.kind}."


def _list(names: Sequence[str]) -> str:
    return ", ".join(map(repr, names))


def _screened(citation: Citation, screening: Screening, settings: ScreeningSettings) -> Iterator[str]:
    reached = {status.stage: status for status in screening.statuses[citation.id]}
    members = set(citation.members)
    unused = [("not needed", one) for one in screening.skipped] + [("not used", one) for one in screening.ahead]
    first = next((place for place, stage in enumerate(settings.stages) if stage.id in reached), 0)
    for place, stage in enumerate(settings.stages):
        status = reached.get(stage.id)
        if status is None:
            if place < first:
                yield f"{stage.title}: skipped, since it was found by other methods."
            mine = ((why, one) for why, one in unused if one.stage == stage.id and members.issuperset(one.records))
            yield from (f"  {why}: {_said(one, settings)}" for why, one in mine)
            continue
        reason = f" ({stage.reason(status.reason)})" if status.reason else ""
        tried = f" (tried: {status.tried})" if status.tried else ""
        basis = f", {_BASES[status.basis]}" if status.basis else ""
        about = f": {status.about}" if status.about else ""
        yield f"{stage.title}: {_STATES[status.state]}{reason}{tried}{basis}{about}."
        for decision in status.decisions:
            yield f"  {_said(decision, settings)}"


def _said(decision: Decision, settings: ScreeningSettings) -> str:
    reason = settings.stage(decision.stage).reason(decision.reason) if decision.reason else ""
    texts = "; ".join(text for text in (reason, decision.note, decision.report, decision.tried) if text)
    place = f" [{decision.file}, row {decision.row}]" if decision.file else ""
    return f"{_name(decision.reviewer, settings)}: {decision.answer}{f' ({texts})' if texts else ''}{place}"


def _name(reviewer: str, settings: ScreeningSettings) -> str:
    if reviewer == ARBITER:
        return f"arbiter ({settings.arbiter})" if settings.arbiter else "arbiter"
    known = settings.reviewers.get(reviewer)
    return known.name if known and known.name else reviewer


def _happened(citation: Citation, events: Sequence[Event], settings: ScreeningSettings) -> Iterator[str]:
    members = set(citation.members)
    for event in events:
        if members.isdisjoint(event.records):
            continue
        said = event.decision
        answer = f": {said.answer}{f' ({said.reason})' if said.reason else ''}" if said else ""
        of = "" if event.records == (citation.id,) else f", of {_list(event.records)}"
        who = _name(event.reviewer, settings)
        yield f"{event.date} {event.stage}, {_EVENTS[event.kind]} {who}{answer}{of}"


def _counted(record: Record, citation: Citation, flow: Flow) -> Iterator[str]:
    for name, box in flow.boxes.items():
        if VARIABLES[name] == "studies":
            continue
        ids = set(box.ids or ())
        counted = next((one for one in (record.id, citation.id) if one in ids), "")
        if counted:
            parts = ", ".join(part.label for part in box.parts if counted in (part.ids or ()))
            shown = f" ({parts})" if parts else ""
            yield f"{called(flow, name)}{shown}{'' if counted == record.id else f', as {citation.id!r}'}"
    for step in (*flow.awaiting, *flow.adjustments):
        if {record.id, citation.id} & set(step.ids or ()):
            yield f"{step.label[:1].upper()}{step.label[1:]}"
