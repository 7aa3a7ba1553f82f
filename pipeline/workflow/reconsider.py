"""What must be looked at again: included and awaiting citations that were retracted, corrected, or are of concern.

Nothing is excluded by this: a person reads the notice and answers in a form. An exclusion is made where all others are,
in the worksheets.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, get_args

from pipeline.deduplicate.citation import Citation
from pipeline.errors import Fault, FormError, did_you_mean
from pipeline.records import tables
from pipeline.records.record import Record
from pipeline.records.tables import Table
from pipeline.screening.decisions import Screening, Status
from pipeline.screening.settings import ScreeningSettings
from pipeline.search.recheck import GRAVE, Check, Notice, notices

ROOM = "reconsider"
Word = Literal["keep", "changed"]
ANSWERS: tuple[Word, ...] = get_args(Word)
HEADER = ("answer", "answered_by", "note", "what", "notice", "link", "status", "title", "record_id", "notice_id")
GONE = "gone"
_NEEDED = ("answer", "record_id", "notice_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a person said of a notice: the word, empty while it waits, who said it, a note; and in which form."""

    word: Word | Literal[""] = ""
    by: str = ""
    note: str = ""
    form: str = ""


NO_ANSWER = Answer()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One notice about one citation that the review rests on.

    Attributes:
        citation: its id.
        record: the member that carries the notice, or the citation's id.
        title: its title.
        state: how the citation stands: "included", or "awaiting" a decision.
        notice: what is said; of kind "gone" where PubMed no longer has the document.
        since: the day on which it was first noticed.
        said: a person's answer, and the form in which the item stands.
    """

    citation: str
    record: str
    title: str
    state: Literal["included", "awaiting"]
    notice: Notice
    since: str
    said: Answer = NO_ANSWER

    @property
    def key(self) -> tuple[str, str]:
        """Return what makes it the same item when it is read again."""
        return self.citation, notice_id(self.notice)

    @property
    def words(self) -> str:
        """Say what is the matter, in words that follow the document."""
        return "is no longer in PubMed" if self.notice.kind == GONE else f"has {self.notice.words}"


def notice_id(notice: Notice) -> str:
    """Name a notice by its kind and its PMID, or by a hash of its text.

    >>> notice_id(Notice(kind="retraction-in", pmid="900000009"))
    'retraction-in/900000009'
    """
    mark = notice.pmid or (hashlib.sha256(notice.text.encode()).hexdigest()[:8] if notice.text else "")
    return f"{notice.kind}/{mark}" if mark else notice.kind


def in_play(screening: Screening, settings: ScreeningSettings) -> Mapping[str, Status]:
    """List the citations that are included or await a decision, by id."""
    last = settings.stages[-1].id
    found = {}
    for citation, reached in screening.statuses.items():
        status = reached[-1]
        if not status.is_final or (status.stage == last and status.state == "included"):
            found[citation] = status
    return found


def items(
    citations: Sequence[Citation],
    screening: Screening,
    settings: ScreeningSettings,
    *,
    records: Iterable[Record],
    first: Mapping[str, str],
    checks: Sequence[Check],
) -> tuple[Item, ...]:
    """List every notice about what the review rests on, each once, in the order of the citations.

    Of what still awaits a decision only retractions and concerns are listed: its errata change nothing yet.

    Args:
        citations: in retrieval order.
        screening: where they stand.
        settings: the stages.
        records: as last retrieved, those that carry notices at least.
        first: by record id and notice id, joined by a blank, the day on which a search first brought the notice.
        checks: what PubMed said when it was asked, the oldest first.
    """
    by_id = {record.id: record for record in records}
    asked = _Asked(checks)
    standing = in_play(screening, settings)
    found: dict[tuple[str, str], Item] = {}
    for citation in citations:
        if citation.id not in standing:
            continue
        is_included = standing[citation.id].state == "included"
        for record, notice, since in _about(citation, by_id, first, asked):
            item = Item(
                citation=citation.id,
                record=record,
                title=citation.record.title or citation.record.original_title,
                state="included" if is_included else "awaiting",
                notice=notice,
                since=since,
            )
            if (is_included or notice.kind in GRAVE) and (item.key not in found or since < found[item.key].since):
                found[item.key] = item
    return tuple(found.values())


class _Asked:
    """What the checks said of each PMID: the notices with the day of the first check that brought them."""

    def __init__(self, checks: Sequence[Check]) -> None:
        self.notices: dict[str, dict[Notice, str]] = {}
        self.gone: dict[str, str] = {}
        for check in checks:
            absent = set(check.absent)
            for pmid in check.pmids:
                if pmid in absent:
                    self.gone.setdefault(pmid, check.date)
                else:
                    self.gone.pop(pmid, None)
            for each in check.found:
                known = self.notices.setdefault(each.pmid, {})
                for notice in each.notices:
                    known.setdefault(notice, check.date)


def _about(
    citation: Citation, records: Mapping[str, Record], first: Mapping[str, str], asked: _Asked
) -> Iterator[tuple[str, Notice, str]]:
    """List the notices about one citation: the record that carries each, the notice, the day it was first seen."""
    for member in citation.members:
        for notice in notices(records[member]) if member in records else ():
            yield member, notice, first[f"{member} {notice_id(notice)}"]
    pmid = citation.record.pmid
    for notice, day in asked.notices.get(pmid, {}).items():
        yield citation.id, notice, day
    if pmid in asked.gone:
        yield citation.id, Notice(kind=GONE), asked.gone[pmid]


def form(new: Iterable[Item]) -> bytes:
    """Write items as the form that a person answers."""
    return tables.write(HEADER, map(_cells, new), form=True)


def _cells(item: Item) -> tuple[str, ...]:
    pmid = item.notice.pmid
    link = f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/" if pmid else ""
    cells = (item.words, item.notice.text, link, item.state, item.title, item.record, notice_id(item.notice))
    return ("", "", "", *cells)


@dataclass(frozen=True, slots=True)
class Answered:
    """What the forms say.

    Attributes:
        rows: by record id and notice id.
        notices: what was unusual and was taken all the same.
    """

    rows: Mapping[tuple[str, str], Answer]
    notices: tuple[str, ...] = ()


def read(forms: Mapping[str, bytes]) -> Answered:
    """Read every form, by path.

    Raises:
        FormError: a file is no such form, an answer is not accepted, or one item has two answers; every fault of all.
    """
    faults: list[Fault] = []
    found: dict[tuple[str, str], Answer] = {}
    said: list[str] = []
    for path in sorted(forms):
        try:
            table = tables.read(forms[path], file=path, expected=HEADER)
        except FormError as error:
            faults.extend(error.faults)
            continue
        said.extend(table.notices)
        missing = [name for name in _NEEDED if name not in table.header]
        if missing:
            what, remedy = f"the column {missing[0]!r} is missing", "Put its name back into row 1."
            faults.append(Fault(what=what, file=path, row=1, remedy=did_you_mean(missing[0], table.header) or remedy))
            continue
        faults.extend(_rows(table, found))
    if faults:
        raise FormError(faults)
    return Answered(found, tuple(said))


def _rows(table: Table, found: dict[tuple[str, str], Answer]) -> Iterator[Fault]:
    for row in table.rows:
        key = (row["record_id"], row["notice_id"])
        if not all(key):
            name = "notice_id" if key[0] else "record_id"
            remedy = "Put the id back as the program wrote it."
            yield Fault(what="the id is missing", file=table.file, row=row.number, column=name, remedy=remedy)
            continue
        word: Word | Literal[""] = next((each for each in ANSWERS if each == row["answer"].casefold()), "")
        before = found.get(key, NO_ANSWER)
        if row["answer"] and not word:
            yield Fault(
                what=f"{row['answer']!r} is not accepted",
                file=table.file,
                row=row.number,
                column="answer",
                accepted="keep (nothing changes), changed (you changed a decision or the extracted data)",
                remedy=did_you_mean(row["answer"], ANSWERS),
            )
        elif word and before.word not in {"", word}:
            what, remedy = f"the same notice has the answer {before.word!r} in {before.form}", "Delete one of the two."
            yield Fault(what=what, file=table.file, row=row.number, column="answer", remedy=remedy)
        elif word or key not in found:
            found[key] = Answer(word=word, by=row["answered_by"], note=row["note"], form=table.file)


def answered(found: Iterable[Item], said: Answered, members: Mapping[str, str]) -> tuple[Item, ...]:
    """Put the answers to their items.

    Args:
        found: as they follow from the records and the checks.
        said: what the forms hold.
        members: by record id, the citation that it is a member of now.
    """
    by_key: dict[tuple[str, str], Answer] = {}
    for (record, notice), answer in said.rows.items():
        key = (members.get(record, ""), notice)
        if answer.word or not by_key.get(key, NO_ANSWER).word:
            by_key[key] = answer
    return tuple(replace(item, said=by_key.get(item.key, NO_ANSWER)) for item in found)
