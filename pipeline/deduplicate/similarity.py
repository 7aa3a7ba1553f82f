"""Two records side by side, field by field; and a glance that tells whether that is worth the while."""

import re
from functools import lru_cache

import msgspec
from rapidfuzz.fuzz import ratio

from pipeline.deduplicate.features import Features
from pipeline.deduplicate.journals import journals
from pipeline.deduplicate.levels import ALIKE, DIFFERENT, MISSING, PART, SAME, UNLIKE, Level
from pipeline.deduplicate.people import people, person
from pipeline.deduplicate.titles import LETTERS_OF_A_TITLE, Wording, numbers, titles

_LEAST_TITLE = 58  # of 100; below, two titles have no more in common than titles of one field do
_LEAST_TITLE_ELSEWHERE = 75  # where the volumes differ, only a related document can be found
_YEARS_APART = 3  # within which abstracts and preprints are published in full; see relations


class Comparison(msgspec.Struct, gc=False, kw_only=True):
    """What of two records agrees; a missing field agrees with nothing and contradicts nothing."""

    a: Features
    b: Features
    title: Level
    title_similarity: float
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    marks: Level
    authors: Level
    share: float
    first_author: Level
    gap: int
    journal: Level
    volume: Level
    issue: Level
    pages: Level
    doi: Level
    pmid: Level
    own: Level
    registration: Level
    abstract: Level


def worth(a: Features, b: Features) -> bool:
    """Say at a glance whether any rule could hold: an identifier, a title, or a page or names with a like title."""
    if (a.doi and a.doi == b.doi) or (a.pmid and a.pmid == b.pmid) or (a.title and a.title == b.title):
        return True
    if (a.registrations and not set(a.registrations).isdisjoint(b.registrations)) or (
        a.own and not set(a.own).isdisjoint(b.own)
    ):
        return True
    page = bool(a.first) and a.first == b.first and (a.volume == b.volume or not a.volume or not b.volume)
    if not page and a.sort == b.sort and a.year and b.year and abs(a.year - b.year) > _YEARS_APART:
        return False
    acquainted = not a.families or not b.families or a.sort != b.sort or _acquainted(a.families, b.families)
    if page and acquainted and a.families and b.families:
        return True
    if not (page or acquainted):
        return False
    if not a.title or not b.title:
        return page
    elsewhere = not page and a.volume and b.volume and a.volume != b.volume
    least = _LEAST_TITLE_ELSEWHERE if elsewhere else _LEAST_TITLE
    if a.second or b.second or ratio(a.title, b.title, score_cutoff=least) > 0:
        return True
    return len(a.title) >= LETTERS_OF_A_TITLE <= len(b.title) and (a.title in b.title or b.title in a.title)


def _acquainted(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Say whether the first authors are the same, or half of the shorter list."""
    if a[0] == b[0]:
        return True
    shared = len(set(a).intersection(b))
    return 2 * shared >= min(len(a), len(b)) or person(a[0], b[0])


def compare(a: Features, b: Features, wording: Wording | None = None) -> Comparison:
    """Compare two records field by field; `wording` is what `titles` says of them, where that is known already."""
    title, similarity, only_a, only_b = wording or titles(a, b)
    authors, share, first = people(a, b, swaps=title in (SAME, ALIKE))
    return Comparison(
        a=a,
        b=b,
        title=title,
        title_similarity=similarity,
        only_a=only_a,
        only_b=only_b,
        marks=numbers(a, b, title, only_a, only_b),
        authors=authors,
        share=share,
        first_author=first,
        gap=abs(a.year - b.year) if a.year and b.year else -1,
        journal=journals(a.journal, b.journal, a.issn, b.issn),
        volume=plain(a.volume, b.volume),
        issue=_issues(a, b),
        pages=paging(a.first, a.last, b.first, b.last),
        doi=plain(a.doi, b.doi),
        pmid=plain(a.pmid, b.pmid),
        own=sets(a.own, b.own),
        registration=sets(a.registrations, b.registrations),
        abstract=plain(a.abstract, b.abstract),
    )


def plain(a: str, b: str) -> Level:
    """Compare two values that are either equal or not."""
    return MISSING if not a or not b else SAME if a == b else DIFFERENT


_ISSUES_A_YEAR = 53  # a weekly journal; larger numbers count from a journal's first issue, or are no issues


def issues(a: str, b: str) -> Level:
    """Compare two issues: "unlike" if one counts within the year and the other does not.

    >>> issues("3", "4"), issues("3", "9412")
    ('different', 'unlike')
    """
    level = plain(a, b)
    return UNLIKE if level == DIFFERENT and max(int(a), int(b)) > _ISSUES_A_YEAR else level


def _issues(a: Features, b: Features) -> Level:
    """Compare issues; what one record has for its issue may be the volume, shifted by a column."""
    if (not a.volume and a.issue == b.volume) or (not b.volume and b.issue == a.volume):
        return MISSING
    return issues(a.issue, b.issue)


def sets(a: tuple[str, ...], b: tuple[str, ...]) -> Level:
    """Compare two sets of identifiers: one in common is enough."""
    return MISSING if not a or not b else SAME if not set(a).isdisjoint(b) else DIFFERENT


_DIGITS_OF_AN_ARTICLE = 4  # a1754, e68617; fewer count pages of a supplement: S33
_PAGE = re.compile(r"([a-z]*)(\d+)")


@lru_cache(maxsize=1 << 16)
def paging(first_a: str, last_a: str, first_b: str, last_b: str) -> Level:
    """Compare pages: "part" if the ranges overlap, "unlike" if one is a page and the other an article number.

    >>> paging("557", "562", "557", ""), paging("945", "948", "948", "961"), paging("969", "972", "a1754", "")
    ('same', 'part', 'unlike')
    >>> paging("1262", "1268", "s33", "38"), paging("b4491", "", "s218", "")
    ('different', 'different')
    """
    if not first_a or not first_b:
        return MISSING
    if first_a == first_b:
        return SAME
    a, b = _PAGE.match(first_a), _PAGE.match(first_b)
    if a is None or b is None:
        return UNLIKE
    if a.group(2) == b.group(2):
        return ALIKE
    if a.group(1) != b.group(1):
        least = min(len(side.group(2)) for side in (a, b) if side.group(1))
        return UNLIKE if least >= _DIGITS_OF_AN_ARTICLE or "1" in (first_a, first_b) else DIFFERENT
    if abs(len(a.group(2)) - len(b.group(2))) >= 3:  # noqa: PLR2004 - no journal has both 9 and 1746 for pages
        return UNLIKE
    low_a, low_b = int(a.group(2)), int(b.group(2))
    high_a, high_b = _high(low_a, last_a), _high(low_b, last_b)
    return PART if low_a <= high_b and low_b <= high_a else DIFFERENT


def _high(low: int, last: str) -> int:
    return int(last) if last.isdigit() and low <= int(last) < low + 200 else low
