"""Two journals side by side: by name, abbreviation, initials, ISSN."""

from functools import lru_cache

from rapidfuzz.fuzz import ratio

from pipeline.deduplicate.levels import ALIKE, DIFFERENT, MISSING, SAME, Level


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
    if set(x) <= set(y) or " ".join(x) in " ".join(y) or _spread(x, y) or _conference(x, y):
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


_MEETINGS = frozenset(("conference", "symposium", "workshop", "congress", "meeting", "convention"))


def _conference(x: list[str], y: list[str]) -> bool:
    """Say whether two names of conferences share most of their words: every database names them in its own way."""
    left, right = set(x), set(y)
    return len(left & right) >= max(3, 0.75 * len(left)) and not _MEETINGS.isdisjoint(left | right)


def meeting(name: str) -> bool:
    """Say whether the words of a container name a meeting, whose papers appear in its year or the next.

    >>> meeting("international conference information systems"), meeting("diabetes care")
    (True, False)
    """
    return not _MEETINGS.isdisjoint(name.split())


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
