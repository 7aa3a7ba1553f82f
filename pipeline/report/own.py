"""Texts of a review's own, in Markdown, as blocks of the report.

CommonMark and tables. Raw HTML is printed as text, a picture as its description: a report holds nothing that it would
have to fetch. `[@PMID]`, `[@DOI]` or `[@record id]` cites a record of the review.
"""

import re
from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.report.document import (
    Block,
    Cell,
    Column,
    Content,
    Inline,
    Items,
    Link,
    Mark,
    Notice,
    Paragraph,
    Row,
    Section,
    Styled,
    Table,
    Verbatim,
)

Find = Callable[[str], str]  # what stands behind the @ -> key of a reference; empty if no record is meant

_CITED = re.compile(r"\[((?:@[^\s\[\];,@]+(?:[;,]\s*)?)+)\]")
_STYLES = {"em": "emphasis", "strong": "strong", "s": "emphasis"}


def read(text: str, *, part: str, find: Find) -> Section:
    """Turn a Markdown text into a section: its blocks, and a section for each heading.

    Args:
        text: as written.
        part: name of the part it belongs to; begins the ids of what it holds.
        find: which reference a citation means. One that means none stays as it is written.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return _Reader(parser.parse(text), part, find).whole()


class _Reader:
    """The tokens of one text, read from left to right."""

    def __init__(self, tokens: Sequence[Token], part: str, find: Find) -> None:
        self.tokens = tokens
        self.place = 0
        self.part = part
        self.find = find
        self.made = 0

    def whole(self) -> Section:
        blocks = self._blocks_until("")
        return Section(id=self.part, title="", own=blocks, sections=self._sections(0))

    def _name(self, kind: str) -> str:
        self.made += 1
        return f"{self.part}-{kind}-{self.made}"

    def _take(self) -> Token:
        self.place += 1
        return self.tokens[self.place - 1]

    def _next(self) -> Token | None:
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def _sections(self, above: int) -> tuple[Section, ...]:
        """Read every section whose heading is deeper than the one above it, however the author counted."""
        found = []
        while (token := self._next()) is not None and token.type == "heading_open" and _depth(token) > above:
            depth = _depth(self._take())
            title = "".join(_plain(part) for part in self._inline(self._take()))
            self._take()
            name = self._name("section")
            blocks = self._blocks_until("")
            found.append(Section(id=name, title=title, own=blocks, sections=self._sections(depth)))
        return tuple(found)

    def _blocks_until(self, end: str) -> tuple[Block, ...]:
        """Read blocks up to a closing token, or up to the next heading."""
        found: list[Block] = []
        while (token := self._next()) is not None and token.type not in {end, "heading_open"}:
            found.extend(self._block(self._take()))
        return tuple(found)

    def _block(self, token: Token) -> list[Block]:
        if token.type == "paragraph_open":
            content = self._inline(self._take())
            self._take()
            return [Paragraph(content=content)]
        if token.type in {"bullet_list_open", "ordered_list_open"}:
            return [self._list(ordered=token.type.startswith("ordered"))]
        if token.type in {"fence", "code_block"}:
            return [Verbatim(text=token.content.rstrip("\n"), label=token.info.strip())]
        if token.type == "blockquote_open":
            inside = self._blocks_until("blockquote_close")
            self._take()
            return [Notice(title="", content=b.content) if isinstance(b, Paragraph) else b for b in inside]
        if token.type == "table_open":
            return [self._table()]
        return []

    def _list(self, *, ordered: bool) -> Items:
        """Read a list; what stands deeper in an item joins its text."""
        items: list[Content] = []
        depth = 1
        while depth:
            token = self._take()
            if token.type == "list_item_open":
                items.append(())
            elif token.type.endswith("_list_open"):
                depth += 1
            elif token.type.endswith("_list_close"):
                depth -= 1
            elif token.type == "inline":
                content = self._inline(token)
                items[-1] = (*items[-1], " ", *content) if items[-1] else content
            elif token.type in {"fence", "code_block"}:
                items[-1] = (*items[-1], " ", Styled(text=token.content.strip(), style="code"))
        return Items(items=tuple(item for item in items if item), ordered=ordered)

    def _table(self) -> Table:
        lines: list[list[Content]] = []
        while (token := self._take()).type != "table_close":
            if token.type == "tr_open":
                lines.append([])
            elif token.type == "inline":
                lines[-1].append(self._inline(token))
        header, *body = lines
        columns = tuple(
            Column(label="".join(_plain(part) for part in content), heads=place == 0)
            for place, content in enumerate(header)
        )
        rows = tuple(Row(cells=tuple(Cell(content=content) for content in line)) for line in body)
        return Table(id=self._name("table"), title="", columns=columns, rows=rows)

    def _inline(self, token: Token) -> Content:
        """Read a line of text; emphasis does not nest: the innermost counts."""
        found: list[Inline] = []
        styles: list[str] = []
        target: str | None = None
        label = ""
        for child in token.children or ():
            if child.type == "link_open":
                target, label = str(child.attrs.get("href", "")), ""
            elif child.type == "link_close":
                found.append(Link(text=label, target=target or ""))
                target = None
            elif child.type.endswith("_open"):
                styles.append(_STYLES.get(child.tag, ""))
            elif child.type.endswith("_close"):
                styles.pop()
            elif target is not None:
                label += _said(child)
            else:
                found.extend(self._piece(child, styles[-1] if styles else ""))
        return tuple(found)

    def _piece(self, child: Token, style: str) -> list[Inline]:
        text = _said(child)
        if child.type == "code_inline":
            return [Styled(text=text, style="code")]
        if style == "strong":
            return [Styled(text=text, style="strong")]
        if style:
            return [Styled(text=text, style="emphasis")]
        return self._cited(text)

    def _cited(self, text: str) -> list[Inline]:
        """Turn `[@31452104; @10.1000/182]` into a reference mark, if every one of them is known."""
        found: list[Inline] = []
        end = 0
        for match in _CITED.finditer(text):
            keys = [self.find(name.lstrip("@").rstrip(",; ")) for name in match.group(1).split("@") if name]
            if all(keys):
                found += [text[end : match.start()].rstrip(), Mark(keys=tuple(keys))]
                end = match.end()
        return [piece for piece in (*found, text[end:]) if piece != ""]


def _depth(token: Token) -> int:
    return int(token.tag[1])


def _said(child: Token) -> str:
    return " " if child.type in {"softbreak", "hardbreak"} else child.content


def _plain(part: Inline) -> str:
    return part if isinstance(part, str) else getattr(part, "text", "")
