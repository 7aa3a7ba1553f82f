"""Publication dates as exports print them, to year, month and day; what says more is kept as printed."""

import re
from functools import lru_cache
from typing import NamedTuple

# Source: English month names and PubMed DTD, element Month ("Jan" or "01"); WoS writes them in capitals.
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NUMBER = {name: number for number, name in enumerate(MONTHS, start=1)}
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d|21\d\d)(?!\d)", re.ASCII)
_NUMBERS = re.compile(
    r"(1[5-9]\d\d|2[01]\d\d)(?:[/.-](\d{1,2})?)?(?:[/.-](\d{1,2})?)?(?:[/.-]\s*(.*)|T[\d:.]+Z?)?", re.ASCII
)
_COMPACT = re.compile(r"(1[5-9]\d\d|2[01]\d\d)(\d\d)(\d\d)", re.ASCII)
_WORDS = re.compile(
    r"(?:(?P<year>\d{4})\s+)?(?P<month>[A-Za-z]{3,9})\.?(?:\s+(?P<day>\d{1,2}))?(?:,?\s+(?P<after>\d{4}))?"
    r"|(?P<first>\d{1,2})\.?\s+(?P<name>[A-Za-z]{3,9})\.?,?\s+(?P<last>\d{4})",
    re.ASCII,
)
_FULL_NAMES = {
    name[:3]: name
    for name in (
        "january february march april may june july august september october november december".split()  # noqa: SIM905
    )
}
_MONTHS_IN_YEAR = 12
_DAYS_IN_MONTH = 31


class Date(NamedTuple):
    """A publication date; `printed` is the delivered text where it says more than the three numbers."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    printed: str = ""


@lru_cache(maxsize=1 << 12)
def read(text: str) -> Date:
    """Read one date in any form that exports use.

    >>> read("2012/07/03/"), read("2024///"), read("2011 Jun")
    (Date(year=2012, month=7, day=3, printed=''), Date(year=2024, month=None, day=None, printed=''), \
Date(year=2011, month=6, day=None, printed=''))
    >>> read("1998 Dec-1999 Jan")
    Date(year=1998, month=None, day=None, printed='1998 Dec-1999 Jan')
    """
    text = text.strip()
    if len(text) == 4 and text.isascii() and text.isdigit():  # noqa: PLR2004 - a year
        return Date(int(text)) if _YEAR.fullmatch(text) else Date(printed=text)
    if found := _COMPACT.fullmatch(text):
        return _checked(int(found[1]), int(found[2]), int(found[3]), text)
    if found := _NUMBERS.fullmatch(text):
        checked = _checked(int(found[1]), int(found[2] or 0), int(found[3] or 0), text)
        return checked._replace(printed=found[4]) if found[4] and not checked.printed else checked
    if (found := _WORDS.fullmatch(text)) and (month := month_number(found["month"] or found["name"])):
        year = found["year"] or found["after"] or found["last"]
        return _checked(int(year or 0), month, int(found["day"] or found["first"] or 0), text)
    found = _YEAR.search(text)
    return Date(int(found.group()) if found else None, printed=text)


def month_number(text: str) -> int:
    """Return 1 to 12 for a month's number, name or abbreviation, 0 for anything else.

    >>> month_number("09"), month_number("SEP"), month_number("Sept"), month_number("Spring")
    (9, 9, 9, 0)
    """
    if text.isascii() and text.isdigit():
        number = int(text[:4])
        return number if 1 <= number <= _MONTHS_IN_YEAR else 0
    folded = text.rstrip(".").lower()
    short = folded[:3]
    return (
        _MONTH_NUMBER[short]
        if short in _FULL_NAMES and _FULL_NAMES[short].startswith(folded.replace("sept", "sep", 1))
        else 0
    )


def _checked(year: int, month: int, day: int, text: str) -> Date:
    if (
        month > _MONTHS_IN_YEAR
        or day > _DAYS_IN_MONTH
        or (day and not month)
        or (year and not _YEAR.fullmatch(str(year)))
    ):
        return Date(year if _YEAR.fullmatch(str(year)) else None, printed=text)
    return Date(year or None, month or None, day or None)


def combine(texts: list[str]) -> Date:
    """Join what several fields say of one date: the first year, and a month and day that agree with it.

    >>> combine(["2018", "SEP 22"]), combine(["2019", "2018/12/01"])
    (Date(year=2018, month=9, day=22, printed=''), Date(year=2019, month=None, day=None, printed='2018/12/01'))
    """
    year = month = day = None
    printed = []
    for text in texts:
        date = read(text)
        if year is None:
            year = date.year
        if date.year not in (None, year):
            printed.append(text.strip())
            continue
        if date.month and not month:
            month, day = date.month, date.day
        elif date.day and not day and date.month == month:
            day = date.day
        if date.printed:
            printed.append(date.printed)
    return Date(year, month, day, "; ".join(dict.fromkeys(printed)))


def written(date: Date) -> str:
    """Write a date as RIS does: `2012/07/03/`, with the printed form last.

    >>> written(Date(2012, 7)), written(Date(1998, printed="1998 Dec-1999 Jan"))
    ('2012/07//', '1998///1998 Dec-1999 Jan')
    """
    year, month, day = (f"{part:02d}" if part else "" for part in date[:3])
    return f"{year}/{month}/{day}/{date.printed}"
