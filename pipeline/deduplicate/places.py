"""Where a document stands, made comparable: journal, volume, issue, pages."""

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline.deduplicate.wording import american, fold, words

_LITTLE = frozenset(
    "the of and a an for in on et und de la le les des du der die das e y i to proceedings proc annual".split()  # noqa: SIM905 - reads better than a list of quoted words
)
_ORDINAL = re.compile(r"(?:19|20)\d\d|\d+(?:st|nd|rd|th)")
_CONFERENCE = re.compile(r"\W+conference\s*:", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^)]*\)?|\[[^\]]*\]?")
_PARTS = re.compile(r"\s*[:=/]\s+|\s+[:=/]\s*")


@lru_cache(maxsize=1 << 16)
def journal(text: str) -> str:
    """Return the words of a journal's name without little words and brackets; parallel names divided by " / ".

    >>> journal("The Journal of Trauma (Baltimore)"), journal("Ai zheng = Chinese journal of cancer")
    ('jornal trauma', 'ai zheng / chinese jornal cancer')
    """
    text = _BRACKETS.sub(" ", _CONFERENCE.split(text, maxsplit=1)[0])
    parts = []
    for part in _PARTS.split(text):
        kept = [word for word in words(american(fold(part))) if word not in _LITTLE and not _ORDINAL.fullmatch(word)]
        if kept:
            parts.append(" ".join(kept))
    return " / ".join(parts)


_EARLY = re.compile(r"epub|ahead of print|online|in press|no volume", re.IGNORECASE)
_SUPPLEMENT = re.compile(r"suppl|(?<![a-z])s\s?\d|abstract", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,9}")
_BROKEN = re.compile(r"\s*\d+\)\s*")  # the end of "61 (Supplement 1)", cut at the wrong bracket


_MONTHS = {
    name: str(number)
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_WITH_ISSUE = re.compile(r"\D{0,5}(\d+)\s*\(\s*(?:(?:no|issue|iss|pt)\b\.?\s*)?(\d+)[^)]*\)\s*")


class Place(NamedTuple):
    """Volume and issue as numbers, empty if unknown, and whether the document stands in a supplement."""

    volume: str
    issue: str
    supplement: bool


@lru_cache(maxsize=1 << 16)
def place(volume: str, issue: str, year: int) -> Place:
    """Read volume and issue, one of which may hold both; "ahead of print" is no volume, nor is the year.

    >>> place("24 Suppl 3", "", 0), place("[Epub ahead of print]", "", 0), place("30A", "3 Pt 2", 0)[:2]
    (Place(volume='24', issue='', supplement=True), Place(volume='', issue='', supplement=False), ('30', '3'))
    >>> place("12(3)", "", 0)[:2], place("1)", "", 0)[:2], place("2016", "5", 2016)[:2]
    (('12', '3'), ('', ''), ('', '5'))
    >>> place("", "May", 0).issue
    '5'
    """
    supplement = bool(_SUPPLEMENT.search(volume) or _SUPPLEMENT.search(issue))
    if not issue and (both := _WITH_ISSUE.fullmatch(volume)):
        volume, issue = both.groups()
    early = _EARLY.search(volume) or _BROKEN.fullmatch(volume)
    number = "" if early else _number(_BRACKETS.sub(" ", volume))
    numbered = _number(issue) or _MONTHS.get(issue.strip()[:3].lower(), "")
    return Place("" if number == str(year) else number, "" if _SUPPLEMENT.search(issue) else numbered, supplement)


def _number(text: str) -> str:
    found = _NUMBER.search(text)
    return found.group().lstrip("0") if found else ""


_DATE = re.compile(r"(?:(\d{1,2})-([a-z]{3})|([a-z]{3})-(\d{1,2}))")
_PAGE = r"[a-z]{0,4}\.?\s?\d+(?:\.e?\d+)?[a-z]?"
_RANGE = re.compile(rf"(?<![a-z\d])({_PAGE})-({_PAGE})")
_SINGLE = re.compile(r"(?<![a-z])([a-z]{0,4})\.?\s?(\d+)(?:\.e?\d+)?([a-z]?)(?![a-z])")
_CUT = re.compile(r"[a-z]+-\d+")  # "Suppl-29", "t-8": the first page was lost
_LEAST_ELOCATOR = 4  # digits; PLoS ONE prints e68617, some exports drop the letter


@lru_cache(maxsize=1 << 16)
def pages(text: str) -> tuple[str, str]:
    """Return the first page with its letters, and the last; what a spreadsheet made of pages is undone.

    Takes the canonical form of a record's pages (formats.pages.expand). Of several ranges the first in the volume
    counts: exports list discussions, quizzes and translations in any order.

    >>> pages("221-228"), pages("S60-S61"), pages("e68617"), pages("10-Jun"), pages("484-491 + 505"), pages("Suppl-29")
    (('221', '228'), ('s60', '61'), ('68617', ''), ('6', '10'), ('484', '491'), ('', ''))
    """
    text = text.strip().lower()
    if date := _DATE.fullmatch(text):
        return _undated(date)
    if not text or _CUT.fullmatch(text):
        return "", ""
    spans = _RANGE.findall(text)
    if not spans:
        return _page(text), ""
    first, last = min(spans, key=lambda span: _number(span[0]).zfill(9))
    return _page(first), _number(last)


def _undated(date: re.Match[str]) -> tuple[str, str]:
    """Read pages back from a date that a spreadsheet made of them: "10-Jun" was 6-10."""
    day, month = (date[1], date[2]) if date[1] else (date[4], date[3])
    if month not in _MONTHS:
        return "", ""
    low, high = sorted((int(day), int(_MONTHS[month])))
    return str(low), str(high)


def _page(text: str) -> str:
    found = _SINGLE.search(text)
    if not found:
        return ""
    before, digits, after = found.groups()
    if before == "e" and len(digits) >= _LEAST_ELOCATOR:
        before = ""
    return before + digits.lstrip("0") + after
