"""A document as every rendering prints it: text made harmless, things numbered, marks and pointers resolved.

The result is plain data (what JSON can hold), the same for HTML, Typst and Markdown, so that no two renderings can
print another number or another name.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec

from pipeline.report import svg
from pipeline.report.columns import ACROSS, UPRIGHT, share
from pipeline.report.document import (
    Block,
    Cell,
    Content,
    Day,
    Definition,
    Document,
    Fact,
    Figure,
    Inline,
    Items,
    Link,
    Mark,
    Notice,
    Paragraph,
    Records,
    References,
    Row,
    Section,
    See,
    Styled,
    Table,
    Verbatim,
)
from pipeline.report.words import MONTHS

Laid = dict[str, Any]  # a node of the laid-out document: what JSON can hold

_TALL = 1200  # characters from which on a cell may be higher than a page
# Room for a drawing on an A4 page, upright and on its side, in CSS pixels (96 to the inch), captions left out.
_UPRIGHT = (627, 793)
_ACROSS = (956, 529)
_SMALL = 0.75  # letters of 12 pixels come out at less than 7 points
_LARGER = 1.15
_TARGET = re.compile(r"(?:https?://|mailto:)[^\s\"<>\\^`{|}]+", re.ASCII)
_ID = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)
# Control characters but tab and line feed, what turns the direction of writing, separators of lines and paragraphs,
# surrogates, private use, and what is no character.
_HIDES = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\uf8ff\ufeff\ufffe\uffff"
    r"\U000f0000-\U000ffffd\U00100000-\U0010fffd]"
)


def lay_out(document: Document) -> Laid:
    """Turn a document into the plain data that templates print.

    Raises:
        ValueError: two things have one id, an id is no slug, a fact has two values, or a mark cites a reference that
            is not in the list. These are faults of the program, never of a review.
    """
    return _Layout(document).whole()


def lay_out_section(document: Document, section: Section) -> Laid:
    """Turn one of the outermost sections of a document into plain data, as it is in the whole."""
    return _Layout(document).section(section, 1)


def visible(text: str) -> str:
    r"""Show what a text could hide: control characters and those that turn the direction of writing get a name.

    Source: Unicode Technical Report 36, section 2.10 on bidirectional spoofing; Boucher and Anderson, Trojan Source,
    2021. Marks that only hint (U+200E, U+200F) and joiners stay: Arabic, Persian and Indic titles need them.

    >>> visible("a\u202eb\x1b[2Jc"), visible("two\nlines")
    ('a⟨U+202E⟩b⟨U+001B⟩[2Jc', 'two\nlines')
    """
    return _HIDES.sub(_shown, text)


def _shown(hidden: re.Match[str]) -> str:
    return f"⟨U+{ord(hidden.group()):04X}⟩"


def number(value: float, language: str) -> str:
    """Print a number: digits in groups of three, as the language writes them.

    >>> number(10135, "en"), number(476, "en"), number(0.5, "de")
    ('10,135', '476', '0,5')
    """
    written = f"{value:,}"
    if language == "en":
        return written
    group, point = {"de": (".", ","), "es": ("\u202f", ","), "fr": ("\u202f", ",")}[language]
    return written.translate({ord(","): group, ord("."): point})


def day(value: date, language: str) -> str:
    """Print a date in words.

    >>> day(date(2024, 10, 20), "en"), day(date(2024, 10, 1), "fr")
    ('20 October 2024', '1er octobre 2024')
    """
    month = MONTHS[language][value.month - 1]
    if language == "de":
        return f"{value.day}. {month} {value.year}"
    if language == "es":
        return f"{value.day} de {month} de {value.year}"
    first = "1er" if language == "fr" and value.day == 1 else str(value.day)
    return f"{first} {month} {value.year}"


def put(words: str, *values: object) -> str:
    """Put values into the places of fixed words, in order; nothing else in the words means anything.

    >>> put("Page {} of {}", 1, 2)
    'Page 1 of 2'
    """
    for value in values:
        words = words.replace("{}", str(value), 1)
    return words


def walk(sections: Sequence[Section]) -> Iterator[tuple[Section, int]]:
    """List sections with their depth (1 for the outermost), each before its own sections."""
    for section in sections:
        yield section, 1
        for inner, depth in walk(section.sections):
            yield inner, depth + 1


class _Layout:
    """One document being laid out: the names of its things, and the facts met so far."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.words = document.words
        self.facts: dict[str, int | float] = {}
        self.names: dict[str, str] = {}
        self.labels: dict[str, str] = {}
        self.numbered = True
        self._name()
        self.places = {key: place for place, key in enumerate(self.labels, start=1)}

    def _name(self) -> None:
        """Number tables and figures in reading order, and note what pointers and marks may point at."""
        tables = figures = 0
        for section, _ in walk(self.document.sections):
            self._claim(section.id, section.title)
            for block in (*section.own, *section.blocks):
                if isinstance(block, Table):
                    tables += 1
                    self._claim(block.id, put(self.words["table"], tables))
                elif isinstance(block, Figure):
                    figures += 1
                    self._claim(block.id, put(self.words["figure"], figures))
                elif isinstance(block, Records):
                    self._claim(block.id, block.title)
                elif isinstance(block, References):
                    self.labels |= {entry.key: entry.label for entry in block.entries}
                    self.numbered = block.numbered

    def _claim(self, name: str, title: str) -> None:
        if name in self.names or not _ID.fullmatch(name):
            raise ValueError(f"{name!r} is no slug, or names two things in this report")
        self.names[name] = visible(title)

    def whole(self) -> Laid:
        document = self.document
        return {
            "title": visible(document.title),
            "series": visible(document.series),
            "edition": visible(document.edition),
            "dated": document.dated and self._inline(Day(value=document.dated)),
            "language": document.language,
            "words": {slug: visible(text) for slug, text in document.words.items()},
            "authors": [_plain(author) for author in document.authors],
            "logo": document.logo
            and {"data": base64.b64encode(document.logo.data).decode(), **_plain(document.logo, but={"data"})},
            "banners": [visible(banner) for banner in document.banners],
            "status": [self._definition(item) for item in document.status],
            "sections": [self.section(section, 1) for section in document.sections],
            "paper": document.paper,
            "facts": self.facts,
        }

    def section(self, section: Section, depth: int) -> Laid:
        return {
            "id": section.id,
            "title": visible(section.title),
            "depth": depth,
            "own": [self._block(block) for block in section.own],
            "blocks": [self._block(block) for block in section.blocks],
            "sections": [self.section(inner, depth + 1) for inner in section.sections],
        }

    def _block(self, block: Block) -> Laid:
        laid = self._parts(block)
        return {"kind": block.__struct_config__.tag, **laid}

    def _parts(self, block: Block) -> Laid:  # noqa: PLR0911 - one return a kind of block
        match block:
            case Paragraph():
                return {"content": self._content(block.content)}
            case Items():
                return {"ordered": block.ordered, "items": [self._content(item) for item in block.items]}
            case Verbatim():
                return _plain(block)
            case Notice():
                return {"title": visible(block.title), "content": self._content(block.content)}
            case Table():
                return self._table(block)
            case Figure():
                drawing = svg.safe(block.svg, block.id)
                return {
                    **_plain(block, but={"notes", "svg"}),
                    **self._caption(block.id, block.notes),
                    "svg": drawing,
                    "wide": _is_wide(drawing),
                }
            case Records():
                return self._records(block)
            case References():
                return self._references(block)
            case _:
                return {"items": [self._definition(item) for item in block.items]}

    def _definition(self, item: Definition) -> Laid:
        return {"term": visible(item.term), "content": self._content(item.content)}

    def _caption(self, name: str, notes: Sequence[Content]) -> Laid:
        return {"name": self.names[name], "notes": [self._content(note) for note in notes]}

    def _table(self, table: Table) -> Laid:
        most = self.document.most_rows
        ordered = [row for _, rows in _grouped(table.rows) for row in rows]
        groups: list[Laid] = [
            {"title": visible(title), "rows": [[self._cell(cell) for cell in row.cells] for row in rows]}
            for title, rows in _grouped(ordered[:most])
        ]
        columns = [_plain(column) for column in table.columns]
        texts: list[list[str]] = [[column["label"] for column in columns]]
        texts += [[plain_text(cell["content"]) for cell in row] for group in groups for row in group["rows"]]
        numbers = [place for place, column in enumerate(columns) if column["holds"] == "number"]
        widths = share(texts, ACROSS if table.wide else UPRIGHT, whole=numbers)
        return {
            **_plain(table, but={"columns", "rows", "notes"}),
            **self._caption(table.id, (*table.notes, *_left_out(table, most))),
            "columns": [{**column, "width": width} for column, width in zip(columns, widths, strict=True)],
            "groups": groups,
            "rest": [self._bare_row(row) for row in ordered[most:]],
            "count": len(table.rows),
        }

    def _bare_row(self, row: Row) -> Laid:
        """Take what a CSV needs of a row that is not shown."""
        texts = [plain_text(self._content(cell.content)) for cell in row.cells]
        sources = [visible(source) for cell in row.cells for source in cell.sources]
        return {"group": visible(row.group), "texts": texts, "sources": sources}

    def _cell(self, cell: Cell) -> Laid:
        laid: Laid = {"content": self._content(cell.content)}
        if cell.order is not None:
            laid["order"] = cell.order
        if cell.sources:
            laid["sources"] = [visible(source) for source in cell.sources]
        if sum(len(part["text"]) for part in laid["content"] if "text" in part) > _TALL:
            laid["tall"] = True
        return laid

    def _records(self, records: Records) -> Laid:
        boxes = [
            {**_plain(box), "fact": self._fact(Fact(name=f"{records.id}.{box.name}", value=box.count))}
            for box in records.boxes
        ]
        places = {box.name: place for place, box in enumerate(records.boxes)}
        items = [
            {
                **_plain(item, but={"links", "boxes"}),
                "links": [self._inline(link) for link in item.links],
                "boxes": [places[name] for name in item.boxes if name in places],
            }
            for item in records.items
        ]
        return {**_plain(records, but={"boxes", "items"}), "boxes": boxes, "items": items}

    def _references(self, references: References) -> Laid:
        entries = [
            {"anchor": f"ref-{place}", "label": visible(entry.label), "content": self._content(entry.content)}
            for place, entry in enumerate(references.entries, start=1)
        ]
        return {"numbered": references.numbered, "entries": entries}

    def _content(self, content: Content) -> list[Laid]:
        return [self._inline(inline) for inline in content]

    def _inline(self, inline: Inline) -> Laid:
        match inline:
            case str():
                return {"kind": "text", "text": visible(inline)}
            case Styled():
                return {"kind": "styled", "style": inline.style, "text": visible(inline.text)}
            case Fact():
                return self._fact(inline)
            case Link():
                return self._link(inline)
            case Mark():
                return self._mark(inline)
            case See():
                return self._see(inline)
            case Day():
                text = day(inline.value, self.document.language)
                return {"kind": "day", "text": text, "iso": inline.value.isoformat(), "since": inline.since}

    def _fact(self, fact: Fact) -> Laid:
        if self.facts.setdefault(fact.name, fact.value) != fact.value:
            raise ValueError(f"{fact.name} is {self.facts[fact.name]} and {fact.value} in one report")
        text = fact.text or number(fact.value, self.document.language)
        return {"kind": "fact", "name": fact.name, "value": fact.value, "text": visible(text)}

    def _link(self, link: Link) -> Laid:
        inside = link.target.startswith("#") and link.target[1:] in self.names
        if inside or _TARGET.fullmatch(link.target):
            return {"kind": "link", "text": visible(link.text), "target": link.target}
        return {"kind": "text", "text": visible(link.text)}

    def _see(self, see: See) -> Laid:
        if see.target in self.names:
            return {"kind": "link", "text": self.names[see.target], "target": f"#{see.target}"}
        return {"kind": "text", "text": self.words["not_shown"]}

    def _mark(self, mark: Mark) -> Laid:
        places = self.places
        missing = [key for key in mark.keys if key not in places]
        if missing:
            raise ValueError(f"cited but not in the reference list: {', '.join(missing)}")
        cited = sorted(dict.fromkeys(mark.keys), key=places.__getitem__)
        items = [{"label": visible(self.labels[key]), "target": f"#ref-{places[key]}", "after": ""} for key in cited]
        return {"kind": "mark", "raised": self.numbered, "items": _joined(items, numbered=self.numbered)}


def _is_wide(drawing: str) -> bool:
    """Say whether a drawing is set across a page on its side: where upright it would be much smaller, and small."""
    width, height = svg.size(drawing)
    if not width or not height:
        return False
    upright, across = (min(1, room / width, tall / height) for room, tall in (_UPRIGHT, _ACROSS))
    return upright < _SMALL and across > _LARGER * upright


def _plain(node: msgspec.Struct, but: set[str] = frozenset()) -> Laid:  # type: ignore[assignment]
    """Take a node's plain fields, its texts made visible."""
    return {name: _visible_all(getattr(node, name)) for name in node.__struct_fields__ if name not in but}


def _visible_all(value: Any) -> Any:  # noqa: ANN401 - a plain field is text, a number, or a row of texts
    if isinstance(value, str):
        return visible(value)
    return [visible(each) for each in value] if isinstance(value, tuple) else value


def _joined(items: list[Laid], *, numbered: bool) -> list[Laid]:
    """Put commas between reference labels, and draw three or more running numbers together."""
    kept: list[Laid] = []
    for place, item in enumerate(items):
        runs = numbered and 0 < place < len(items) - 1
        if runs and int(items[place + 1]["label"]) - int(items[place - 1]["label"]) == 2:  # noqa: PLR2004 - both sides
            kept[-1]["after"] = "–"
            continue
        kept.append(item)
        item["after"] = "" if place == len(items) - 1 else "," if numbered else "; "
    return kept


def blocks_of(sections: Sequence[Laid]) -> list[Laid]:
    """List the blocks of laid-out sections in reading order."""
    return [
        block
        for section in sections
        for block in (*section["own"], *section["blocks"], *blocks_of(section["sections"]))
    ]


def _left_out(table: Table, most: int) -> Iterator[Content]:
    """Say how many rows are not shown, and where they stand."""
    if len(table.rows) > most:
        where = Styled(text=f"outputs/report/{table.id}.csv", style="code")
        yield (f"These are the first {most:,} of {len(table.rows):,} rows; all of them stand in ", where, ".")


def _grouped(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """Gather rows under their group, groups in the order of their first row."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.group, []).append(row)
    return list(groups.items())


def plain_text(content: Sequence[Mapping[str, Any]]) -> str:
    """Write laid-out content as bare text, as a CSV holds it; what is raised stands in brackets.

    >>> plain_text([{"kind": "text", "text": "ORR "}, {"kind": "fact", "name": "x", "value": 43, "text": "43%"}])
    'ORR 43%'
    """
    return "".join(_bare(part) for part in content)


def _bare(part: Mapping[str, Any]) -> str:
    if part["kind"] == "mark":
        cited = "".join(item["label"] + item["after"] for item in part["items"])
        return f"[{cited}]" if part["raised"] else f" ({cited})"
    raised = part["kind"] == "styled" and part["style"] == "superscript"
    return f"[{part['text']}]" if raised else str(part["text"])
