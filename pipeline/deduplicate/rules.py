"""The rules: which agreement makes two records one document, and what forbids it. The first that holds decides.

A missing field agrees with nothing and contradicts nothing. What forbids or relates stands before what joins.
Each rule is written for a way in which databases differ or documents resemble each other; its cases stand in
tests/deduplicate/cases.json.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pipeline.deduplicate import relations
from pipeline.deduplicate.agreement import (
    everybody,
    exact,
    inflected,
    issue,
    journal,
    longer,
    near,
    no_other_page,
    page,
    pages_in_full,
    people,
    several_pages,
    slip_of_page,
    telling,
    unmistakable,
    year,
)
from pipeline.deduplicate.citation import Word
from pipeline.deduplicate.features import Features
from pipeline.deduplicate.journals import meeting
from pipeline.deduplicate.levels import ALIKE, CLOSE, DIFFERENT, MISSING, PART, SAME
from pipeline.deduplicate.similarity import Comparison, plain
from pipeline.deduplicate.titles import Wording, numbers


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule.

    Attributes:
        name: how it is called in outputs/pairs.csv and in the docs.
        verdict: what it says of a pair.
        holds: whether it holds.
        reason: why, in words for people.
        kind: how two related documents are related (a field of settings.RelatedSettings).
    """

    name: str
    verdict: Word
    holds: Callable[[Comparison], bool]
    reason: str
    kind: str = ""


def same_identifier(c: Comparison) -> bool:
    """An identifier is the same and nothing else speaks against it.

    The DOI of a supplement stands in all its abstracts, so that a DOI alone is no proof.
    """
    if SAME not in (c.doi, c.pmid, c.own) or DIFFERENT in (c.doi, c.pmid) or c.marks == DIFFERENT:
        return False
    if c.pages == DIFFERENT and ((not exact(c) and not slip_of_page(c)) or relations.other_notice(c)):
        return False
    return near(c) or c.title == MISSING or (c.title_similarity >= 0.7 and (page(c) or issue(c)))  # noqa: PLR2004


def two_identifiers(c: Comparison) -> bool:
    """All is the same, and yet each has an identifier of its own: a slip, or two."""
    return DIFFERENT in (c.doi, c.pmid) and exact(c) and telling(c) and people(c) and (page(c) or issue(c) or _again(c))


def _again(c: Comparison) -> bool:
    return c.abstract == SAME and journal(c)


def other_identifier(c: Comparison) -> bool:
    """Each has an identifier of its own."""
    return DIFFERENT in (c.doi, c.pmid) or bool(c.a.review and c.b.review and c.a.review != c.b.review)


def other_registration(c: Comparison) -> bool:
    """Two entries in registers, or two documents on different trials."""
    return c.registration == DIFFERENT and not (pages_in_full(c) and c.volume == SAME)


def other_numbers(c: Comparison) -> bool:
    """The numbers in the titles differ (phase, type, dose), unless all pages are the same: then it is a slip."""
    return c.marks == DIFFERENT and not (pages_in_full(c) and c.volume == SAME and people(c))


def page_and_title(c: Comparison) -> bool:
    """Two documents on one page do not carry one title and share an author.

    Two abstracts of one group may stand on one page with nearly one title, but no two documents of several pages begin
    on one: a title may then be longer, or differ in a word, if all authors are the same, or the first, or the last
    page. The same numbers in another journal of another year are another page.
    """
    if not page(c) or not near(c):
        return False
    if exact(c):
        return c.first_author == SAME or c.share > 0 or c.authors == MISSING
    if c.journal == DIFFERENT and c.gap > 1:
        return False
    if c.authors == MISSING:
        return longer(c) and pages_in_full(c)
    if not people(c) or not (c.first_author == SAME or everybody(c) or pages_in_full(c)):
        return False
    return several_pages(c) or (longer(c) and len(c.only_a + c.only_b) == 1)


def slip_of_volume(c: Comparison) -> bool:
    """All is the same but the volume, which one export cut ("1" of "61 (Supplement 1)") or mistyped."""
    if c.pages != SAME or c.volume == SAME or c.issue == DIFFERENT or c.a.first == "1":
        return False
    return c.gap == 0 and journal(c) and exact(c) and telling(c) and people(c)


def page_and_title_of_others(c: Comparison) -> bool:
    """Title and page are the same; one export names a group, the other a person."""
    if not (page(c) and exact(c) and c.volume == SAME and c.gap <= 0):
        return False
    return journal(c) and telling(c) if not pages_in_full(c) else journal(c) or (telling(c) and c.journal == MISSING)


def all_but_the_title(c: Comparison) -> bool:
    """No two documents fill the same pages: two databases translated one title in two ways."""
    if not (pages_in_full(c) and c.volume == SAME and c.issue != DIFFERENT and c.gap <= 0):
        return False
    if c.authors == MISSING:
        return journal(c) and c.title_similarity >= 0.5  # noqa: PLR2004
    several = min(len(c.a.families), len(c.b.families)) >= 3  # noqa: PLR2004
    return c.authors in (SAME, ALIKE) and (journal(c) or several)


def title_lost(c: Comparison) -> bool:
    """All is the same but the title, which one export lost."""
    return c.title == MISSING and page(c) and c.volume == SAME and people(c) and journal(c)


def issue_and_title(c: Comparison) -> bool:
    """The same people do not publish two documents of nearly one title in one issue."""
    if not issue(c):
        return False
    if exact(c) and (people(c) or c.share >= 0.5) and (no_other_page(c) or (telling(c) and c.gap <= 0)):  # noqa: PLR2004
        return True
    if not (telling(c) and people(c) and (longer(c) or inflected(c))):
        return False
    one_end = c.pages == PART and bool(c.a.last) and c.a.last == c.b.last
    return one_end or c.pages in (MISSING, SAME, ALIKE)


def volume_and_title(c: Comparison) -> bool:
    """Title, authors and volume are the same, and no page contradicts."""
    if not (c.volume == SAME and exact(c) and telling(c) and people(c) and year(c)):
        return False
    if c.issue == DIFFERENT or not (no_other_page(c) or slip_of_page(c)):
        return False
    return journal(c) or c.journal == MISSING or (c.gap == 0 and c.pages == MISSING)


def ahead_of_print(c: Comparison) -> bool:
    """Title, authors and journal are the same; one record was made before there was a volume."""
    if not (c.volume == MISSING and exact(c) and telling(c) and people(c) and year(c) and journal(c)):
        return False
    early = c.a if not c.a.volume else c.b
    if c.gap < 0 and (early.year or early.first or early.issue):
        return False
    if c.gap == 1 and early.first not in ("", "1") and c.pages == MISSING:
        return False
    if c.gap == 1 and not c.a.volume and not c.b.volume and not (meeting(c.a.journal) or meeting(c.b.journal)):
        return False
    return c.issue != DIFFERENT and (no_other_page(c) or slip_of_page(c) or early.first == "1")


def authors_lost(c: Comparison) -> bool:
    """One export lost the authors; title, journal and volume are the same, or the year if the title is long."""
    if not (c.authors == MISSING and exact(c) and telling(c) and journal(c) and c.issue != DIFFERENT):
        return False
    placed = (c.volume == SAME and year(c)) or (c.volume == MISSING and c.gap == 0 and unmistakable(c))
    return placed and no_other_page(c)


def same_abstract(c: Comparison) -> bool:
    """Title, authors and abstract are the same; nothing says that they stand at two places.

    A paper of a meeting and the article that came of it may share all three: where the containers differ, neither may
    have a volume.
    """
    return (
        c.abstract == SAME
        and (c.journal != DIFFERENT or not (c.a.volume or c.b.volume))
        and exact(c)
        and telling(c)
        and people(c)
        and year(c)
        and DIFFERENT not in (c.volume, c.issue)
        and no_other_page(c)
    )


def same_reference(c: Comparison) -> bool:
    """Title and authors are the same, and neither says where it stands: theses, entries in registers, web pages."""
    bare = not (c.a.volume or c.b.volume or c.a.first or c.b.first)
    return bare and exact(c) and c.title == SAME and telling(c) and people(c) and c.gap == 0 and c.journal != DIFFERENT


def perhaps(c: Comparison) -> bool:
    """Title and authors are the same, or nearly; where they stand is not known, or does not fit."""
    if longer(c) and people(c) and journal(c) and c.gap == 0 and c.volume != DIFFERENT and no_other_page(c):
        return True
    resembling = c.marks != DIFFERENT and c.title_similarity >= 0.5  # noqa: PLR2004
    if resembling and issue(c) and people(c) and no_other_page(c) and c.gap <= 0:
        return True
    if c.gap > 1 or not telling(c):
        return False
    if exact(c):
        return people(c) or (c.authors == MISSING and (journal(c) or c.gap == 0))
    if c.marks == DIFFERENT or c.authors not in (SAME, ALIKE):
        return False
    several = min(len(c.a.families), len(c.b.families)) >= 3  # noqa: PLR2004
    return several and journal(c) and c.title_similarity >= 0.6 and no_other_page(c) and c.volume != DIFFERENT  # noqa: PLR2004


BY_IDENTIFIER = "same-identifier"
# Rules for records that do not say where they stand: a title that returns every issue fits several places.
UNPLACED = frozenset(("ahead-of-print", "volume-and-title", "authors-lost"))
RULES: tuple[Rule, ...] = (
    Rule(BY_IDENTIFIER, "duplicate", same_identifier, "an identifier is the same, and so is the title"),
    *(Rule(kind, "related", holds, reason, kind) for kind, holds, reason in relations.FIRST),
    Rule("other-registration", "different", other_registration, "their registration numbers differ"),
    Rule("other-numbers", "different", other_numbers, "the numbers in their titles differ"),
    Rule("two-identifiers", "ask", two_identifiers, "all is the same, but each has an identifier of its own"),
    Rule("other-identifier", "different", other_identifier, "each has an identifier of its own"),
    Rule("page-and-title", "duplicate", page_and_title, "the same title on the same page"),
    Rule(
        "slip-of-volume", "duplicate", slip_of_volume, "the same title and authors on one page of a year of the journal"
    ),
    Rule("page-and-title-of-others", "duplicate", page_and_title_of_others, "the same title on the same page"),
    Rule("title-lost", "duplicate", title_lost, "the same authors on the same page; one record has no title"),
    Rule("all-but-the-title", "duplicate", all_but_the_title, "the same authors on the same pages from first to last"),
    Rule("issue-and-title", "duplicate", issue_and_title, "the same title and authors in one issue"),
    Rule("volume-and-title", "duplicate", volume_and_title, "the same title and authors in one volume"),
    Rule("ahead-of-print", "duplicate", ahead_of_print, "the same title, authors and journal; one has no volume yet"),
    Rule("authors-lost", "duplicate", authors_lost, "the same title in one volume; one record has no authors"),
    Rule("same-abstract", "duplicate", same_abstract, "the same title, authors and abstract"),
    Rule("same-reference", "duplicate", same_reference, "the same title, authors and year, and nothing else in either"),
    *(Rule(kind, "related", holds, reason, kind) for kind, holds, reason in relations.LAST),
    Rule("perhaps", "ask", perhaps, "the same title and authors, but where they stand is not known or does not fit"),
)


def judge(c: Comparison) -> Rule | None:
    """Return the first rule that holds; None if none does, or if it says "different" of two that do not look alike."""
    for rule in RULES:
        if rule.holds(c):
            return rule if rule.verdict != "different" or _look_alike(c) else None
    return None


def forbidden_twice(a: Features, b: Features, wording: Wording) -> bool:
    """Say early that `judge` gives None, since both an identifier and the numbers in the titles differ.

    No rule joins such a pair, none lists it (see _look_alike), and the few relations that numbers do not rule out are
    not in sight. Most pairs of a library of serial titles are of this kind.
    """
    if DIFFERENT not in (plain(a.doi, b.doi), plain(a.pmid, b.pmid)):
        return False
    title, _, only_a, only_b = wording
    return numbers(a, b, title, only_a, only_b) == DIFFERENT and not relations.in_sight(a, b)


def _look_alike(c: Comparison) -> bool:
    """Say whether a person would wonder: titles nearly the same, or one page, and one thing alone that forbids."""
    if (DIFFERENT in (c.doi, c.pmid)) + (c.registration == DIFFERENT) + (c.marks == DIFFERENT) > 1:
        return False
    return c.title in (SAME, ALIKE, PART, CLOSE) or (c.pages == SAME and c.volume == SAME)
