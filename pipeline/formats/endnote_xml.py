"""EndNote XML, as EndNote, Zotero, Rayyan and Covidence write it."""

import re

from lxml import etree

from pipeline.errors import Fault
from pipeline.formats import kinds, xml_blocks
from pipeline.formats.assembly import Said, assemble
from pipeline.formats.markup import text
from pipeline.formats.source import Blocks, Source

# Path of an element inside a record: meaning (assembly). The text of every other element is kept in `extra`.
# Source: EndNote, "RSXML.dtd" (EndNote XML export).
ELEMENTS: dict[str, str] = {
    "contributors/authors/author": "author", "contributors/secondary-authors/author": "editor",
    "titles/title": "title", "titles/secondary-title": "journal", "titles/alt-title": "journal-abbreviation",
    "titles/translated-title": "original-title", "periodical/full-title": "journal",
    "periodical/abbr-1": "journal-abbreviation", "alt-periodical/abbr-1": "journal-abbreviation",
    "pages": "pages", "volume": "volume", "number": "issue", "issue": "issue", "edition": "edition",
    "keywords/keyword": "keyword", "dates/year": "date", "dates/pub-dates/date": "date", "pub-location": "place",
    "publisher": "publisher", "isbn": "issn", "accession-num": "accession", "abstract": "abstract", "notes": "note",
    "work-type": "publication-type", "electronic-resource-num": "doi", "remote-database-name": "database",
    "language": "language", "custom2": "pmcid", "urls/related-urls/url": "url", "urls/text-urls/url": "url",
    "urls/pdf-urls/url": "url", "urls/web-urls/url": "url",
}  # fmt: skip
_NOT_KEPT = frozenset({"ref-type", "database", "source-app", "rec-number", "foreign-keys/key"})
_LAYOUT = xml_blocks.Layout(records=("record",), around=("xml", "records"))
_CLAIMED = re.compile(rb"<records>.{0,4000}?<(?:ref-type|source-app|contributors|titles)[\s>]", re.DOTALL)


def claims(head: bytes) -> bool:
    """Say whether a file begins as EndNote XML does."""
    return b"<records>" in head and _CLAIMED.search(head) is not None


def read(source: Source) -> Blocks:
    """Yield a record or a fault for every record."""
    parser = xml_blocks.parser()
    for piece in xml_blocks.pieces(source, _LAYOUT):
        origin = source.begin(piece.line)
        if not piece.tag:
            yield xml_blocks.stray(piece, source, _LAYOUT)
            continue
        root = xml_blocks.parse(piece, source, parser)
        if isinstance(root, Fault):
            yield root
            continue
        said = _said(root)
        if not source.platform:
            application = root.find("source-app")
            source.platform = application.get("name", "") if application is not None else ""
        raw = piece.data.decode("utf-8", "replace")
        yield assemble(said, name=source.name(raw), origin=origin)


def _said(root: etree._Element) -> Said:
    kind = root.find("ref-type")
    said = Said(kinds.named(kind.get("name", "") if kind is not None else "") or "article")
    for path, element in _leaves(root, ""):
        value = text(element)
        meaning = ELEMENTS.get(path, "")
        if path == "titles/short-title" and said.of("title") and value == text(root.find("titles/title")):
            continue
        if path not in _NOT_KEPT:
            said.add(meaning, path, value)
    return said


def _leaves(element: etree._Element, path: str) -> list[tuple[str, etree._Element]]:
    """List the elements that hold text, with their paths; `style` is only how EndNote formats a text."""
    found = []
    for child in element.iterchildren("*"):
        here = f"{path}/{child.tag}" if path else str(child.tag)
        if any(inner.tag != "style" for inner in child.iterchildren("*")):
            found += _leaves(child, here)
        else:
            found.append((here, child))
    return found
