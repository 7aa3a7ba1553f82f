"""One pair, judged: the rule that holds, how likely one document is, and the evidence field by field."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import exp

import msgspec

from pipeline.deduplicate.citation import Evidence
from pipeline.deduplicate.features import Features
from pipeline.deduplicate.levels import ALIKE, CLOSE, DIFFERENT, MISSING, PART, SAME, UNLIKE, Level
from pipeline.deduplicate.packed import unpacker
from pipeline.deduplicate.rules import forbidden_twice, judge
from pipeline.deduplicate.similarity import Comparison, compare, issues, paging, plain
from pipeline.deduplicate.sorts import NOTICE_SORTS
from pipeline.deduplicate.titles import titles


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """What was found of a pair: the rule's name, the score, the evidence."""

    rule: str
    score: float
    evidence: tuple[Evidence, ...]


_unpack = unpacker(Features)


def judge_all(pairs: Sequence[tuple[bytes, bytes]]) -> list[Judgement | None]:
    """Judge pairs of packed features in their order; None where the two have too little in common for any rule."""
    return [judge_one(_unpack(a), _unpack(b)) for a, b in pairs]


def judge_one(a: Features, b: Features) -> Judgement | None:
    """Judge one pair."""
    wording = titles(a, b)
    if forbidden_twice(a, b, wording):
        return None
    c = compare(a, b, wording)
    rule = judge(c)
    return None if rule is None else Judgement(rule.name, score(c), evidence(c))


def witness(a: Features, b: Features) -> Judgement:
    """Compare a pair of which something else than a rule decides."""
    c = compare(a, b)
    return Judgement("", score(c), evidence(c))


# How much a field says for one document, in steps of a factor e; see benchmarks/learned_weights.py for how they compare
# with weights learned from labelled sets. They sort questions and merges, and decide nothing.
_WEIGHTS: Mapping[str, Mapping[Level, float]] = {
    "title": {SAME: 6, ALIKE: 5, PART: 2.5, CLOSE: 1, UNLIKE: -2, DIFFERENT: -5},
    "marks": {PART: -1, DIFFERENT: -4},
    "authors": {SAME: 4, ALIKE: 3, PART: 1, DIFFERENT: -3},
    "pages": {SAME: 5, ALIKE: 2, PART: 2, DIFFERENT: -4},
    "volume": {SAME: 2, DIFFERENT: -3},
    "issue": {SAME: 1, DIFFERENT: -1},
    "journal": {SAME: 2, ALIKE: 1.5, DIFFERENT: -2},
    "doi": {SAME: 8, DIFFERENT: -4},
    "pmid": {SAME: 8, DIFFERENT: -5},
    "abstract": {SAME: 4, DIFFERENT: -1},
}
_BEFOREHAND = -8.0  # of pairs that share a key, few are one document
_YEARS = (0.0, -1.0, -3.0)  # the same year, the next, another


def score(c: Comparison) -> float:
    """Return how likely the two are one document, 0 to 1."""
    total = _BEFOREHAND + _YEARS[max(0, min(c.gap, 2))]
    for field, weights in _WEIGHTS.items():
        total += weights.get(getattr(c, field), 0.0)
    return round(1 / (1 + exp(-total)), 4)


def evidence(c: Comparison) -> tuple[Evidence, ...]:
    """List what was compared, field by field, in the order of a reference."""
    differ = ""
    if c.only_a or c.only_b:
        differ = " / ".join(" ".join(words) or "-" for words in (c.only_a, c.only_b))
    return _shared(
        (
            _evidence("title", c.title, round(c.title_similarity, 2), differ),
            _evidence("numbers", c.marks),
            _evidence("authors", c.authors, round(c.share, 2)),
            _evidence("year", MISSING if c.gap < 0 else SAME if c.gap == 0 else DIFFERENT),
            _evidence("journal", c.journal),
            _evidence("volume", c.volume),
            _evidence("issue", c.issue),
            _evidence("pages", c.pages),
            _evidence("doi", c.doi),
            _evidence("pmid", c.pmid),
            _evidence("registration", c.registration),
            _evidence("abstract", c.abstract),
        )
    )


@lru_cache(maxsize=1 << 14)
def _evidence(field: str, level: Level, similarity: float | None = None, detail: str = "") -> Evidence:
    """Make a piece of evidence once: most pairs share them."""
    return Evidence(field=field, level=level, similarity=similarity, detail=detail)


@lru_cache(maxsize=1 << 14)
def _shared(found: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Return evidence as it was first found: of many pairs all of it is the same."""
    return found


def contradiction(a: Features, b: Features) -> str:
    """Name the field in which two records contradict each other; empty if there is none."""
    return identity_contradiction(a, b) or place_contradiction(a, b)


def identity_contradiction(a: Features, b: Features) -> str:
    """Name what makes two records two documents wherever they stand."""
    if plain(a.doi, b.doi) == DIFFERENT:
        return "DOI"
    if plain(a.pmid, b.pmid) == DIFFERENT:
        return "PMID"
    if a.registrations and b.registrations and set(a.registrations).isdisjoint(b.registrations):
        return "registration number"
    if (a.sort in NOTICE_SORTS) != (b.sort in NOTICE_SORTS):
        return "notice"
    return ""


def place_contradiction(a: Features, b: Features) -> str:
    """Name what puts two records at two places."""
    if plain(a.volume, b.volume) == DIFFERENT:
        return "volume"
    pages = paging(a.first, a.last, b.first, b.last)
    if pages == DIFFERENT:
        return "pages"
    if pages != SAME and issues(a.issue, b.issue) == DIFFERENT:
        return "issue"
    return ""
