"""Web of Science's own tagged text: a record from PT to ER, the file ended by EF."""

import re

from pipeline.errors import Fault
from pipeline.formats.assembly import Said, assemble
from pipeline.formats.source import Blocks, Source
from pipeline.formats.table_cells import say
from pipeline.formats.table_layouts import WEB_OF_SCIENCE
from pipeline.formats.text import Block, blocks

# Publication type: kind. Source: Web of Science, "Core Collection Field Tags", PT.
TYPES = {"J": "article", "B": "book", "S": "chapter", "P": "other"}
_BY_LINE = frozenset({"AU", "AF", "BE", "CA", "C1", "CR"})  # tags whose lines are items of a list
_START = re.compile(r"\nPT [JBSP]\b")
_HEADER = re.compile(r"FN [\w .,&-]{1,80}|VR [\w.]{1,9}|EF|\s*")
# A tag, and every further line that begins with three blanks, over empty lines too.
_FIELDS = re.compile(r"^([A-Z][A-Z0-9]) (.*(?:\n(?:[ \t]*\n)*   [ \t]*[^ \t\n].*)*)", re.MULTILINE)
_ODD = re.compile(r"^(?![A-Z][A-Z0-9](?: |$)|   |[ \t]*$).+", re.MULTILINE)
_END = re.compile(r"^ER[ \t]*$", re.MULTILINE)
_FILE_END = re.compile(r"^EF[ \t]*$", re.MULTILINE)
_CLAIMED = re.compile(r"\s*(?:FN .*\n(?:VR .*\n)?\s*)?PT [JBSP]\n", re.MULTILINE)
_AGAIN = "Export it again."


def claims(head: str) -> bool:
    """Say whether a text begins as Web of Science's tagged text does."""
    return _CLAIMED.match(head) is not None


def read(source: Source) -> Blocks:
    """Yield a record or a fault for every block."""
    source.platform = WEB_OF_SCIENCE.title
    for block in blocks(source, _START):
        if isinstance(block, Fault):
            yield block
            continue
        if block.begun:
            yield from _block(block, source)
            continue
        unknown = [line for line in block.text.split("\n") if not _HEADER.fullmatch(line)]
        cut_off = block.last and block.text.strip() and not _FILE_END.search(block.text)
        if unknown or cut_off:
            source.begin(block.line)
            what = "this text belongs to no record" if unknown else "the file is cut off before its first record"
            yield source.fault(what, block.text, line=block.line, remedy=_AGAIN)


def _block(block: Block, source: Source) -> Blocks:
    origin = source.begin(block.line)
    end = _END.search(block.text)
    raw = block.text[: end.end()] if end else block.text
    if end is None and block.last:
        what = "the last record has no ER line, so that the file may be cut off"
        yield source.fault(what, raw, line=block.line, remedy=_AGAIN)
        return
    if end is None:
        source.notice("this record has no ER line; it was taken up to the next PT line.", block.line)
    if odd := _ODD.search(raw):
        what = f"this line is neither a tag nor goes on with one: {odd.group().strip()[:80]!r}"
        line = block.line + raw.count("\n", 0, odd.start())
        yield source.fault(what, raw, line=line, remedy=_AGAIN)
    else:
        yield assemble(_said(raw), name=source.name(raw), origin=origin)
    after = block.text[len(raw) :]
    line = block.line + raw.count("\n")
    if block.last and not _FILE_END.search(after):
        source.begin(line)
        what = "the file has no EF line, so that it may be cut off after this record"
        yield source.fault(what, after, line=line, remedy=_AGAIN)
    elif stray := _FILE_END.sub("", after).strip():
        source.begin(line)
        yield source.fault("this text belongs to no record", stray, line=line, remedy=_AGAIN)


def _said(raw: str) -> Said:
    (first, typed), *rest = _FIELDS.findall(raw)
    kind, *behind = typed.split()
    fields = [(first, " ".join(behind)), *((tag, value) for tag, value in rest if tag != "ER")]
    said = Said(TYPES.get(kind, "article"))
    tags = {tag for tag, _ in fields}
    columns = WEB_OF_SCIENCE.columns
    for tag, value in sorted(fields, key=lambda field: columns.get(field[0].lower(), "").endswith("-again")):
        folded = "\n".join(line.strip() for line in value.split("\n")) if tag in _BY_LINE else " ".join(value.split())
        meaning = columns.get(tag.lower(), "")
        if tag == "AU":
            meaning = "authors-again" if "AF" in tags else "authors"
        say(said, meaning, tag, folded, WEB_OF_SCIENCE)
    return said
