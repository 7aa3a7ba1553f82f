"""BibTeX and biblatex, split by bibtexparser; entries are cut out of the stream first, so that memory is bounded."""

import logging
import re
from collections.abc import Iterable, Iterator
from typing import cast

from bibtexparser.middlewares.names import parse_single_name_into_parts, split_multiple_persons_names
from bibtexparser.model import DuplicateFieldKeyBlock, Entry, ImplicitComment, ParsingFailedBlock, String
from bibtexparser.splitter import Splitter

from pipeline.errors import Fault
from pipeline.formats import dates, kinds, latex
from pipeline.formats.abstracts import joined
from pipeline.formats.assembly import Field, Said, assemble
from pipeline.formats.source import Blocks, Source
from pipeline.formats.table_cells import items, listed
from pipeline.formats.text import Block, blocks
from pipeline.records.record import Author, Origin, Record

logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # its warnings are our faults

# Field: meaning (assembly). Every other field is kept in `extra`. Source: O. Patashnik, BibTeXing (1988); P. Lehman et
# al., The biblatex Package, section 2.2; the exports of Scopus, Web of Science, Zotero and Mendeley for the rest.
FIELDS: dict[str, str] = {
    "title": "title", "journal": "journal", "journaltitle": "journal", "booktitle": "journal",
    "shortjournal": "journal-abbreviation", "journal-iso": "journal-abbreviation",
    "abbrev_source_title": "journal-abbreviation", "year": "date", "date": "date", "month": "month", "day": "day",
    "volume": "volume", "number": "issue", "issue": "issue", "pages": "pages", "eid": "article-number",
    "article-number": "article-number", "art_number": "article-number", "issn": "issn", "eissn": "issn",
    "isbn": "issn", "publisher": "publisher", "address": "place", "location": "place", "edition": "edition",
    "language": "language", "langid": "language", "abstract": "abstract", "keywords": "keyword", "keyword": "keyword",
    "author_keywords": "keyword", "keywords-plus": "keyword", "mesh": "mesh", "doi": "doi", "pmid": "pmid",
    "pubmed_id": "pmid", "pmcid": "pmcid", "url": "url", "note": "note", "annote": "note", "source": "database",
    "unique-id": "accession", "document_type": "publication-type", "type": "publication-type",
    "origtitle": "original-title",
}  # fmt: skip
_LISTS = frozenset({"keywords", "keyword", "author_keywords", "keywords-plus", "mesh", "type"})
_VERBATIM = frozenset({"doi", "url", "pages", "issn", "isbn", "eissn", "pmid", "pmcid", "year", "month", "day"})
_ENTRY_OF = {
    "article": "article", "chapter": "incollection", "book": "book", "conference-abstract": "conferenceabstract",
    "conference-paper": "inproceedings", "dissertation": "phdthesis", "guideline": "guideline",
    "preprint": "unpublished", "registration": "registration", "report": "techreport", "dataset": "dataset",
    "web-page": "online", "other": "misc",
}  # fmt: skip
_CONTAINED = frozenset({"chapter", "conference-paper", "conference-abstract"})

_START = re.compile(r"\n[ \t]*@[A-Za-z]+[ \t]*[{(]")
_PREAMBLE = 30  # lines that may stand before the first entry
_AGAIN = "Mend this entry, or export the file again."


def claims(head: str) -> bool:
    """Say whether a text begins as BibTeX does: with an entry, after comments or a few lines of a platform's."""
    found = _START.search(f"\n{head}")
    if found is None or head.lstrip().startswith(("<", "{", "[")):
        return False
    return head.count("\n", 0, found.start()) < _PREAMBLE


def read(source: Source) -> Blocks:
    """Yield a record or a fault for every entry; strings are filled in, comments and preambles are passed over."""
    strings: dict[str, str] = {}
    for block in blocks(source, _START):
        if isinstance(block, Fault):
            yield block
        elif block.begun:
            yield from _entries(block, source, strings)
        elif block.text.strip() and block.last:
            source.begin(block.line)
            yield source.fault("no entry begins here: an '@' is missing", block.text, line=block.line, remedy=_AGAIN)
        elif block.text.strip():
            said = " ".join(block.text.split())[:120]
            source.notice(f"before the first entry stands {said!r}.", block.line)


def _entries(block: Block, source: Source, strings: dict[str, str]) -> Blocks:
    failed = False
    for part in Splitter(block.text).split().blocks:
        line = block.line + (part.start_line or 0)
        raw = part.raw or ""
        match part:
            case String():
                strings[part.key.lower()] = _value(part.value, strings)
            case Entry() | DuplicateFieldKeyBlock(ignore_error_block=Entry()):
                entry = part if isinstance(part, Entry) else part.ignore_error_block
                yield _record(cast("Entry", entry), raw, source, source.begin(line), strings)
            case ParsingFailedBlock():
                source.begin(line)
                reason = getattr(part.error, "abort_reason", "") or type(part.error).__name__
                what = f"this entry cannot be read ({' '.join(reason.split()).rstrip('.')})"
                rest = block.text.split("\n", part.start_line or 0)[-1]
                yield source.fault(what, rest, line=line, remedy=_AGAIN)
                failed = True  # what follows in the block is in this fault already
            case _ if "@" in raw and not raw.lstrip().lower().startswith(("@comment", "@preamble")):
                source.begin(line)
                what = "text behind an entry may be another entry, which must begin on a line of its own"
                yield source.fault(what, raw, line=line, remedy=_AGAIN)
            case ImplicitComment() if not failed and not raw.lstrip().startswith("%"):
                source.notice(f"this text belongs to no entry and was left out: {' '.join(raw.split())[:80]!r}.", line)


def _record(entry: Entry, raw: str, source: Source, origin: Origin, strings: dict[str, str]) -> Record | Fault:
    kind = kinds.named(entry.entry_type)
    said = Said(kind or "other")
    if not kind:
        said.add("", "entry type", entry.entry_type)
    for field in entry.fields:
        _say(said, field.key, _value(field.value, strings))
    if not entry.fields:
        return source.fault("this entry has no field", raw, line=origin.line, remedy=_AGAIN)
    return assemble(said, name=source.name(raw), origin=origin)


def _say(said: Said, key: str, value: str) -> None:
    name = key.lower()
    if name in ("author", "editor"):
        people = said.authors if name == "author" else said.editors
        for person in split_multiple_persons_names(value):
            if person.strip() == "others":
                said.add("", key, person)
            elif person.strip():
                people.append(_person(person))
        return
    text = value if name in _VERBATIM else latex.plain(value)
    meaning = FIELDS.get(name, "")
    for item in items(text) if name in _LISTS else [text]:
        said.add(meaning, key, item)


def _person(text: str) -> Author:
    """Read a name as BibTeX does; one that stands whole in braces is a group if it has several words."""
    name = " ".join(text.split())
    if name.startswith("{") and _closes(name) == len(name) - 1:
        inner = latex.plain(name[1:-1])
        return Author(family=inner, is_group=" " in inner or name.startswith("{{"))
    try:
        parts = parse_single_name_into_parts(name, strict=False)
    except ValueError:
        return Author(family=latex.plain(name))
    family, given, suffix = (
        latex.plain(" ".join(words)) for words in ([*parts.von, *parts.last], parts.first, parts.jr)
    )
    return Author(family=family or given, given=given if family else "", suffix=suffix)


def _closes(text: str) -> int:
    """Find where the brace that opens a text is closed."""
    depth = 0
    for found in re.finditer(r"\\.|[{}]", text):
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        if depth == 0:
            return found.start()
    return -1


def _value(raw: str, strings: dict[str, str]) -> str:
    """Take the braces or quotation marks off a field's value, and fill in the strings that it names."""
    raw = raw.strip()
    if "#" not in raw:
        return _piece(raw, strings)
    pieces, begin, depth, quoted, escaped = [], 0, 0, False, False
    for place, char in enumerate(raw):
        if escaped or char == "\\":
            escaped = not escaped
        elif char in "{}":
            depth += 1 if char == "{" else -1
        elif char == '"' and not depth:
            quoted = not quoted
        elif char == "#" and not depth and not quoted:
            pieces.append(raw[begin:place])
            begin = place + 1
    return "".join(_piece(piece.strip(), strings) for piece in [*pieces, raw[begin:]])


def _piece(piece: str, strings: dict[str, str]) -> str:
    if len(piece) > 1 and piece[0] + piece[-1] in ("{}", '""'):
        return piece[1:-1]
    return strings.get(piece.lower(), piece)


def write(records: Iterable[Record]) -> Iterator[bytes]:
    """Write records as BibTeX in UTF-8; the key of an entry is the id of its record."""
    for record in records:
        key = re.sub(r"[^A-Za-z0-9:._/-]", "-", record.id)
        lines = "".join(f",\n  {name} = {{{text}}}" for name, text in fields_of(record))
        yield f"@{_ENTRY_OF[record.kind]}{{{key}{lines}\n}}\n\n".encode()


def fields_of(record: Record) -> Iterator[Field]:
    """List what BibTeX holds of a record, in the order in which it is written."""
    written = {
        "author": " and ".join(map(_name, record.authors)),
        "editor": " and ".join(map(_name, record.editors)),
        "title": latex.escaped(record.title),
        "origtitle": latex.escaped(record.original_title),
        "booktitle" if record.kind in _CONTAINED else "journal": latex.escaped(record.journal),
        "shortjournal": latex.escaped(record.journal_abbreviation),
        "year": str(record.year or ""),
        "month": dates.MONTHS[record.month - 1] if record.month else "",
        "day": str(record.day or ""),
        "volume": latex.escaped(record.volume),
        "number": latex.escaped(record.issue),
        "pages": record.pages.replace("-", "--"),
        "issn": ", ".join(record.issn),
        "isbn": ", ".join(record.isbn),
        "publisher": latex.escaped(record.publisher),
        "address": latex.escaped(record.place),
        "edition": latex.escaped(record.edition),
        "language": ", ".join(record.languages),
        "abstract": latex.escaped(joined(record.abstract)),
        "keywords": latex.escaped(listed(record.keywords)),
        "mesh": latex.escaped(listed(record.mesh)),
        "type": latex.escaped(listed(record.publication_types)),
        "doi": record.doi,
        "pmid": record.pmid,
        "pmcid": record.pmcid,
        "url": record.urls[0] if record.urls else "",
        "note": latex.escaped("; ".join(record.notes)),
        "source": latex.escaped(record.database),
        "unique-id": latex.escaped(record.accession),
    }
    yield from ((name, " ".join(text.split())) for name, text in written.items() if text)


def _name(author: Author) -> str:
    if author.is_group:
        return f"{{{{{latex.escaped(author.family)}}}}}"
    if not author.given and " " in author.family:
        return f"{{{latex.escaped(author.family)}}}, {{}}"
    parts = [author.family, author.suffix, author.given] if author.suffix else [author.family, author.given]
    return ", ".join(latex.escaped(part) for part in parts if part)
