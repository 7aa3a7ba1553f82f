"""Documents that are related and not the same: how they are told, kind by kind.

The kinds are the fields of settings.RelatedSettings; what becomes of them is a person's policy.
"""

import re
from collections.abc import Callable, Mapping

from pipeline.deduplicate.agreement import exact, issue, journal, near, people, telling, two_places
from pipeline.deduplicate.features import Features
from pipeline.deduplicate.levels import DIFFERENT, MISSING, SAME
from pipeline.deduplicate.similarity import Comparison
from pipeline.deduplicate.sorts import NOTICE_SORTS


def other_notice(c: Comparison) -> bool:
    """Say whether one is a notice about a document and the other is not, or is another kind of notice."""
    a, b = c.a.sort, c.b.sort
    if a in NOTICE_SORTS and b in NOTICE_SORTS:
        return a != b and "notice" not in (a, b)
    return a in NOTICE_SORTS or b in NOTICE_SORTS


def erratum(c: Comparison) -> bool:
    """One corrects the other: errata carry the title, and mostly the authors, of what they correct."""
    return "erratum" in (c.a.sort, c.b.sort) and other_notice(c) and near(c) and not _one_notice(c)


def _one_notice(c: Comparison) -> bool:
    """Say whether both are the notice, of which one export lost the word: each fills one page of one issue.

    A document and its erratum do not stand in one issue.
    """
    one_page = all(side.first and side.last in ("", side.first) for side in (c.a, c.b))
    return one_page and issue(c) and people(c)


def retraction(c: Comparison) -> bool:
    """One retracts the other or warns of it."""
    return "retraction" in (c.a.sort, c.b.sort) and other_notice(c) and near(c)


def reply(c: Comparison) -> bool:
    """One replies to the other."""
    return "reply" in (c.a.sort, c.b.sort) and other_notice(c) and near(c)


def comment(c: Comparison) -> bool:
    """One comments on the other."""
    return ("comment" in (c.a.sort, c.b.sort) or "notice" in (c.a.sort, c.b.sort)) and other_notice(c) and near(c)


def registration(c: Comparison) -> bool:
    """One is the entry of a trial in a register, the other reports the trial: one number, or one title."""
    if (c.a.sort == "registration") == (c.b.sort == "registration"):
        return False
    return c.registration == SAME or (c.registration == MISSING and near(c) and telling(c) and people(c))


def preprint(c: Comparison) -> bool:
    """One is a preprint, the other its published form.

    Source: Fraser et al. 2020, doi:10.1162/qss_a_00043: most preprints are published within a year, nearly all within
    three.
    """
    if (c.a.sort == "preprint") == (c.b.sort == "preprint") or (journal(c) and c.pages == SAME):
        return False
    return near(c) and telling(c) and people(c) and c.gap <= 3  # noqa: PLR2004


def version(c: Comparison) -> bool:
    """Both are versions of one Cochrane review: one number, and another year or another DOI."""
    return bool(c.a.review) and c.a.review == c.b.review and (c.gap > 0 or c.doi == DIFFERENT)


_PART = re.compile(r"\b(?:part|chapter|pt) (\d+)\b")


def part(c: Comparison) -> bool:
    """Both are parts of one work, by their numbers."""
    if c.marks != DIFFERENT or c.title_similarity < 0.6:  # noqa: PLR2004
        return False
    a, b = _PART.search(c.a.title), _PART.search(c.b.title)
    return a is not None and b is not None and a.group(1) != b.group(1) and (people(c) or journal(c))


def in_sight(a: Features, b: Features) -> bool:
    """Say whether two documents may be related although the numbers in their titles differ."""
    if (a.sort == "registration") != (b.sort == "registration") or (a.review and a.review == b.review):
        return True
    return bool(_PART.search(a.title) and _PART.search(b.title))


_LEAST_ARTICLE_NUMBER = 4  # characters; a shorter number alone is one page, which an abstract fills


def abstract(c: Comparison) -> bool:
    """One is the abstract of a meeting, the other reports the same work at another place.

    Source: Scherer et al. 2018, doi:10.1002/14651858.MR000005.pub4: most abstracts that are published in full are so
    within three years.
    """
    if (c.a.sort == "abstract") == (c.b.sort == "abstract") or c.abstract == SAME:
        return False
    full = c.b if c.a.sort == "abstract" else c.a
    if full.first and full.last in ("", full.first) and len(full.first) < _LEAST_ARTICLE_NUMBER:
        return False
    return two_places(c) and near(c) and telling(c) and people(c) and c.gap <= 3  # noqa: PLR2004


def translation(c: Comparison) -> bool:
    """One title and the same authors at two places, and one of the two in another language."""
    return c.a.translated != c.b.translated and exact(c) and telling(c) and people(c) and c.gap <= 1 and two_places(c)


def republication(c: Comparison) -> bool:
    """One title and the same authors in two journals: a guideline that societies publish together, a reprint."""
    return exact(c) and telling(c) and people(c) and c.gap <= 1 and two_places(c) and c.journal == DIFFERENT


# Told before duplicates, since nothing else tells them apart: kind, when it holds, why.
FIRST: tuple[tuple[str, Callable[[Comparison], bool], str], ...] = (
    ("erratum", erratum, "one corrects the other"),
    ("retraction", retraction, "one retracts the other, or warns of it"),
    ("reply", reply, "one replies to the other"),
    ("comment", comment, "one comments on the other"),
    ("registration", registration, "one is a trial's entry in a register, the other reports the trial"),
    ("preprint", preprint, "one is a preprint, the other its published form"),
    ("version", version, "two versions of one Cochrane review"),
    ("part", part, "two parts of one work"),
)

# Told where no rule found a duplicate: they are known by standing at two places.
LAST: tuple[tuple[str, Callable[[Comparison], bool], str], ...] = (
    ("abstract", abstract, "one is the abstract of a meeting, the other reports the same work"),
    ("translation", translation, "one text in two languages"),
    ("republication", republication, "one text in two journals"),
)

AT_TWO_PLACES = frozenset(kind for kind, _, _ in LAST)

# What PubMed's own links between records say (records.record.LINKS). Source: PubMed DTD, CommentsCorrections/@RefType.
LINKED: Mapping[str, str] = {
    "erratum-in": "erratum",
    "erratum-for": "erratum",
    "corrected-in": "erratum",
    "corrected-from": "erratum",
    "retraction-in": "retraction",
    "retraction-of": "retraction",
    "partial-retraction-in": "retraction",
    "partial-retraction-of": "retraction",
    "concern-in": "retraction",
    "concern-for": "retraction",
    "comment-in": "comment",
    "comment-on": "comment",
    "update-in": "version",
    "update-of": "version",
    "preprint-of": "preprint",
    "preprint-in": "preprint",
    "republished-in": "republication",
    "republished-from": "republication",
}
