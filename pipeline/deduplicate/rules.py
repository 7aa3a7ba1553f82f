"""The rules: which agreement makes two records one document, and what forbids it. The first that holds decides.

A missing field agrees with nothing and contradicts nothing. What forbids stands before what joins.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp

from pipeline.deduplicate.citation import Word
from pipeline.deduplicate.similarity import (
    ALIKE,
    CLOSE,
    DIFFERENT,
    MISSING,
    PART,
    SAME,
    UNLIKE,
    Comparison,
)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: how it is called in outputs/pairs.csv and in the docs.
        verdict: what it says of a pair.
        holds: whether it holds.
        reason: why, in words for people.
    """

    name: str
    verdict: Word
    holds: Callable[[Comparison], bool]
    reason: str


# What the rules are made of


def _exact(c: Comparison) -> bool:
    """The titles are the same but for spelling, and so are their numbers."""
    return c.title in (SAME, ALIKE) and c.marks != DIFFERENT


def _near(c: Comparison) -> bool:
    """The titles are the same, or one is longer, or a word or two differ."""
    return c.title in (SAME, ALIKE, PART, CLOSE) and c.marks != DIFFERENT


def _telling(c: Comparison) -> bool:
    """Both titles say enough to name one document: four words and 25 letters ("Editorial" does not)."""
    return min(len(c.a.title), len(c.b.title)) >= 25 and min(c.a.title.count(" "), c.b.title.count(" ")) >= 3  # noqa: PLR2004


def _people(c: Comparison) -> bool:
    """The authors are the same, or the first is and half of the shorter list."""
    return c.authors in (SAME, ALIKE) or (c.first_author == SAME and c.share >= 0.5)  # noqa: PLR2004


def _journal(c: Comparison) -> bool:
    return c.journal in (SAME, ALIKE)


def _year(c: Comparison) -> bool:
    """The years are not more than one apart (online first, and print), or one is missing."""
    return c.gap <= 1


def _range(c: Comparison) -> bool:
    """First and last page are the same, and not one page: no two documents fill the same pages."""
    return c.pages == SAME and bool(c.a.last) and c.a.last == c.b.last and c.a.first != c.a.last


def _page(c: Comparison) -> bool:
    """The same page of the same volume; where a volume is missing, of the same journal and year."""
    if c.pages == SAME and c.issue != DIFFERENT:
        return c.volume == SAME or (c.volume == MISSING and _year(c) and (_journal(c) or _range(c)))
    return c.pages == ALIKE and c.volume == SAME


def _issue(c: Comparison) -> bool:
    """The same issue of the same volume of the same journal."""
    return c.issue == SAME and c.volume == SAME and _journal(c)


def _no_other_page(c: Comparison) -> bool:
    return c.pages != DIFFERENT


# The rules themselves


def other_notice(c: Comparison) -> bool:
    """One title announces an erratum, a retraction, a comment or a reply, and the other does not."""
    return c.a.notice != c.b.notice and _near(c)


def other_numbers(c: Comparison) -> bool:
    """The numbers in the titles differ (part, phase, type, dose), unless all pages are the same: then it is a slip."""
    return c.marks == DIFFERENT and not (_range(c) and c.volume == SAME and _people(c))


def identifier(c: Comparison) -> bool:
    """An identifier is the same and nothing else speaks against it."""
    if SAME not in (c.doi, c.pmid, c.registration) or DIFFERENT in (c.doi, c.pmid):
        return False
    return _near(c) or (c.title == MISSING and c.pages != DIFFERENT)


def two_identifiers(c: Comparison) -> bool:
    """Everything is the same, and yet each has an identifier of its own: a slip, or two."""
    return DIFFERENT in (c.doi, c.pmid) and _exact(c) and _telling(c) and _people(c) and (_page(c) or _issue(c))


def other_identifier(c: Comparison) -> bool:
    """Each has an identifier of its own."""
    return DIFFERENT in (c.doi, c.pmid)


def page_and_title(c: Comparison) -> bool:
    """Two documents on one page do not carry one title and share an author."""
    return _page(c) and _near(c) and (c.first_author == SAME or c.share > 0 or c.authors == MISSING)


def range_and_title(c: Comparison) -> bool:
    """Title, authors, first and last page are the same, whatever the journal is called."""
    return _range(c) and _exact(c) and _telling(c) and _people(c) and _year(c)


def page_title_no_people(c: Comparison) -> bool:
    """Title and page are the same; one export names a group, the other a person."""
    return _page(c) and _exact(c) and _journal(c) and c.volume == SAME and c.gap == 0 and (_telling(c) or _range(c))


def translated(c: Comparison) -> bool:
    """All is the same but the title, which two databases translated in two ways."""
    return (
        _range(c)
        and c.volume == SAME
        and c.issue != DIFFERENT
        and c.gap <= 0
        and c.authors in (SAME, ALIKE)
        and (_journal(c) or min(len(c.a.families), len(c.b.families)) >= 3)  # noqa: PLR2004
    )


def untitled(c: Comparison) -> bool:
    """All is the same but the title, which one export lost."""
    return c.title == MISSING and _page(c) and c.volume == SAME and _people(c) and _journal(c)


def issue_and_title(c: Comparison) -> bool:
    """The same people do not publish two documents of nearly one title in one issue."""
    return _issue(c) and _people(c) and ((_near(c) and _no_other_page(c)) or (_exact(c) and _telling(c) and c.gap <= 0))


def volume_and_title(c: Comparison) -> bool:
    """Title, authors and volume are the same, and one record has no page that could contradict."""
    return (
        c.volume == SAME
        and _exact(c)
        and _telling(c)
        and _people(c)
        and _year(c)
        and _no_other_page(c)
        and c.issue != DIFFERENT
        and (_journal(c) or c.journal == MISSING or (c.gap == 0 and c.pages == MISSING))
    )


def ahead_of_print(c: Comparison) -> bool:
    """Title, authors and journal are the same; one record was made before there was a volume."""
    early = c.a if not c.a.volume else c.b
    return (
        c.volume == MISSING
        and _exact(c)
        and _telling(c)
        and _people(c)
        and _year(c)
        and _journal(c)
        and (_no_other_page(c) or early.first == "1")
    )


def authors_missing(c: Comparison) -> bool:
    """Title and volume are the same; one export dropped the authors."""
    return (
        c.authors == MISSING
        and _exact(c)
        and _telling(c)
        and c.volume == SAME
        and _no_other_page(c)
        and _year(c)
        and _journal(c)
    )


def same_abstract(c: Comparison) -> bool:
    """Title, authors and abstract are the same; the place is not known of one."""
    return (
        c.abstract == SAME
        and _exact(c)
        and _telling(c)
        and _people(c)
        and _year(c)
        and c.volume != DIFFERENT
        and _no_other_page(c)
    )


def maybe(c: Comparison) -> bool:
    """Title and authors are the same, but the place is not."""
    return _exact(c) and _telling(c) and _people(c) and _year(c)


RULES: tuple[Rule, ...] = (
    Rule("other-notice", "related", other_notice, "one is a notice about a document, the other is not"),
    Rule("other-registration", "different", lambda c: c.registration == DIFFERENT, "the registration numbers differ"),
    Rule("other-numbers", "different", other_numbers, "the numbers in the titles differ"),
    Rule("identifier", "duplicate", identifier, "an identifier and the title are the same"),
    Rule("two-identifiers", "ask", two_identifiers, "all is the same but the identifier"),
    Rule("other-identifier", "different", other_identifier, "the identifiers differ"),
    Rule("page-and-title", "duplicate", page_and_title, "title and page are the same"),
    Rule("range-and-title", "duplicate", range_and_title, "title, authors, first and last page are the same"),
    Rule("page-title-no-people", "duplicate", page_title_no_people, "same title and page, though authors differ"),
    Rule("translated", "duplicate", translated, "all but the title"),
    Rule("untitled", "duplicate", untitled, "all but the title, which is missing"),
    Rule("issue-and-title", "duplicate", issue_and_title, "title, authors, issue"),
    Rule("volume-and-title", "duplicate", volume_and_title, "title, authors, volume"),
    Rule("ahead-of-print", "duplicate", ahead_of_print, "title, authors, journal, year"),
    Rule("authors-missing", "duplicate", authors_missing, "title and volume; one has no authors"),
    Rule("same-abstract", "duplicate", same_abstract, "title, authors, abstract"),
    Rule("maybe", "ask", maybe, "may be one"),
)


_WEIGHTS: Mapping[str, Mapping[str, float]] = {
    "title": {SAME: 6, ALIKE: 5, PART: 2.5, CLOSE: 1, UNLIKE: -2, DIFFERENT: -5, MISSING: 0},
    "authors": {SAME: 4, ALIKE: 3, PART: 1, DIFFERENT: -3, MISSING: 0},
    "pages": {SAME: 5, ALIKE: 2, PART: 2, UNLIKE: 0, DIFFERENT: -4, MISSING: 0},
    "volume": {SAME: 2, DIFFERENT: -3, MISSING: 0},
    "journal": {SAME: 2, ALIKE: 1.5, DIFFERENT: -2, MISSING: 0},
    "doi": {SAME: 8, DIFFERENT: -4, MISSING: 0},
    "pmid": {SAME: 8, DIFFERENT: -5, MISSING: 0},
    "marks": {SAME: 0, ALIKE: 0, PART: -1, DIFFERENT: -4, MISSING: 0},
}


def score(c: Comparison) -> float:
    """Return how likely the two are one document, 0 to 1; it sorts, and decides nothing."""
    total = (
        -8.0
        + sum(weights[getattr(c, field)] for field, weights in _WEIGHTS.items())
        - (0 if c.gap <= 0 else 1 if c.gap == 1 else 3)
    )
    return 1 / (1 + exp(-total))


def judge(c: Comparison) -> Rule | None:
    """Return the first rule that holds; None if the two have too little in common for any."""
    for rule in RULES:
        if rule.holds(c):
            return rule
    return None
