"""What an update brought, for people and for machines, from the history alone."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pipeline.prisma.boxes import Flow
from pipeline.prisma.versions import Baseline
from pipeline.report.compose.living import (
    Concern,
    LivingMode,
    Planned,
    Release,
    SourceChange,
    Update,
    UpdateDay,
)
from pipeline.search.search_run import SearchRun
from pipeline.search.strategy import Strategy
from pipeline.workflow import baselines, derived, history, versions, yaml_settings
from pipeline.workflow.changes import Revision
from pipeline.workflow.folder import PROTOCOL, ReviewFolder
from pipeline.workflow.history import Held
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.stages import flow, reconsider, search
from pipeline.workflow.stages.standing import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What is new, and what happened so far."""

    updates: tuple[Update, ...]
    living: LivingMode
    concerns: tuple[Concern, ...]


class _History:
    """What of the history is asked for more than once."""

    def __init__(self, folder: ReviewFolder, protocol: Protocol, stands: Standing) -> None:
        self.folder, self.protocol, self.stands = folder, protocol, stands
        self.runs = history.by_search(history.runs(folder))
        self.retrieved = derived.retrieved(folder)
        self.records: dict[str, list[str]] = {}
        for record in self.retrieved:
            self.records.setdefault(record.partition(":")[0], []).append(record)
        self.revisions = derived.revisions(folder)
        self.days = baselines.update_days(folder)


def load(folder: ReviewFolder, protocol: Protocol, stands: Standing) -> News:
    """Find out what is new since the preceding version and since the update before the last one."""
    known = _History(folder, protocol, stands)
    return News(
        updates=tuple(_updates(known)),
        living=_living(known),
        concerns=tuple(_concerns(folder, protocol, stands)),
    )


def _updates(known: _History) -> Iterator[Update]:
    """Compare with the update before the last one, and with the preceding version; once where these are one time."""
    folder, protocol, stands = known.folder, known.protocol, known.stands
    version = versions.before(folder, protocol)
    latest = baselines.of_update(folder, protocol, stands)
    same = version is not None and len(known.days) > 1 and known.days[-2] <= version.date < known.days[-1]
    if latest is not None and not same:
        day = known.days[-2]
        events = sum(event.date <= day for event in stands.now.ledger.events)
        found = _update(known, latest, day, flow.since(folder, protocol, stands, latest), events=events)
        yield replace(found, kind="update")
    if version is not None:
        reached = versions.baseline(folder, version)
        since = flow.since(folder, protocol, stands, reached)
        found = _update(known, reached, version.date, since, events=version.events)
        yield replace(found, remarks=_note(known))


def _note(known: _History) -> tuple[str, ...]:
    """Take what the person said of a version, while the review is that version."""
    current = versions.current(known.folder, known.protocol, versions.released(known.folder))
    return (current.note,) if current is not None and current.note else ()


def _update(known: _History, reached: Baseline, day: str, since: Flow, *, events: int) -> Update:
    """Say what happened since a day on which `reached` was reached, and `events` events were in the ledger."""
    revised: dict[str, list[str]] = {}
    for revision in known.revisions:
        if revision.date > day:
            fields = revised.setdefault(revision.record, [])
            fields.extend(() if revision.field in fields else (revision.field,))
    later = known.stands.now.ledger.events[events:]
    return Update(
        since=reached.label,
        flow=since,
        sources=tuple(_source(known, name, reached, day, revised) for name in known.protocol.searches),
        revisions={record: ", ".join(fields) for record, fields in revised.items()},
        decisions=sum(event.kind != "issued" for event in later),
    )


def _source(known: _History, name: str, reached: Baseline, day: str, revised: Mapping[str, list[str]]) -> SourceChange:
    runs, mine = known.runs.get(name, []), known.records.get(name, [])
    before = [held for held in runs if held.run.date <= day]
    newest, gone = runs[-1].run if runs else None, []
    edited = False
    if isinstance(newest, SearchRun) and before and isinstance(earlier := before[-1].run, SearchRun):
        gone = [record for record in mine if earlier.date <= known.retrieved[record][1] < newest.date]
        edited = newest.asked != earlier.asked
    return SourceChange(
        search=name,
        database=known.protocol.searches[name].database,
        searched=date.fromisoformat(newest.date) if newest else None,
        again=len(runs) > len(before),
        found=newest.identified if isinstance(newest, SearchRun) else None,
        new=tuple(record for record in mine if record not in reached.outcomes),
        gone=tuple(gone),
        revised=tuple(record for record in mine if record in revised),
        edited=edited,
    )


def _living(known: _History) -> LivingMode:
    schedule = known.protocol.schedule
    checks = history.checks(known.folder)
    last = checks[-1].date if checks else ""
    return LivingMode(
        sources=tuple(_planned(known, name, strategy) for name, strategy in known.protocol.searches.items()),
        because=schedule.living_because,
        other_steps=schedule.other_steps,
        ends=schedule.ends,
        changes=_changes(known),
        checked=date.fromisoformat(last) if last else None,
        asked=len({pmid for check in checks if check.date == last for pmid in check.pmids}),
        days=tuple(_days(known)),
        releases=tuple(_releases(known.folder)),
    )


def _planned(known: _History, name: str, strategy: Strategy) -> Planned:
    schedule = known.protocol.schedule
    last = search.last_day(known.runs.get(name, []))
    return Planned(
        search=name,
        database=strategy.database,
        days=schedule.interval(name, strategy),
        by_hand=strategy.kind == "export",
        last=last,
        next=schedule.next_day(name, strategy, last),
    )


def _days(known: _History) -> Iterator[UpdateDay]:
    """Count, day by day, what came: every figure from dates, so that no later day changes an earlier one."""
    new = Counter(first for first, _ in known.retrieved.values())
    revised = Counter({day: len(records) for day, records in _by_day(known.revisions).items()})
    decided = Counter(event.date for event in known.stands.now.ledger.events if event.kind != "issued")
    before = ""
    for day in known.days:
        yield UpdateDay(
            date=date.fromisoformat(day),
            searches=tuple(name for name, runs in known.runs.items() if _ran(runs, day)),
            new=new[day],
            revised=revised[day],
            decisions=sum(count for on, count in decided.items() if before < on <= day),
        )
        before = day


def _ran(runs: list[Held], day: str) -> bool:
    return any(held.run.date == day for held in runs)


def _by_day(revisions: tuple[Revision, ...]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for revision in revisions:
        found.setdefault(revision.date, set()).add(revision.record)
    return found


def _releases(folder: ReviewFolder) -> Iterator[Release]:
    for version in versions.released(folder):
        reached = versions.baseline(folder, version)
        yield Release(
            label=version.label,
            date=date.fromisoformat(version.date),
            note=version.note,
            studies=len(set(reached.reports.values())),
            reports=len(reached.reports),
        )


def _concerns(folder: ReviewFolder, protocol: Protocol, stands: Standing) -> Iterator[Concern]:
    for item in reconsider.load(folder, protocol, stands.now):
        yield Concern(
            citation=item.citation,
            state=item.state,
            words=item.words,
            text=item.notice.text,
            pmid=item.notice.pmid,
            since=item.since,
            answer=item.said.word,
            by=item.said.by,
            note=item.said.note,
        )


# Sections of workflow.yaml that are methods; how a report looks, or who is told, is none.
_METHODS = ("review", "searches", "deduplication", "screening", "extraction", "schedule")


def _changes(known: _History) -> tuple[str, ...] | None:
    """Say which settings and search strings are not those of the preceding version; None if there is none."""
    version = versions.before(known.folder, known.protocol)
    if version is None:
        return None
    then = versions.given(known.folder, version)
    was, now = (
        yaml_settings.plain(data.decode("utf-8-sig"), file=PROTOCOL)
        for data in (then[PROTOCOL], known.folder.read(PROTOCOL))
    )
    said = [f"'{key}' in workflow.yaml" for key in _differing(was, now)]
    strings = known.folder.list("queries/*")
    said += [f"the string in {path}" for path in strings if path in then and then[path] != known.folder.read(path)]
    return tuple(said)


def _differing(was: Mapping[str, object], now: Mapping[str, object]) -> Iterator[str]:
    """Name the keys, two deep, whose values differ."""
    for section in _METHODS:
        old, new = was.get(section), now.get(section)
        if isinstance(old, dict) and isinstance(new, dict):
            yield from (f"{section}.{key}" for key in {**old, **new} if old.get(key) != new.get(key))
        elif old != new:
            yield section
