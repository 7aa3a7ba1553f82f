"""The search stage: every strategy that PubMed has not answered yet is run, and its pages are kept at once."""

from collections.abc import Callable, Sequence

from pipeline.errors import SearchError
from pipeline.search import search_run
from pipeline.search.eutils import Client
from pipeline.search.pubmed import Progress
from pipeline.search.retrieval import retrieve
from pipeline.search.strategy import Strategy
from pipeline.workflow import derived, history
from pipeline.workflow.account import Account, counted
from pipeline.workflow.folder import OUTPUTS
from pipeline.workflow.run import Work


def run(work: Work) -> Account:
    """Run every search of PubMed that was never run; what cannot be reached is said, and never counted as nothing."""
    done: list[str] = []
    away: list[str] = []
    waiting: list[str] = []
    held = history.by_search(history.runs(work.folder))
    client: Callable[[], Client] | None = work.options.get("client")
    for name, strategy in work.protocol.searches.items():
        if strategy.kind == "export":
            continue
        if name in held:
            last = held[name][-1].run
            count = last.identified if isinstance(last, search_run.SearchRun) else 0
            done.append(f"{name}: last run on {last.date}, {counted(count, 'record')}.")
        elif client is None:
            away.append(f"{name}: not yet run, since this run is offline.")
        else:
            seeds = _seeds(work, strategy)
            if strategy.kind != "query" and not seeds:
                waiting.append(f"{name}: not yet run, since none of its seeds has a PMID yet.")
                continue
            try:
                found = _run_one(work, client(), name, strategy, seeds)
            except SearchError as error:
                away.append(f"{name}: not yet run. {error}")
            else:
                done.append(f"{name}: {counted(found.identified, 'record')} found and fetched.")
    return Account(did=tuple(done), unreachable=tuple(away), pending=tuple(waiting))


def _run_one(work: Work, client: Client, name: str, strategy: Strategy, seeds: Sequence[str]) -> search_run.SearchRun:
    """Run one strategy: pages go to their place as they come, the run itself when every figure agrees."""
    folder = work.folder
    place = history.place(folder, name, work.now.date().isoformat())
    retrieved = retrieve(
        client,
        strategy,
        search=name,
        sink=lambda page, data: folder.keep(f"{place}/{page}", data),
        published=folder.text(strategy.query) if strategy.query else "",
        accepted=folder.text(strategy.accepted) if strategy.accepted else "",
        seeds=seeds,
        kept=history.pages_kept(folder, place),
        tell=lambda progress: _tell(work, name, progress),
    )
    folder.keep(f"{place}/{search_run.IDS_FILE}", search_run.ids_text(retrieved.pmids))
    folder.keep(f"{place}/{search_run.RUN_FILE}", search_run.to_json(retrieved.run))
    return retrieved.run


def _tell(work: Work, name: str, progress: Progress) -> None:
    work.progress(progress.done, progress.total, f"{name}: {progress.doing}")


def _seeds(work: Work, strategy: Strategy) -> tuple[str, ...]:
    """Find the PMIDs from which a citation search starts."""
    seeds = strategy.seeds
    if seeds.pmids:
        return seeds.pmids
    if seeds.search:
        held = history.runs(work.folder, seeds.search)
        if not held:
            return ()
        path = f"{held[-1].place}/{search_run.IDS_FILE}"
        return tuple(work.folder.read(path).decode("ascii").split())
    if seeds.included and work.folder.has(f"{OUTPUTS}/{derived.CITATIONS}"):
        return ()
    return ()
