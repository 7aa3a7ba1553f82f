"""PubMed XML: files and EFetch answers of articles and books, streaming, at full fidelity.

What has no field of its own in a record is kept in `extra` under the tag that PubMed's text format has for it, so that
a record is the same from either format. Reference lists are not kept: they say what a document cites.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from pipeline.errors import Fault
from pipeline.formats import pubmed_fields, xml_blocks
from pipeline.formats.source import Blocks, Source
from pipeline.formats.xml_blocks import AGAIN, Piece
from pipeline.records.record import Record

_LAYOUT = xml_blocks.Layout(
    records=("PubmedArticle", "PubmedBookArticle", "DeleteCitation", "DeleteDocument", "ERROR"),
    around=("PubmedArticleSet", "PubmedBookArticleSet", "BookDocumentSet", "eFetchResult"),
)
_CLAIMED = re.compile(rb"<(?:PubmedArticleSet|PubmedBookArticleSet|eFetchResult|PubmedArticle)[\s>/]")


def claims(head: bytes) -> bool:
    """Say whether a file begins as PubMed XML does."""
    return _CLAIMED.search(head) is not None


def read_articles(stream: BinaryIO, *, search: str, file: str) -> Iterator[Record | Fault]:
    """Read the records of one PubMed XML file or EFetch answer, in their order; ids are `<search>:<PMID>`.

    A PMID that occurs again in the same file gets `-2`, `-3` ... after its id. The last value of a file that is cut off
    is a fault, as is every article that is not well-formed and every PMID that PubMed says was deleted.
    """
    return read(Source(stream=stream, file=file, search=search, format="pubmed-xml"))


def read(source: Source) -> Blocks:
    """Yield a record or a fault for every article, book article, deleted PMID, error message and unknown text."""
    parser = xml_blocks.parser()
    for piece in xml_blocks.pieces(source, _LAYOUT):
        if piece.tag in ("PubmedArticle", "PubmedBookArticle"):
            yield _article(piece, source, parser)
        elif piece.tag in ("DeleteCitation", "DeleteDocument"):
            yield from _deleted(piece, source)
        else:
            source.begin(piece.line)
            yield _error(piece, source) if piece.tag else xml_blocks.stray(piece, source, _LAYOUT)


def _article(piece: Piece, source: Source, parser: etree.XMLParser) -> Record | Fault:
    origin = source.begin(piece.line)
    root = xml_blocks.parse(piece, source, parser)
    if isinstance(root, Fault):
        return root
    if (citations := len(root.findall("MedlineCitation"))) > 1:
        raw = piece.data.decode("utf-8", "replace")
        return source.fault(f"this record holds {citations} citations", raw, line=piece.line, remedy=AGAIN)
    fields = pubmed_fields.of_article(root) if root.tag == "PubmedArticle" else pubmed_fields.of_book(root)
    pmid = fields.get("pmid")
    if not pmid:
        raw = piece.data.decode("utf-8", "replace")
        return source.fault("this record has no PMID", raw, line=piece.line, remedy=AGAIN)
    return Record(id=source.number(f"{source.search}:{pmid}", pmid.encode()), origin=origin, **fields)


def _deleted(piece: Piece, source: Source) -> Blocks:
    for found in re.finditer(rb"<PMID[^>]*>\s*(\d+)\s*</PMID>", piece.data):
        line = piece.line + piece.data.count(b"\n", 0, found.start())
        source.begin(line)
        pmid = found.group(1).decode()
        remedy = "Remove the record if the review holds it: it is no longer in PubMed."
        yield source.fault(
            f"PubMed deleted the PMID {pmid!r}", found.group().decode("utf-8", "replace"), line=line, remedy=remedy
        )


def _error(piece: Piece, source: Source) -> Fault:
    message = " ".join(re.sub(rb"<[^>]*>", b" ", piece.data).decode("utf-8", "replace").split())
    return source.fault(f"PubMed answered with an error: {message!r}", message, line=piece.line, remedy=AGAIN)
