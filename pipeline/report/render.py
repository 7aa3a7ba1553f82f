"""A document as bytes: one HTML file, one PDF. The templates stand beside this module, and only it reads them."""

import base64
import hashlib
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import typst
from markupsafe import Markup
from msgspec.structs import replace

from pipeline.errors import Fault, ReviewError
from pipeline.records import tables
from pipeline.report import markdown, summary
from pipeline.report.document import Document, Paragraph
from pipeline.report.layout import Laid, blocks_of, lay_out, plain_text, put

TEMPLATES = resources.files("pipeline.report") / "templates"

_NOT_UA = "The PDF does not keep PDF/UA-1, since no font at hand has every character; the first that is lacking is"
_FONTS = "Name a folder with fonts that have it under report.fonts in workflow.yaml."
BESIDE = "report"  # folder of what goes with the report
_SCRIPT_WORDS = (
    "clear", "filter", "listed", "next", "no_rows", "page", "previous", "records_search", "rows_shown",
    "sources_hide", "sources_show",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Files:
    """A report in every form.

    Attributes:
        data: bytes by path below outputs/: report.html, report.pdf, report.md, summary.json, and in the folder
            `report` a CSV and a PDF for every table, and what the document carries along.
        notices: what a person should know of them.
    """

    data: Mapping[str, bytes]
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pdf:
    """A PDF, and what it could not be.

    Attributes:
        data: the file.
        standard: "PDF/UA-1", or empty where that could not be kept.
        unprintable: why not: the first character that no font at hand has, by its code ("U+795E").
    """

    data: bytes
    standard: str
    unprintable: str = ""


def html(document: Document) -> bytes:
    """Write a document as one HTML file that asks no host for anything and works without its script."""
    return _page_of(lay_out(document))


def _page_of(laid: Laid) -> bytes:
    style, script = _template("report.css") + _banner_style(laid["banners"]), _template("report.js")
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    sources = _number_sources(laid)
    spoken = {"words": {slug: laid["words"][slug] for slug in _SCRIPT_WORDS}, "sources": list(sources)}
    data = json.dumps(spoken, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
    page = _page().render(
        laid,
        style=style,
        script=script,
        policy=policy,
        beside=BESIDE,
        put=put,
        logo_source=_logo_source,
        data=Markup(data),  # noqa: S704 - JSON without '<'
        places_of=lambda cell: " ".join(str(sources[source]) for source in cell["sources"]),
    )
    return page.encode()


def _number_sources(laid: Laid) -> dict[str, int]:
    """Number everything that cells were read from: the page holds each once."""
    found: dict[str, int] = {}
    for block in blocks_of(laid["sections"]):
        if block["kind"] == "table":
            for cell in (cell for group in block["groups"] for row in group["rows"] for cell in row):
                for source in cell.get("sources", ()):
                    found.setdefault(source, len(found))
    return found


def csv(table: Laid, *, form: bool = False) -> bytes:
    """Write a laid-out table as CSV: a column of groups where it has them, and the sources of its cells."""
    header = [column["label"] for column in table["columns"]]
    lines = [*_shown(table), *((row["group"], row["texts"], row["sources"]) for row in table["rest"])]
    grouped, sourced = any(group for group, _, _ in lines), any(sources for _, _, sources in lines)
    rows = [
        [*([group] if grouped else []), *texts, *(["; ".join(dict.fromkeys(sources))] if sourced else [])]
        for group, texts, sources in lines
    ]
    return tables.write([*(["Group"] if grouped else []), *header, *(["Source"] if sourced else [])], rows, form=form)


def _shown(table: Laid) -> Iterator[tuple[str, list[str], list[str]]]:
    """List the rows that are shown: the group, the texts, and the sources of each."""
    for group in table["groups"]:
        for row in group["rows"]:
            sources = [source for cell in row for source in cell.get("sources", ())]
            yield group["title"], [plain_text(cell["content"]) for cell in row], sources


def pdf(document: Document, *, fonts: Path | None = None) -> Pdf:
    """Write a document as a PDF: PDF/UA-1 where the fonts have every character, tagged in any case.

    The same document and fonts give the same bytes. No font of the machine is used: those that Typst brings, and
    those of the folder `fonts`.

    Raises:
        ReviewError: Typst refuses for another reason than a missing character.
    """
    return _print(_for_print(lay_out(document)), document, fonts)


def tables_of(document: Document, *, fonts: Path | None = None) -> dict[str, bytes]:
    """Write every table of a document as a file of its own, as CSV and (where it has rows) as PDF, by file name."""
    return _tables(lay_out(document), document, fonts)


def _tables(laid: Laid, document: Document, fonts: Path | None) -> dict[str, bytes]:
    blocks = blocks_of(laid["sections"])
    tables_ = [block for block in blocks if block["kind"] == "table"]
    entries = [entry for block in blocks if block["kind"] == "references" for entry in block["entries"]]
    numbered = any(block["numbered"] for block in blocks if block["kind"] == "references")
    made = {f"{table['id']}.csv": csv(table) for table in tables_}
    for table in tables_:
        cited = _cited(table)
        listed = [entry for entry in entries if f"#{entry['anchor']}" in cited]
        references = {"kind": "references", "numbered": numbered, "entries": listed}
        if table["count"]:
            made[f"{table['id']}.pdf"] = _print(_alone(table, references, laid), document, fonts).data
    return made


def _cited(table: Laid) -> set[str]:
    """Name the references that a table cites, in its cells and below."""
    cells = (cell["content"] for group in table["groups"] for row in group["rows"] for cell in row)
    parts = (part for content in (*cells, *table["notes"]) for part in content)
    return {item["target"] for part in parts if part["kind"] == "mark" for item in part["items"]}


def _alone(table: Laid, references: Laid, laid: Laid) -> Laid:
    """Make the data of a paper that holds one table and the references that it cites."""
    sourced = any("sources" in cell for group in table["groups"] for row in group["rows"] for cell in row)
    read_in = {"kind": "text", "text": put(laid["words"]["read_in"], f"{table['id']}.csv")}
    table = {**table, "notes": [*table["notes"], *([[read_in]] if sourced else [])]}
    section = {"id": "table", "title": "", "own": [], "blocks": [table], "sections": []}
    title = f"{table['name']}. {table['title']}"
    return {
        **_for_print({**laid, "title": title, "sections": [section]}),
        "of": laid["title"],
        "references": references,
    }


def _print(ready: Laid, document: Document, fonts: Path | None) -> Pdf:
    try:
        return Pdf(_compile(ready, document, fonts, accessible=True), standard="PDF/UA-1")
    except typst.TypstError as error:
        lacking = re.search(r"the text `\"(.)", error.message)
        if not lacking or "could not be displayed" not in error.message:
            raise _refusal(error) from error
    try:
        data = _compile(ready, document, fonts)
    except typst.TypstError as error:
        raise _refusal(error) from error
    return Pdf(data, standard="", unprintable=f"U+{ord(lacking.group(1)):04X}")


def _compile(ready: Laid, document: Document, fonts: Path | None, *, accessible: bool = False) -> bytes:
    dated = document.dated
    folders: list[Any] = [fonts] if fonts else []  # typst's own types want them to be bytes, like the source
    return typst.compile(
        _template("report.typ").encode(),
        sys_inputs={"document": json.dumps(ready, ensure_ascii=False)},
        ignore_system_fonts=True,
        font_paths=folders,
        timestamp=int(datetime.combine(dated, time(), UTC).timestamp()) if dated else 0,
        pdf_standards=["ua-1"] if accessible else [],
    )


def files(document: Document, *, fonts: Path | None = None) -> Files:
    """Write a document in every form, each from the same laid-out data.

    Where the PDF cannot keep PDF/UA-1, every form says so in its provenance.

    Raises:
        ReviewError: see `pdf`.
    """
    laid = lay_out(document)
    printed = _print(_for_print(laid), document, fonts)
    notices: tuple[str, ...] = ()
    if not printed.standard:
        notices = (f"{_NOT_UA} {printed.unprintable}. {_FONTS}",)
        document = _noted(document, notices[0])
        laid = lay_out(document)
        printed = Pdf(_compile(_for_print(laid), document, fonts), standard="")
    made = {
        "report.html": _page_of(laid),
        "report.pdf": printed.data,
        "report.md": markdown.write(laid).encode(),
        "summary.json": summary.to_json(summary.summarise(laid)),
    }
    more = {f"{BESIDE}/{name}": data for name, data in (_tables(laid, document, fonts) | document.companions).items()}
    return Files(made | more, notices)


def _noted(document: Document, sentence: str) -> Document:
    """Add a sentence to the provenance of a document, or to its last section."""
    place = next((n for n, section in enumerate(document.sections) if section.id == "provenance"), -1)
    if not document.sections:
        return document
    section = document.sections[place]
    said = replace(section, blocks=(*section.blocks, Paragraph(content=(sentence,))))
    sections = [*document.sections]
    sections[place] = said
    return replace(document, sections=tuple(sections))


def _refusal(error: typst.TypstError) -> ReviewError:
    what = f"the PDF could not be set ({error.message})"
    remedy = "This is a fault of the program: please report it, with the report's title and this sentence."
    return ReviewError(Fault(what=what, file="report.pdf", remedy=remedy))


def _banner_style(banners: list[str]) -> str:
    """Put the banners into the upper margin of every printed page."""
    if not banners:
        return ""
    text = "".join(char if char.isascii() and char.isalnum() else f"\\{ord(char):x} " for char in "  ".join(banners))
    return f'\n@page {{ @top-left {{ content: "{text}"; font: 7.5pt sans-serif; width: 100%; }} }}\n'


def _for_print(laid: Laid) -> Laid:
    """Add what only a page needs, and leave out the records and the rows that are not printed."""
    logo = laid["logo"] and {**laid["logo"], "bytes": list(base64.b64decode(laid["logo"]["data"]))}
    return {
        **laid,
        "short": textwrap.shorten(laid["title"], 90, placeholder=" …"),
        "edition_short": textwrap.shorten(laid["edition"], 60, placeholder=" …"),
        "logo": logo,
        "sections": [_without_items(section) for section in laid["sections"]],
    }


def _without_items(section: Laid) -> Laid:
    bare: dict[str, Laid] = {"records": {"items": []}, "table": {"rest": []}}
    blocks = [{**block, **bare.get(block["kind"], {})} for block in section["blocks"]]
    return {**section, "blocks": blocks, "sections": [_without_items(inner) for inner in section["sections"]]}


@cache
def _template(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _page() -> jinja2.Template:
    loader = jinja2.DictLoader({"report.html.j2": _template("report.html.j2")})
    environment = jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    return environment.get_template("report.html.j2")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _logo_source(logo: Laid) -> str:
    kind = "image/png" if logo["format"] == "png" else "image/svg+xml"
    return f"data:{kind};base64,{logo['data']}"
