"""One cell of an exported table to what it says: lists taken apart, and cells that hold several fields at once."""

import re
from collections.abc import Callable, Mapping, Sequence

from pipeline.formats import kinds, names
from pipeline.formats.assembly import Said
from pipeline.formats.table_layouts import Layout
from pipeline.records.record import Author

Taker = Callable[[Said, str, str, Layout], None]

# Embase writes "Journal (2024) 15:1 (152-160) Article Number: 4063. Date of Publication: 1 Dec 2024", PubMed writes
# "J Name. 2020 Feb;63(2):103640. doi: ...". Source: the exports of the two platforms.
_EMBASE_SOURCE = re.compile(
    r"(?P<journal>.+?) \((?P<year>\d{4})\)(?: (?P<volume>[^\s:(]+))?(?::(?P<issue>[^(]+?))?(?: \((?P<pages>[^)]+)\))?"
    r"(?: Article Number: (?P<article>\S+?))?\.? Date of Publication: (?P<date>.+)"
)
_CITATION = re.compile(
    r"[^.]+\. (?P<date>\d{4}[^;.:]*)(?:;(?P<volume>[^:(.;]*)(?:\((?P<issue>[^)]*)\))?)?(?::(?P<pages>[^.]+))?\."
)
_NUMERIC_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ZOTERO_EXTRA = re.compile(r"(PMID|PMCID):\s*(\S+)")
_LISTS = {"keywords": "keyword", "mesh": "mesh", "registration": "registration"}
_DIVIDERS = ("|", "\n", ";")


def say(said: Said, meaning: str, column: str, value: str, layout: Layout) -> None:
    """Note what one cell says."""
    if (take := _TAKERS.get(meaning)) is not None:
        take(said, column, value, layout)
    elif meaning in _LISTS:
        for item in items(value):
            said.add(_LISTS[meaning], column, item)
    else:
        said.add(meaning, column, value)


def items(value: str) -> list[str]:
    """Take a list in one cell apart: at bars, line ends or semicolons, else at commas outside brackets.

    >>> items("liver; bile duct"), items("cyst (diagnosis, surgery), human"), items("a|b")
    (['liver', 'bile duct'], ['cyst (diagnosis, surgery)', 'human'], ['a', 'b'])
    """
    divider = next((mark for mark in _DIVIDERS if mark in value), "")
    parts = value.split(divider) if divider else re.split(r",(?!\d)(?![^()]*\))", value)
    return [folded for part in parts if (folded := " ".join(part.split()))]


def listed(texts: Sequence[str]) -> str:
    """Write a list into one cell so that `items` takes it apart again; a divider at the end keeps a lone item whole.

    >>> listed(["liver", "bile duct"]), listed(["Radiation, Ionizing"]), listed(["a; b", "c"])
    ('liver; bile duct', 'Radiation, Ionizing;', 'a; b | c')
    """
    divider = " |" if any(";" in text for text in texts) else ";"
    alone = len(texts) == 1 and any(mark in texts[0] for mark in ",;")
    return f"{divider} ".join(texts) + (divider if alone else "")


def _authors(said: Said, _column: str, value: str, layout: Layout) -> None:
    said.authors += names.several(value, given_first=layout.given_first)


def _authors_again(said: Said, column: str, value: str, layout: Layout) -> None:
    if not said.authors:
        _authors(said, column, value, layout)


def _editors(said: Said, _column: str, value: str, layout: Layout) -> None:
    said.editors += names.several(value, given_first=layout.given_first)


def _groups(said: Said, _column: str, value: str, _layout: Layout) -> None:
    said.authors += [Author(family=name, is_group=True) for name in items(value)]


def _type(said: Said, column: str, value: str, _layout: Layout) -> None:
    said.kind = kinds.named(value) or said.kind
    if not kinds.named(value):
        said.add("", column, value)


def _registered(said: Said, column: str, value: str, _layout: Layout) -> None:
    said.add("accession", column, value)
    said.add("registration", column, value)


def _url(said: Said, column: str, value: str, _layout: Layout) -> None:
    for part in re.split(r"[\s|]+", value):
        said.add("url", column, part)


def _ordered_date(year: int, month: int, day: int) -> Taker:
    """Make a taker of dates in figures whose order the platform fixes: the number of the group of each part."""

    def take(said: Said, column: str, value: str, _layout: Layout) -> None:
        found = _NUMERIC_DATE.fullmatch(value.strip())
        said.add("date", column, f"{found[year]}/{found[month]}/{found[day]}" if found else value)

    return take


def _parts(pattern: re.Pattern[str], meanings: Mapping[str, str]) -> Taker:
    """Make a taker of cells that hold several fields; the cell is kept as it stands, too."""

    def take(said: Said, column: str, value: str, _layout: Layout) -> None:
        said.add("", column, value)
        if found := pattern.match(" ".join(value.split())):
            for group, meaning in meanings.items():
                if found[group] and not said.of(meaning):
                    said.add(meaning, column, found[group])

    return take


def _pmid_url(said: Said, column: str, value: str, _layout: Layout) -> None:
    said.add("pmid", column, value.rstrip("/").rpartition("/")[2])


def _zotero_extra(said: Said, column: str, value: str, _layout: Layout) -> None:
    for label, number in _ZOTERO_EXTRA.findall(value):
        said.add(label.lower(), column, number)
    said.add("note", column, _ZOTERO_EXTRA.sub("", value))


_TAKERS: Mapping[str, Taker] = {
    "authors": _authors,
    "authors-again": _authors_again,
    "editors": _editors,
    "groups": _groups,
    "type": _type,
    "registered": _registered,
    "url": _url,
    "month-first-date": _ordered_date(3, 1, 2),
    "day-first-date": _ordered_date(3, 2, 1),
    "embase-source": _parts(
        _EMBASE_SOURCE,
        {
            "journal": "journal",
            "year": "date",
            "volume": "volume",
            "issue": "issue",
            "pages": "pages",
            "article": "article-number",
            "date": "date",
        },
    ),
    "citation": _parts(_CITATION, {"date": "date", "volume": "volume", "issue": "issue", "pages": "pages"}),
    "pmid-url": _pmid_url,
    "zotero-extra": _zotero_extra,
}
