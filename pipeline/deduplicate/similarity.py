"""Two records side by side, field by field: same, alike, different, or not there to compare."""

import re
from functools import lru_cache
from typing import Final

import msgspec
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.fuzz import ratio

from pipeline.deduplicate.citation import Level
from pipeline.deduplicate.features import Features

SAME: Final = "same"
ALIKE: Final = "alike"
PART: Final = "part"
CLOSE: Final = "close"
UNLIKE: Final = "unlike"
DIFFERENT: Final = "different"
MISSING: Final = "missing"

_LEAST_TITLE = 0.5  # below, two titles have no more in common than titles of one field do
_CLOSE_TITLE = 0.8
_LETTERS_OF_A_TITLE = 20


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
    registration: Level
    abstract: Level


def compare(a: Features, b: Features) -> Comparison:
    """Compare two records field by field."""
    title, similarity, only_a, only_b = titles(a, b)
    authors, share, first = people(a.families, b.families)
    return Comparison(
        a=a,
        b=b,
        title=title,
        title_similarity=similarity,
        only_a=only_a,
        only_b=only_b,
        marks=numbers(a.marks, b.marks) if a.title and b.title else MISSING,
        authors=authors,
        share=share,
        first_author=first,
        gap=abs(a.year - b.year) if a.year and b.year else -1,
        journal=journals(a.journal, b.journal, a.issn, b.issn),
        volume=plain(a.volume, b.volume),
        issue=issues(a.issue, b.issue),
        pages=paging(a.first, a.last, b.first, b.last),
        doi=plain(a.doi, b.doi),
        pmid=plain(a.pmid, b.pmid),
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


def sets(a: tuple[str, ...], b: tuple[str, ...]) -> Level:
    """Compare two sets of identifiers: one in common is enough."""
    return MISSING if not a or not b else SAME if not set(a).isdisjoint(b) else DIFFERENT


def numbers(a: str, b: str) -> Level:
    """Compare the numbers in two titles: "part" if one title has numbers that the other leaves out.

    >>> numbers("2 3", "2 3"), numbers("2", "3"), numbers("2 2010", "2"), numbers("1 000", "1000")
    ('same', 'different', 'part', 'same')
    """
    if a == b or a.replace(" ", "") == b.replace(" ", ""):
        return SAME
    left, right = a.split(), b.split()
    more_a = [number for number in left if number not in right]
    more_b = [number for number in right if number not in left]
    if more_a and more_b:
        return DIFFERENT
    return PART if more_a or more_b else ALIKE


def titles(a: Features, b: Features) -> tuple[Level, float, tuple[str, ...], tuple[str, ...]]:
    """Compare two titles and, where one carries a second title, the best pair of the two.

    Returns the level, the similarity, and the words that stand in one title only.
    """
    if not a.title or not b.title:
        return MISSING, 0.0, (), ()
    best = wordings(a.title, b.title)
    if best[0] not in (SAME, ALIKE) and (a.second or b.second):
        for x, y in ((a.second, b.title), (a.title, b.second), (a.second, b.second)):
            if x and y:
                best = max(best, wordings(x, y), key=lambda found: found[1])
    return best


def wordings(a: str, b: str) -> tuple[Level, float, tuple[str, ...], tuple[str, ...]]:
    """Compare two titles as they are."""
    if a == b:
        return SAME, 1.0, (), ()
    x, y = a.replace(" ", ""), b.replace(" ", "")
    if x == y:
        return SAME, 1.0, (), ()
    similarity = ratio(x, y) / 100
    short, long = (x, y) if len(x) < len(y) else (y, x)
    inside = len(short) >= _LETTERS_OF_A_TITLE and short in long
    if similarity < _LEAST_TITLE and not inside:
        return DIFFERENT, similarity, (), ()
    only_a, only_b = difference(a.split(), b.split())
    if not only_a and not only_b:
        return ALIKE, similarity, (), ()
    if (not only_a or not only_b or inside) and len(short) >= _LETTERS_OF_A_TITLE:
        return PART, similarity, only_a, only_b
    return (UNLIKE if similarity < _CLOSE_TITLE else CLOSE), similarity, only_a, only_b


_LITTLE = frozenset(
    (
        "the",
        "a",
        "an",
        "of",
        "in",
        "on",
        "and",
        "or",
        "for",
        "to",
        "with",
        "by",
        "at",
        "from",
        "as",
        "is",
        "are",
        "its",
        "their",
        "der",
        "die",
        "das",
        "und",
        "le",
        "la",
        "les",
        "et",
        "de",
        "du",
        "des",
        "en",
        "el",
        "los",
        "y",
        "un",
        "une",
        "do",
        "da",
        "dos",
        "o",
        "os",
        "e",
        "em",
        "no",
        "na",
        "nos",
        "per",
        "il",
        "lo",
        "gli",
        "i",
        "di",
        "del",
        "della",
    )
)


def difference(a: list[str], b: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List the words that stand in one title only, once joined, misspelt and little words are set aside.

    >>> difference("non small cell cancer in adults".split(), "nonsmall cell cancers in adolescents".split())
    (('adults',), ('adolescents',))
    """
    left = [word for word in a if word not in b and word not in _LITTLE]
    right = [word for word in b if word not in a and word not in _LITTLE]
    if left and right:
        for word in tuple(left):
            for other in right:
                if misspelt(word, other):
                    left.remove(word)
                    right.remove(other)
                    break
    if left or right:
        whole_a, whole_b = "".join(a), "".join(b)
        left = _unjoined(left, a, whole_b)
        right = _unjoined(right, b, whole_a)
    return tuple(left), tuple(right)


def _unjoined(words: list[str], own: list[str], other: str) -> list[str]:
    """Set aside words that the other title writes as one word or as several."""
    kept = []
    for word in words:
        if word not in own:
            continue
        at = own.index(word)
        joined = (own[at - 1] + word if at else "", word + own[at + 1] if at + 1 < len(own) else "")
        if len(word) > 3 and word in other:  # noqa: PLR2004 - shorter words stand inside others by chance
            continue
        if any(len(both) > 4 and both in other for both in joined):  # noqa: PLR2004
            continue
        kept.append(word)
    return kept


# A prefix that turns a word into its opposite or its neighbour: such words are never taken for misspelt.
# Source: Latin and Greek prefixes of opposition and place, as in (non)functional, (extra)pancreatic, hypo-/hyper-.
_OPPOSING = re.compile(
    r"(?:non|un|in|im|ir|il|dis|extra|inter|intra|hypo|hyper|pre|peri|post|anti|a|an|sub|supra|over|under|mono|bi|"
    r"tri|poly|multi|de|re|ex|endo|epi|para|macro|micro)"
)


@lru_cache(maxsize=1 << 16)
def misspelt(a: str, b: str) -> bool:
    """Say whether two words are one word spelt in two ways: a plural, a slip of a letter, a cut at the end.

    >>> misspelt("tumor", "tumors"), misspelt("functional", "nonfunctional"), misspelt("2b", "2a")
    (True, False, False)
    """
    if len(a) > len(b):
        a, b = b, a
    if len(a) < 4 or any(char.isdigit() for char in a + b):  # noqa: PLR2004
        return False
    if b.endswith(a) and _OPPOSING.fullmatch(b[: len(b) - len(a)]):
        return False
    stem_a, stem_b = _OPPOSING.match(a), _OPPOSING.match(b)
    if stem_a and stem_b and stem_a.group() != stem_b.group() and a[stem_a.end() :] == b[stem_b.end() :]:
        return False
    return (b.startswith(a) and len(b) - len(a) <= 2) or ratio(a, b) >= 85  # noqa: PLR2004


def people(a: tuple[str, ...], b: tuple[str, ...]) -> tuple[Level, float, Level]:
    """Compare two lists of family names: the level, the share of the shorter list that is found, the first names."""
    if not a or not b:
        return MISSING, 0.0, MISSING
    if a == b:
        return SAME, 1.0, SAME
    first: Level = SAME if a[0] == b[0] or person(a[0], b[0]) else DIFFERENT
    left, right = set(a), set(b)
    fewer = min(len(left), len(right))
    shared = len(left & right)
    rest = right - left
    if shared < fewer:
        for name in sorted(left - right):
            found = next((other for other in sorted(rest) if person(name, other)), None)
            if found is not None:
                shared += 1
                rest.remove(found)
    share = shared / fewer
    if share >= 0.75:  # noqa: PLR2004
        return ALIKE, share, first
    return (PART if shared else DIFFERENT), share, first


@lru_cache(maxsize=1 << 16)
def person(a: str, b: str) -> bool:
    """Say whether two family names may be one person's: a slip, or one part of a double name.

    >>> person("giorgirossi", "rossi"), person("ostensson", "stensson"), person("chen", "chang")
    (True, True, False)
    """
    if len(a) > len(b):
        a, b = b, a
    if len(a) >= 4 and (b.startswith(a) or b.endswith(a)):  # noqa: PLR2004
        return True
    return JaroWinkler.similarity(a, b) >= 0.92  # noqa: PLR2004


@lru_cache(maxsize=1 << 16)
def journals(a: str, b: str, issn_a: tuple[str, ...] = (), issn_b: tuple[str, ...] = ()) -> Level:
    """Compare two journals by name, abbreviation, initials and ISSN.

    >>> journals("nat rev nephrol", "nature reviews nephrology"), journals("diabetes", "diabetes care")
    ('same', 'different')
    """
    if not a or not b:
        return MISSING
    if a == b or not set(issn_a).isdisjoint(issn_b):
        return SAME
    best: Level = DIFFERENT
    for x in a.split(" / "):
        for y in b.split(" / "):
            found = _journal(x, y)
            if found == SAME:
                return SAME if " / " not in a + b else ALIKE
            if found == ALIKE:
                best = ALIKE
    return best


def _journal(a: str, b: str) -> Level:
    x, y = a.split(), b.split()
    if len(x) > len(y):
        x, y = y, x
    if len(x) == len(y) and all(_abbreviates(p, q) for p, q in zip(x, y, strict=True)):
        return SAME
    if len(x) == 1:
        word = x[0]
        return SAME if word == "".join(y) or _initials(word, y) else DIFFERENT
    if set(x) <= set(y) or " ".join(x) in " ".join(y) or _spread(x, y):
        return ALIKE
    return ALIKE if ratio(a, b) >= 85 else DIFFERENT  # noqa: PLR2004


def _initials(word: str, names: list[str]) -> bool:
    """Say whether a word is made of the beginnings of all the names, in their order: "amcis", "jama"."""
    if not names:
        return not word
    return any(
        word[:length] == names[0][:length] and _initials(word[length:], names[1:])
        for length in range(1, min(len(word) - len(names) + 1, 4) + 1)
    )


def _spread(x: list[str], y: list[str]) -> bool:
    """Say whether the words of the shorter name abbreviate words of the longer in their order."""
    rest = iter(y)
    return len(x) >= 3 and all(any(_abbreviates(p, q) for q in rest) for p in x)  # noqa: PLR2004


def _abbreviates(a: str, b: str) -> bool:
    if a == b:
        return True
    if len(a) > len(b):
        a, b = b, a
    if a[0] != b[0]:
        return False
    rest = iter(b)
    return all(char in rest for char in a)


_PAGE = re.compile(r"([a-z]*)(\d+)")


@lru_cache(maxsize=1 << 16)
def paging(first_a: str, last_a: str, first_b: str, last_b: str) -> Level:
    """Compare pages: "part" if the ranges overlap, "unlike" if one is a page and the other an article number.

    >>> paging("557", "562", "557", ""), paging("945", "948", "948", "961"), paging("969", "972", "a1754", "")
    ('same', 'part', 'unlike')
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
    if a.group(1) != b.group(1) or abs(len(a.group(2)) - len(b.group(2))) >= 3:  # noqa: PLR2004
        return UNLIKE
    low_a, low_b = int(a.group(2)), int(b.group(2))
    high_a, high_b = _high(low_a, last_a), _high(low_b, last_b)
    return PART if low_a <= high_b and low_b <= high_a else DIFFERENT


def _high(low: int, last: str) -> int:
    return int(last) if last.isdigit() and low <= int(last) < low + 200 else low
