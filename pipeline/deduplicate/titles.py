"""Two titles side by side: the same, misspelt, cut, longer, or of other words; and their numbers."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from pipeline.deduplicate.features import Features
from pipeline.deduplicate.levels import ALIKE, CLOSE, DIFFERENT, MISSING, PART, SAME, UNLIKE, Level

_LIKE_TITLE = 0.5  # of the letters; below, two titles have nothing in common
_CLOSE_TITLE = 0.8
LETTERS_OF_A_TITLE = 20
_LETTERS_OF_A_SLIP = 2  # by which one word may be longer than the other and yet be misspelt

Wording = tuple[Level, float, tuple[str, ...], tuple[str, ...]]  # level, similarity, words that one title has alone


def titles(a: Features, b: Features) -> Wording:
    """Compare two titles and, where one carries a second title, the best pair of the two."""
    if not a.title or not b.title:
        return MISSING, 0.0, (), ()
    best = wordings(a.title, b.title)
    if best[0] not in (SAME, ALIKE) and (a.second or b.second):
        for x, y in ((a.second, b.title), (a.title, b.second), (a.second, b.second)):
            if x and y:
                best = max(best, wordings(x, y), key=lambda found: found[1])
    return best


def wordings(a: str, b: str) -> Wording:
    """Compare two titles as they are."""
    if a == b:
        return SAME, 1.0, (), ()
    x, y = a.replace(" ", ""), b.replace(" ", "")
    if x == y:
        return SAME, 1.0, (), ()
    similarity = ratio(x, y) / 100
    short, long = (x, y) if len(x) < len(y) else (y, x)
    if len(short) >= _LETTERS_OF_A_CUT and long.startswith(short) and _cut_in_a_word(a, b):
        return ALIKE, similarity, (), ()
    inside = len(short) >= LETTERS_OF_A_TITLE and short in long
    if similarity < _LIKE_TITLE and not inside:
        return DIFFERENT, similarity, (), ()
    only_a, only_b = difference(a.split(), b.split())
    if not only_a and not only_b:
        return ALIKE, similarity, (), ()
    if inside or ((not only_a or not only_b) and (len(short) >= LETTERS_OF_A_TITLE or long.startswith(short))):
        return PART, similarity, only_a, only_b
    return (UNLIKE if similarity < _CLOSE_TITLE else CLOSE), similarity, only_a, only_b


_LETTERS_OF_A_CUT = 40


def _cut_in_a_word(a: str, b: str) -> bool:
    """Say whether the shorter title ends in the middle of a word of the longer: a field that was too short for it."""
    a, b = (a, b) if len(a) < len(b) else (b, a)
    return b.startswith(a) and b[len(a)] != " "


_LITTLE = frozenset(
    (  # noqa: SIM905 - reads better than a list of quoted words
        "the a an of in on and or for to with by at from as is are its their der die das und le la les et de du des "
        "en el los y un une do da dos das o os e em na nos per il lo gli i di del della"
    ).split()
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
                if abs(len(word) - len(other)) <= _LETTERS_OF_A_SLIP and misspelt(word, other):
                    left.remove(word)
                    right.remove(other)
                    break
    if left or right:
        left, right = _unjoined(left, a, b, right), _unjoined(right, b, a, left)
    return tuple(left), tuple(right)


def _unjoined(words: list[str], own: list[str], others: list[str], theirs: list[str]) -> list[str]:
    """Set aside words that the other title writes as one word or as several.

    `theirs` are the words that only the other title has: what stands in both is no part of another word.
    """
    kept = []
    other, apart = "".join(others), " ".join(theirs)
    for word in words:
        at = own.index(word)
        before = own[at - 1] + word if at else ""
        after = word + own[at + 1] if at + 1 < len(own) else ""
        if len(word) > 3 and word in apart:  # noqa: PLR2004 - shorter ones do by chance
            continue
        if (len(before) > 4 and before in other) or (len(after) > 4 and after in other):  # noqa: PLR2004
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
    if len(a) < 4:  # noqa: PLR2004
        return False
    if not a.isalpha() or not b.isalpha():
        return a.isalpha() != b.isalpha() and _read_by_machine(a) == _read_by_machine(b)
    if b.endswith(a) and _OPPOSING.fullmatch(b[: len(b) - len(a)]):
        return False
    stem_a, stem_b = _OPPOSING.match(a), _OPPOSING.match(b)
    if stem_a and stem_b and stem_a.group() != stem_b.group() and a[stem_a.end() :] == b[stem_b.end() :]:
        return False
    if b.startswith(a) and len(b) - len(a) <= _LETTERS_OF_A_SLIP:
        return True
    return OSA.distance(a, b) <= (1 if len(a) < 8 else _LETTERS_OF_A_SLIP)  # noqa: PLR2004


_READ_BY_MACHINE = str.maketrans("0158i", "olsbl")


def _read_by_machine(word: str) -> str:
    """Write a word with the letters that a scanner takes for digits: "s1eep" and "sleep" come out the same."""
    return word.translate(_READ_BY_MACHINE)


def numbers(a: Features, b: Features, title: Level, only_a: tuple[str, ...], only_b: tuple[str, ...]) -> Level:
    """Compare the numbers in two titles: "part" if one title has numbers that the other leaves out."""
    if title == MISSING:
        return MISSING
    if a.marks == b.marks or title in (SAME, ALIKE) or a.marks.replace(" ", "") == b.marks.replace(" ", ""):
        return SAME
    if title == DIFFERENT:
        left, right = a.marks.split(), b.marks.split()
    else:
        left, right = _NUMBER.findall(" ".join(only_a)), _NUMBER.findall(" ".join(only_b))
    more_a = [number for number in left if number not in right]
    more_b = [number for number in right if number not in left]
    if more_a and more_b:
        return DIFFERENT
    return PART if more_a or more_b else ALIKE


_NUMBER = re.compile(r"\d+")
