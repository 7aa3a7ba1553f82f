"""What another tool says of a reference: which one it is, who decided what, and where that stands."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.records import identifiers, tables
from pipeline.records.record import Author, Origin, Record
from pipeline.records.tables import Row, Table
from pipeline.screening.settings import Answer

OUR_ID = "living_review_id"  # the column, or the label in a note, in which our ids travel
_IN_NOTE = re.compile(rf"{OUR_ID}[:=]\s*(\S+?)(?=[;|\s]|$)", re.IGNORECASE)
_NAME_JOINTS = re.compile(r"\s*;\s*|\s+and\s+|\|", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One decision in another tool.

    Attributes:
        reviewer: whose, as that tool names them; e-mail addresses never get this far.
        reason: as written there.
        note: what else was written beside it.
        stage: where it counts; empty where the tool does not say.
        report: where the full text is.
        tried: what was tried to get it.
        study: the name of the study.
    """

    reviewer: str
    answer: Answer
    reason: str = ""
    note: str = ""
    stage: str = ""
    report: str = ""
    tried: str = ""
    study: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One reference of another tool with its votes.

    Attributes:
        file: where it stands.
        row: and in which row.
        key: its id in that tool.
        ours: our record id, where the tool carried it along.
        record: its bibliographic facts, for matching.
        votes: what was decided on it; none if it is not yet decided.
    """

    file: str
    row: int
    key: str
    ours: str
    record: Record
    votes: tuple[Vote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What the files of another tool hold.

    Attributes:
        references: in the order of the files.
        untold: what the tool does not tell, or what could not be told apart, one sentence each.
        people: the pseudonym of each reviewer whom the tool named by e-mail address or name.
    """

    references: tuple[Reference, ...]
    untold: tuple[str, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)


def reference(table: Table, row: Row, columns: Mapping[str, Sequence[str]], votes: Iterable[Vote]) -> Reference:
    """Make a reference of a row.

    Args:
        table: the file.
        row: the row.
        columns: the names under which each fact may stand: key, title, authors, year, journal, volume, pages, doi,
            pmid, notes.
        votes: its votes.
    """

    def cell(name: str) -> str:
        return next((row[column] for column in columns.get(name, ()) if row[column]), "")

    ours = row[OUR_ID] or _first(_IN_NOTE.findall(cell("notes")))
    year = re.search(r"\d{4}", cell("year"))
    record = Record(
        id=f"import:{table.file}:{row.number}",
        origin=Origin(search="import", file=table.file, block=row.number),
        title=cell("title"),
        authors=tuple(authors(cell("authors"))),
        year=int(year.group()) if year else None,
        journal=cell("journal"),
        volume=cell("volume"),
        pages=cell("pages"),
        doi=identifiers.doi(cell("doi")),
        pmid=identifiers.pmid(cell("pmid")),
    )
    return Reference(file=table.file, row=row.number, key=cell("key"), ours=ours, record=record, votes=tuple(votes))


def _first(texts: Sequence[str]) -> str:
    return texts[0] if texts else ""


def authors(text: str) -> Iterator[Author]:
    """Read a list of names divided by semicolons, bars or "and".

    >>> [author.name for author in authors("Alpha, A. and Beta, B.")]
    ['Alpha, A.', 'Beta, B.']
    """
    for name in _NAME_JOINTS.split(text):
        family, _, given = name.strip().partition(",")
        if family.strip():
            yield Author(family=family.strip(), given=given.strip())


def pseudonyms(names: Iterable[str], given: Mapping[str, str], tool: str) -> dict[str, str]:
    """Give each person of another tool the name they have here, or a pseudonym: the tool's name and a number.

    >>> pseudonyms(["kofi@example.org", "Ama"], {"Ama": "ama"}, "rayyan")
    {'Ama': 'ama', 'kofi@example.org': 'rayyan-1'}
    """
    found = sorted(set(names))
    unnamed = [name for name in found if name not in given]
    return {name: given.get(name, f"{tool}-{unnamed.index(name) + 1 if name in unnamed else ''}") for name in found}


def read(data: bytes, file: str, expected: Iterable[str]) -> Table:
    """Read a file of another tool; raises FormError where it is no table."""
    return tables.read(data, file=file, expected=expected)
