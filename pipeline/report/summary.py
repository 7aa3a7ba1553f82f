"""The report for machines: `summary.json`, and the JSON schema that says what it holds.

It is taken from the same laid-out document as HTML and PDF, so that every number in them stands here, too.
"""

import inspect
from typing import Any, Literal

import msgspec

from pipeline.report.layout import Laid, plain_text

FORMAT: Literal["living-review summary 1"] = "living-review summary 1"


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of the summary."""


class Said(_Part, frozen=True):
    """A fact of the title page: what, and its text as printed."""

    term: str
    text: str


class TableData(_Part, frozen=True):
    """A table as printed: texts only; `groups` has the group of each row, or nothing."""

    id: str
    name: str
    title: str
    section: str
    columns: list[str]
    groups: list[str]
    rows: list[list[str]]
    notes: list[str]


class FigureData(_Part, frozen=True):
    """A figure: its caption, what it shows in words, and its file beside the report."""

    id: str
    name: str
    title: str
    section: str
    text: str
    file: str


class SectionText(_Part, frozen=True):
    """What a section says outside its tables and figures, a text a paragraph, item or search string."""

    id: str
    title: str
    depth: int
    texts: list[str]


class Cited(_Part, frozen=True):
    """A reference as printed."""

    label: str
    text: str


class Summary(_Part, frozen=True):
    """A report for machines.

    Attributes:
        format: name and version of this layout; another one means other fields.
        dated: day of the newest event in the review's history, as 2024-10-20; empty if nothing has happened yet.
        facts: every number that was counted or computed, by name ("flow.records_screened").
    """

    format: Literal["living-review summary 1"]
    title: str
    edition: str
    dated: str
    language: str
    banners: list[str]
    status: list[Said]
    facts: dict[str, int | float]
    sections: list[SectionText]
    tables: list[TableData]
    figures: list[FigureData]
    references: list[Cited]


def summarise(laid: Laid) -> Summary:
    """Take the summary of a laid-out document."""
    sections = _flat(laid["sections"])
    blocks = [(section["id"], block) for section in sections for block in (*section["own"], *section["blocks"])]
    return Summary(
        format=FORMAT,
        title=laid["title"],
        edition=laid["edition"],
        dated=laid["dated"]["iso"] if laid["dated"] else "",
        language=laid["language"],
        banners=laid["banners"],
        status=[Said(term=item["term"], text=plain_text(item["content"])) for item in laid["status"]],
        facts=dict(sorted(laid["facts"].items())),
        sections=[
            SectionText(
                id=section["id"],
                title=section["title"],
                depth=section["depth"],
                texts=[text for block in (*section["own"], *section["blocks"]) for text in _texts(block)],
            )
            for section in sections
        ],
        tables=[_table(block, section) for section, block in blocks if block["kind"] == "table"],
        figures=[
            FigureData(section=section, **{name: block[name] for name in ("id", "name", "title", "text", "file")})
            for section, block in blocks
            if block["kind"] == "figure"
        ],
        references=[
            Cited(label=entry["label"], text=plain_text(entry["content"]))
            for _, block in blocks
            if block["kind"] == "references"
            for entry in block["entries"]
        ],
    )


def to_json(summary: Summary) -> bytes:
    """Write a summary as JSON: UTF-8, indented, fixed key order, ended by a newline."""
    return msgspec.json.format(msgspec.json.encode(summary), indent=2) + b"\n"


def schema() -> dict[str, Any]:
    """Make the JSON schema of a summary; its descriptions are the docstrings, which every Python indents alike here."""
    made = msgspec.json.schema(Summary)
    for described in made["$defs"].values():
        described["description"] = inspect.cleandoc(described["description"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def _flat(sections: list[Laid]) -> list[Laid]:
    return [each for section in sections for each in (section, *_flat(section["sections"]))]


def _table(block: Laid, section: str) -> TableData:
    grouped = any(group["title"] for group in block["groups"])
    return TableData(
        id=block["id"],
        name=block["name"],
        title=block["title"],
        section=section,
        columns=[column["label"] for column in block["columns"]],
        groups=[group["title"] for group in block["groups"] for _ in group["rows"]] if grouped else [],
        rows=[[plain_text(cell["content"]) for cell in row] for group in block["groups"] for row in group["rows"]],
        notes=[plain_text(note) for note in block["notes"]],
    )


def _texts(block: Laid) -> list[str]:
    kind = block["kind"]
    if kind == "paragraph":
        return [plain_text(block["content"])]
    if kind == "items":
        return [plain_text(item) for item in block["items"]]
    if kind == "definitions":
        return [f"{item['term']}: {plain_text(item['content'])}" for item in block["items"]]
    if kind == "notice":
        return [f"{block['title']} {plain_text(block['content'])}".strip()]
    if kind == "verbatim":
        return [f"{block['label']}: {block['text']}" if block["label"] else block["text"]]
    if kind == "records":
        return [f"{box['label']}: {box['fact']['text']}" for box in block["boxes"]]
    return []
