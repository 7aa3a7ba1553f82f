"""Small words: lists, plurals, short names of records."""

from collections.abc import Sequence

from pipeline.records.record import Record
from pipeline.report.document import Content, Fact, Inline, Link

_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def listed(words: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does.

    >>> listed(["PubMed", "Embase", "Cochrane"]), listed(["PubMed"]), listed([])
    ('PubMed, Embase and Cochrane', 'PubMed', '')
    """
    if len(words) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def noun(count: int, one: str, several: str = "") -> str:
    """Return a noun in the number of what is counted.

    >>> noun(1, "record"), noun(2, "record"), noun(0, "study", "studies")
    ('record', 'records', 'studies')
    """
    return one if count == 1 else several or f"{one}s"


def step_words(count: int, label: str) -> str:
    """Put the label of a step of the flow ("records await screening") into the number of what it counts.

    >>> step_words(1, "records from databases await screening"), step_words(2, "records await screening")
    ('record from databases awaits screening', 'records await screening')
    """
    if count != 1:
        return label
    first, _, rest = label.partition(" ")
    return f"{first.removesuffix('s')} {rest}".replace(" await ", " awaits ", 1)


def was(count: int) -> str:
    """Return the verb in the number of what is counted."""
    return "was" if count == 1 else "were"


def small(count: int) -> str:
    """Write a small number as a word, as running text does.

    >>> small(2), small(12)
    ('two', '12')
    """
    return _SMALL[count] if count < len(_SMALL) else f"{count:,}"


def counted(name: str, count: int, one: str, several: str = "") -> Content:
    """Write a counted number with its noun: "10,135 records"."""
    return (Fact(name=name, value=count), f" {noun(count, one, several)}")


def sentence(*parts: Inline | Content) -> Content:
    """Join parts of a sentence into one content."""
    joined: list[Inline] = []
    for part in parts:
        joined.extend(part if isinstance(part, tuple) else (part,))
    return tuple(joined)


def name(record: Record) -> str:
    """Name a record as running text does: family names and year.

    >>> from pipeline.records.record import Author, Origin
    >>> two = (Author(family="One"), Author(family="Two"))
    >>> name(Record(id="a:1", origin=Origin(search="a"), authors=two, year=2010))
    'One and Two 2010'
    """
    authors = [author.family for author in record.authors if author.family]
    if not authors:
        return f"{record.title or record.id} ({record.year or 'no year'})"
    who = f"{authors[0]} et al." if len(authors) > 2 else " and ".join(authors)  # noqa: PLR2004 - as journals do
    return f"{who} {record.year or '(no year)'}"


def links(record: Record) -> tuple[Link, ...]:
    """List where a record can be looked up, from its checked identifiers only."""
    found = []
    if record.pmid:
        found.append(Link(text="PubMed", target=f"https://pubmed.ncbi.nlm.nih.gov/{record.pmid}/"))
    if record.doi:
        found.append(Link(text=f"doi:{record.doi}", target=f"https://doi.org/{record.doi}"))
    if record.pmcid:
        found.append(Link(text=record.pmcid, target=f"https://pmc.ncbi.nlm.nih.gov/articles/{record.pmcid}/"))
    return tuple(found)


def line(record: Record) -> str:
    """Write a record's authors, journal and year in one line."""
    names = [f"{author.family} {author.given}".strip() for author in record.authors[:3]]
    who = ", ".join(names) + (", et al" if len(record.authors) > 3 else "")  # noqa: PLR2004 - the first three
    where = record.journal_abbreviation or record.journal
    return " ".join(f"{part}." for part in (who, where, str(record.year or "")) if part)
