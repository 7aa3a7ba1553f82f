"""RIS and its dialects: EndNote, Zotero, Mendeley, RefWorks, Citavi, Embase.com, Ovid, Cochrane, ProQuest, EBSCO,
Scopus, Web of Science, Rayyan, Covidence, EPPI-Reviewer, Lens, OpenAlex.

A block begins with a TY line and ends with an ER line. A block without ER is taken as it stands if another begins
after it; at the end of the file it is a fault, since nothing tells it from a file that is cut off.
"""  # noqa: D205 - the list is one sentence

import re
from collections.abc import Iterable, Iterator

from pipeline.errors import Fault
from pipeline.formats import dates, names
from pipeline.formats.abstracts import joined
from pipeline.formats.assembly import Field, Said, assemble
from pipeline.formats.source import Blocks, Source
from pipeline.formats.text import Block, blocks
from pipeline.records.record import Record

# Type of reference: kind. Source: Research Information Systems, "RIS Format Specifications" (2001), TY; EndNote,
# "Reference types in RIS"; what is not here is "other".
TYPES: dict[str, str] = {
    "JOUR": "article", "EJOUR": "article", "JFULL": "article", "MGZN": "article", "INPR": "article", "NEWS": "article",
    "CHAP": "chapter", "ECHAP": "chapter", "ENCYC": "chapter", "DICT": "chapter",
    "BOOK": "book", "EBOOK": "book", "EDBOOK": "book", "SER": "book",
    "ABST": "conference-abstract", "CONF": "conference-paper", "CPAPER": "conference-paper",
    "THES": "dissertation", "STAND": "guideline", "UNPB": "preprint",
    "RPRT": "report", "GOVDOC": "report", "GRNT": "report",
    "DATA": "dataset", "AGGR": "dataset", "DBASE": "dataset",
    "ELEC": "web-page", "BLOG": "web-page", "ICOMM": "web-page",
}  # fmt: skip
_GENERIC = "GEN"
TYPE_OF = {kind: ty for ty, kind in reversed(TYPES.items())} | {"other": _GENERIC, "registration": _GENERIC}

# Tag: meaning (assembly). An empty meaning keeps the field in `extra`, as does every tag that is not here.
# Source: RIS Format Specifications (2001) for the first letters; the exports of the tools named above for the rest.
TAGS: dict[str, str] = {
    "TI": "title", "T1": "title", "CT": "title", "TT": "original-title", "BT": "journal",
    "AU": "author", "A1": "author", "A2": "editor", "ED": "editor", "A3": "",
    "PY": "date", "Y1": "date", "DA": "date",
    "T2": "journal", "JF": "journal", "JO": "journal-abbreviation", "JA": "journal-abbreviation",
    "J1": "journal-abbreviation", "J2": "journal-abbreviation", "JI": "journal-abbreviation",
    "VL": "volume", "IS": "issue", "CP": "issue", "SP": "first-page", "EP": "last-page",
    "PG": "pages", "C7": "article-number",
    "SN": "issn", "PB": "publisher", "PU": "publisher", "CY": "place", "PI": "place", "PP": "place", "ET": "edition",
    "LA": "language", "AB": "abstract", "N2": "abstract", "KW": "keyword", "MH": "mesh",
    "M3": "publication-type", "PT": "publication-type", "DO": "doi", "DI": "doi", "L3": "doi-elsewhere",
    "AN": "accession", "C3": "ids", "DB": "database", "N1": "note", "RN": "note",
    "UR": "url", "L1": "url", "L2": "url",
}  # fmt: skip

_OVID = {"ID": "accession", "A2": "", "M3": "", "NL": "journal-abbreviation"}

# Dialect: (tag that gives it away, pattern of its text, tags that mean something else in it). The first that matches
# the block holds. Source: the exports themselves, as each platform writes them.
DIALECTS: tuple[tuple[str, str, re.Pattern[str], dict[str, str]], ...] = tuple(
    (platform, tag, re.compile(pattern), TAGS | overrides)
    for platform, tag, pattern, overrides in (
        ("Rayyan", "AN", r"rayyan-\d+", {}),
        ("Embase.com", "U2", r"L\d+", {"C5": "pmid", "U2": "embase", "CN": "registration"}),
        ("the Cochrane Library", "AN", r"CN-\d+", {}),
        ("Web of Science", "AN", r"[A-Z]+:\w+", {"WE": "database"}),
        ("Scopus", "DB", r"Scopus", {"C2": "pmid"}),
        ("Ovid", "L2", r"https?://ovidsp", _OVID),
        ("Ovid", "ID", r"E[JD]\d{5,}", _OVID),
        ("ProQuest", "UR", r"https?://(?:search|www)\.proquest\.com", {}),
        ("EBSCOhost", "DP", r"EBSCOhost", {}),
        ("EPPI-Reviewer", "KW", r"eppi-reviewer", {}),
        ("RefWorks", "ID", r"RefID:", {"M1": "publication-type"}),
        ("Citavi", "M4", r"Citavi", {}),
        ("Lens.org", "UR", r"https://lens\.org/", {}),
        ("PubMed in EndNote", "DP", r"NLM", {"DP": "database"}),
    )
)

_START = re.compile(r"\n[ \t]*TY(?: {0,3}|\t)-(?=[ \t\n]|\Z)")
_END = re.compile(r"\n[ \t]*ER(?: {0,3}|\t)-[ \t]*(?=\n|\Z)")
_LOOSE = re.compile(r"[ \t]*TY(?: ?|\t)-")  # a file that does not write the two blanks of the standard


def _tagged(blanks: str) -> re.Pattern[str]:
    """Match the line end before a field, and its tag. ER is none: it ends a block, or is the receptor."""
    return re.compile(rf"\n[ \t]*([A-Z][A-Z0-9])(?<!ER){blanks}-(?:[ \t]+|$)", re.MULTILINE)


_STRICT_TAG = _tagged(" {2,3}")
_LOOSE_TAG = _tagged(r"(?: {0,3}|\t)")
# Rayyan writes some fields behind others, on one line. A run of blanks is tried from its first one only.
_INNER = re.compile(r" (?:(?<!  )|(?<=-  )) {2,}([A-Z][A-Z0-9])  - ")
# Lines that platforms write between records; they belong to no record. Source: Ovid, Cochrane Library and ProQuest
# exports.
_BETWEEN = re.compile(
    r"\s*(?:<?\d+\.?>?|Record #\d+ of \d+|Provider:.*|Content:.*|Link to the .*|Database: .*|_{5,}|-{5,}|={5,})?\s*"
)
_OTHER = re.compile(r"\s*[<{\[@\"]|.*[,;\t].*[,;\t]")  # how a line of XML, JSON, BibTeX or a table looks
_PREAMBLE = 10  # lines that may stand before the first record
_NUMBERED = re.compile(r"^Record #(\d+) of (\d+)", re.MULTILINE)
_TELLING = frozenset({"TI", "T1", "AU", "A1", "AB", "N2", "DO"})
_AGAIN = "Export it again; if the file is complete, write a line 'ER  - ' after its last record."


def claims(head: str) -> bool:
    """Say whether a text begins as a RIS file does: with a TY line, after few lines that are of no other format."""
    found = _START.search(f"\n{head}")
    if found is None:
        return False
    before = [line for line in head[: found.start()].split("\n") if not _BETWEEN.fullmatch(line)]
    untagged = [line for line in before if not _STRICT_TAG.match(f"\n{line}")]
    return len(untagged) <= _PREAMBLE and not any(_OTHER.match(line) for line in untagged)


def read(source: Source) -> Blocks:
    """Yield a record or a fault for every block."""
    numbers: list[int] = []
    total = 0
    rest = ""
    for block in blocks(source, _START):
        if isinstance(block, Fault):
            yield block
            continue
        rest = block.text
        for number, of in _NUMBERED.findall(block.text) if "Record #" in block.text else ():
            numbers.append(int(number))
            total = int(of)
        yield from _block(block, source) if block.begun else _between(block.text, block.line, source, Said())
    if not source.block and rest.strip():
        source.begin(1)
        what, remedy = "no record begins here: there is no TY line", "Say what format it is of, or export it again."
        yield source.fault(what, rest, line=1, remedy=remedy)
    if total and len(numbers) != total:
        source.notice(
            f"the export numbers its records out of {total}, and {len(numbers)} of them stand in this file "
            f"({_ranges(numbers)}). If you did not choose these, export it again."
        )


def _ranges(numbers: list[int]) -> str:
    """Write numbers as a person would: 1-3, 7."""
    parts: list[list[int]] = []
    for number in sorted(set(numbers)):
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(f"{part[0]}-{part[-1]}" if len(part) > 1 else str(part[0]) for part in parts)


def _block(block: Block, source: Source) -> Blocks:
    tagged = _LOOSE_TAG if _LOOSE.match(block.text) else _STRICT_TAG
    end = _END.search(block.text)
    raw = block.text[: end.end()] if end else _without_between(block.text)
    fields = _fields(block.text[: end.start()] if end else raw, tagged)
    said = _typed(fields[0][1])
    nothing = len(fields) == 1 and not said.extra
    if end is None and nothing and not block.last:
        source.notice("a TY line without a record; the next line begins another.", block.line)
        return
    origin = source.begin(block.line)
    if end is None and block.last:
        what = "the last record has no ER line, so that the file may be cut off"
        yield source.fault(what, raw, line=block.line, remedy=_AGAIN)
        return
    if end is None:
        source.notice("this record has no ER line; it was taken up to the next TY line.", block.line)
    if nothing:
        what = "this record says nothing but its type"
        yield source.fault(what, raw, line=block.line, remedy="Remove it, or export it again.")
    after = block.text[len(raw) :] if end else ""
    stray = list(_between(after, block.line + raw.count("\n"), source, said)) if after.strip() else []
    if not nothing:
        yield assemble(_said(fields, said, source), name=source.name(raw), origin=origin)
    yield from stray


def _typed(text: str) -> Said:
    """Begin with what the TY line says; a type that is not known is kept, and so is what stands behind it."""
    named, _, rest = text.strip().partition("\n")
    kind = TYPES.get(named.strip().upper())
    said = Said(kind or "other")
    said.add("", "TY", f"{'' if kind or named.strip().upper() == _GENERIC else named}\n{rest}")
    return said


def _fields(raw: str, tagged: re.Pattern[str]) -> list[Field]:
    fields = _parted(raw, tagged)
    if "   " in raw and _INNER.search(raw):
        fields = [part for field in fields for part in inner(*field)]
    return fields


def _parted(text: str, tagged: re.Pattern[str]) -> list[Field]:
    """Part a text at its tags; each value holds the lines that go on with it."""
    _, *parts = tagged.split(f"\n{text}")
    return list(zip(parts[::2], parts[1::2], strict=True))


def inner(tag: str, value: str) -> list[Field]:
    """Take apart a field behind which Rayyan wrote others: the field itself, then those."""
    first, *rest = _INNER.split(value)
    return [(tag, first), *zip(rest[::2], rest[1::2], strict=True)]


def _said(fields: list[Field], said: Said, source: Source) -> Said:
    tags = TAGS
    by_tag = dict(reversed(fields))
    for platform, tag, pattern, meanings in DIALECTS:
        if tag in by_tag and pattern.match(by_tag[tag]):
            tags = meanings
            source.platform = source.platform or platform
            break
    said.add_all(fields[1:], tags)
    return said


def _without_between(text: str) -> str:
    """Drop the lines at the end that announce the next record."""
    kept = text.split("\n")
    while kept and _BETWEEN.fullmatch(kept[-1]):
        kept.pop()
    return "\n".join(kept)


def _between(text: str, line: int, source: Source, said: Said) -> Blocks:
    """Judge what stands after a record and before the next: tags that belong to it, or a record without its TY line."""
    if not text or text.isspace():
        return
    tagged = _parted(text, _STRICT_TAG)
    if _END.search(f"\n{text}") or any(tag in _TELLING for tag, _ in tagged):
        source.begin(line)
        remedy = "Write a line 'TY  - JOUR' before it, or export it again."
        yield source.fault("a record without a TY line begins here", text.strip("\n"), line=line, remedy=remedy)
        return
    for tag, value in tagged:
        said.add("journal-abbreviation" if tag == "NL" else "", tag, value.partition("\n")[0])
    for number, untagged in enumerate(text.split("\n"), start=line):
        if not _BETWEEN.fullmatch(untagged) and not _STRICT_TAG.match(f"\n{untagged}"):
            source.notice(f"this text belongs to no record and was left out: {untagged.strip()[:80]!r}.", number)


def write(records: Iterable[Record]) -> Iterator[bytes]:
    """Write records as RIS, one block a record, in UTF-8 with the line ends of the standard."""
    for record in records:
        yield block(fields_of(record))


def block(fields: Iterable[Field]) -> bytes:
    """Write one block of RIS: a line a field, and an empty line after it."""
    lines = "".join(f"{tag}  - {' '.join(text.split())}\r\n" for tag, text in fields)
    return f"{lines}\r\n".encode("utf-8", "replace")


def fields_of(record: Record) -> Iterator[Field]:
    """List what RIS holds of a record, in the order in which it is written."""
    first, dash, last = record.pages.partition("-")
    whole = not dash or "-" in last or " " in record.pages
    unknown = next((text for tag, text in record.extra if tag == "TY"), "") if record.kind == "other" else ""
    yield "TY", unknown or TYPE_OF[record.kind]
    plain: list[tuple[str, Iterable[str]]] = [
        ("TI", [record.title]),
        ("TT", [record.original_title]),
        ("AU", map(names.written, record.authors)),
        ("ED", map(names.written, record.editors)),
        ("PY", [str(record.year or "")]),
        ("DA", [_date(record)]),
        ("T2", [record.journal]),
        ("J2", [record.journal_abbreviation]),
        ("VL", [record.volume]),
        ("IS", [record.issue]),
        ("SP", [record.pages if whole else first]),
        ("EP", ["" if whole else last]),
        ("SN", [*record.issn, *record.isbn]),
        ("PB", [record.publisher]),
        ("CY", [record.place]),
        ("ET", [record.edition]),
        ("LA", record.languages),
        ("AB", [joined(record.abstract)]),
        ("KW", record.keywords),
        ("MH", record.mesh),
        ("M3", record.publication_types),
        ("DO", [record.doi]),
        ("DB", [record.database]),
        ("AN", [record.accession]),
        ("C3", _identifiers(record)),
        ("UR", record.urls),
        ("N1", record.notes),
    ]
    yield from ((tag, text) for tag, texts in plain for text in texts if text)
    yield from (field for field in record.extra if _holds(field, record))
    yield "ER", ""


def _date(record: Record) -> str:
    if not (record.month or record.day or record.date):
        return ""
    return dates.written(dates.Date(record.year, record.month, record.day, record.date))


def _identifiers(record: Record) -> list[str]:
    """Name the identifiers as the Cochrane Library does, each with its scheme in capitals."""
    found = [("PUBMED", record.pmid), ("PMC", record.pmcid)]
    found += [(identifier.scheme.upper(), identifier.value) for identifier in record.identifiers]
    return [f"{scheme} {value}" for scheme, value in found if value and not value[0].isspace()]


def _holds(field: Field, record: Record) -> bool:
    """Say whether a field of `extra` can be written as it stands and would be read into `extra` again."""
    tag = field[0]
    again = record.origin.format == "ris" and TAGS.get(tag) in _ONE
    return bool(_TAG.fullmatch(tag)) and tag not in ("TY", "ER") and (again or not TAGS.get(tag))


_ONE = frozenset({"title", "issn", "publisher", "place", "doi", "first-page", "last-page", "accession", "language"})
_TAG = re.compile(r"[A-Z][A-Z0-9]")
