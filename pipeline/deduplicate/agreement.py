"""What the rules are made of: when titles, people and places agree."""

from rapidfuzz.distance import OSA

from pipeline.deduplicate.levels import ALIKE, CLOSE, DIFFERENT, MISSING, PART, SAME, UNLIKE
from pipeline.deduplicate.similarity import Comparison


def exact(c: Comparison) -> bool:
    """Say whether the titles are the same but for spelling, and so are their numbers."""
    return c.title in (SAME, ALIKE) and c.marks != DIFFERENT


def near(c: Comparison) -> bool:
    """Say whether the titles are the same, or one is longer, or a word or two differ."""
    return c.title in (SAME, ALIKE, PART, CLOSE) and c.marks != DIFFERENT


_TURNING = frozenset(("non", "not", "no", "without", "against", "versus", "vs"))


def longer(c: Comparison) -> bool:
    """Say whether one title is the other and some words more, but no further number and no word that turns it round."""
    return c.title == PART and c.marks in (SAME, ALIKE) and _TURNING.isdisjoint(c.only_a + c.only_b)


def inflected(c: Comparison) -> bool:
    """Say whether the words that differ are forms of one word: developing and development, equity and equality."""
    if c.title != CLOSE or c.marks not in (SAME, ALIKE) or not c.only_a or not c.only_b:
        return False
    fewer, more = sorted((c.only_a, c.only_b), key=len)
    return all(any(_kin(word, other) for other in more) for word in fewer)


def _kin(a: str, b: str) -> bool:
    same = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return same >= 0.6 * min(len(a), len(b)) or (same >= 3 and OSA.distance(a, b) <= 2)  # noqa: PLR2004


def telling(c: Comparison) -> bool:
    """Say whether the title names one document: four words and 25 letters, or three people who signed both."""
    a, b = c.a.title, c.b.title
    if len(a) >= 25 and len(b) >= 25 and a.count(" ") >= 3 and b.count(" ") >= 3:  # noqa: PLR2004
        return True
    return c.authors == SAME and len(c.a.families) >= 3  # noqa: PLR2004


def unmistakable(c: Comparison) -> bool:
    """Say whether the title alone names one document: eight words and 60 letters."""
    return min(len(c.a.title), len(c.b.title)) >= 60 and min(c.a.title.count(" "), c.b.title.count(" ")) >= 7  # noqa: PLR2004


def people(c: Comparison) -> bool:
    """Say whether the authors are the same, or the first is and half of the shorter list."""
    return c.authors in (SAME, ALIKE) or (c.first_author == SAME and c.share >= 0.5)  # noqa: PLR2004


def everybody(c: Comparison) -> bool:
    """Say whether both name the same people, in whatever order."""
    return c.share == 1 and len(c.a.families) == len(c.b.families)


def journal(c: Comparison) -> bool:
    """Say whether the journal is the same."""
    return c.journal in (SAME, ALIKE)


def year(c: Comparison) -> bool:
    """Say whether the years are not more than one apart (online first, and print), or one is missing."""
    return c.gap <= 1


def pages_in_full(c: Comparison) -> bool:
    """Say whether first and last page are the same, and not one page."""
    return c.pages == SAME and bool(c.a.last) and c.a.last == c.b.last and c.a.first != c.a.last


_LEAST_ARTICLE_NUMBER = 5  # characters: e68617, CD006273, 100764


def several_pages(c: Comparison) -> bool:
    """Say whether both begin on one page and one of them fills more than it, or both bear one article number."""
    if c.pages != SAME:
        return False
    return len(c.a.first) >= _LEAST_ARTICLE_NUMBER or any(side.last not in ("", side.first) for side in (c.a, c.b))


def page(c: Comparison) -> bool:
    """Say whether both stand on the same page of the same volume; where a volume is missing, of the same year.

    Page 1 says little: every file that was not yet printed begins on it.
    """
    if c.pages == SAME and (c.issue != DIFFERENT or pages_in_full(c)):
        return c.volume == SAME or (c.volume == MISSING and year(c) and (journal(c) or c.a.first != "1"))
    return c.pages == ALIKE and c.volume == SAME


def issue(c: Comparison) -> bool:
    """Say whether both stand in the same issue of the same volume, or year, of the same journal."""
    return c.issue == SAME and journal(c) and (c.volume == SAME or (c.volume == MISSING and c.gap == 0))


def no_other_page(c: Comparison) -> bool:
    """Say whether nothing puts them on two pages: one is missing, or an article number, or they overlap."""
    return c.pages != DIFFERENT


def slip_of_page(c: Comparison) -> bool:
    """Say whether the pages differ by a slip: the last is the same, or, where one is missing, all digits but one."""
    if c.pages != DIFFERENT:
        return False
    if c.a.last and c.b.last:
        return c.a.last == c.b.last
    a, b = c.a.first, c.b.first
    return a.isdigit() and b.isdigit() and len(a) == len(b) >= 3 and OSA.distance(a, b) == 1  # noqa: PLR2004


def two_places(c: Comparison) -> bool:
    """Say whether both say where they stand, and it is not the same place."""
    if DIFFERENT in (c.pages, c.volume):
        return True
    return c.journal == DIFFERENT and c.pages == UNLIKE
