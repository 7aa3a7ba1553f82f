"""Trials as the WHO's International Clinical Trials Registry Platform exports them in XML; each is a registration."""

import re

from lxml import etree

from pipeline.errors import Fault
from pipeline.formats import xml_blocks
from pipeline.formats.assembly import Said, assemble
from pipeline.formats.markup import text
from pipeline.formats.source import Blocks, Source
from pipeline.formats.table_cells import say
from pipeline.formats.table_layouts import ICTRP, fold

_LAYOUT = xml_blocks.Layout(records=("Trial",), around=("Trials_downloaded_from_ICTRP",))
_CLAIMED = re.compile(rb"<Trials_downloaded_from_ICTRP[\s>]")


def claims(head: bytes) -> bool:
    """Say whether a file begins as the platform's XML export does."""
    return _CLAIMED.search(head) is not None


def read(source: Source) -> Blocks:
    """Yield a record or a fault for every trial; an element means what the column of its name means in the CSV."""
    source.platform = ICTRP.title
    parser = xml_blocks.parser()
    for piece in xml_blocks.pieces(source, _LAYOUT):
        origin = source.begin(piece.line)
        root = xml_blocks.parse(piece, source, parser) if piece.tag else xml_blocks.stray(piece, source, _LAYOUT)
        if isinstance(root, Fault):
            yield root
        else:
            raw = piece.data.decode("utf-8", "replace")
            yield assemble(_said(root), name=source.name(raw), origin=origin)


def _said(root: etree._Element) -> Said:
    said = Said(ICTRP.kind)
    texts = [(str(child.tag), text(child)) for child in root.iterchildren("*")]
    by_column = {fold(tag): (tag, value) for tag, value in reversed(texts)}
    for column, meaning in ICTRP.columns.items():
        if column in by_column and by_column[column][1]:
            say(said, meaning, *by_column[column], ICTRP)
    for tag, value in texts:
        if fold(tag) not in ICTRP.columns:
            said.add("", tag, value)
    return said
