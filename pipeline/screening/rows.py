"""One row of a worksheet: which records it is about, whether its title belongs to them, and what it says."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from rapidfuzz import fuzz, process

from pipeline.errors import Fault, did_you_mean
from pipeline.records import tables
from pipeline.screening.decisions import Decision
from pipeline.screening.settings import ARBITER, Answer, Stage

TEXTS = ("reason", "report", "tried", "study", "note")  # what a reviewer may write beside a decision
SORTED = "One column was sorted or pasted without the others: undo that, or take an older copy of the file."
_SAME_TITLE = 75.0  # similarity (0 to 100) from which a title is the same one, mistyped or re-encoded
_LIKE_ID = 80.0  # the same for ids, which are only proposed
_CUT = 60  # characters of a title that fit into a sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A worksheet, and what its rows may say.

    Attributes:
        columns: our name of each column to the name it has in the file.
        words: every accepted word, in small letters, to the answer it means.
    """

    stage: Stage
    reviewer: str
    table: tables.Table
    columns: Mapping[str, str]
    words: Mapping[str, Answer]

    def cell(self, row: tables.Row, column: str) -> str:
        """Return what stands in one of our columns; a column that is not there is empty."""
        return row[self.columns[column]] if column in self.columns else ""

    def fault(self, row: tables.Row, column: str, what: str, *, accepted: str = "", remedy: str = "") -> Fault:
        """Make a fault of this row."""
        name = self.columns.get(column, column)
        file = self.table.file
        return Fault(what=what, file=file, row=row.number, column=name, accepted=accepted, remedy=remedy)


@dataclass(frozen=True)
class Register:
    """Every record of the review, with the titles under which worksheets may show it.

    Attributes:
        titles: by record.
        departed: records that were handed out once and are no longer in the review.
        rows: the records of each row that was handed out, which what is read of it shares.
    """

    titles: Mapping[str, tuple[str, ...]]
    departed: frozenset[str] = frozenset()
    rows: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def _owners(self) -> Mapping[str, str]:
        """Map every title to the first record it belongs to."""
        owners: dict[str, str] = {}
        for record, seen in self.titles.items():
            for title in seen:
                owners.setdefault(tables.key(title), record)
        owners.pop("", None)
        return owners

    @cached_property
    def _folded(self) -> Mapping[str, str]:
        return {record.casefold(): record for record in self.titles}

    def owner(self, title: str) -> str:
        """Find the record that a title belongs to, or nothing."""
        return self._owners.get(tables.key(title), "")

    def nearest(self, record: str, title: str) -> str:
        """Find the id that a damaged one was: the same in other letter case, the title's, or the likest."""
        known = self._folded.get(record.casefold()) or self.owner(title)
        if known:
            return known
        likest = process.extractOne(record, self.titles.keys(), scorer=fuzz.ratio, score_cutoff=_LIKE_ID)
        return str(likest[0]) if likest else ""

    def agrees(self, records: tuple[str, ...], title: str) -> bool:
        """Say whether a title can be that of these records: the same, or mistyped and nobody else's.

        A title that a spreadsheet's encoding has emptied, or that no record has, proves nothing.
        """
        if any(title in self.titles[record] for record in records):
            return True
        key = tables.key(title)
        own = {tables.key(shown) for record in records for shown in self.titles[record]}
        if not key or key in own or not any(own):
            return True
        return key not in self._owners and any(fuzz.ratio(key, other) >= _SAME_TITLE for other in own)


def records_of(sheet: Sheet, row: tables.Row, register: Register) -> tuple[str, ...] | Fault:
    """Tell the records that a row is about, once its id is known and its title does not contradict it.

    A row about records that left the review is no fault: it returns them, and the caller sees that they departed.
    """
    written = sheet.cell(row, "record_id")
    title = sheet.cell(row, "title")
    records = tuple(part for part in re.split(r"\s*\|\s*", written) if part)
    if not records:
        remedy = "Put the id back from an older copy of the file, or delete the row."
        return sheet.fault(row, "record_id", "the row has no record id", remedy=remedy)
    unknown = [record for record in records if record not in register.titles]
    if unknown and register.departed.issuperset(unknown):
        return records
    if unknown:
        guess = register.nearest(unknown[0], title)
        remedy = f"Did you mean {guess!r}?" if guess else "Put the id back from an older copy of the file."
        return sheet.fault(row, "record_id", f"{unknown[0]!r} is no record of this review", remedy=remedy)
    if len(records) > 1 and sheet.reviewer != ARBITER:
        return sheet.fault(row, "record_id", f"{written!r} names several records", accepted="one record id")
    if register.agrees(records, title):
        return records
    owner = register.owner(title)
    what = f"the id {records[0]!r} stands beside the title {_cut(title)!r}"
    return sheet.fault(
        row,
        "record_id",
        f"{what}, which is that of {owner!r}" if owner else what,
        accepted=repr(_cut(register.titles[records[0]][0])),
        remedy=SORTED,
    )


def _cut(title: str) -> str:
    return title if len(title) <= _CUT else title[: _CUT - 3] + "..."


def decision_of(sheet: Sheet, row: tables.Row, records: tuple[str, ...]) -> Decision | tuple[Fault, ...] | None:
    """Read what a row says: a decision, nothing yet, or the faults it holds."""
    word = sheet.cell(row, "decision")
    answer = sheet.words.get(" ".join(word.split()).casefold())
    if word and answer is None:
        accepted = ", ".join(sheet.words)
        remedy = did_you_mean(word, list(sheet.words))
        return (sheet.fault(row, "decision", f"{word!r} is no decision", accepted=accepted, remedy=remedy),)
    texts = {name: sheet.cell(row, name) if _asked(sheet, name) else "" for name in TEXTS}
    if answer is None and texts["report"]:
        answer = "retrieved"
    reason = _reason(sheet, row, texts["reason"])
    faults = [*_contradictions(sheet, row, answer, texts), *([reason] if isinstance(reason, Fault) else [])]
    if faults:
        return tuple(faults)
    if answer is None:
        return None
    texts["reason"] = str(reason)
    return Decision(
        records=records,
        stage=sheet.stage.id,
        reviewer=sheet.reviewer,
        answer=answer,
        reason=texts["reason"],
        note=texts["note"],
        report=texts["report"],
        tried=texts["tried"],
        study=texts["study"],
        title=sheet.cell(row, "title"),
        file=sheet.table.file,
        row=row.number,
    )


def _asked(sheet: Sheet, name: str) -> bool:
    return sheet.stage.reports or name not in {"report", "tried", "study"}


def _contradictions(sheet: Sheet, row: tables.Row, answer: Answer | None, texts: Mapping[str, str]) -> Iterator[Fault]:
    """List what a row says and cannot mean."""
    reason, report = texts["reason"], texts["report"]
    if answer == "maybe" and sheet.reviewer == ARBITER:
        yield sheet.fault(row, "decision", "the arbiter says 'maybe'", remedy="Decide: nobody comes after the arbiter.")
    if answer is None and reason:
        remedy = "Write 'exclude' as the decision, or clear the reason."
        yield sheet.fault(row, "decision", f"the reason {reason!r} is given and no decision", remedy=remedy)
    if answer in {"include", "retrieved", "not-retrieved"} and reason:
        what = f"the reason {reason!r} to exclude stands beside {answer!r}"
        yield sheet.fault(row, "reason", what, remedy="Clear the reason, or write 'exclude' as the decision.")
    if answer == "not-retrieved" and report:
        what = f"the report is said to be at {report!r} and not to be retrieved"
        yield sheet.fault(row, "report", what, remedy="Clear one of the two.")
    if answer == "not-retrieved" and not texts["tried"]:
        remedy = "Write it in the column 'tried', for example 'library loan, letter to the authors'."
        yield sheet.fault(row, "tried", "nothing says what was tried to get the report", remedy=remedy)
    if answer == "exclude" and not reason and sheet.stage.reports:
        choice = ", ".join(listed.id for listed in sheet.stage.reasons)
        what = "a report is excluded without a reason"
        yield sheet.fault(row, "reason", what, accepted=choice or "one reason, in words")


def _reason(sheet: Sheet, row: tables.Row, reason: str) -> str | Fault:
    """Return the id of the reason that was written, in any spelling; where none are listed, the text itself."""
    listed = sheet.stage.reasons
    known = {text.casefold(): reason.id for reason in listed for text in (reason.title, reason.id)}
    if not reason or not known:
        return reason
    if reason.casefold() in known:
        return known[reason.casefold()]
    accepted = ", ".join(each.id for each in listed)
    parts = [part.strip().casefold() for part in re.split(r"[;,|/\n]", reason) if part.strip()]
    if len(parts) > 1 and all(part in known for part in parts):
        first = min((known[part] for part in parts), key=[each.id for each in listed].index)
        remedy = f"Give only {first!r}, which comes first, and write the others in the note."
        return sheet.fault(row, "reason", f"{reason!r} is more than one reason", remedy=remedy)
    remedy = did_you_mean(reason, [text for each in listed for text in (each.id, each.title)])
    what = f"{reason!r} is no reason of the stage {sheet.stage.id!r}"
    return sheet.fault(row, "reason", what, accepted=accepted, remedy=remedy)
