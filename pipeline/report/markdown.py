"""A laid-out document as Markdown: CommonMark with pipe tables, for repositories and for pasting."""

import re
from collections.abc import Iterator, Sequence

from pipeline.report.layout import Laid, plain_text, put

_MARKUP = re.compile(r"([\\`*_\[\]<>|#~$&])")
_STYLES = {"emphasis": "*{}*", "strong": "**{}**", "superscript": "<sup>{}</sup>", "subscript": "<sub>{}</sub>"}


def write(laid: Laid) -> str:
    """Write a laid-out document."""
    return "\n".join(_lines(laid)).rstrip() + "\n"


def _lines(laid: Laid) -> Iterator[str]:
    yield f"# {_text(laid['title'])}"
    yield ""
    if laid["series"]:
        yield from (_text(laid["series"]), "")
    for author in laid["authors"]:
        said = ", ".join(part for part in (author["name"], author["affiliation"], author["orcid"]) if part)
        yield f"- {_text(said)}" + (f" ({_text(author['role'])})" if author["role"] else "")
    yield ""
    dated = f" · {laid['dated']['text']}" if laid["dated"] else ""
    yield from (f"*{_text(laid['edition'] + dated)}*", "")
    for banner in laid["banners"]:
        yield from (f"> **{_text(banner)}**", "")
    yield from _definitions(laid["status"])
    for section in laid["sections"]:
        yield from _section(section, laid["words"])


def _section(section: Laid, words: dict[str, str]) -> Iterator[str]:
    yield from (f"{'#' * min(section['depth'] + 1, 6)} {_text(section['title'])}", "")
    for block in (*section["own"], *section["blocks"]):
        yield from _block(block, words)
        yield ""
    for inner in section["sections"]:
        yield from _section(inner, words)


def _block(block: Laid, words: dict[str, str]) -> Iterator[str]:
    kind = block["kind"]
    if kind == "paragraph":
        yield _inline(block["content"])
    elif kind == "items":
        yield from (f"{'1.' if block['ordered'] else '-'} {_inline(item)}" for item in block["items"])
    elif kind == "verbatim":
        fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", block["text"]) or [""]))
        yield from (f"{_text(block['label'])}:" if block["label"] else "", "", fence, block["text"], fence)
    elif kind == "definitions":
        yield from _definitions(block["items"])
    elif kind == "notice":
        yield f"> **{_text(block['title'])}** {_inline(block['content'])}" if block["title"] else _quoted(block)
    elif kind == "table":
        yield from _table(block)
    elif kind == "figure":
        yield from (f"**{block['name']}.** {_text(block['title'])}", "")
        yield f"![{_text(block['text'])}](<{block['file']}>)" if block["file"] else _text(block["text"])
        yield from ("", *(_inline(note) for note in block["notes"]))
    elif kind == "records":
        yield from (f"- {_text(box['label'])}: {box['fact']['text']}" for box in block["boxes"])
        if block["file"]:
            yield from ("", _text(put(words["unnumbered_list"], block["file"])))
    else:
        yield from (
            f"{entry['label']}. {_inline(entry['content'])}" if block["numbered"] else f"- {_inline(entry['content'])}"
            for entry in block["entries"]
        )


def _quoted(block: Laid) -> str:
    return f"> {_inline(block['content'])}"


def _definitions(items: Sequence[Laid]) -> Iterator[str]:
    for item in items:
        yield f"- **{_text(item['term'])}:** {_inline(item['content'])}"
    yield ""


def _table(table: Laid) -> Iterator[str]:
    columns = table["columns"]
    yield from (f"**{table['name']}.** {_text(table['title'])}", "")
    yield _row(_text(column["label"]) for column in columns)
    sides = {"text": "---", "number": "---:", "mark": ":---:"}
    yield _row(sides[column["holds"]] for column in columns)
    for group in table["groups"]:
        if group["title"]:
            yield _row([f"**{_text(group['title'])}**", *[""] * (len(columns) - 1)])
        yield from (_row(_inline(cell["content"]).replace("\n", "<br>") for cell in row) for row in group["rows"])
    if not table["count"]:
        yield _row([f"*{_text(table['empty'])}*", *[""] * (len(columns) - 1)])
    for note in table["notes"]:
        yield from ("", _inline(note))


def _row(cells: Iterator[str] | Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _inline(content: Sequence[Laid]) -> str:
    return "".join(_part(part) for part in content)


def _part(part: Laid) -> str:
    kind = part["kind"]
    if kind == "link" and not part["target"].startswith("#"):
        return f"[{_text(part['text'])}](<{part['target']}>)"
    if kind == "styled" and part["style"] == "code":
        ticks = "`" * max(1, *(len(run) + 1 for run in re.findall("`+", part["text"]) or [""]))
        space = " " if part["text"][:1] in {"`", " "} or part["text"][-1:] in {"`", " "} else ""
        return f"{ticks}{space}{part['text']}{space}{ticks}"
    if kind == "styled":
        return _STYLES[part["style"]].format(_text(part["text"]))
    return _text(plain_text([part]))


def _text(text: str) -> str:
    r"""Escape what Markdown would take for markup.

    >>> print(_text("*p* < 0.05 [x](y) #1"))
    \*p\* \< 0.05 \[x\](y) \#1
    """
    return _MARKUP.sub(r"\\\1", text)
