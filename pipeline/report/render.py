"""A document as bytes: one HTML file, one PDF. The templates stand beside this module, and only it reads them."""

import base64
import hashlib
import json
import textwrap
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import jinja2
import typst
from markupsafe import Markup

from pipeline.errors import Fault, ReviewError
from pipeline.records import tables
from pipeline.report.document import Document
from pipeline.report.layout import Laid, lay_out, plain_text

TEMPLATES = resources.files("pipeline.report") / "templates"

_SCRIPT_WORDS = (
    "clear", "days_ago", "filter", "listed", "next", "no_rows", "page", "previous", "records_search", "rows_shown",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pdf:
    """A PDF, and what it could not be.

    Attributes:
        data: the file.
        standard: "PDF/UA-1", or empty where that could not be kept.
        unprintable: why not: the text that no font at hand has.
    """

    data: bytes
    standard: str
    unprintable: str = ""


def html(document: Document) -> bytes:
    """Write a document as one HTML file that asks no host for anything and works without its script."""
    laid = lay_out(document)
    style, script = _template("report.css") + _banner_style(laid["banners"]), _template("report.js")
    for block in _blocks(laid["sections"]):
        if block["kind"] == "table":
            block["csv"] = _address("text/csv;charset=utf-8", csv(block, form=True))
        elif block["kind"] == "records":
            _join_boxes(block)
    if laid["logo"]:
        kind = "image/png" if laid["logo"]["format"] == "png" else "image/svg+xml"
        laid["logo"]["source"] = f"data:{kind};base64,{laid['logo']['data']}"
    policy = (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    spoken = json.dumps({slug: laid["words"][slug] for slug in _SCRIPT_WORDS}, ensure_ascii=False, sort_keys=True)
    page = _page().render(
        laid,
        style=style,
        script=script,
        policy=policy,
        spoken=Markup(spoken.replace("<", "\\u003c")),  # noqa: S704 - JSON without '<'
    )
    return page.encode()


def csv(table: Laid, *, form: bool = False) -> bytes:
    """Write a laid-out table as CSV: a column of groups where it has them, and the sources of its cells."""
    header = [column["label"] for column in table["columns"]]
    grouped = any(group["title"] for group in table["groups"])
    sourced = any("source" in cell for group in table["groups"] for row in group["rows"] for cell in row)
    rows = []
    for group in table["groups"]:
        for row in group["rows"]:
            cells = [plain_text(cell["content"]) for cell in row]
            if sourced:
                cells.append("; ".join(dict.fromkeys(cell["source"] for cell in row if "source" in cell)))
            rows.append([group["title"], *cells] if grouped else cells)
    return tables.write([*(["Group"] if grouped else []), *header, *(["Source"] if sourced else [])], rows, form=form)


def pdf(document: Document, *, fonts: Path | None = None) -> Pdf:
    """Write a document as a PDF: PDF/UA-1 where the fonts have every character, tagged in any case.

    The same document and fonts give the same bytes. No font of the machine is used: those that Typst brings, and
    those of the folder `fonts`.

    Raises:
        ReviewError: Typst refuses for another reason than a missing character.
    """
    laid = lay_out(document)
    _prepare_for_print(laid)
    inputs = {"document": json.dumps(laid, ensure_ascii=False)}
    dated = document.dated
    settings: dict[str, Any] = {
        "sys_inputs": inputs,
        "ignore_system_fonts": True,
        "font_paths": [str(fonts)] if fonts else [],
        "timestamp": int(datetime.combine(dated, time(), UTC).timestamp()) if dated else 0,
    }
    source = _template("report.typ").encode()
    try:
        return Pdf(typst.compile(source, pdf_standards=["ua-1"], **settings), standard="PDF/UA-1")
    except typst.TypstError as error:
        if "could not be displayed" not in error.message:
            raise _refusal(error) from error
        unprintable = error.message
    try:
        return Pdf(typst.compile(source, **settings), standard="", unprintable=unprintable)
    except typst.TypstError as error:
        raise _refusal(error) from error


def _refusal(error: typst.TypstError) -> ReviewError:
    what = f"the PDF could not be set ({error.message})"
    remedy = "This is a fault of the program: please report it, with the report's title and this sentence."
    return ReviewError(Fault(what=what, file="report.pdf", remedy=remedy))


def _blocks(sections: list[Laid]) -> list[Laid]:
    found = []
    for section in sections:
        found += section["blocks"]
        found += _blocks(section["sections"])
    return found


def _join_boxes(records: Laid) -> None:
    """Name each item's boxes by their place, which is shorter than their names."""
    places = {box["name"]: str(place) for place, box in enumerate(records["boxes"])}
    for item in records["items"]:
        item["boxes"] = [places[name] for name in item["boxes"] if name in places]


def _banner_style(banners: list[str]) -> str:
    """Put the banners into the upper margin of every printed page."""
    if not banners:
        return ""
    text = "".join(char if char.isascii() and char.isalnum() else f"\\{ord(char):x} " for char in "  ".join(banners))
    return f'\n@page {{ @top-left {{ content: "{text}"; font: 7.5pt sans-serif; width: 100%; }} }}\n'


def _prepare_for_print(laid: Laid) -> None:
    laid["short"] = textwrap.shorten(laid["title"], 90, placeholder=" …")
    laid["edition_short"] = textwrap.shorten(laid["edition"], 60, placeholder=" …")
    laid["fonts"] = ["Libertinus Serif"]
    laid["mono"] = ["DejaVu Sans Mono"]
    for block in _blocks(laid["sections"]):
        if block["kind"] == "figure":
            block["alt"] = block["text"]
        elif block["kind"] == "records":
            block["items"] = []


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


def _address(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"
