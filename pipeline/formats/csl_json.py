"""CSL JSON, which Zotero, Mendeley, Paperpile and pandoc exchange: an array of items."""

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from pipeline.formats import kinds, text
from pipeline.formats.abstracts import joined
from pipeline.formats.assembly import Said, assemble
from pipeline.formats.csv_records import COLUMNS
from pipeline.formats.source import SHOWN, Blocks, Source
from pipeline.formats.table_cells import items, listed
from pipeline.records import bounds
from pipeline.records.record import Author, Record

# Variable: meaning (assembly). Every other variable is kept in `extra`.
# Source: Citation Style Language 1.0.2, appendix IV, variables, https://docs.citationstyles.org.
VARIABLES: dict[str, str] = {
    "title": "title", "original-title": "original-title", "container-title": "journal",
    "container-title-short": "journal-abbreviation", "journalAbbreviation": "journal-abbreviation",
    "volume": "volume", "issue": "issue", "page": "pages", "page-first": "first-page",
    "ISSN": "issn", "ISBN": "issn", "publisher": "publisher", "publisher-place": "place", "edition": "edition",
    "language": "language", "abstract": "abstract", "keyword": "keyword", "genre": "publication-type", "DOI": "doi",
    "PMID": "pmid", "PMCID": "pmcid", "URL": "url", "note": "note", "source": "database", "archive": "database",
    "archive_location": "accession",
}  # fmt: skip
_TYPE_OF = {
    "article": "article-journal", "chapter": "chapter", "book": "book", "conference-abstract": "speech",
    "conference-paper": "paper-conference", "dissertation": "thesis", "guideline": "standard", "preprint": "article",
    "registration": "document", "report": "report", "dataset": "dataset", "web-page": "webpage", "other": "document",
}  # fmt: skip
_KIND_OF = {"article": "preprint", "speech": "conference-abstract", "document": "other"}
_CUSTOM = frozenset({"mesh", "identifiers", "urls", "links", "extra"})
_BLANK = re.compile(r"[\s,]*")
_SPACE = re.compile(r"\s*")
_SURE = 16  # characters before the end of what is held; a mistake that lies before them is one, whatever follows
_AGAIN = "Export it again."


def claims(head: str) -> bool:
    """Say whether a text begins as CSL JSON does: an array of objects with a `type` that is known."""
    return head.lstrip()[:1] == "[" and re.search(r'"type"\s*:\s*"[a-z_-]+"', head) is not None and '"' in head


def read(source: Source) -> Blocks:
    """Yield a record or a fault for every item of the array."""
    held = _Held(text.lines(source, whole=False))
    if (begun := held.next()) != "[":
        source.begin(held.line)
        what = "no array begins here" if begun else "the file is cut off before its first item"
        yield source.fault(what, held.rest(), line=held.line, remedy=_AGAIN)
        return
    held.pass_over(1)
    while (begun := held.next(_BLANK)) not in ("", "]"):
        origin = source.begin(held.line)
        try:
            item, raw = held.item()
        except (ValueError, RecursionError) as error:
            what = f"the file is cut off here, or its JSON is broken ({str(error).partition(':')[0]})"
            yield source.fault(what, held.rest(), line=origin.line, remedy=_AGAIN)
            return
        if isinstance(item, dict) and item:
            record = assemble(_said(item), name=source.name(raw), origin=origin)
            yield msgspec.structs.replace(record, **_ours(item.get("custom")))
        else:
            yield source.fault(f"this is no item: {raw[:80]!r}", raw, line=origin.line, remedy=_AGAIN)
    if not begun:
        source.begin(held.line)
        yield source.fault("the file is cut off: the array is not closed", "", line=held.line, remedy=_AGAIN)
        return
    held.pass_over(1)
    if held.next():
        source.begin(held.line)
        yield source.fault("text stands after the end of the array", held.rest(), line=held.line, remedy=_AGAIN)


class _Held:
    """What is held of a JSON text that streams by: from the item that is read now to the end of the last piece."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text = ""
        self._place = 0
        self._decoder = json.JSONDecoder()
        self.line = 1

    def _more(self) -> bool:
        """Hold at least as much again as is held already, so that reading on and on takes linear time."""
        held = [self._text[self._place :]]
        wanted = len(held[0])
        for piece in self._pieces:
            held.append(piece)
            wanted -= len(piece)
            if wanted < 0:
                break
        self._text, self._place = "".join(held), 0
        return len(self._text) > len(held[0])

    def pass_over(self, length: int) -> None:
        """Go on behind some characters."""
        self.line += self._text.count("\n", self._place, self._place + length)
        self._place += length

    def next(self, blank: re.Pattern[str] = _SPACE) -> str:
        """Go on to the next character that is not blank, and return it; empty at the end."""
        while True:
            found = blank.match(self._text, self._place)
            self.pass_over(found.end() - self._place if found else 0)
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._more():
                return ""

    def item(self) -> tuple[object, str]:
        """Read the item that begins here, and go on behind it; return it with its text.

        Raises:
            ValueError: it is no JSON, is too long to be held, or the file ends inside it.
            RecursionError: it is nested too deeply.
        """
        while True:
            try:
                item, end = self._decoder.raw_decode(self._text, self._place)
                if end < len(self._text) or not self._rest_of_item():
                    break
            except ValueError as error:
                broken = getattr(error, "pos", 0) < len(self._text) - _SURE and "Unterminated" not in str(error)
                if broken or not self._rest_of_item():
                    raise
        raw = self._text[self._place : end]
        self.pass_over(len(raw))
        return item, raw

    def _rest_of_item(self) -> bool:
        if len(self._text) - self._place > bounds.LONGEST:
            raise ValueError(f"one item is longer than {bounds.LONGEST:,} characters")
        return self._more()

    def rest(self) -> str:
        """Return what follows from here on, as much of it as a fault shows."""
        while len(self._text) - self._place < SHOWN and self._more():
            continue
        return self._text[self._place :]


def _said(item: dict[str, Any]) -> Said:
    given = str(item.get("type", ""))
    kind = _KIND_OF.get(given) or kinds.named(given)
    said = Said(kind or "other")
    if given and not kind:
        said.add("", "type", given)
    for variable, value in item.items():
        if variable in ("type", "id"):
            continue
        if variable == "custom" and isinstance(value, dict) and _CUSTOM.issuperset(value):
            continue  # read below, over what the rest says
        if variable in ("author", "editor"):
            people = said.authors if variable == "author" else said.editors
            people += [_person(each) for each in _list(value) if isinstance(each, dict)]
        elif variable == "issued":
            said.add("date", variable, _date(value))
        elif variable == "keyword":
            for keyword in items(_text(value)):
                said.add("keyword", variable, keyword)
        else:
            said.add(VARIABLES.get(variable, ""), variable, _text(value))
    return said


def _ours(custom: object) -> dict[str, Any]:
    if not isinstance(custom, dict) or not _CUSTOM.issuperset(custom):
        return {}
    return {name: COLUMNS[name].read(cell) for name, cell in custom.items() if isinstance(cell, str)}


def _text(value: object) -> str:
    """Return a value as text: a list line by line, an object as JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return "\n".join(str(each) for each in value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True) if isinstance(value, dict | list) else str(value or "")


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _person(parts: dict[str, Any]) -> Author:
    literal = _text(parts.get("literal"))
    if literal:
        return Author(family=" ".join(literal.split()), is_group=True)
    family = " ".join(_text(parts.get(part)) for part in ("non-dropping-particle", "family") if parts.get(part))
    given = " ".join(_text(parts.get(part)) for part in ("given", "dropping-particle") if parts.get(part))
    suffix = _text(parts.get("suffix"))
    return Author(family=family, given=given, suffix=suffix) if family else Author(family=given, suffix=suffix)


def _date(value: object) -> str:
    if not isinstance(value, dict):
        return _text(value)
    for each in _list(value.get("date-parts"))[:1]:
        parts = [_text(part) for part in _list(each)[:3]]
        written = "/".join(part.zfill(2) for part in parts)
        printed = _text(value.get("literal") or value.get("season") or value.get("raw"))
        return f"{written}{'/' * (3 - len(parts))}{printed}" if printed else written
    return _text(value.get("literal") or value.get("raw"))


def write(records: Iterable[Record]) -> Iterator[bytes]:
    """Write records as a JSON array in UTF-8, an item a record."""
    before = "[\n"
    for record in records:
        item = {name: value for name, value in item_of(record).items() if value}
        yield (before + json.dumps(item, ensure_ascii=False, indent=1)).encode("utf-8", "surrogatepass")
        before = ",\n"
    yield b"[]\n" if before == "[\n" else b"\n]\n"


def item_of(record: Record) -> dict[str, Any]:
    """List what CSL JSON holds of a record."""
    return {
        "id": record.id,
        "type": _TYPE_OF[record.kind],
        "title": record.title,
        "original-title": record.original_title,
        "author": [_parts(author) for author in record.authors],
        "editor": [_parts(editor) for editor in record.editors],
        "issued": _issued(record),
        "container-title": record.journal,
        "container-title-short": record.journal_abbreviation,
        "volume": record.volume,
        "issue": record.issue,
        "page": record.pages,
        "ISSN": ", ".join(record.issn),
        "ISBN": ", ".join(record.isbn),
        "publisher": record.publisher,
        "publisher-place": record.place,
        "edition": record.edition,
        "language": ", ".join(record.languages),
        "abstract": joined(record.abstract),
        "keyword": listed(record.keywords),
        "genre": "\n".join(record.publication_types),
        "DOI": record.doi,
        "PMID": record.pmid,
        "PMCID": record.pmcid,
        "URL": record.urls[0] if record.urls else "",
        "note": "\n".join(record.notes),
        "source": record.database,
        "archive_location": record.accession,
        "custom": _custom(record),
    }


def _custom(record: Record) -> dict[str, str]:
    """Keep what CSL has no variable for where CSL 1.0.2 allows it, column by column of this project's own table."""
    columns = ((name, COLUMNS[name].write(record)) for name in _CUSTOM)
    return {name: cell for name, cell in columns if cell and (name != "urls" or len(record.urls) > 1)}


def _parts(author: Author) -> dict[str, str]:
    if author.is_group:
        return {"literal": author.family}
    parts = {"family": author.family, "given": author.given, "suffix": author.suffix}
    return {part: text for part, text in parts.items() if text}


def _issued(record: Record) -> dict[str, Any]:
    parts = list(itertools.takewhile(bool, (record.year, record.month, record.day)))
    issued: dict[str, Any] = {"date-parts": [parts]} if parts else {}
    return issued | ({"literal": record.date} if record.date else {})
