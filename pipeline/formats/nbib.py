"""PubMed's own text format ("PubMed", "MEDLINE", nbib): a record begins with its PMID and, for articles, ends with SO.

The format marks no end of a file. The last record must therefore hold its source (SO) or its book accession, and whole
lines; else the file may be cut off, and the record is a fault.
"""

import re
from collections.abc import Iterable, Iterator

from pipeline.errors import Fault
from pipeline.formats import dates, names
from pipeline.formats.abstracts import joined
from pipeline.formats.assembly import Field, Said, assemble
from pipeline.formats.pubmed_terms import HISTORY, REF_TYPES, UNTITLED, unbracketed
from pipeline.formats.source import Blocks, Source
from pipeline.formats.text import Block, blocks
from pipeline.records import identifiers
from pipeline.records.record import Author, Link, Record

# Tag: meaning (assembly). Every tag that is not here and not read below is kept in `extra`.
# Source: NLM, "PubMed format", https://pubmed.ncbi.nlm.nih.gov/help/#pubmed-format.
TAGS: dict[str, str] = {
    "PMID": "pmid", "PMC": "pmcid", "TI": "title", "TT": "original-title", "DP": "date", "BTI": "journal",
    "CTI": "journal", "JT": "journal", "TA": "journal-abbreviation", "VI": "volume", "IP": "issue", "PG": "pages",
    "IS": "issn", "ISBN": "issn", "PB": "publisher", "PL": "place", "EN": "edition", "LA": "language", "AB": "abstract",
    "OT": "keyword", "MH": "mesh", "PT": "publication-type", "GN": "note", "MID": "mid",
}  # fmt: skip
_IN_BOOKS = {("book", "BTI"): "title", ("chapter", "CTI"): ""}
_LINKS = {tag: kind for kind, tag in REF_TYPES.values()}
_TAG_OF_LINK = {kind: tag for tag, kind in reversed(_LINKS.items())}

_START = re.compile(r"\nPMID ?-")
_FIELDS = re.compile(r"^([A-Z][A-Z0-9]{1,4}) {0,3}-[ \t]?(.*(?:\n(?: {5,}|\t).*)*)", re.MULTILINE)
_ODD = re.compile(r"^(?![A-Z][A-Z0-9]{1,4} {0,3}-| {5,}|\t|[ \t]*$).+", re.MULTILINE)
_LOCATED = re.compile(r"(.*?)\s*\[(doi|pii|bookaccession|[\w ,]+)\]")
_CITED = re.compile(r"(.*?)[ .]*PMID: ?(\d+)\.?$")
_GENERATION = re.compile(r"(.*\S) (Jr|Sr|[2-9](?:nd|rd|th)|I{2,3}|IV)\.?")
_AGAIN = "Export it again from PubMed."


def claims(head: str) -> bool:
    """Say whether a text begins as PubMed's text format does."""
    return bool(re.match(r"\s*(?:\d+:\s*)?PMID ?-", head))


def read(source: Source) -> Blocks:
    """Yield a record or a fault for every block."""
    for block in blocks(source, _START):
        if isinstance(block, Fault):
            yield block
        elif block.begun:
            yield _block(block, source)
        elif block.text.strip():
            source.begin(block.line)
            yield source.fault("this text belongs to no record", block.text, line=block.line, remedy=_AGAIN)


def _block(block: Block, source: Source) -> Record | Fault:
    origin = source.begin(block.line)
    if odd := _ODD.search(block.text):
        line = block.line + block.text.count("\n", 0, odd.start())
        what = f"this line is neither a tag nor goes on with one: {odd.group().strip()[:80]!r}"
        return source.fault(what, block.text, line=line, remedy=_AGAIN)
    fields: list[Field] = [(tag, " ".join(value.split())) for tag, value in _FIELDS.findall(block.text)]
    if block.last and not _whole(fields, block.text):
        what = "the last record has no source (SO), so that the file may be cut off"
        return source.fault(what, block.text, line=block.line, remedy=_AGAIN)
    if len(fields) == 1:
        return source.fault("this record says nothing but its PMID", block.text, line=block.line, remedy=_AGAIN)
    return assemble(_said(fields), name=source.name(block.text), origin=origin)


def _whole(fields: list[Field], text: str) -> bool:
    source = next((value for tag, value in fields if tag == "SO"), "")
    if source:
        return text.endswith("\n") or source.endswith(".")
    return any(tag == "AID" and value.endswith("[bookaccession]") for tag, value in fields)


def _said(fields: list[Field]) -> Said:
    tags = {tag for tag, _ in fields}
    said = Said(kind=("chapter" if "TI" in tags else "book") if "BTI" in tags else "article")
    people = _People(said)
    said.add("database", "", "PubMed" if any(tag == "PMID" and value for tag, value in fields) else "")
    for tag, value in fields:
        if tag in TAGS:
            _plain(tag, value, said)
        elif tag in _LINKS:
            cited = _CITED.fullmatch(value)
            pmid, text = (cited.group(2), cited.group(1)) if cited else ("", value)
            said.links.append(Link(kind=_LINKS[tag], pmid=pmid, text=text.rstrip(" .")))
        elif tag in ("LID", "AID"):
            _location(tag, value, said)
        elif tag == "SI":
            registered = identifiers.registrations(value.replace("/", " ", 1)) or identifiers.registrations(value)
            said.add("registration" if registered else "", tag, registered[0] if registered else value)
        elif tag == "PHST" and any(value.endswith(f"[{status}]") for status in HISTORY):
            continue
        elif not people.take(tag, value) and tag not in ("SO", "PMCR"):
            said.add("", tag, value)
    people.done()
    return said


def _plain(tag: str, value: str, said: Said) -> None:
    if tag == "PMID":
        said.add("accession", tag, value)
    elif tag in ("TI", "BTI"):
        value = unbracketed(value)
        if value in UNTITLED:
            return
    elif tag == "OT":
        value = value.removeprefix("*") or value
    said.add(_IN_BOOKS.get((said.kind, tag), TAGS[tag]), tag, value)


def _location(tag: str, value: str, said: Said) -> None:
    found = _LOCATED.fullmatch(value)
    if found is None:
        said.add("article-number" if tag == "LID" else "", tag, value)
    elif found.group(2) == "doi":
        said.add("doi", tag, found.group(1))
    elif found.group(2) in ("pii", "bookaccession"):
        said.identify(found.group(2), found.group(1))
    else:
        said.add("", tag, value)


class _People:
    """Puts the lines of authors together: a name, its initials, its ORCID iD and its affiliations follow each other."""

    def __init__(self, said: Said) -> None:
        self._said = said
        self._name: Author | None = None
        self._list = said.authors
        self._full = False
        self._orcid = ""
        self._affiliations: list[str] = []

    def take(self, tag: str, value: str) -> bool:
        """Take a line if it is about a person; say whether it is."""
        if tag in ("FAU", "FED"):
            self._begin(full_name(value), self._said.authors if tag == "FAU" else self._said.editors)
            self._full = True
        elif tag in ("AU", "ED"):
            if not self._full:
                self._begin(names.read(value), self._said.authors if tag == "AU" else self._said.editors)
            self._full = False
        elif tag == "CN":
            self._begin(Author(family=value, is_group=True), self._said.authors)
        elif tag == "AUID" and self._name is not None and not self._orcid and value.startswith("ORCID"):
            self._orcid = names.orcid(value)
        elif tag == "AD":
            self._affiliations.append(value)
        else:
            return tag == "IR"
        return True

    def _begin(self, name: Author, into: list[Author]) -> None:
        if self._name is not None:
            self.done()
        self._name, self._list = name, into

    def done(self) -> None:
        """End the person begun last."""
        if self._name is not None:
            self._list.append(
                Author(
                    family=self._name.family,
                    given=self._name.given,
                    suffix=self._name.suffix,
                    is_group=self._name.is_group,
                    orcid=self._orcid,
                    affiliations=tuple(self._affiliations),
                )
            )
        else:
            self._said.extra += [("AD", text) for text in self._affiliations]
        self._name, self._orcid, self._affiliations, self._full = None, "", [], False


def full_name(text: str) -> Author:
    """Read a name as FAU writes it: "Benson, Al B 3rd".

    >>> full_name("Benson, Al B 3rd").suffix, full_name("van Eijck, Casper H J").family
    ('3rd', 'van Eijck')
    """
    family, _, given = text.partition(",")
    found = _GENERATION.fullmatch(given.strip())
    given, suffix = (found.group(1), found.group(2)) if found else (given.strip(), "")
    return Author(family=family.strip(), given=given, suffix=suffix)


def write(records: Iterable[Record]) -> Iterator[bytes]:
    """Write records as PubMed's text format, one block a record; lines are not wrapped."""
    for record in records:
        lines = (f"{tag:<4}- {' '.join(text.split())}\n" for tag, text in fields_of(record))
        yield "".join(lines).encode() + b"\n"


def fields_of(record: Record) -> Iterator[Field]:
    """List what the format holds of a record, in PubMed's order."""
    book = record.kind in ("book", "chapter")
    plain: list[tuple[str, Iterable[str]]] = [
        ("IS", record.issn),
        ("ISBN", record.isbn),
        ("VI", [record.volume]),
        ("IP", [record.issue]),
        ("DP", [_date(record)]),
        ("TI", [] if record.kind == "book" else [record.title]),
        ("BTI", [record.title if record.kind == "book" else record.journal] if book else []),
        ("CTI", [record.journal] if record.kind == "book" else []),
        ("PG", [record.pages]),
        ("AB", [joined(record.abstract)]),
    ]
    yield "PMID", record.pmid
    yield from _filled(plain)
    for author in record.authors:
        yield from _person(author, "FAU", "AU")
    for editor in record.editors:
        yield from _person(editor, "FED", "ED")
    after: list[tuple[str, Iterable[str]]] = [
        ("LA", record.languages),
        ("SI", [_registration(value) for value in record.registrations]),
        ("PT", record.publication_types),
        ("TT", [record.original_title]),
        ("PB", [record.publisher]),
        ("PL", [record.place]),
        ("EN", [record.edition]),
        ("TA", [record.journal_abbreviation]),
        ("JT", [] if book else [record.journal]),
        ("MH", record.mesh),
        ("OT", record.keywords),
        ("GN", record.notes),
        ("PMC", [record.pmcid]),
        ("MID", [found.value for found in record.identifiers if found.scheme == "mid"]),
        ("AID", _locations(record)),
    ]
    yield from _filled(after)
    for link in record.links:
        if link.kind in _TAG_OF_LINK:
            yield _TAG_OF_LINK[link.kind], f"{link.text}. PMID: {link.pmid}" if link.pmid else link.text
    kept = [field for field in record.extra if _TAG.fullmatch(field[0]) and field[0] not in _PERSONAL]
    yield from kept if record.origin.format in _OURS else ()
    yield "SO", _source(record)


def _filled(fields: Iterable[tuple[str, Iterable[str]]]) -> Iterator[Field]:
    yield from ((tag, text) for tag, texts in fields for text in texts if text)


def _person(author: Author, full: str, short: str) -> Iterator[Field]:
    if author.is_group:
        yield "CN", author.family
    else:
        initials = (
            author.given
            if author.given.isupper()
            else "".join(part[0] for part in re.split(r"[\s.-]+", author.given) if part)
        )
        yield full, f"{author.family}, {author.given} {author.suffix}".rstrip(" ,")
        yield short, f"{author.family} {initials} {author.suffix}".rstrip()
    if author.orcid:
        yield "AUID", f"ORCID: {author.orcid}"
    for affiliation in author.affiliations:
        yield "AD", affiliation


def _date(record: Record) -> str:
    if record.date:
        return record.date if str(record.year or "") in record.date else f"{record.year} {record.date}"
    month = dates.MONTHS[record.month - 1].capitalize() if record.month else ""
    return " ".join(str(part) for part in (record.year, month, record.day) if part)


def _registration(value: str) -> str:
    return f"ClinicalTrials.gov/{value}" if value.startswith("NCT") else value


def _locations(record: Record) -> list[str]:
    found = [
        f"{given.value} [{given.scheme}]" for given in record.identifiers if given.scheme in ("pii", "bookaccession")
    ]
    return [*found, f"{record.doi} [doi]"] if record.doi else found


def _source(record: Record) -> str:
    """Write the citation in one line, as SO does."""
    issue = f"({record.issue})" if record.issue else ""
    place = f"{record.volume}{issue}{':' + record.pages if record.pages else ''}"
    said = f"{record.journal_abbreviation or record.journal}. {_date(record)}"
    return f"{said};{place}." if place else f"{said}."


_TAG = re.compile(r"[A-Z][A-Z0-9]{1,3}")
_OURS = frozenset({"nbib", "pubmed-xml"})
_PERSONAL = frozenset({"FAU", "AU", "FED", "ED", "CN", "AUID", "AD"})  # would be taken for authors, who they are not
