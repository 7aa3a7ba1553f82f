"""Names of authors made comparable: family name and first initial, whatever the style they were written in."""

import re
from collections.abc import Sequence

from pipeline.deduplicate.wording import fold, words
from pipeline.records.record import Author

_GLUED = re.compile(r"(?<=[A-Z]\.)\s*(?=[^\W\d_][^\W\d_'’-]+\s+(?:[A-Z]\.|[A-Z]\b))|;\s*(?:and\s+)?")
_NOBODY = frozenset(("anonymous", "anon", "et al", "others", "no authors listed", "unknown", "not available", ""))
_PARTICLES = frozenset(
    (
        "van",
        "von",
        "der",
        "den",
        "de",
        "del",
        "della",
        "delle",
        "dello",
        "di",
        "da",
        "do",
        "dos",
        "das",
        "du",
        "la",
        "le",
        "les",
        "el",
        "al",
        "bin",
        "ben",
        "ibn",
        "ter",
        "ten",
        "zu",
        "zur",
        "af",
        "av",
        "st",
        "saint",
        "vander",
        "vanden",
    )
)
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv", "2nd", "3rd"))
_INITIALS = re.compile(r"(?:[A-Z][.\s-]*){1,4}|(?:[^\W\d_]\.[\s-]*){1,4}|[^\W\d_]")


def names(authors: Sequence[Author]) -> tuple[tuple[str, ...], str]:
    """Return the family names in their order, and the first letters of the given names (a blank where unknown).

    Groups and "Anonymous" are left out. Names that an export glued into one are taken apart.

    >>> glued = (Author(family="Adeli K.Lewis G. F."),)
    >>> names(glued), names((Author(family="van Eijck", given="Casper H J"), Author(family="C. van Eijck")))
    ((('adeli', 'lewis'), 'kg'), (('eijck', 'eijck'), 'cc'))
    """
    families, initials = [], []
    for author in authors:
        if author.is_group:
            continue
        for family, initial in _people(author):
            if family not in _NOBODY:
                families.append(family)
                initials.append(initial or " ")
    return tuple(families), "".join(initials)


def _people(author: Author) -> list[tuple[str, str]]:
    family, given = author.family, author.given
    if given and ";" not in family:
        if _INITIALS.fullmatch(family) and not _INITIALS.fullmatch(given):
            family, given = given, family
        return [(_family(family), fold(given.strip(" .-'"))[:1])]
    pieces = [piece for piece in _GLUED.split(f"{family}, {given}" if given else family) if piece.strip(" ,.")]
    return [_person(piece.strip()) for piece in pieces]


def _person(text: str) -> tuple[str, str]:
    """Read one name of unknown style."""
    before, comma, after = text.partition(",")
    if comma and after.strip():
        return _family(before), fold(after.strip(" .-'"))[:1]
    parts = before.split()
    if len(parts) < 2:  # noqa: PLR2004 - one word is a family name
        return _family(before), ""
    first, last = parts[0], parts[-1]
    if _is_initials(last, before) and not _is_initials(first, before):
        keep = [part for part in parts if not _is_initials(part, before)]
        return _family(" ".join(keep)), fold(parts[len(keep)])[:1] if len(keep) < len(parts) else ""
    family = parts[-1:]
    while len(parts) > len(family) + 1 and parts[-len(family) - 1].lower() in _PARTICLES:
        family = parts[-len(family) - 1 :]
    return _family(" ".join(family)), fold(first)[:1]


def _is_initials(part: str, whole: str) -> bool:
    bare = part.replace(".", "").replace("-", "")
    if len(bare) == 1 or (len(bare) < len(part) and len(bare) <= 4 and "." in part):  # noqa: PLR2004
        return True
    cased = whole.upper() != whole and whole.lower() != whole
    return bare.isupper() and len(bare) <= (4 if cased else 2)


def _family(text: str) -> str:
    found = words(fold(text.replace("-", "").replace(".", " ")))
    while len(found) > 1 and found[-1] in _SUFFIXES:
        found.pop()
    kept = [word for word in found[:-1] if word not in _PARTICLES] + found[-1:]
    return "".join(kept)
