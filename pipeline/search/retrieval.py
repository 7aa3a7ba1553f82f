"""From a strategy to a reconciled search run: list the PMIDs, fetch their records, account for every one.

PMIDs are listed first and records fetched by explicit ids, because the order of a result is not stable from page to
page. Every page is compared with what was asked for before it is handed on; what does not add up is a SearchError and
no run, never a short result. Talking is the client's (`eutils`), storing is the caller's (a sink).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pipeline.errors import Fault, ProtocolError
from pipeline.search import listing, search_run
from pipeline.search.fetching import Sink, fetch_records, stamp
from pipeline.search.pmids import Pmids
from pipeline.search.pubmed import Progress, PubMed, Tell, silence
from pipeline.search.repair import smallest
from pipeline.search.search_run import SearchRun
from pipeline.search.strategy import PUBMED_PLATFORM, Strategy, read_query, term, verbatim
from pipeline.search.syntax import parse


@dataclass(frozen=True, slots=True)
class Retrieval:
    """A finished search: the run, and all its PMIDs, for the ids file."""

    run: SearchRun
    pmids: Pmids


def retrieve(
    pubmed: PubMed,
    strategy: Strategy,
    *,
    search: str,
    sink: Sink,
    published: str = "",
    accepted: str = "",
    seeds: Sequence[str] = (),
    kept: Mapping[str, bytes] = {},
    held: Collection[str] = (),
    revised_since: str = "",
    tell: Tell = silence,
) -> Retrieval:
    """Run one strategy and return its reconciled run, with the PMIDs for the ids file.

    Nothing is a run until this function returns: the caller keeps the pages apart until then, and hands them in as
    `kept` when it tries again.

    Args:
        pubmed: the client.
        strategy: what is asked; of kind `query`, `similar`, `cited-by` or `references`.
        search: id of the search in workflow.yaml.
        sink: takes each page as soon as it is finished.
        published: text of the file `strategy.query`.
        accepted: text of the file `strategy.accepted`.
        seeds: the PMIDs that `strategy.seeds` stands for.
        kept: pages of a run of today that was broken off, by name.
        held: PMIDs whose records earlier runs hold and that are not to be fetched again.
        revised_since: a day, as 2026-11-22; of those held, the records that PubMed has revised since then are fetched
            again all the same.
        tell: is told how far the search is.

    Raises:
        ProtocolError: the string to run is not a PubMed query, or a limit means nothing to PubMed.
        SearchError: the source did not deliver everything; there is no run.
    """
    query = read_query(accepted or published)
    if strategy.kind == "query":
        check_query(query, file=strategy.accepted or strategy.query)
    begun, sent, repeated = pubmed.now(), pubmed.requests, pubmed.repeats
    tell(Progress("asking for the state of the index"))
    index = pubmed.updated()
    linked = listing.Linked(Pmids(), (), 0)
    if strategy.kind == "query":
        steps, listed = listing.search(pubmed, query, strategy.limits, tell=tell)
    else:
        linked = listing.follow(pubmed, strategy.kind, strategy.seeds, seeds, tell=tell)
        steps, listed = listing.narrow(pubmed, linked, strategy, tell=tell)
    asked = term(query, strategy.limits) if strategy.kind == "query" else ""
    new = listed.pmids.without(Pmids(held))
    standing, revised = listed.pmids.without(new), Pmids()
    if standing and revised_since:
        revised = listing.revised(pubmed, standing, revised_since, asked=asked, tell=tell)
        new, standing = new.together(revised), standing.without(revised)
    fetched = fetch_records(pubmed, new, sink=sink, kept=kept, accept_missing=strategy.accept_missing, tell=tell)
    pmids = fetched.pmids.together(standing) if standing else fetched.pmids
    recount = pubmed.search(asked, listed=0).count if asked else None
    run = SearchRun(
        search=search,
        date=stamp(begun)[:10],
        started=stamp(begun),
        finished=stamp(pubmed.now()),
        tool=pubmed.tool,
        endpoint=pubmed.endpoint,
        sandbox=pubmed.sandbox,
        index=index,
        database=strategy.database,
        platform=strategy.platform or PUBMED_PLATFORM,
        via=strategy.via,
        kind=strategy.kind,
        published=verbatim(published),
        accepted=verbatim(accepted),
        accepted_because=strategy.accepted_because,
        asked=asked or steps[0].term,
        steps=steps,
        translation=listed.found.translation,
        translations=listed.found.translations,
        notices=listed.found.notices,
        count=listed.found.count,
        recount=recount,
        identified=len(pmids),
        ids_sha256=search_run.sha256(search_run.ids_text(pmids)),
        held=len(standing),
        revised_since=revised_since,
        revised=len(revised),
        slices=listed.slices,
        drifts=listed.drifts,
        seeds=linked.seeds,
        seeds_found=linked.seeds_found,
        vanished=fetched.vanished,
        replaced=fetched.replaced,
        missing=fetched.missing,
        pages=fetched.pages,
        requests=pubmed.requests - sent,
        repeats=pubmed.repeats - repeated,
    )
    return Retrieval(run, pmids)


def check_query(query: str, *, file: str = "") -> None:
    """Refuse a string that PubMed would have to guess at: nobody knows what it would make of it.

    Raises:
        ProtocolError: parentheses, quotes, tags or operators do not add up, or there is no term.
    """
    parsed = parse(query)
    if parsed.problems or parsed.tree is None:
        repair = smallest(parsed)
        remedy = "Keep the published string, and name a file with the string to run in 'accepted' of the search."
        if repair:
            remedy += f" The smallest repair: {repair.text}"
        said = [f"there is {problem.what}" for problem in parsed.problems] or ["it holds no term"]
        raise ProtocolError(
            [Fault(what=f"the string is no PubMed query: {what}", file=file, remedy=remedy) for what in said]
        )
