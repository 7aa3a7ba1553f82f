"""The search stage: strategies that PubMed has not answered yet are run, and in an update those that are due again."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pipeline.errors import SearchError
from pipeline.search import search_run
from pipeline.search.pubmed import Progress, PubMed
from pipeline.search.remarks import remarks
from pipeline.search.retrieval import retrieve
from pipeline.search.search_run import SearchRun
from pipeline.search.strategy import Strategy, read_query, term
from pipeline.workflow import derived, history, layouts
from pipeline.workflow.account import Account, counted
from pipeline.workflow.folder import OUTPUTS, ReviewFolder
from pipeline.workflow.history import Held
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.run import Work
from pipeline.workflow.schedule import ScheduleSettings

# Days before the last search from which on revisions are asked for: PubMed dates a revision before it shows it.
OVERLAP = 7
# Days for which the pages of a broken-off search are taken up. An update asks back OVERLAP days from the day on which
# the search was finished, so that what was revised since those pages came is still noticed, with days to spare.
KEPT = 3


@dataclass
class _Told:
    """What the stage has to say so far."""

    did: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Source:
    """One search of workflow.yaml, with its finished runs, the oldest first."""

    name: str
    strategy: Strategy
    runs: Sequence[Held]

    @property
    def last_day(self) -> date | None:
        """Return the day of its last run."""
        return last_day(self.runs)

    @property
    def so_far(self) -> str:
        """Say how it stands, where it is not run now."""
        return f"last run on {self.runs[-1].run.date}, not again" if self.runs else "not yet run"


def run(work: Work) -> Account:
    """Run the searches of PubMed that were never run, and in an update those that are due.

    What cannot be reached is said, and never counted as nothing.
    """
    told = _Told()
    held = history.by_search(history.runs(work.folder))
    for name, strategy in work.protocol.searches.items():
        source = _Source(name, strategy, held.get(name, []))
        if strategy.kind == "export":
            told.pending.extend(_overdue(work, source))
        elif not source.runs or _is_due(work, source):
            _ask(work, source, told)
        else:
            told.did.append(_standing(work, source))
            told.warnings.extend(_edited(work, source))
    return Account(
        did=tuple(told.did),
        news=tuple(told.news),
        warnings=tuple(told.warnings),
        unreachable=tuple(told.unreachable),
        pending=tuple(told.pending),
    )


def last_day(runs: Sequence[Held]) -> date | None:
    """Return the day of the newest run: of an export, the day that the person gave, if one was given."""
    if not runs:
        return None
    newest = runs[-1].run
    said = "" if isinstance(newest, SearchRun) else newest.searched
    return date.fromisoformat(said if len(said) == len("2024-10-20") else newest.date)


def outstanding(folder: ReviewFolder, settings: Protocol, today: date) -> Iterator[str]:
    """Say which sources were never searched, and which should have been searched again by now."""
    held = history.by_search(history.runs(folder))
    for name, strategy in settings.searches.items():
        last = last_day(held.get(name, []))
        due = settings.schedule.next_day(name, strategy, last)
        if last is None:
            yield not_yet_run(name, strategy)
        elif due and due < today:
            advice = "Does the schedule run?" if strategy.asks_pubmed else "It is a person's to export."
            yield f"{name}: last searched on {last}, and was due on {due}. {advice}"


def not_yet_run(name: str, strategy: Strategy) -> str:
    """Say that a search was never run, and who does it."""
    if strategy.asks_pubmed:
        return f"{name}: not yet run. 'living-review run' asks PubMed."
    return f"{name}: not yet run. Put the export of {strategy.database} into {strategy.files[0]}."


def _is_due(work: Work, source: _Source) -> bool:
    """Say whether an update searches again: once a day at most, unless everything is asked for."""
    if not work.options.get("update"):
        return False
    if work.options.get("all"):
        return True
    schedule: ScheduleSettings = work.protocol.schedule
    return schedule.is_due(source.name, source.strategy, source.last_day, work.now.date())


def _ask(work: Work, source: _Source, told: _Told) -> None:
    """Run one search, and say what came of it."""
    name = source.name
    client: Callable[[], PubMed] | None = work.options.get("client")
    if client is None:
        told.unreachable.append(f"{name}: {source.so_far}, since this run is offline.")
        return
    seeds = _seeds(work, source.strategy)
    if source.strategy.kind != "query" and not seeds:
        told.pending.append(f"{name}: {source.so_far}, since none of its seeds has a PMID yet.")
        return
    try:
        found = _run_one(work, client(), source, seeds)
    except SearchError as error:
        told.unreachable.append(f"{name}: {source.so_far}. {error}")
        return
    told.warnings.extend(f"{name}: {remark}" for remark in remarks(found))
    records = counted(found.identified, "record")
    if not source.runs:
        told.did.append(f"{name}: {records} found and fetched.")
        return
    fetched = counted(sum(page.records for page in found.pages), "record")
    revised = f", {found.revised:,} of them because PubMed revised them" if found.revised else ""
    told.did.append(f"{name}: searched again, {records} found.")
    told.news.append(f"{name}: {fetched} fetched{revised}.")


def _run_one(work: Work, client: PubMed, source: _Source, seeds: Sequence[str]) -> SearchRun:
    """Run one strategy: pages go to their place as they come, the run itself when every figure agrees."""
    folder, name, strategy = work.folder, source.name, source.strategy
    place = history.place(folder, name, work.now.date().isoformat())
    _take_up(work, name, place)
    whole = _is_whole(work, source.runs)
    retrieved = retrieve(
        client,
        strategy,
        search=name,
        sink=lambda page, data: folder.keep(f"{place}/{page}", data),
        published=folder.text(strategy.query) if strategy.query else "",
        accepted=folder.text(strategy.accepted) if strategy.accepted else "",
        seeds=seeds,
        kept=history.pages_kept(folder, place),
        held=frozenset() if whole else history.ids(folder, source.runs),
        revised_since="" if whole else _window(source.runs[-1]),
        tell=lambda progress: _tell(work, name, progress),
    )
    for relative, data in (
        (search_run.IDS_FILE, search_run.ids_text(retrieved.pmids)),
        (search_run.RUN_FILE, layouts.write(retrieved.run)),
    ):
        folder.keep(f"{place}/{relative}", data)
    return retrieved.run


def _take_up(work: Work, name: str, place: str) -> None:
    """Go on with what a run of the search that was broken off has left, or drop it if it is old."""
    folder = work.folder
    since = (work.now.date() - timedelta(days=KEPT)).isoformat()
    broken = history.unfinished(folder, name)
    if broken and place not in broken and broken[-1] >= f"{history.RUNS}/{since}":
        folder.take_up(broken[-1], place)
    for left in history.unfinished(folder, name):
        folder.abandon(left, search_run.IDS_FILE if left == place else "")


def _is_whole(work: Work, runs: Sequence[Held]) -> bool:
    """Say whether every record is to be fetched: the first time, when asked for, and when the last time is long ago."""
    whole = [held.run.date for held in runs if isinstance(held.run, SearchRun) and not held.run.held]
    days = work.protocol.schedule.refetch_days
    if not whole or work.options.get("refetch"):
        return True
    return bool(days) and date.fromisoformat(whole[-1]) + timedelta(days=days) <= work.now.date()


def _window(last: Held) -> str:
    """Return the day from which on revisions are asked for."""
    return (date.fromisoformat(last.run.date) - timedelta(days=OVERLAP)).isoformat()


def _tell(work: Work, name: str, progress: Progress) -> None:
    work.progress(progress.done, progress.total, f"{name}: {progress.doing}")


def _standing(work: Work, source: _Source) -> str:
    last = source.runs[-1].run
    count = counted(last.identified, "record") if isinstance(last, SearchRun) else ""
    if work.options.get("update") and source.last_day == work.now.date():
        return f"{source.name}: searched today already, {count}; 'living-review update --all' asks again."
    said = f"{source.name}: last run on {last.date}, {count}"
    due = work.protocol.schedule.next_day(source.name, source.strategy, source.last_day)
    return f"{said}; due again on {due}." if due else f"{said}."


def _edited(work: Work, source: _Source) -> Iterator[str]:
    """Say that a search string or its limits are no longer those that were run."""
    last, strategy = source.runs[-1].run, source.strategy
    if not isinstance(last, SearchRun) or strategy.kind != "query":
        return
    query = read_query(work.folder.text(strategy.accepted or strategy.query))
    if term(query, strategy.limits) != last.asked:
        remedy = "'living-review update --all' searches anew"
        yield f"{source.name}: its string or limits changed since {last.date}; {remedy}."


def _overdue(work: Work, source: _Source) -> Iterator[str]:
    """Remind of an export that is older than its settings allow."""
    last = source.last_day
    due = work.protocol.schedule.next_day(source.name, source.strategy, last)
    today = work.now.date()
    if last and due and due <= today:
        age = counted((today - last).days, "day")
        where = source.strategy.files[0]
        yield f"{source.name}: the last export is {age} old, and was due on {due}. Export anew and put it into {where}."


def _seeds(work: Work, strategy: Strategy) -> tuple[str, ...]:
    """Find the PMIDs from which a citation search starts."""
    seeds = strategy.seeds
    if seeds.pmids:
        return seeds.pmids
    if seeds.search:
        held = history.runs(work.folder, seeds.search)
        return tuple(sorted(history.ids(work.folder, held[-1:]), key=int))
    if seeds.included and work.folder.has(f"{OUTPUTS}/{derived.CITATIONS}"):
        return _included(work)
    return ()


def _included(work: Work) -> tuple[str, ...]:
    """List the PMIDs of what is included, as the worksheets and the citations of the last run stand."""
    from pipeline.workflow.stages import screen

    now = screen.load(work.folder, work.protocol)
    found = (now.by_id[status.citation].record.pmid for status in now.screening.included(work.protocol.screening))
    return tuple(sorted({pmid for pmid in found if pmid}, key=int))
