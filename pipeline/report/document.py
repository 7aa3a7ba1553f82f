"""What a report is before it has a look: sections of blocks, and inline content, as plain frozen data.

Nothing here knows HTML, Typst or Markdown. Headings have no level: a section's depth is its level, so that headings
are always in order. Tables, figures and references have no number: `layout` counts them.
"""

from datetime import date
from typing import Literal

import msgspec


class _Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False, tag_field="kind"):
    """A node of the document; its `kind` says which in JSON."""


# Inline content -----------------------------------------------------------------------------------------------------


class Styled(_Node, frozen=True, tag="styled"):
    """Text that looks different: emphasised, strong, code, raised or lowered."""

    text: str
    style: Literal["emphasis", "strong", "code", "superscript", "subscript"]


class Fact(_Node, frozen=True, tag="fact"):
    """A number that was counted or computed; every rendering prints it alike, and `summary.json` lists it.

    Attributes:
        name: dotted path in `summary.json` ("flow.records_screened"); one name has one value in a document.
        value: the number itself.
        text: how it is printed, where that says more than the number ("84.2%"); empty prints the number.
    """

    name: str
    value: int | float
    text: str = ""


class Link(_Node, frozen=True, tag="link"):
    """A link: `https:`, `http:` or `mailto:`, or `#id` inside the document. Any other target is printed, not linked."""

    text: str
    target: str


class Mark(_Node, frozen=True, tag="mark"):
    """A reference mark: keys of the references it cites, in reading order."""

    keys: tuple[str, ...]


class See(_Node, frozen=True, tag="see"):
    """A pointer to a section, table or figure by its id, printed as its name ("Table 3")."""

    target: str


class Day(_Node, frozen=True, tag="day"):
    """A date, printed in words. With `since`, a reader's browser adds how many days ago it was."""

    value: date
    since: bool = False


Inline = str | Styled | Fact | Link | Mark | See | Day
Content = tuple[Inline, ...]


# Blocks ---------------------------------------------------------------------------------------------------------------


class Paragraph(_Node, frozen=True, tag="paragraph"):
    """Running text."""

    content: Content


class Items(_Node, frozen=True, tag="items"):
    """A list, numbered or not."""

    items: tuple[Content, ...]
    ordered: bool = False


class Verbatim(_Node, frozen=True, tag="verbatim"):
    """Text to be copied letter by letter (a search string); `label` says what it is."""

    text: str
    label: str


class Definition(_Node, frozen=True, tag="definition"):
    """One term and what it is."""

    term: str
    content: Content


class Definitions(_Node, frozen=True, tag="definitions"):
    """Terms and what they are, in order."""

    items: tuple[Definition, ...]


class Notice(_Node, frozen=True, tag="notice"):
    """What a reader must know before believing what follows."""

    title: str
    content: Content


class Column(_Node, frozen=True, tag="column"):
    """A column of a table.

    Attributes:
        label: its header.
        holds: text is set to the left, numbers to the right in figures of one width, marks in the middle.
        heads: whether its cells name their rows (row headers).
    """

    label: str
    holds: Literal["text", "number", "mark"] = "text"
    heads: bool = False


class Cell(_Node, frozen=True, tag="cell"):
    """A cell of a table.

    Attributes:
        content: what is printed; empty prints nothing.
        order: what the column is sorted by, where the printed text does not say it.
        sources: where what it prints was read (file, row, document and page), each in words.
    """

    content: Content = ()
    order: float | str | None = None
    sources: tuple[str, ...] = ()


class Row(_Node, frozen=True, tag="row"):
    """A row of a table. Rows of one `group` stand together under its name."""

    cells: tuple[Cell, ...]
    group: str = ""


class Table(_Node, frozen=True, tag="table"):
    """A table with its caption.

    Attributes:
        id: unique in the document; also the name of its CSV.
        title: the caption without its number.
        empty: the sentence printed in place of the rows where there are none.
        notes: printed under the table.
        wide: set across a page on its side in print.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: str = ""
    notes: tuple[Content, ...] = ()
    wide: bool = False


class Figure(_Node, frozen=True, tag="figure"):
    """A drawing with its caption.

    Attributes:
        svg: the drawing as one SVG element.
        text: what a reader who cannot see it needs to know.
        file: its path beside the report, for renderings that cannot hold a drawing.
    """

    id: str
    title: str
    svg: str
    text: str
    notes: tuple[Content, ...] = ()
    file: str = ""


class Box(_Node, frozen=True, tag="box"):
    """A group of records that a reader may open: a box of the flow diagram. `count` is in the box's own unit."""

    name: str
    label: str
    count: int


class Item(_Node, frozen=True, tag="item"):
    """One record in a list of records.

    Attributes:
        id: the record's id.
        line: authors, journal and year, in one line.
        status: what became of it, in words.
        boxes: names of the boxes it is counted in.
    """

    id: str
    title: str
    line: str = ""
    status: str = ""
    links: tuple[Link, ...] = ()
    boxes: tuple[str, ...] = ()


class Records(_Node, frozen=True, tag="records"):
    """The records of the review, to be searched and opened box by box.

    Attributes:
        boxes: in the order of the flow.
        items: those that are listed.
        file: path beside the report where all of them stand.
    """

    id: str
    title: str
    boxes: tuple[Box, ...]
    items: tuple[Item, ...]
    file: str = ""


class Reference(_Node, frozen=True, tag="reference"):
    """One entry of the reference list: its key, the label it is cited by, and its text in the chosen style."""

    key: str
    label: str
    content: Content


class References(_Node, frozen=True, tag="references"):
    """The reference list. `numbered` lists print their labels."""

    entries: tuple[Reference, ...]
    numbered: bool = True


Block = Paragraph | Items | Verbatim | Definitions | Notice | Table | Figure | Records | References


class Section(_Node, frozen=True, tag="section"):
    """A section: its text, then its sections.

    Attributes:
        own: blocks that the review's authors wrote, in the language of the report.
        blocks: what the program says, in English.
    """

    id: str
    title: str
    own: tuple[Block, ...] = ()
    blocks: tuple[Block, ...] = ()
    sections: tuple["Section", ...] = ()


# The whole ------------------------------------------------------------------------------------------------------------


class Byline(_Node, frozen=True, tag="byline"):
    """An author as the title page prints them."""

    name: str
    affiliation: str = ""
    orcid: str = ""
    role: str = ""


class Logo(_Node, frozen=True, tag="logo"):
    """A picture on the title page: PNG or SVG, and its name for those who cannot see it."""

    data: bytes
    format: Literal["png", "svg"]
    text: str


class Document(_Node, frozen=True, tag="document"):
    """A report.

    Attributes:
        title: the review's title.
        series: the line above the title ("Living systematic review").
        edition: version and state in words ("Version 2.0, interim").
        dated: the day of the newest event in the review's history; None if nothing has happened yet.
        language: BCP 47 tag of the fixed words.
        words: fixed words by slug (see `words`).
        banners: sentences that stand on every page.
        status: the facts of the title page.
        paper: sheet of the PDF.
        most_rows: how many rows of a table are shown; the others stand in its CSV.
        companions: files that go with the report, by name.
    """

    title: str
    series: str = ""
    edition: str = ""
    dated: date | None = None
    language: str = "en"
    words: dict[str, str] = {}
    authors: tuple[Byline, ...] = ()
    logo: Logo | None = None
    banners: tuple[str, ...] = ()
    status: tuple[Definition, ...] = ()
    sections: tuple[Section, ...] = ()
    paper: Literal["a4", "us-letter"] = "a4"
    most_rows: int = 1_000
    companions: dict[str, bytes] = {}


def cell(text: Inline | Content | float, *, order: float | str | None = None) -> Cell:
    """Make a cell of whatever there is to print; a number is printed as it is and sorted as a number.

    >>> cell("ORR").content, cell(12).content, cell(12).order
    (('ORR',), ('12',), 12)
    """
    if isinstance(text, int | float):
        return Cell(content=(str(text),), order=text if order is None else order)
    content = text if isinstance(text, tuple) else (text,)
    return Cell(content=() if content == ("",) else content, order=order)
