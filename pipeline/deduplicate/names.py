"""Names of authors made comparable: family and given name, whatever the style they were written in."""

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.deduplicate.wording import fold, words
from pipeline.records.record import Author

_NOBODY = frozenset(("", "anonymous", "anon", "etal", "others", "noauthorslisted", "unknown", "notavailable", "null"))
_PARTICLES = frozenset(
    "van von der den de del della delle dello di da do dos das du la le les el al bin ben ibn ter ten zu zur af av "  # noqa: SIM905 - reads better than a list of quoted words
    "st saint vander vanden".split()
)
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "2nd", "3rd"))
_GLUED = re.compile(r"(?<=[A-Z]\.)\s?(?=[^\W\d_a-z][^\W\d_]*[^\W\d_A-Z][\w'\u2019-]*[ ,])")
_SEVERAL = re.compile(r"\s*;\s*(?:and\s+)?|\s+(?:and|&)\s+")
_MOST_INITIALS = 4
_FEW_INITIALS = 2


def names(authors: Sequence[Author]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return family names in their order, and as many given names: the first ones, or the first initial, or nothing.

    "Anonymous" is left out, and so are groups where people sign too: exports name the one or the other. A group that
    signs alone is marked by "=". Names that an export glued into one are taken apart.

    >>> names((Author(family="Adeli K.Lewis G. F."), Author(family="van Eijck", given="Casper H J")))
    (('adeli', 'lewis', 'eijck'), ('k', 'g', 'casper'))
    >>> names((Author(family="C. van Eijck"), Author(family="Li", given="Wei-Zhu"), Author(family="Zimmerhackl LB")))
    (('eijck', 'li', 'zimmerhackl'), ('c', 'weizhu', 'l'))
    """
    known = [person for author in authors if not author.is_group for person in _people(author.family, author.given)]
    if not known:
        groups = ("".join(words(fold(author.family))) for author in authors if author.is_group)
        known = [("=" + group, "") for group in groups if group not in _NOBODY]
    return tuple(family for family, _ in known), tuple(given for _, given in known)


def _people(family: str, given: str) -> tuple[tuple[str, str], ...]:
    """Read one author as delivered: mostly one person, sometimes several run together, sometimes nobody."""
    found: list[tuple[str, str]] = []
    if "." in family or ";" in family or ";" in given or " and " in family:
        glued = not _is_letter(family.split(" ", 1)[0]) and _GLUED.search(f"{family} {given} ")
        text = f"{family} {given} " if glued else f"{family}, {given}" if given else family
        several = _SEVERAL.split(text)
        pieces = [piece for each in several for piece in (_GLUED.split(each) if glued else (each,))]
        if len(pieces) > 1:
            found = [_person(piece) for piece in pieces if piece.strip(" ,.")]
    if not found:
        if not given:
            found = [_person(family)]
        elif _are_initials(family, given) and not _are_initials(given, family):
            found = [(_family(given), _given(family))]
        else:
            found = [(_family(family), _given(given))]
    return tuple(person for person in found if person[0] not in _NOBODY)


def _person(text: str) -> tuple[str, str]:
    """Read one name of unknown style: "Last, First", "Last F", "F. Last", "First Last"."""
    before, _, after = text.partition(",")
    if after.strip(" ."):
        return _family(before), _given(after)
    parts = before.split()
    if len(parts) < 2:  # noqa: PLR2004 - one word is a family name
        return _family(before), ""
    count = len(parts)
    last = next((at for at in range(count, 1, -1) if not _are_initials(parts[at - 1], before)), 1)
    if last < count and not _is_letter(parts[0]):
        return _family(" ".join(parts[:last])), _given(" ".join(parts[last:]))
    first = next((at for at, part in enumerate(parts) if not _are_initials(part, before)), count - 1)
    if first == 0:
        first = count - 1
        while first > 1 and parts[first - 1].lower() in _PARTICLES:
            first -= 1
    return _family(" ".join(parts[first:])), _given(" ".join(parts[:first]))


def _is_letter(part: str) -> bool:
    return len(part.strip(".-")) == 1


def _are_initials(text: str, beside: str) -> bool:
    """Say whether `text` is initials and not a name.

    A letter is, and letters with points; so are a few capitals, but two at most where all is in capitals.
    """
    bare = text.replace(".", "").replace("-", "").replace(" ", "")
    if len(bare) <= 1 or ("." in text and len(bare) <= _MOST_INITIALS and max(map(len, text.split("."))) <= 1):
        return True
    if beside.isupper() or beside.islower():
        return len(bare) <= _FEW_INITIALS
    return bare.isupper() and len(bare) <= _MOST_INITIALS


@lru_cache(maxsize=1 << 16)
def _family(text: str) -> str:
    found = words(fold(text.replace("-", "").replace(".", " ")))
    if len(found) == 1:
        return found[0]
    while len(found) > 1 and found[-1] in _SUFFIXES:
        found.pop()
    kept = [word for word in found[:-1] if word not in _PARTICLES and len(word) > 1] + found[-1:]
    return "".join(kept)


@lru_cache(maxsize=1 << 16)
def _given(text: str) -> str:
    """Return the given names run together, or the first initial."""
    bare = text.strip(" .")
    if bare.isupper() and len(bare) <= _MOST_INITIALS:
        return fold(bare[:1])
    found = words(fold(text.replace("-", "")))
    return "".join(word for word in found if len(word) > 1) or "".join(found)[:1]
