"""PubMed XML: files and EFetch answers of articles and books, streaming, at full fidelity.

The file is cut into its articles before any of it is parsed, so that one that is not well-formed is one fault and the
rest is read. What has no field of its own in a record is kept in `extra` under the tag that PubMed's text format has
for it, so that a record is the same from either format. Reference lists are not kept: they say what a document cites.
"""

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from pipeline.errors import Fault
from pipeline.formats import pubmed_fields
from pipeline.formats.source import Blocks, Source
from pipeline.formats.text import as_utf8, mend
from pipeline.records.record import Record

_CHUNK = 1 << 18
_BEGIN = re.compile(rb"<(PubmedArticle|PubmedBookArticle|DeleteCitation|DeleteDocument|ERROR)(?=[\s>/])")
_LONGEST = 32  # bytes: a start tag that lies across two chunks
_ENVELOPE = re.compile(
    rb"\s+|\xef\xbb\xbf|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*>"
    rb"|</?(?:PubmedArticleSet|PubmedBookArticleSet|BookDocumentSet|eFetchResult)\b[^>]*>",
    re.DOTALL,
)
_CLOSED = re.compile(
    rb"(?:</(?:PubmedArticleSet|PubmedBookArticleSet|BookDocumentSet|eFetchResult)\s*>|<PubmedArticleSet\s*/>)\s*\Z"
)
_NAMESPACES = (
    b'<x xmlns:mml="http://www.w3.org/1998/Math/MathML" xmlns:xlink="http://www.w3.org/1999/xlink">',
    b"</x>",
)
_AGAIN = "Export or fetch it again."


def claims(head: bytes) -> bool:
    """Say whether a file begins as PubMed XML does."""
    return bool(re.search(rb"<(?:PubmedArticleSet|PubmedBookArticleSet|eFetchResult|PubmedArticle)[\s>/]", head))


def read_articles(stream: BinaryIO, *, search: str, file: str) -> Iterator[Record | Fault]:
    """Read the records of one PubMed XML file or EFetch answer, in their order; ids are `<search>:<PMID>`.

    A PMID that occurs again in the same file gets `-2`, `-3` ... after its id. The last value of a file that is cut off
    is a fault, as is every article that is not well-formed and every PMID that PubMed says was deleted.
    """
    return read(Source(stream=stream, file=file, search=search, format="pubmed-xml"))


def read(source: Source) -> Blocks:
    """Yield a record or a fault for every article, book article, deleted PMID, error message and unknown text."""
    source.stream = as_utf8(source)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    for data, line in _blocks(source):
        if data.startswith((b"<PubmedArticle", b"<PubmedBookArticle")):
            yield _article(data, line, source, parser)
        elif data.startswith(b"<Delete"):
            yield from _deleted(data, line, source)
        elif data.startswith(b"<ERROR"):
            source.begin(line)
            message = " ".join(re.sub(rb"<[^>]*>", b" ", data).decode("utf-8", "replace").split())
            yield source.fault(f"PubMed answered with an error: {message!r}", message, line=line, remedy=_AGAIN)
        else:
            source.begin(line)
            yield _stray(data, line, source)


def _article(data: bytes, line: int, source: Source, parser: etree.XMLParser) -> Record | Fault:
    origin = source.begin(line)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError:
        try:
            root = etree.fromstring(_NAMESPACES[0] + mend(data, source, line) + _NAMESPACES[1], parser)[0]
        except etree.XMLSyntaxError as error:
            what = f"this record is not well-formed XML ({error.msg})"
            if not data.rstrip().endswith(b">") or b"</Pubmed" not in data[-40:]:
                what = "the file is cut off inside this record"
            return source.fault(what, data.decode("utf-8", "replace"), line=line, remedy=_AGAIN)
    fields = pubmed_fields.of_article(root) if root.tag == "PubmedArticle" else pubmed_fields.of_book(root)
    pmid = fields.get("pmid", "")
    if not isinstance(pmid, str) or not pmid:
        return source.fault("this record has no PMID", data.decode("utf-8", "replace"), line=line, remedy=_AGAIN)
    return Record(id=source.number(f"{source.search}:{pmid}", pmid.encode()), origin=origin, **fields)


def _deleted(data: bytes, line: int, source: Source) -> Blocks:
    for found in re.finditer(rb"<PMID[^>]*>\s*(\d+)\s*</PMID>", data):
        at = line + data.count(b"\n", 0, found.start())
        source.begin(at)
        pmid = found.group(1).decode()
        remedy = "Remove the record if the review holds it: it is no longer in PubMed."
        yield source.fault(f"PubMed deleted the PMID {pmid!r}", found.group().decode(), line=at, remedy=remedy)


def _stray(data: bytes, line: int, source: Source) -> Fault:
    raw = data.decode("utf-8", "replace")
    if _ENVELOPE.sub(b"", data):
        shown = " ".join(raw.split())[:80]
        return source.fault(f"text here belongs to no record: {shown!r}", raw, line=line, remedy=_AGAIN)
    what = "the file is cut off: its closing tag is missing, and records may be missing with it"
    return source.fault(what, raw, line=line, remedy=_AGAIN)


def _blocks(source: Source) -> Iterator[tuple[bytes, int]]:
    """Cut a file into articles with their lines; what stands between them is a block only if it is no mere envelope.

    Memory is bounded by one chunk and the longest article, and time is linear: nothing is searched twice.
    """
    held, line, seek, tag, opened = bytearray(), 1, 0, b"", False
    while True:
        chunk = source.stream.read(_CHUNK)
        held += chunk
        at = 0
        while True:
            if not tag:
                start, tag = _begin(held, seek)
                if not tag:
                    seek = max(seek, len(held) - _LONGEST)
                    break
                between = bytes(held[at:start])
                opened = opened or b"<" in between
                if _unknown(between):
                    yield between, line
                line += between.count(b"\n")
                at, seek = start, start + 1
            end_tag = b"</" + tag + b">"
            stop = held.find(end_tag, seek) + len(end_tag)
            if stop < len(end_tag):
                seek = max(seek, len(held) - len(end_tag))
                break
            for data in _apart(bytes(held[at:stop]), tag):
                yield data, line
                line += data.count(b"\n")
            at, seek, tag = stop, stop, b""
        del held[:at]
        seek -= at
        if not chunk:
            break
    rest = bytes(held)
    if tag or _unknown(rest) or ((opened or b"<" in rest) and not _CLOSED.search(rest)):
        yield rest, line


def _begin(held: bytearray, seek: int) -> tuple[int, bytes]:
    """Find the next start tag of a block: its place and its name, which is empty if there is none."""
    found = _BEGIN.search(held, max(seek, 0))
    return (found.start(), bytes(found.group(1))) if found else (-1, b"")


def _unknown(between: bytes) -> bool:
    """Say whether a stretch between two blocks holds more than the file's own envelope."""
    return not between.isspace() and bool(_ENVELOPE.sub(b"", between))


def _apart(data: bytes, tag: bytes) -> Iterator[bytes]:
    """Part an article that was never closed from the one that follows it."""
    begin = b"<" + tag + b">"
    while (inner := data.find(begin, 1)) > 0:
        yield data[:inner]
        data = data[inner:]
    yield data
