"""Which PMIDs a strategy stands for: all that match a term, or all that PubMed links to some seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import Fault, ProtocolError, SearchError
from pipeline.search import slices
from pipeline.search.pmids import Pmids
from pipeline.search.pubmed import Progress, PubMed, Tell, silence
from pipeline.search.replies import Found
from pipeline.search.search_run import Drift, Seed, Slice, Step
from pipeline.search.strategy import ELINKS, Limits, Seeds, Strategy, clauses, term

BATCH = 200  # PMIDs in one request. Source: NCBI, NBK25499: more than about 200 need a POST, and more were seen to fail
ROUNDS = 5  # how often a list is made anew because PubMed's count moved meanwhile
_LOST = ("PhraseNotFound", "FieldNotFound", "QuotedPhraseNotFound", "PhraseIgnored")


@dataclass(frozen=True, slots=True)
class Listed:
    """All PMIDs that match a term, ascending, and how that was made sure."""

    pmids: Pmids
    found: Found
    slices: tuple[Slice, ...]
    drifts: tuple[Drift, ...] = ()


def list_pmids(pubmed: PubMed, asked: str, *, tell: Tell = silence) -> Listed:
    """List every PMID that matches a term, however many there are, and make sure that it is every one.

    Raises:
        SearchError: no complete answer came, or PubMed's count moved in every round.
    """
    drifts: list[Drift] = []
    found = pubmed.search(asked)
    for _ in range(ROUNDS):
        if found.count <= slices.CAP:
            whole = Slice(low=1, high=slices.HIGHEST, count=found.count)
            return Listed(Pmids(found.pmids), found, (whole,), tuple(drifts))
        listed = _list_slices(pubmed, asked, found, tell)
        again = pubmed.search(asked)
        if listed is not None:
            pmids, parts = listed
            if len(pmids) == again.count:
                if again.count != found.count:
                    drifts.append(Drift(counted=found.count, recounted=again.count))
                return Listed(pmids, again, parts, tuple(drifts))
        drifts.append(Drift(counted=found.count, recounted=again.count))
        found = again
    what = f"the count of {pubmed.source} moved in each of {ROUNDS} rounds while its records were listed"
    raise SearchError(Fault(what=what, remedy="Run again when its index is not being updated; nothing was recorded."))


def _list_slices(pubmed: PubMed, asked: str, found: Found, tell: Tell) -> tuple[Pmids, tuple[Slice, ...]] | None:
    """List a large result part by part; None if a part no longer fits into one answer."""
    tell(Progress(f"planning the list of {found.count:,} records"))

    def counted(low: int, high: int) -> int:
        return pubmed.search(slices.ranged(asked, low, high), listed=0).count

    # The list that came with the count is the newest part of the whole: nearly nothing lies above it, and it is a part.
    first = [int(pmid) for pmid in found.pmids] or [slices.HIGHEST]
    cuts = (max(first), min(first) - 1)
    pmids = Pmids()
    parts: list[Slice] = []
    for part in slices.plan(found.count, counted, cuts=cuts):
        if part.count:
            reply = pubmed.search(slices.ranged(asked, part.low, part.high))
            stray = next((pmid for pmid in reply.pmids if not part.low <= int(pmid) <= part.high), None)
            if reply.count > slices.CAP or stray:
                return None
            pmids = pmids.together(Pmids(reply.pmids))
            part = Slice(low=part.low, high=part.high, count=reply.count)  # noqa: PLW2901 - what it holds by now
        parts.append(part)
        tell(Progress("listing", len(pmids), found.count))
    return pmids, tuple(parts)


def search(pubmed: PubMed, query: str, limits: Limits, *, tell: Tell = silence) -> tuple[tuple[Step, ...], Listed]:
    """List what a string finds within its limits, and count what every limit leaves.

    Raises:
        ProtocolError: PubMed does not know a word of a limit, which would make the result empty without a sound.
        SearchError: no complete answer came.
    """
    narrowing = clauses(limits)
    steps: list[Step] = []
    before = 0
    for place in range(len(narrowing) + 1):
        asked = term(query, limits, upto=place)
        tell(Progress("counting"))
        listed = list_pmids(pubmed, asked, tell=tell) if place == len(narrowing) else None
        found = listed.found if listed else pubmed.search(asked, listed=0)
        lost = [notice for notice in found.notices if notice.kind in _LOST]
        if place == 0:
            steps.append(Step(limit="", term=query, words="the search string", count=found.count))
        else:
            clause = narrowing[place - 1]
            if len(lost) > before:
                what = f"PubMed does not know what the limit {clause.term} asks for ({lost[-1].text!r} was not found)"
                raise ProtocolError(Fault(what=what, column=f"limits.{clause.limit}", remedy="Correct its spelling."))
            steps.append(Step(limit=clause.limit, term=clause.term, words=clause.words, count=found.count))
        before = len(lost)
        if listed:
            return tuple(steps), listed
    raise AssertionError("the last step lists")


@dataclass(frozen=True, slots=True)
class Linked:
    """What PubMed links to some seeds: the PMIDs in ascending order, what each seed gave, how many were seeds."""

    pmids: Pmids
    seeds: tuple[Seed, ...]
    seeds_found: int


def follow(pubmed: PubMed, kind: str, settings: Seeds, seeds: Sequence[str], *, tell: Tell = silence) -> Linked:
    """Follow PubMed's links from seeds: similar documents, documents that cite them, documents that they cite.

    Of similar documents the nearest come first, and `at_most` and `score_at_least` cut the list of each seed. A seed
    that is linked to another seed is not taken: it is known already.

    Raises:
        ProtocolError: there are no seeds.
        SearchError: no complete answer came.
    """
    if not seeds:
        what = f"a search of kind {kind!r} has no seeds to start from"
        raise ProtocolError(Fault(what=what, column="seeds", remedy="Name PMIDs, or run it when there are some."))
    known = Pmids(seeds)
    taken: set[str] = set()
    told: list[Seed] = []
    for start in range(0, len(known), BATCH):
        tell(Progress("following links", start, len(known)))
        batch = known[start : start + BATCH]
        for links in pubmed.links(batch, linkname=ELINKS[kind], scored=kind == "similar"):
            ranked = sorted(links.links, key=lambda link: -link[1])
            near = [pmid for pmid, score in ranked if score >= settings.score_at_least and pmid != links.pmid]
            near = near[: settings.at_most or None]
            told.append(Seed(pmid=links.pmid, linked=len(links.links), taken=len(near)))
            taken.update(near)
    found = taken.difference(known)
    return Linked(Pmids(found), tuple(told), len(taken) - len(found))


def narrow(
    pubmed: PubMed, linked: Linked, strategy: Strategy, *, tell: Tell = silence
) -> tuple[tuple[Step, ...], Listed]:
    """Apply the limits of a citation search to what its links gave, and count what every limit leaves.

    Raises:
        ProtocolError: PubMed does not know a word of a limit.
        SearchError: no complete answer came.
    """
    words = f"{ELINKS[strategy.kind]} links of {len(linked.seeds)} seeds"
    narrowing = clauses(strategy.limits)
    counts = [0] * len(narrowing)
    left = Pmids() if narrowing else linked.pmids
    for start in range(0, len(linked.pmids) if narrowing else 0, BATCH):
        batch = " OR ".join(f"{pmid}[uid]" for pmid in linked.pmids[start : start + BATCH])
        steps, listed = search(pubmed, batch, strategy.limits, tell=tell)
        counts = [count + step.count for count, step in zip(counts, steps[1:], strict=True)]
        left = left.together(listed.pmids)
    told = [Step(limit="", term=ELINKS[strategy.kind], words=words, count=len(linked.pmids))]
    for clause, count in zip(narrowing, counts, strict=True):
        told.append(Step(limit=clause.limit, term=clause.term, words=clause.words, count=count))
    return tuple(told), Listed(left, Found(len(left)), ())


def revised(pubmed: PubMed, pmids: Pmids, since: str, *, asked: str = "", tell: Tell = silence) -> Pmids:
    """Find which of these PMIDs hold a record that PubMed has revised on or after a day.

    Source: PubMed User Guide, "Search field tags", Modification Date [lr]: the day of the last revision of a record.

    Args:
        pubmed: the client.
        pmids: which records.
        since: the day, as 2026-11-22.
        asked: a term that finds all of them, where there is one; else they are asked for by number.
        tell: is told what is being done.

    Raises:
        SearchError: no complete answer came.
    """
    window = f'("{since.replace("-", "/")}"[lr] : "3000"[lr])'
    tell(Progress("asking what was revised"))
    if asked:
        found = list_pmids(pubmed, f"({asked}) AND {window}", tell=tell).pmids
        return pmids.without(pmids.without(found))
    told: list[str] = []
    for start in range(0, len(pmids), BATCH):
        batch = " OR ".join(f"{pmid}[uid]" for pmid in pmids[start : start + BATCH])
        told += pubmed.search(f"({batch}) AND {window}").pmids
    return Pmids(told)
