"""What a block says, by meaning, to a record: the one place where a field means the same from every format.

A format knows only which of its tags or columns carries which meaning. What a value must be to fill a field, and
where it goes if it is not, is decided here; what fills no field is kept in `extra` under its own tag.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pipeline.formats import dates, kinds, languages, names, pages
from pipeline.formats.abstracts import passages
from pipeline.formats.markup import unmarked
from pipeline.formats.text import folded
from pipeline.records import identifiers
from pipeline.records.record import Author, Identifier, Link, Origin, Record

Field = tuple[str, str]  # tag or column, and its text
Fields = dict[str, Any]

_EMBASE_URL = re.compile(r"embase\.com\S*?[?&]id=(L\d+)")
_SCOPUS_URL = re.compile(r"[?&]eid=(2-s2\.0-\d+)")
_PUBMED_URL = re.compile(r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)/([1-9]\d{0,8})(?!\d)")
_PMC_URL = re.compile(r"(?:ncbi\.nlm\.nih\.gov/pmc|europepmc\.org)/articles/(PMC[1-9]\d{0,8})(?!\d)")
_NUMBERED: tuple[tuple[str, Callable[[str], str], re.Pattern[str]], ...] = (
    ("pmid", identifiers.pmid, _PUBMED_URL),
    ("pmcid", identifiers.pmcid, _PMC_URL),
)
_CENTRAL = re.compile(r"\bCN-\d{8}\b")
_RESOLVER = re.compile(r"(?:^|//(?:dx\.)?doi\.org/|^doi:\s*)(?=10\.)", re.IGNORECASE)
_COPYRIGHT = re.compile(r"(?:Copyright\b|©|\(c\) ?\d{4})", re.IGNORECASE)
_PLAIN_SCHEMES = {"embase", "central", "scopus", "cinahl", "openalex", "lens", "pii", "mid", "bookaccession"}
_SCHEMES = {"pubmed": "pmid", "medline": "pmid", "pmc": "pmcid"} | {name: name for name in _PLAIN_SCHEMES}
_SCHEMES |= dict.fromkeys(("ctgov", "ictrp", "registration"), "registration")
_LABELLED_ID = re.compile(r"([A-Za-z]+)\s+(\S*\d\S*)")
_DAYS = 31
_DATED = re.compile(r"\d{4}/\d\d/\d\d")
_LANGUAGES = re.compile(r"\s*[;,/|]\s*|\s+and\s+")
_MEDLINE = frozenset({"nlm", "medline", "pubmed", "nlm medline", "ovid medline(r)"})
_NO_PAGE = frozenset({"no", "specified", "no-specified", "n/a", "no pagination", "no-no"})


class Said:
    """What one block says: texts by meaning, each with the tag that carried it, and what has no meaning here.

    Attributes:
        kind: what the type of entry says the document is, one of record.KINDS.
        by_meaning: meaning -> fields; a meaning that nothing carries is not in it.
        extra: fields that no meaning takes, in the order read.
        authors: authors that the format itself delivers in parts, before those under the meaning "author".
        editors: the same, of editors.
        identifiers: identifiers that have no field of their own.
        links: pointers to other documents.
    """

    __slots__ = ("authors", "by_meaning", "editors", "extra", "identifiers", "kind", "links")

    def __init__(self, kind: str = "article") -> None:
        self.kind = kind
        self.by_meaning: defaultdict[str, list[Field]] = defaultdict(list)
        self.extra: list[Field] = []
        self.authors: list[Author] = []
        self.editors: list[Author] = []
        self.identifiers: list[Identifier] = []
        self.links: list[Link] = []

    def add(self, meaning: str, tag: str, text: str) -> None:
        """Note that `tag` says `text`."""
        stripped = text.strip()
        if not stripped:
            return
        if meaning:
            self.by_meaning[meaning].append((tag, stripped))
        else:
            self.extra += _lines(tag, stripped)

    def add_all(self, fields: Iterable[Field], meanings: Mapping[str, str]) -> None:
        """Note what the fields of a block say, each by the meaning of its tag."""
        for tag, text in fields:
            self.add(meanings.get(tag, ""), tag, text)

    def of(self, meaning: str) -> Sequence[Field]:
        """List the fields of a meaning."""
        return self.by_meaning.get(meaning, ())

    def lines(self, meaning: str) -> list[Field]:
        """List the lines of the fields of a meaning, folded."""
        lines: list[Field] = []
        for tag, text in self.by_meaning.get(meaning, ()):
            lines += _lines(tag, text)
        return lines

    def first(self, meaning: str) -> str:
        """Return the first text of a meaning, folded; keep every other that differs from it."""
        found = self.by_meaning.get(meaning)
        if not found:
            return ""
        chosen = folded(found[0][1])
        for tag, text in found[1:]:
            other = folded(text)
            if other != chosen:
                self.extra.append((tag, other))
        return chosen

    def identify(self, scheme: str, value: str) -> None:
        """Add an identifier that has no field of its own."""
        self.identifiers.append(Identifier(scheme=scheme, value=value))


def _lines(tag: str, text: str) -> list[Field]:
    """List the lines of a text, folded, those that hold something."""
    if "\n" not in text:
        return [(tag, folded(text))]
    return [(tag, " ".join(line.split())) for line in text.split("\n") if line.strip()]


def assemble(said: Said, *, name: str, origin: Origin) -> Record:
    """Make the record that a block describes."""
    fields: Fields = {}
    for part in _PARTS:
        part(said, fields)
    return Record(id=name, origin=origin, **fields)


def _titles(said: Said, fields: Fields) -> None:
    title = unmarked(said.first("title"))
    if "original-title" in said.by_meaning:
        fields["original_title"] = original = unmarked(said.first("original-title"))
        title = title or original
    fields["title"] = title


def _authors(said: Said, fields: Fields) -> None:
    fields["authors"] = (
        *said.authors,
        *(names.read(text) for _, text in said.lines("author")),
        *(Author(family=text, is_group=True) for _, text in said.lines("group")),
    )
    if said.editors or "editor" in said.by_meaning:
        fields["editors"] = (*said.editors, *(names.read(text) for _, text in said.lines("editor")))


def _date(said: Said, fields: Fields) -> None:
    if found := said.of("date"):
        fields["year"], fields["month"], fields["day"], fields["date"] = dates.combine([text for _, text in found])
    if "month" in said.by_meaning:
        month, day = said.first("month"), said.first("day")
        if number := dates.month_number(month):
            fields["month"] = number
            fields["day"] = int(day) if day.isascii() and day.isdigit() and 1 <= int(day) <= _DAYS else None
        else:
            said.extra += [*said.of("month"), *said.of("day")]


def _container(said: Said, fields: Fields) -> None:
    journals = [(tag, unmarked(text)) for tag, text in said.lines("journal")]
    abbreviations = [(tag, unmarked(text)) for tag, text in said.lines("journal-abbreviation")]
    if not journals and abbreviations:
        journals.append(abbreviations.pop(0))
    if journals:
        fields["journal"] = journal = journals[0][1]
        other = next((text for _, text in abbreviations if text != journal), journal if abbreviations else "")
        fields["journal_abbreviation"] = other
        if len(journals) + len(abbreviations) > 1:
            kept = (journal, other)
            said.extra += [field for field in dict.fromkeys(journals + abbreviations) if field[1] not in kept]
    for field in ("volume", "issue", "place", "publisher"):
        if field in said.by_meaning:
            fields[field] = said.first(field)
    if editions := said.of("edition"):
        dated = [field for field in editions if _DATED.match(field[1])]  # EndNote has dates of PubMed here
        said.extra += dated
        fields["edition"] = next((text for _, text in editions if not _DATED.match(text)), "")


def _pages(said: Said, fields: Fields) -> None:
    first, last = said.first("first-page"), said.first("last-page")
    if first.casefold() in _NO_PAGE:
        ends = (*said.of("first-page"), *said.of("last-page"))
        said.extra += [(tag, page) for tag, text in ends if (page := folded(text)) in (first, last)]
        first = last = ""
    printed = said.first("pages")
    found = pages.expand(printed) or pages.join(first, last)
    if printed and first and pages.join(first, last) != found:
        said.extra += [*said.of("first-page"), *said.of("last-page")]
    elif last and not found.endswith(pages.expand(last)):
        said.extra += said.of("last-page")
    if "article-number" in said.by_meaning:
        articles = said.of("article-number")
        found = found or articles[0][1]
        said.extra += [field for field in articles if field[1] != found]
    fields["pages"] = found


def _serials(said: Said, fields: Fields) -> None:
    issn: list[str] = []
    isbn: list[str] = []
    for tag, text in said.lines("issn"):
        serials, books = _serial_numbers(text)
        issn += serials
        isbn += books
        if not serials and not books:
            said.extra.append((tag, text))
    fields["issn"], fields["isbn"] = tuple(dict.fromkeys(issn)), tuple(dict.fromkeys(isbn))


@lru_cache(maxsize=1 << 12)
def _serial_numbers(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return identifiers.issn(text), identifiers.isbn(text)


def _languages(said: Said, fields: Fields) -> None:
    found: list[str] = []
    for tag, text in said.lines("language"):
        for code, part in _language_codes(text):
            if code:
                found.append(code)
            else:
                said.extra.append((tag, part))
    fields["languages"] = tuple(dict.fromkeys(found))


@lru_cache(maxsize=1 << 10)
def _language_codes(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((languages.code(part), part) for part in _LANGUAGES.split(text) if part)


def _abstract(said: Said, fields: Fields) -> None:
    found = said.of("abstract")
    if not found:
        return
    texts = [found[0][1]]
    for tag, text in found[1:]:
        if _COPYRIGHT.match(text):
            said.extra.append((tag, " ".join(text.split())))
        elif text not in texts:
            texts.append(text)
    fields["abstract"] = passages(unmarked("\n".join(texts)))


def _subjects(said: Said, fields: Fields) -> None:
    for field, meaning in (("keywords", "keyword"), ("mesh", "mesh"), ("publication_types", "publication-type")):
        if meaning in said.by_meaning:
            fields[field] = tuple(dict.fromkeys([text for _, text in said.lines(meaning)]))
    fields["kind"] = kinds.refine(said.kind, fields.get("publication_types", ()))


def _links(said: Said, fields: Fields) -> None:
    urls: list[str] = []
    for tag, text in said.lines("url"):
        for part in text.split() if text.count("://") > 1 else [text]:
            if "://" in part or part.startswith("www."):
                urls.append(part)
            else:
                said.extra.append((tag, part))
    fields["urls"] = tuple(dict.fromkeys(urls))
    if "note" in said.by_meaning:
        fields["notes"] = tuple([text for _, text in said.lines("note")])
    for url in urls:
        if "embase.com" in url and (found := _EMBASE_URL.search(url)):
            said.identify("embase", found.group(1))
        elif "scopus.com" in url and (found := _SCOPUS_URL.search(url)):
            said.identify("scopus", found.group(1))


def _doi(said: Said, fields: Fields) -> None:
    doi = printed = ""
    for tag, text in said.lines("doi"):
        canonical = identifiers.doi(text)
        if canonical and not doi:
            doi, printed = canonical, text
        elif canonical != doi or not canonical:
            said.extra.append((tag, text))
    for tag, text in said.lines("doi-elsewhere"):
        canonical = identifiers.doi(text) if _RESOLVER.search(text) else ""
        if canonical and not doi:
            doi, printed = canonical, text
        elif not canonical or identifiers.doi_key(canonical) != identifiers.doi_key(doi):
            said.extra.append((tag, text))
    if not doi:
        doi = printed = next((identifiers.doi(url) for url in fields["urls"] if _RESOLVER.search(url)), "")
    fields["doi"], fields["doi_as_printed"] = doi, printed if printed != doi else ""


def _identifiers(said: Said, fields: Fields) -> None:
    for tag, text in said.lines("ids"):
        _labelled_ids(tag, text, said)
    for meaning, read, pattern in _NUMBERED:
        chosen = ""
        for tag, text in said.lines(meaning):
            found = read(text)
            if not found or chosen not in ("", found):
                said.extra.append((tag, text))
            else:
                chosen = found
        linked = set(pattern.findall(" ".join(fields["urls"]))) if not chosen and fields["urls"] else set()
        fields[meaning] = chosen or (linked.pop() if len(linked) == 1 else "")
    for tag, text in said.lines("registration"):
        registered = identifiers.registrations(text)
        for value in registered:
            said.identify("registration", value)
        if not registered:
            said.extra.append((tag, text))
    for scheme in _PLAIN_SCHEMES.intersection(said.by_meaning):
        for _, text in said.of(scheme):
            said.identify(scheme, text.rpartition("/")[2] if text.startswith("http") else text)


def _labelled_ids(tag: str, text: str, said: Said) -> None:
    """Read what the Cochrane Library writes, `PUBMED 38407106,EMBASE 643589775`; other text has no such labels."""
    parts = [_LABELLED_ID.fullmatch(part.strip()) for part in text.split(",")]
    labelled = [part.groups() for part in parts if part and part[1].lower() in _SCHEMES]
    if len(labelled) < len(parts):
        said.extra.append((tag, text))
        return
    for scheme, value in labelled:
        said.add(_SCHEMES[scheme.lower()], tag, value)


def _source(said: Said, fields: Fields) -> None:
    databases = [text for _, text in said.lines("database")]
    fields["database"] = "; ".join(dict.fromkeys(databases))
    fields["accession"] = accession = said.first("accession")
    if accession.isdigit() and not fields["pmid"] and any(name.casefold() in _MEDLINE for name in databases):
        fields["pmid"] = identifiers.pmid(accession)
    if _CENTRAL.fullmatch(accession):
        said.identify("central", accession)
    fields["identifiers"] = sorted_identifiers(said.identifiers)
    fields["links"], fields["extra"] = tuple(said.links), tuple(said.extra)


def sorted_identifiers(found: list[Identifier]) -> tuple[Identifier, ...]:
    """Put identifiers in one order, each once, whatever the order in which a format delivers them."""
    if len(found) < 2:  # noqa: PLR2004 - nothing to sort
        return tuple(found)
    return tuple(sorted(set(found), key=lambda each: (each.scheme, each.value)))


_PARTS: tuple[Callable[[Said, Fields], None], ...] = (
    _titles,
    _authors,
    _date,
    _container,
    _pages,
    _serials,
    _languages,
    _abstract,
    _subjects,
    _links,
    _doi,
    _identifiers,
    _source,
)
