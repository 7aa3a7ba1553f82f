"""The re-check stage: an update asks PubMed what became of the documents that the review rests on."""

from collections.abc import Callable

from pipeline.errors import SearchError
from pipeline.search.pubmed import Progress, PubMed
from pipeline.workflow import history, layouts
from pipeline.workflow.account import Account, counted
from pipeline.workflow.run import Work


def run(work: Work) -> Account:
    """Ask about every included or awaiting citation with a PMID, once a day; only an update asks."""
    if not work.options.get("update"):
        return Account()
    from pipeline.search.recheck import recheck
    from pipeline.workflow import reconsider
    from pipeline.workflow.stages import screen

    day = work.now.date().isoformat()
    now = screen.load(work.folder, work.protocol)
    standing = reconsider.in_play(now.screening, work.protocol.screening)
    known = [citation.record.pmid for citation in now.citations if citation.id in standing]
    asked = {pmid for check in history.checks(work.folder) if check.date == day for pmid in check.pmids}
    pmids = set(filter(None, known))
    blind = known.count("")
    missed = f"{counted(blind, 'document')} without a PMID cannot be checked: look at the journals' own pages."
    said = (missed,) if blind else ()
    if not pmids - asked:
        return Account(did=(f"{counted(len(pmids), 'document')} checked today.", *said) if pmids else said)
    client: Callable[[], PubMed] | None = work.options.get("client")
    if client is None:
        return Account(did=said, unreachable=("retractions and corrections: not checked, since this run is offline.",))
    try:
        found = recheck(client(), pmids - asked, tell=lambda progress: _tell(work, progress))
    except SearchError as error:
        return Account(did=said, unreachable=(f"retractions and corrections: not checked. {error}",))
    work.folder.keep(history.check_place(work.folder, day), layouts.write(found))
    told = f"{counted(len(found.pmids), 'document')} checked, {counted(len(found.found), 'document')} with notices."
    return Account(did=(told, *said))


def _tell(work: Work, progress: Progress) -> None:
    work.progress(progress.done, progress.total, f"retractions and corrections: {progress.doing}")
