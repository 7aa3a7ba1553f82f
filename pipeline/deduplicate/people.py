"""Two lists of authors side by side."""

from functools import lru_cache

from rapidfuzz.distance import JaroWinkler

from pipeline.deduplicate.features import Features
from pipeline.deduplicate.levels import ALIKE, DIFFERENT, MISSING, PART, SAME, Level

_HALF = 0.5
_MOST = 0.75
_MOST_SLIPS = 12  # names; beyond, two long lists are two lists
_LIKE_NAME = 0.92  # Source: Winkler 1990, similarity above which names of persons are mostly one name


def people(a: Features, b: Features, *, swaps: bool = True) -> tuple[Level, float, Level]:
    """Compare two lists of authors: the level, the share of the shorter list that is found, the first authors.

    With `swaps`, family and given names that one record has exchanged are put right.
    """
    left, right = a.families, b.families
    if not left or not right:
        return MISSING, 0.0, MISSING
    if left == right:
        return SAME, 1.0, SAME
    if (left[0][0] == "=") != (right[0][0] == "="):
        return MISSING, 0.0, MISSING
    first: Level = SAME if left[0] == right[0] or person(left[0], right[0]) else DIFFERENT
    share = _shared(left, right, slips=first == SAME)
    if swaps and share < _HALF and (swapped := _swapped(a, b)) > share:
        share, first = swapped, SAME
    level: Level = ALIKE if share >= _MOST else PART if share else DIFFERENT
    return level, share, first


def _shared(a: tuple[str, ...], b: tuple[str, ...], *, slips: bool) -> float:
    """Return the share of the shorter list of names that the longer one holds too; `slips` are looked for."""
    left, right = set(a), set(b)
    fewer = min(len(left), len(right))
    shared = len(left & right)
    rest = right - left
    if shared < fewer and (shared or slips) and fewer - shared <= _MOST_SLIPS:
        for name in sorted(left - right):
            found = next((other for other in sorted(rest) if person(name, other)), None)
            if found is not None:
                shared += 1
                rest.remove(found)
    return shared / fewer


def _swapped(a: Features, b: Features) -> float:
    """Return the share of authors whose family and given names one record has swapped."""
    left, right = list(zip(a.families, a.givens, strict=True)), list(zip(b.families, b.givens, strict=True))
    hits = sum(
        any(
            (family == other_given and given[:1] == other[:1]) or (given == other and family[:1] == other_given[:1])
            for other, other_given in right
        )
        for family, given in left
        if given
    )
    return hits / min(len(left), len(right))


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
    if min(len(a), len(b)) < 3:  # noqa: PLR2004
        return False
    return JaroWinkler.similarity(a, b) >= _LIKE_NAME
