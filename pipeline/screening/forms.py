"""The reviewers' worksheets: rows out, decisions back in, every fault at once.

A worksheet belongs to one reviewer at one stage; the folder it lies in says which. Rows may be sorted, filtered,
deleted and spread over any number of files: the record id in each row decides, not the file.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.deduplicate.citation import Citation
from pipeline.errors import Fault, FormError, did_you_mean
from pipeline.records import tables
from pipeline.records.record import Record
from pipeline.screening.decisions import Decision
from pipeline.screening.ledger import JOIN, Ledger
from pipeline.screening.rows import SORTED, Register, Sheet, decision_of, records_of
from pipeline.screening.settings import ARBITER, ScreeningSettings, Stage

SHOWN = ("record_id", "title", "authors", "year", "published_in", "abstract", "link")
ASKED = ("decision", "reason", "note")
ASKED_OF_REPORTS = ("decision", "reason", "report", "tried", "study", "note")
TOLD_OF_REPORTS = ("decision", "reason", "report", "study", "note")  # of each reviewer, to the arbiter
SHEET = "sheet"  # whose worksheet a row was made for: stage/reviewer
_NEEDED = ("record_id", "decision")
_COMPARED = ("answer", "reason", "report", "tried", "study", "note")
_AUTHORS_SHOWN = 6
_ROWS_SHOWN = 3  # of a file in which one column was sorted alone
_MISREAD_MARK = "\u00ef\u00bb\u00bf"  # the byte order mark of UTF-8, read as Windows-1252

RowKey = tuple[str, str, tuple[str, ...]]  # stage, reviewer, records


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What the worksheets say.

    Attributes:
        decisions: one for each stage, reviewer and row that has an answer, in a stable order.
        present: every row that stands in a worksheet, answered or not.
        gone: rows about records that were handed out once and are no longer in the review, one sentence each.
        notices: what was unusual and was taken all the same, one sentence each.
    """

    decisions: tuple[Decision, ...] = ()
    present: frozenset[RowKey] = frozenset()
    gone: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def columns(stage: Stage, reviewers: Sequence[str] = ()) -> tuple[str, ...]:
    """Name the columns of a worksheet in their order; an arbiter's also shows what each reviewer said.

    >>> columns(Stage(id="title-abstract"), ("anna",))[6:]
    ('link', 'anna: decision', 'anna: reason', 'anna: note', 'decision', 'reason', 'note', 'sheet')
    """
    told = TOLD_OF_REPORTS if stage.reports else ASKED
    said = tuple(f"{reviewer}: {what}" for reviewer in reviewers for what in told)
    return (*SHOWN, *said, *(ASKED_OF_REPORTS if stage.reports else ASKED), SHEET)


def worksheet(
    stage: Stage,
    reviewer: str,
    citations: Sequence[Citation],
    *,
    decisions: Iterable[Decision] = (),
    joint: Mapping[str, tuple[str, ...]] | None = None,
) -> bytes:
    """Make a worksheet: one row a citation, in the order given.

    Args:
        stage: its settings.
        reviewer: whom it is for, or "arbiter".
        citations: the rows.
        decisions: what to fill in: the reviewer's own, where they were taken elsewhere; for an arbiter, everybody's
            at this stage. Those of others are never shown to a reviewer.
        joint: by citation, the records that an arbiter's row judges together; elsewhere the citation's own id.
    """
    rows = joint or {}
    heard: dict[str, list[Decision]] = {}
    for decision in decisions:
        if decision.stage == stage.id and reviewer in {ARBITER, decision.reviewer}:
            for record in decision.records:
                heard.setdefault(record, []).append(decision)
    named = {d.reviewer for c in citations for m in c.members for d in heard.get(m, ()) if d.reviewer != ARBITER}
    others = tuple(sorted(named)) if reviewer == ARBITER else ()
    header = columns(stage, others)
    lines = []
    for citation in citations:
        records = rows.get(citation.id, (citation.id,))
        mine = [decision for member in citation.members for decision in heard.get(member, ())]
        cells = _shown(citation.record) | {"record_id": JOIN.join(records), SHEET: f"{stage.id}/{reviewer}"}
        for name in others:
            cells |= _said(name, [decision for decision in mine if decision.reviewer == name])
        own = (decision for decision in mine if decision.reviewer == reviewer and decision.records == records)
        cells |= _answered(next(own, None))
        lines.append([cells.get(column, "") for column in header])
    return tables.write(header, lines, form=True)


def _shown(record: Record) -> dict[str, str]:
    """Write what a reviewer reads of a record, so that no spreadsheet takes any of it for a number or a date."""
    authors = [author.name for author in record.authors]
    more = f" and {len(authors) - _AUTHORS_SHOWN} more" if len(authors) > _AUTHORS_SHOWN else ""
    journal = record.journal or record.journal_abbreviation
    issue = f"({record.issue})" if record.issue else ""
    volume = f"vol {record.volume}{issue}" if record.volume or issue else ""
    pages = f"pp {record.pages}" if record.pages else ""
    link = f"https://doi.org/{record.doi}" if record.doi else next(iter(record.urls), "")
    if record.pmid and not record.doi:
        link = f"https://pubmed.ncbi.nlm.nih.gov/{record.pmid}/"
    return {
        "title": record.title or record.original_title,
        "authors": "; ".join(authors[:_AUTHORS_SHOWN]) + more,
        "year": str(record.year or ""),
        "published_in": ", ".join(part for part in (journal, volume, pages) if part),
        "abstract": record.abstract_text,
        "link": link,
    }


def _said(name: str, heard: Sequence[Decision]) -> dict[str, str]:
    said: dict[str, list[str]] = {
        "decision": [decision.answer for decision in heard],
        "reason": [decision.reason for decision in heard],
        "report": [decision.report for decision in heard],
        "study": [decision.study for decision in heard],
        "note": [decision.note for decision in heard],
    }
    return {f"{name}: {what}": JOIN.join(dict.fromkeys(text for text in texts if text)) for what, texts in said.items()}


def _answered(own: Decision | None) -> dict[str, str]:
    if own is None:
        return {}
    return {
        "decision": own.answer,
        "reason": own.reason,
        "note": own.note,
        "report": own.report,
        "tried": own.tried,
        "study": own.study,
    }


def register(citations: Iterable[Citation], ledger: Ledger) -> Register:
    """List every record of the review with the titles under which a worksheet may show it."""
    titles = {
        record: _titles(citation.record, ledger.titles.get(record, ()))
        for citation in citations
        for record in citation.members
    }
    rows = {records: records for handed in ledger.issued.values() for records in handed}
    return Register(titles=titles, departed=frozenset(ledger.titles.keys() - titles.keys()), rows=rows)


def _titles(record: Record, shown: tuple[str, ...]) -> tuple[str, ...]:
    """List the titles of a record, today's first; the same one is held once."""
    title = record.title or record.original_title
    return shown if shown[:1] == (title,) else (title, *shown)


def read(files: Mapping[str, bytes], known: Register, settings: ScreeningSettings) -> Returned:
    """Read every worksheet of a review.

    Args:
        files: by path, `screening/<stage>/<reviewer>/<any name>.csv`.
        known: the records of the review (`register`).
        settings: stages, reviewers and words.

    Raises:
        FormError: every fault of every file; then nothing is taken over.
    """
    reading = _Reading(known, settings)
    for file in sorted(files):
        reading.file(file, files[file])
    if reading.faults:
        raise FormError(reading.faults)
    decisions = tuple(reading.found[key] for key in sorted(reading.found))
    present = frozenset(reading.places)
    return Returned(decisions=decisions, present=present, gone=tuple(reading.gone), notices=tuple(reading.notices))


@dataclass
class _Reading:
    """What one reading of all worksheets has found so far."""

    known: Register
    settings: ScreeningSettings
    faults: list[Fault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    found: dict[RowKey, Decision] = field(default_factory=dict)
    places: set[RowKey] = field(default_factory=set)

    def file(self, file: str, data: bytes) -> None:
        """Read one worksheet."""
        place = self._place(file)
        if place is None:
            return
        stage, reviewer = place
        try:
            table = tables.read(data, file=file, expected=columns(stage))
        except FormError as error:
            self.faults.extend(error.faults)
            return
        self.notices.extend(table.notices)
        named = self._columns(table)
        words = self.settings.vocabulary(stage)
        sheet = Sheet(stage=stage, reviewer=reviewer, table=table, columns=named, words=words)
        if all(name in named for name in _NEEDED) and not self._misplaced(sheet):
            before = len(self.faults)
            for row in table.rows:
                self._row(sheet, row)
            self.faults[before:] = _without_repetition(self.faults[before:])

    def _place(self, file: str) -> tuple[Stage, str] | None:
        """Tell the stage and the reviewer from the path."""
        parts = file.split("/")
        if len(parts) != len(("screening", "stage", "reviewer", "batch")) or parts[0] != "screening":
            accepted = "screening/<stage>/<reviewer>/<any name>.csv"
            self.faults.append(Fault(what="no worksheet can lie here", file=file, accepted=accepted))
            return None
        stages = [stage.id for stage in self.settings.stages]
        reviewers = [*self.settings.reviewers, ARBITER]
        for name, names, kind in ((parts[1], stages, "stage"), (parts[2], reviewers, "reviewer")):
            if name not in names:
                what = f"the folder {name!r} is no {kind} of workflow.yaml"
                remedy = did_you_mean(name, names) or "Move the file, or add the name to workflow.yaml."
                self.faults.append(Fault(what=what, file=file, accepted=", ".join(names), remedy=remedy))
                return None
        return self.settings.stage(parts[1]), parts[2]

    def _columns(self, table: tables.Table) -> Mapping[str, str]:
        """Map our column names to those of the file, which may differ in case, spaces and hyphens."""
        known = {_squeeze(name): name for name in (*SHOWN, *ASKED_OF_REPORTS, SHEET)}
        named: dict[str, str] = {}
        if table.header[0].startswith(_MISREAD_MARK):
            words = "was opened in another encoding than UTF-8, so accents in the texts it shows are damaged"
            self.notices.append(f"{table.file}: {words}; decisions are not.")
        for header in table.header:
            name = known.get(_squeeze(header))
            if name in named:
                what = f"both {named[name]!r} and {header!r} would be the column {name!r}"
                self.faults.append(Fault(what=what, file=table.file, row=1, remedy="Rename or remove one of them."))
            elif name is not None:
                named[name] = header
        absent = [name for name in _NEEDED if name not in named]
        others = [header for header in table.header if _squeeze(header) not in known]
        near = {name: did_you_mean(name, others) for name in absent}
        if not named and not any(near.values()):
            remedy = "Move it to a folder of its own; or, if it is one, put the names of the columns back into row 1."
            self.faults.append(Fault(what="this is no worksheet", file=table.file, remedy=remedy))
            return named
        for name in absent:
            remedy = near[name] or "Put its name back into row 1."
            self.faults.append(Fault(what=f"the column {name!r} is missing", file=table.file, row=1, remedy=remedy))
        if "title" not in named:
            self.notices.append(f"{table.file}: without a column 'title', ids could not be checked against titles.")
        return named

    def _misplaced(self, sheet: Sheet) -> bool:
        """Say whether the file is another reviewer's worksheet; nobody's decisions count as another's."""
        here = f"{sheet.stage.id}/{sheet.reviewer}"
        others = {sheet.cell(row, SHEET): row for row in reversed(sheet.table.rows)}
        misplaced = sorted(set(others) - {"", here})
        for other in misplaced:
            what = f"this row is of the worksheet {other!r}, and the file lies with {here!r}"
            remedy = f"Move the file to screening/{other}/."
            self.faults.append(sheet.fault(others[other], SHEET, what, remedy=remedy))
        return bool(misplaced)

    def _row(self, sheet: Sheet, row: tables.Row) -> None:
        """Read one row; the same row twice is fine as long as its answers agree."""
        records = records_of(sheet, row, self.known)
        if isinstance(records, Fault):
            self.faults.append(records)
            records = ()
        records = self.known.rows.get(records, records)
        said = decision_of(sheet, row, records)
        if isinstance(said, tuple):
            self.faults.extend(said)
            return
        if not records:
            return
        if not self.known.departed.isdisjoint(records):
            words = f"{records[0]!r} is no longer in the review, so its row does not count."
            self.gone.append(f"{sheet.table.file}, row {row.number}: {words}")
            return
        key = (sheet.stage.id, sheet.reviewer, records)
        self.places.add(key)
        if said is None:
            return
        other = self.found.setdefault(key, said)
        if other != said:
            column = next(name for name in _COMPARED if getattr(said, name) != getattr(other, name))
            mine, theirs = getattr(said, column), getattr(other, column)
            what = f"{records[0]!r} has {mine!r} here and {theirs!r} in {other.file}, row {other.row}"
            name = "decision" if column == "answer" else column
            self.faults.append(sheet.fault(row, name, what, remedy="Delete one of the two rows."))


def _without_repetition(faults: Sequence[Fault]) -> list[Fault]:
    """Tell of a column that was sorted alone by its first rows and the number of the others."""
    apart = [place for place, fault in enumerate(faults) if fault.remedy == SORTED]
    more = [faults[place] for place in apart[_ROWS_SHOWN:]]
    if not more:
        return list(faults)
    unsaid = set(apart[_ROWS_SHOWN:])
    what = f"in {len(more):,} more rows, up to row {more[-1].row}, an id stands beside the title of another record"
    told = [fault for place, fault in enumerate(faults) if place not in unsaid]
    return [*told, Fault(what=what, file=more[0].file, remedy=SORTED)]


def _squeeze(header: str) -> str:
    return re.sub(r"[\s_-]+", "", header.removeprefix(_MISREAD_MARK).strip('\ufeff"')).casefold()
