"""The record: one bibliographic entry as one search or one export delivered it, and its JSON line.

A record is never changed after it was read. What a reader could not place is kept in `extra`, so that writing
the record again loses nothing.
"""

from typing import Any

import msgspec

# What kind of document a record describes. Source: the union of RIS TY, BibTeX entry types, CSL item types and
# PubMed publication types that exports of the field use, reduced to what the pipeline treats differently.
KINDS = (
    "article",
    "chapter",
    "book",
    "conference-abstract",
    "conference-paper",
    "dissertation",
    "guideline",
    "preprint",
    "registration",
    "report",
    "dataset",
    "web-page",
    "other",
)

# How one record points at another. Source: PubMed DTD, CommentsCorrections/@RefType; the names are those of the DTD
# in words.
LINKS = (
    "retraction-in",
    "retraction-of",
    "concern-in",
    "concern-for",
    "erratum-in",
    "erratum-for",
    "update-in",
    "update-of",
    "corrected-in",
    "corrected-from",
    "partial-retraction-in",
    "partial-retraction-of",
    "republished-in",
    "republished-from",
    "comment-in",
    "comment-on",
    "preprint-of",
    "preprint-in",
    "summary-in",
    "summary-of",
    "original-report-in",
    "associated-dataset",
    "associated-publication",
    "other",
)


class Author(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A person, or a group that signs as one.

    Attributes:
        family: family name with its particles as delivered ("van Eijck"); a group's whole name.
        given: given names or initials as delivered ("Casper H J", "CHJ"); empty for a group.
        suffix: "Jr", "3rd".
        is_group: True for a collective author.
        orcid: 16 characters with hyphens, without the address.
        affiliations: as delivered, in order.
    """

    family: str
    given: str = ""
    suffix: str = ""
    is_group: bool = False
    orcid: str = ""
    affiliations: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Write the name as a bibliography does: "van Eijck, CHJ" or the group's name."""
        inverted = ", ".join(part for part in (self.family, self.given) if part)
        return f"{inverted} {self.suffix}".rstrip()


class Passage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One part of an abstract: its label as printed ("RESULTS"; empty if it has none) and its text."""

    text: str
    label: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A pointer from a record to another document: its kind (one of LINKS), its PMID where given, its citation."""

    kind: str
    pmid: str = ""
    text: str = ""


class Identifier(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An identifier with no field of its own: scheme ("embase", "central", "registration", "pii") and value."""

    scheme: str
    value: str


class Origin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Where a record was read from.

    Attributes:
        search: id of the search in workflow.yaml, or the file's stem where there is no review.
        file: path inside the review folder, with forward slashes.
        block: 1-based number of the input block in that file, faults included.
        line: 1-based line on which the block begins; 0 where the format has no lines.
        format: name of the reader that claimed the file (formats.FORMATS).
    """

    search: str
    file: str = ""
    block: int = 0
    line: int = 0
    format: str = ""


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One bibliographic entry as one search or one export delivered it.

    Texts are Unicode with their inner white space folded, without markup; inline markup of PubMed stays readable
    (sub- and superscripts as Unicode where it has them). Empty means not delivered.

    Attributes:
        id: `<search>:<PMID>` for PubMed, `<search>:<12 hex of the sha256 of the raw block>` for imports.
        kind: one of KINDS.
        title: as delivered, without the brackets of a translated title.
        original_title: the vernacular title.
        journal: the container as delivered: journal, book, or proceedings.
        journal_abbreviation: ISO or MEDLINE abbreviation, where delivered apart.
        pages: canonical range with the full last page ("203-208"); a single page or e-locator stands alone.
        date: the publication date as printed ("1998 Dec-1999 Jan"), where it says more than year, month, day.
        languages: ISO 639-2/B codes, as PubMed writes them ("eng").
        mesh: headings as "Descriptor/qualifier", with "*" before a major topic.
        doi: canonical (see `identifiers.doi`); `doi_as_printed` only where the delivered text differs.
        database: what the export says it was taken from ("MEDLINE", "Embase"), not the name of the search.
        accession: the number of the record in that database.
        version: PubMed's version of the citation; 1 unless it was revised.
        extra: tags and columns that no field here holds, as (tag, value), in the order read.
    """

    id: str
    origin: Origin
    kind: str = "article"
    title: str = ""
    original_title: str = ""
    authors: tuple[Author, ...] = ()
    editors: tuple[Author, ...] = ()
    year: int | None = None
    month: int | None = None
    day: int | None = None
    date: str = ""
    journal: str = ""
    journal_abbreviation: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    issn: tuple[str, ...] = ()
    isbn: tuple[str, ...] = ()
    publisher: str = ""
    place: str = ""
    edition: str = ""
    languages: tuple[str, ...] = ()
    abstract: tuple[Passage, ...] = ()
    keywords: tuple[str, ...] = ()
    mesh: tuple[str, ...] = ()
    publication_types: tuple[str, ...] = ()
    doi: str = ""
    doi_as_printed: str = ""
    pmid: str = ""
    pmcid: str = ""
    identifiers: tuple[Identifier, ...] = ()
    database: str = ""
    accession: str = ""
    urls: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    version: int = 1
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def abstract_text(self) -> str:
        """Join the abstract, one passage a line, each after its label."""
        return "\n".join(f"{p.label}: {p.text}" if p.label else p.text for p in self.abstract)

    @property
    def registrations(self) -> tuple[str, ...]:
        """List the register numbers under which the record itself was delivered."""
        return tuple(found.value for found in self.identifiers if found.scheme == "registration")

    def short(self) -> str:
        """Name the record in a few words for people: first author, year, title.

        >>> Record(id="a:1", origin=Origin(search="a"), title="A title", year=2010).short()
        'anonymous 2010, A title'
        """
        author = self.authors[0].family if self.authors else "anonymous"
        return f"{author} {self.year or 'n.d.'}, {self.title or '(no title)'}"


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Record)


def to_line(value: Any) -> bytes:  # noqa: ANN401 - any frozen value of the pipeline
    """Write a value as one JSON line: fixed key order, UTF-8, ended by a newline."""
    return _encoder.encode(value) + b"\n"


def from_line(line: bytes) -> Record:
    """Read one record back from its JSON line.

    Raises:
        msgspec.ValidationError: the line is not a record; the caller knows the file and says it as a Fault.
    """
    return _decoder.decode(line)
