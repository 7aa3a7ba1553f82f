"""Authors as bibliographies write them, to family and given name, with groups apart; and back."""

import re
from functools import lru_cache

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
_ORCID = re.compile(r"(\d{4})-?(\d{4})-?(\d{4})-?(\d{3}[\dXx])(?!\d)", re.ASCII)


@lru_cache(maxsize=1 << 14)
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
    if "," in name:
        parts = [part.strip() for part in name.split(",")]
        if len(parts) == 2:  # noqa: PLR2004 - family and given
            return Author(family=parts[0], given=parts[1]) if parts[0] else Author(family=parts[1])
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
