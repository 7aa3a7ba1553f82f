"""Records to a reference list in a chosen citation style.

The styles are CSL, the processor is Typst's own (hayagriva), asked for HTML and read back as plain content. Nothing of
a record is evaluated: the characters that mean something to the processor travel as private ones and are put back.
"""

import json
import re
from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import typst
from lxml import etree, html

from pipeline.errors import Fault, ProtocolError, did_you_mean
from pipeline.records.record import Author, Origin, Record
from pipeline.report.document import Content, Inline, Link, Reference, References, Styled
from pipeline.report.layout import visible

OWN_STYLE = "vancouver"

# Styles that Typst carries and that journals of medicine ask for. Source: Typst 0.15, `bibliography.style`.
STYLES = (
    OWN_STYLE,
    "american-medical-association",
    "apa",
    "british-medical-journal",
    "elsevier-harvard",
    "elsevier-vancouver",
    "harvard-cite-them-right",
    "nature",
    "springer-basic",
    "springer-vancouver",
    "the-lancet",
)

_MEANING = {ord(char): 0xE000 + place for place, char in enumerate("${}\\")}
_PLAIN = {private: char for char, private in _MEANING.items()}
_CUT_LIST = re.compile(r"\bet al\b", re.IGNORECASE)
_SOURCE = b"""
#set text(lang: sys.inputs.language)
#for key in json(bytes(sys.inputs.keys)) { html.elem("div", attrs: (class: "cite"), cite(label(key))) }
#let style = sys.inputs.style
#bibliography(bytes(sys.inputs.works), style: if style.starts-with("<") { bytes(style) } else { style }, title: none)
"""


def format_references(records: Mapping[str, Record], *, style: str = OWN_STYLE, language: str = "en") -> References:
    """Set records as a reference list.

    Args:
        records: by the key that marks cite them with, in the order of first mention: numeric styles number them so.
        style: one of STYLES, or the text of a CSL file.
        language: of the words that the style adds ("editors", "cited").

    Raises:
        ProtocolError: the style is unknown, is not CSL, or cites in notes.
    """
    if not records:
        return References(entries=())
    names = {f"k{place}": key for place, key in enumerate(records)}
    works = {name: _work(records[key]) for name, key in names.items()}
    page = _process(works, style, language)
    cited = [_label(node) for node in page.iter("div") if node.get("class") == "cite"]
    entries = {f"#{node.get('id')}": node for node in page.iter("li") if node.get("id")}
    if len(cited) != len(names) or any(target not in entries for _, target in cited):
        raise ProtocolError(_unfit(style, "it does not cite by a label that leads to one entry"))
    numbered = all(label.isdigit() for label, _ in cited)
    keys = {target: (key, label) for (label, target), key in zip(cited, names.values(), strict=True)}
    return References(
        entries=tuple(
            Reference(key=keys[target][0], label=keys[target][1], content=_content(node, keys[target][1], numbered))
            for target, node in entries.items()
        ),
        numbered=numbered,
    )


def check_style(style: str) -> tuple[Fault, ...]:
    """Find what is wrong with a style's name or text, by setting one entry in it; those of STYLES are known to fit."""
    if style in STYLES:
        return ()
    try:
        format_references({"a": Record(id="a:1", origin=Origin(search="a"), title="A title", year=2020)}, style=style)
    except ProtocolError as error:
        return error.faults
    return ()


def _process(works: Mapping[str, Any], style: str, language: str) -> etree._Element:
    if style == OWN_STYLE:
        style = (resources.files("pipeline.report") / "templates" / "vancouver.csl").read_text(encoding="utf-8")
    inputs = {
        "works": json.dumps(works, ensure_ascii=False),
        "keys": json.dumps(list(works)),
        "style": style.lstrip("\ufeff \r\n\t"),
        "language": language,
    }
    try:
        page = typst.compile(_SOURCE, format="html", sys_inputs=inputs, ignore_system_fonts=True)
    except typst.TypstError as error:
        raise ProtocolError(_unfit(style, str(error.message))) from error
    return html.document_fromstring(page, parser=html.HTMLParser(encoding="utf-8"))


def _unfit(style: str, why: str) -> Fault:
    named = style if len(style) < 80 else "the CSL file"  # noqa: PLR2004 - a name, not a file's text
    return Fault(
        what=f"the citation style {named!r} cannot be used ({why})",
        column="citation_style",
        accepted=f"{', '.join(STYLES)}, another style that Typst carries, or the path of a CSL file",
        remedy=did_you_mean(named, STYLES),
    )


def _label(node: etree._Element) -> tuple[str, str]:
    """Read a citation: its label without the brackets of the style, and the entry it leads to."""
    label = re.sub(r"[(\[](.*)[)\]]", r"\1", " ".join(_whole(node).split()))
    return label, next((str(link.get("href")) for link in node.iter("a") if link.get("href")), "")


def _content(node: etree._Element, label: str, numbered: bool) -> Content:
    parts = _merge(_inlines(node))
    if numbered and parts and isinstance(parts[0], str):
        parts[0] = re.sub(rf"^\s*[\[(]?{re.escape(label)}[\])]?\.?\s*", "", parts[0])
    parts = [part for part in parts if part != ""]
    if parts and isinstance(parts[0], str):
        parts[0] = parts[0].lstrip()
    if parts and isinstance(parts[-1], str):
        parts[-1] = parts[-1].rstrip()
    return tuple(parts)


def _inlines(node: etree._Element) -> list[Inline]:
    found: list[Inline] = [_text(node.text)]
    for child in node:
        inside = _text(_whole(child))
        target = _text(child.get("href"))
        if child.tag == "a" and target.startswith("http"):
            found.append(Link(text=inside, target=target))
        elif child.tag in {"em", "i"}:
            found.append(Styled(text=inside, style="emphasis"))
        elif child.tag in {"strong", "b"}:
            found.append(Styled(text=inside, style="strong"))
        elif child.tag in {"sup", "sub"}:
            found.append(Styled(text=inside, style="superscript" if child.tag == "sup" else "subscript"))
        elif child.tag == "a":
            found.append(inside)
        else:
            found.extend(_inlines(child))
        found.append(_text(child.tail))
    return found


def _whole(node: etree._Element) -> str:
    return etree.tostring(node, encoding="unicode", method="text", with_tail=False)


def _merge(parts: Sequence[Inline]) -> list[Inline]:
    """Join neighbouring texts and fold their white space."""
    merged: list[Inline] = []
    for part in parts:
        if isinstance(part, str) and merged and isinstance(merged[-1], str):
            merged[-1] += part
        else:
            merged.append(part)
    return [re.sub(r"\s+", " ", part) if isinstance(part, str) else part for part in merged]


def _text(text: str | None) -> str:
    return (text or "").translate(_PLAIN)


def _work(record: Record) -> dict[str, Any]:
    """Describe a record as the processor's bibliography format does; what is empty is left out.

    Source: hayagriva, file format for bibliographies, https://github.com/typst/hayagriva/blob/main/docs/file-format.md
    """
    kind, container = _kind(record)
    date = _date(record)
    work: dict[str, Any] = {
        "type": kind,
        "title": _guard(record.title) or "Untitled",
        "author": _people(record),
        "date": date,
        "page-range": _guard(record.pages),
        "genre": "Guideline" if record.kind == "guideline" and kind == "report" else "",
        "serial-number": {"doi": _guard(record.doi)} if record.doi else {},
    }
    if not record.doi and (address := next((url for url in record.urls if url.startswith("http")), "")):
        work["url"] = _filled({"value": _guard(address), "date": _seen(record)})
    publisher = {"name": _guard(record.publisher), "location": _guard(record.place)}
    volume = {"volume": _guard(record.volume), "issue": _guard(record.issue), "edition": _guard(record.edition)}
    if container:
        name = record.journal if container != "periodical" else record.journal_abbreviation or record.journal
        editors = _named(record.editors)
        parent = {"type": container, "title": _guard(name), "editor": editors, **volume, "date": date}
        work["parent"] = _filled({**parent, "publisher": _filled(publisher)})
    else:
        work |= {**volume, "publisher": _filled(publisher)}
    return _filled(work)


def _kind(record: Record) -> tuple[str, str]:
    """Say what the processor calls a record, and what it calls the thing that the record stands in."""
    if record.kind == "chapter":
        return "chapter", "book"
    if record.kind in {"web-page", "registration", "dataset"} or (record.kind == "guideline" and not record.journal):
        return ("web" if record.urls else "report"), ""
    if record.kind in {"book", "dissertation", "report"}:
        return {"book": "book", "dissertation": "thesis", "report": "report"}[record.kind], ""
    return "article", "periodical" if record.journal or record.volume else ""


def _people(record: Record) -> list[dict[str, str]]:
    """List the authors; a list that its source cut short says so where the list ends."""
    people = _named(record.authors)
    cut = any(_CUT_LIST.search(note) and "author" in note.lower() for note in record.notes)
    return [*people, {"name": "et al"}] if people and cut else people


def _named(people: Sequence[Author]) -> list[dict[str, str]]:
    described = [_person(person) for person in people]
    return [person for person in described if "name" in person]


def _person(author: Author) -> dict[str, str]:
    given = author.given
    if re.fullmatch(r"[^\W\d_a-z]{1,5}", given) and given.upper() == given:
        given = " ".join(f"{initial}." for initial in given)
    return _filled({"name": _guard(author.family), "given-name": _guard(given), "suffix": _guard(author.suffix)})


def _date(record: Record) -> str:
    return f"{record.year:04}" if record.year and 0 < record.year <= 9999 else ""  # noqa: PLR2004 - ISO 8601 years


def _seen(record: Record) -> str:
    """Find the day on which a web page was read, where the record's notes give it as ISO 8601."""
    for note in record.notes:
        if found := re.search(r"\b(?:accessed|cited)\D{0,12}(\d{4}-\d{2}-\d{2})\b", note, re.IGNORECASE):
            return found.group(1)
    return ""


def _guard(text: str) -> str:
    return " ".join(visible(text).split()).translate(_MEANING)


def _filled(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}
