"""Where a document stands, made comparable: journal, volume, issue, pages."""

import re
from functools import lru_cache

from pipeline.deduplicate.wording import american, fold, words

_LITTLE = frozenset(
    (
        "the",
        "of",
        "and",
        "a",
        "an",
        "for",
        "in",
        "on",
        "et",
        "und",
        "de",
        "la",
        "le",
        "les",
        "des",
        "du",
        "der",
        "die",
        "das",
        "e",
        "y",
        "i",
        "to",
        "proceedings",
        "proc",
        "annual",
    )
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
_NUMBER = re.compile(r"\d+")
_BROKEN = re.compile(r"\s*\d+\)\s*")  # the end of "61 (Supplement 1)", cut at the wrong bracket


@lru_cache(maxsize=1 << 16)
def volume(text: str) -> tuple[str, bool]:
    """Return the number of a volume, and whether it is a supplement; "ahead of print" is no volume.

    >>> volume("24 Suppl 3"), volume("[Epub ahead of print]"), volume("30A"), volume("1)")
    (('24', True), ('', False), ('30', False), ('', False))
    """
    supplement = bool(_SUPPLEMENT.search(text))
    if _EARLY.search(text) or _BROKEN.fullmatch(text):
        return "", supplement
    found = _NUMBER.search(_BRACKETS.sub(" ", text))
    return (found.group().lstrip("0") if found else ""), supplement


@lru_cache(maxsize=1 << 16)
def issue(text: str) -> tuple[str, bool]:
    """Return the number of an issue (empty for a supplement), and whether it is a supplement.

    >>> issue("3 Pt 2"), issue("SUPPL. 1")
    (('3', False), ('', True))
    """
    if _SUPPLEMENT.search(text):
        return "", True
    found = _NUMBER.search(text)
    return (found.group().lstrip("0") if found else ""), False


_MONTHS = {
    name: str(number)
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_DATE = re.compile(r"(?:(\d{1,2})-([a-z]{3})|([a-z]{3})-(\d{1,2}))")
_PAGE = r"[a-z]{0,4}\d+(?:\.e?\d+)?[a-z]?"
_RANGE = re.compile(rf"(?<![a-z\d])({_PAGE})\s*(?:-+|[\u2010-\u2015\u2212])\s*({_PAGE})")
_SINGLE = re.compile(r"(?<![a-z])([a-z]{0,4})\.?\s?(\d+)([a-z]?)(?![a-z])")
_CUT = re.compile(r"[a-z]+-\d+")  # "Suppl-29", "t-8": the first page was lost
_LEAST_ELOCATOR = 4  # digits; PLoS ONE prints e68617, some exports drop the letter


@lru_cache(maxsize=1 << 16)
def pages(text: str) -> tuple[str, str]:
    """Return the first page with its letters and the last page in full; what a spreadsheet made of them is undone.

    >>> pages("221-8"), pages("S60-S61"), pages("e68617"), pages("10-Jun"), pages("484-491 + 505"), pages("Suppl-29")
    (('221', '228'), ('s60', '61'), ('68617', ''), ('6', '10'), ('484', '491'), ('', ''))
    """
    text = text.strip().lower()
    if not text or _CUT.fullmatch(text):
        return ("", "") if (date := _DATE.fullmatch(text)) is None else _undated(date)
    if date := _DATE.fullmatch(text):
        return _undated(date)
    if not (span := _RANGE.search(text)):
        return _page(text), ""
    first, last = (_NUMBER.search(page) for page in span.groups())
    if first is None or last is None:
        return _page(span.group(1)), ""
    end = last.group()
    if len(end) < len(first.group()):
        end = first.group()[: -len(end)] + end
    return _page(span.group(1)), end.lstrip("0")


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
