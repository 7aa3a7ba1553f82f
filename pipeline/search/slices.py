"""Any number of records in parts that PubMed can list: ranges of PMIDs, disjoint and together everything.

ESearch lists at most 9,999 PMIDs of a result. PMIDs are whole numbers, so a range that holds too many can always be
halved; a day of entry dates cannot.
"""

from collections.abc import Callable, Sequence

from pipeline.search.search_run import Slice

# The most PMIDs that one ESearch answer lists. Source: NCBI, E-utilities In-Depth, NBK25499, "ESearch", retmax: for
# PubMed only the first 9,999 records matching the query.
CAP = 9_999
HIGHEST = 999_999_999  # no PMID is longer than nine digits (`records.identifiers.pmid`)


def plan(
    total: int, counted: Callable[[int, int], int], *, cuts: Sequence[int] = (), cap: int = CAP
) -> tuple[Slice, ...]:
    """Cut the range of all PMIDs until no part holds more than `cap` records.

    One count tells both halves of a part, the second by subtraction; the caller compares the sum with a new count
    when it has listed the parts. Where counts contradict each other (PubMed changed meanwhile) a half is taken to be
    empty rather than negative, and that comparison finds it.

    Args:
        total: how many records match in all.
        counted: asks how many records lie from one PMID to another, both included.
        cuts: where to cut first, each the last PMID of the lower half; after that, parts are halved.
        cap: how many records a part may hold.

    Returns:
        The parts in ascending order, without a gap from PMID 1 to the highest possible one; some may be empty.

    >>> [(part.low, part.high, part.count) for part in plan(3, lambda low, high: high - low + 1, cuts=[3], cap=2)]
    [(1, 2, 2), (3, 3, 1), (4, 999999999, 0)]
    """
    done: list[Slice] = []
    waiting = [(1, HIGHEST, total)]
    while waiting:
        low, high, count = waiting.pop()
        if count <= cap or low == high:
            done.append(Slice(low=low, high=high, count=count))
            continue
        middle = next((cut for cut in cuts if low <= cut < high), (low + high) // 2)
        below = min(counted(low, middle), count)
        waiting.append((middle + 1, high, count - below))
        waiting.append((low, middle, below))
    return tuple(done)


def ranged(term: str, low: int, high: int) -> str:
    """Narrow a term to a range of PMIDs.

    Source: PubMed User Guide, search field tag [uid], and the colon for ranges,
    https://pubmed.ncbi.nlm.nih.gov/help/#search-tags

    >>> ranged("liver OR hepatic", 1, 500)
    '(liver OR hepatic) AND 1:500[uid]'
    """
    return f"({term}) AND {low}:{high}[uid]"
