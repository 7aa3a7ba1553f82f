"""Authors as bibliographies write them, to family and given name, with groups apart; and back."""

import re

from pipeline.records.record import Author

_INITIALS = re.compile(r"(?P<family>\S.*?)[ ,]+(?P<given>(?:[A-Z]\.?[- ]?){1,5})", re.UNICODE)
_SUFFIX = re.compile(r"(?:jr|sr|[2-4](?:nd|rd|th)|i{2,3}|iv|phd|md)\.?", re.IGNORECASE)
# Words that no person is called and groups are. Source: the CollectiveName elements of the PubMed update file 1298 of
# 2021, counted.
_GROUP = re.compile(
    r"\b(?:group|groups|study|trial|trials|consorti\w+|collaborat\w+|associat\w+|societ\w+|network|committee|"
    r"organi[sz]ation|investigators?|team|institute?|cent(?:re|er)|initiative|registry|foundation|federation|union|"
    r"council|academy|college|department|ministry|agency|alliance|panel|task force|working|members|panel|programme?|"
    r"project|university|hospital|board|commission|service|authority|administration)\b",
    re.IGNORECASE,
)
_PARTICLES = re.compile(
    r"al|ap|ben|bin|da|dal|dalla|de|dei|del|della|den|der|des|di|do|dos|du|el|la|las|le|les|lo|los|o|san|st|te|ten|ter|"
    r"van|vande|vanden|vander|von|vom|zu|zum|zur|'t",
    re.IGNORECASE,
)
_BLANKS = re.compile(r"[^\S\n]+")
_DIVIDED = re.compile(r"\s*[;|\n]\s*(?:and\s+)?|\s+and\s+")
_NUMBER = re.compile(r"\s*\(\d+\)$")  # Scopus writes its author id after the name
_NOBODY = frozenset({"et al", "et al.", "null", "others", "anonymous", "[anonymous]", "no authors listed"})
_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])(?!\d)", re.ASCII)


def read(text: str) -> Author:
    """Read a name in inverted order: "Family, Given, Suffix", "Family GI", or a group's name.

    A comma at the end marks a group, and two commas stand for one inside a group's name (EndNote). A name without
    a comma is a person's if it ends in initials, a group's if it holds a word that only groups bear; otherwise it
    stands whole as a family name, since which part is which cannot be known.
    Source: RIS format specification (2001), AU: "Lastname, Firstname, Suffix"; EndNote manual, "Corporate authors".

    >>> read("van Eijck, CHJ").given, read("Liu R.").family, read("Benson, AB, 3rd").suffix
    ('CHJ', 'Liu', '3rd')
    >>> read("NETTER-1 Study Group").is_group, read("University of California,, Berkeley,").family
    (True, 'University of California, Berkeley')
    """
    name = " ".join(text.split()).strip(";").strip()
    if ",," in name or name.endswith(","):
        return Author(family=name.rstrip(", ").replace(",,", ","), is_group=True)
    family, comma, given = name.partition(",")
    if comma and "," not in given:
        given = given.strip()
        return Author(family=family.strip(), given=given) if family else Author(family=given)
    if comma:
        parts = [part.strip() for part in name.split(",")]
        if len(parts) == 3 and parts[2] and parts[0]:  # noqa: PLR2004 - and a suffix
            if _SUFFIX.fullmatch(parts[1]) and not _SUFFIX.fullmatch(parts[2]):
                return Author(family=parts[0], given=parts[2], suffix=parts[1])
            return Author(family=parts[0], given=parts[1], suffix=parts[2])
        if _GROUP.search(name):
            return Author(family=name, is_group=True)
        return Author(family=parts[0], given=", ".join(part for part in parts[1:] if part))
    if _GROUP.search(name):
        return Author(family=name, is_group=True)
    found = _INITIALS.fullmatch(name)
    return Author(family=found["family"], given=found["given"].strip()) if found else Author(family=name)


def given_first(text: str) -> Author:
    """Read a name in natural order, its last word and the particles before it as the family name.

    >>> given_first("Casper H. J. van Eijck").family, given_first("Zofia Dubicka").given
    ('van Eijck', 'Zofia')
    """
    name = " ".join(text.split())
    words = name.split(" ")
    if "," in name or len(words) == 1 or _GROUP.search(name):
        return read(name)
    suffix = words.pop() if len(words) > 2 and _SUFFIX.fullmatch(words[-1].rstrip(".")) else ""  # noqa: PLR2004
    at = len(words) - 1
    while at > 1 and _PARTICLES.fullmatch(words[at - 1]):
        at -= 1
    if _PARTICLES.fullmatch(words[0]) and at == 1:
        at = 0
    return Author(family=" ".join(words[at:]), given=" ".join(words[:at]), suffix=suffix)


_given_first = given_first  # the parameter of `several` has the same name


def several(text: str, *, given_first: bool = False) -> list[Author]:
    """Read the authors that stand in one cell, whatever divides them.

    They are divided by semicolons, bars, line ends or "and"; commas divide them too where every part ends in initials,
    is a group, or is a whole name in natural order.

    >>> [author.name for author in several("Liu R., Adler D.G.")]
    ['Liu, R.', 'Adler, D.G.']
    >>> [author.name for author in several("Smith, Ann; Study Group")]
    ['Smith, Ann', 'Study Group']
    >>> [author.name for author in several("Ann B. Nobody, Else Someone")]
    ['Nobody, Ann B.', 'Someone, Else']
    """
    found: list[Author] = []
    for part in _DIVIDED.split(_BLANKS.sub(" ", text)):  # a long run of blanks would take the square of its length
        name = _NUMBER.sub("", part).strip()
        listed = [each.strip() for each in name.split(",")]
        inner = [each.removesuffix(".") for each in listed] if name.count(".") == 1 and name.endswith(".") else listed
        if not name.strip(" ,") or name.strip(" ,").casefold() in _NOBODY:
            continue
        if len(listed) > 1 and all(_INITIALS.fullmatch(each) or _GROUP.search(each) for each in inner):
            found += map(read, inner)
        elif len(listed) > 1 and _are_natural(listed):
            found += map(_given_first, listed)
        elif given_first:
            found.append(_given_first(name))
        else:
            ended = name.endswith(".") and _GROUP.search(name.rpartition(" ")[2])
            found.append(read(name.removesuffix("." if ended else ",null")))
    return found


def _are_natural(parts: list[str]) -> bool:
    """Tell "Ann B. Nobody, Else Someone" from "Nobody Someone, Ann B."."""
    words = [part.split() for part in parts]
    if any(len(each) < 2 or _PARTICLES.fullmatch(each[0]) or _INITIALS.fullmatch(" ".join(each)) for each in words):  # noqa: PLR2004
        return False
    return len(parts) > 2 or any(len(word.rstrip(".")) == 1 for each in words for word in each[1:-1])  # noqa: PLR2004


def written(author: Author) -> str:
    """Write a name so that `read` gives it back: "Family, Given, Suffix", or a group's name with a comma after it.

    >>> written(Author(family="NETTER-1 Study Group", is_group=True)), written(Author(family="Benson", given="AB"))
    ('NETTER-1 Study Group,', 'Benson, AB')
    """
    if author.is_group:
        return author.family.replace(",", ",,") + ","
    return ", ".join(part for part in (author.family, author.given, author.suffix) if part)


def orcid(text: str) -> str:
    """Find an ORCID iD in `text` and return its 16 characters with hyphens.

    >>> orcid("https://orcid.org/0000-0002-1825-0097"), orcid("none")
    ('0000-0002-1825-0097', '')
    """
    found = _ORCID.search(text)
    return "-".join(found.groups()).upper() if found else ""
