"""Does a strategy find the records that are known to belong, and if not, which of its concepts fails.

Relative recall is the share of known records that a search finds. Source: Sampson M, Zhang L, Morrison A, et al., "An
alternative to the hand searching gold standard: validating methodological search filters using relative recall", BMC
Med Res Methodol 2006;6:33, doi:10.1186/1471-2288-6-33.
"""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipeline.errors import Fault
from pipeline.formats import pubmed_xml
from pipeline.records.record import Record
from pipeline.search.listing import BATCH
from pipeline.search.pmids import Pmids
from pipeline.search.pubmed import PubMed
from pipeline.search.retrieval import check_query
from pipeline.search.strategy import NO_LIMITS, Limits, clauses, term
from pipeline.search.syntax import Chain, Node, parse


@dataclass(frozen=True, slots=True)
class Concept:
    """One part of a strategy that every record has to meet.

    Attributes:
        text: the part as it stands in the strategy, or the clause of a limit.
        excluded: True if it follows NOT, so that a record fails by matching it.
        met: how many of the known records meet it.
    """

    text: str
    excluded: bool
    met: int


@dataclass(frozen=True, slots=True)
class Missed:
    """A known record that is not found: its PMID, what it is, and the places in `concepts` that it does not meet."""

    pmid: str
    title: str
    fails: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """What a strategy finds of the known records.

    Attributes:
        found: PMIDs that it finds, ascending.
        missed: those that it does not, ascending.
        unknown: PMIDs that PubMed does not hold; they count neither way.
        concepts: the parts that are joined by AND, then the limits.
    """

    found: tuple[str, ...]
    missed: tuple[Missed, ...]
    unknown: tuple[str, ...]
    concepts: tuple[Concept, ...]

    @property
    def share(self) -> float:
        """Return the relative recall, from 0 to 1; 0 if PubMed holds none of the known records."""
        known = len(self.found) + len(self.missed)
        return len(self.found) / known if known else 0.0


def recall(pubmed: PubMed, query: str, known: Sequence[str], *, limits: Limits = NO_LIMITS) -> Recall:
    """Ask which of the known records a strategy finds, and which concept loses each of the others.

    Raises:
        ProtocolError: the string is not well-formed.
        SearchError: no complete answer came.
    """
    check_query(query)
    wanted = Pmids(known)
    there = _matching(pubmed, "", wanted)
    found = _matching(pubmed, term(query, limits), there)
    parts = [*_parts(query, parse(query).tree), *((clause.term, False) for clause in clauses(limits))]
    concepts: list[Concept] = []
    failing: dict[str, list[int]] = {pmid: [] for pmid in there if pmid not in found}
    for place, (text, excluded) in enumerate(parts):
        matching = _matching(pubmed, text, there)
        met = [pmid for pmid in there if (pmid in matching) != excluded]
        concepts.append(Concept(text, excluded, len(met)))
        for pmid in failing.keys() - set(met):
            failing[pmid].append(place)
    titles = _titles(pubmed, tuple(failing))
    missed = tuple(Missed(pmid, titles.get(pmid, ""), tuple(places)) for pmid, places in failing.items())
    unknown = tuple(pmid for pmid in wanted if pmid not in there)
    return Recall(tuple(found), missed, unknown, tuple(concepts))


def _matching(pubmed: PubMed, asked: str, pmids: Iterable[str]) -> dict[str, None]:
    """Return those of the PMIDs that match a term, in ascending order; an empty term matches what PubMed holds."""
    found: list[str] = []
    for batch in _batches(pmids):
        ids = " OR ".join(f"{pmid}[uid]" for pmid in batch)
        found += pubmed.search(f"({asked}) AND ({ids})" if asked else ids).pmids
    return dict.fromkeys(Pmids(found))


def _batches(pmids: Iterable[str]) -> Iterator[Sequence[str]]:
    listed = tuple(pmids)
    return (listed[start : start + BATCH] for start in range(0, len(listed), BATCH))


def _parts(query: str, node: Node | None) -> Iterator[tuple[str, bool]]:
    """List what is joined by AND or NOT at the top of a query, from left to right, and what follows NOT.

    AND and NOT are taken apart only where no OR stands beside them: from left to right, an OR takes in all before it.
    """
    if isinstance(node, Chain) and "OR" not in {operator.word for operator in node.operators}:
        yield from _parts(query, node.operands[0])
        for operator, operand in zip(node.operators, node.operands[1:], strict=True):
            if operator.word == "NOT":
                yield query[operand.whole.start : operand.whole.end], True
            else:
                yield from _parts(query, operand)
    elif node:
        yield query[node.whole.start : node.whole.end], False


def _titles(pubmed: PubMed, pmids: Sequence[str]) -> dict[str, str]:
    """Fetch what the missed records are, in a few words each."""
    titles: dict[str, str] = {}
    for batch in _batches(pmids):
        body, _ = pubmed.fetch(batch)
        read = pubmed_xml.read_articles(io.BytesIO(body), search="known", file="")
        titles.update((record.pmid, record.short()) for record in _records(read))
    return titles


def _records(read: Iterable[Record | Fault]) -> Iterator[Record]:
    return (found for found in read if isinstance(found, Record))
