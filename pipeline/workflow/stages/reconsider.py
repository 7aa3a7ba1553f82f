"""The reconsidering stage: notices about what the review rests on become a form that a person answers."""

from collections.abc import Iterator, Mapping, Sequence

from pipeline.records import tables
from pipeline.records.record import Record
from pipeline.search.recheck import notices
from pipeline.workflow import changes, derived, history, reconsider
from pipeline.workflow.account import Account, counted
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.reconsider import ROOM, Answered, Item
from pipeline.workflow.run import Work
from pipeline.workflow.stages import screen
from pipeline.workflow.stages.screen import Screened

LIST = "reconsider.csv"
COLUMNS = (
    "citation",
    "state",
    "what",
    "notice",
    "notice_id",
    "since",
    "answer",
    "answered_by",
    "note",
    "form",
    "title",
)


def load(folder: ReviewFolder, protocol: Protocol, now: Screened) -> tuple[Item, ...]:
    """List every notice, with the answers that people gave.

    Raises:
        FormError: every fault of every form.
    """
    return _load(folder, protocol, now)[0]


def _load(folder: ReviewFolder, protocol: Protocol, now: Screened) -> tuple[tuple[Item, ...], Answered]:
    said = reconsider.read({path: folder.read(path) for path in folder.list(f"{ROOM}/*")})
    records = tuple(record for record in derived.records(folder) if notices(record))
    found = reconsider.items(
        now.citations,
        now.screening,
        protocol.screening,
        records=records,
        first=_first_days(folder, records),
        checks=history.checks(folder),
    )
    return reconsider.answered(found, said, now.home), said


def _first_days(folder: ReviewFolder, records: Sequence[Record]) -> Mapping[str, str]:
    """Map each notice that a record carries to the day on which its search first brought it."""
    revised: dict[str, list[changes.Revision]] = {}
    for revision in derived.revisions(folder):
        if revision.field == changes.NOTICES:
            revised.setdefault(revision.record, []).append(revision)
    first = derived.retrieved(folder)
    days = {}
    for record in records:
        for notice in notices(record):
            said = changes.say((notice,))
            brought = [r.date for r in revised.get(record.id, ()) if said in r.after and said not in r.before]
            days[f"{record.id} {reconsider.notice_id(notice)}"] = brought[0] if brought else first[record.id][0]
    return days


def run(work: Work) -> Account:
    """List the notices, and make a form of those that stand in none yet."""
    folder = work.folder
    now = screen.load(folder, work.protocol)
    found, said = _load(folder, work.protocol, now)
    new = [item for item in found if not item.said.form]
    path = ""
    if new:
        path = folder.free(f"{ROOM}/{work.now.date().isoformat()}", ".csv")
        folder.create(path, reconsider.form(new))
        found = load(folder, work.protocol, now)
    folder.derive(LIST, tables.write(COLUMNS, map(_row, found)))
    return Account(
        did=(f"{counted(len(found), 'notice')} on included or awaiting citations.",),
        news=(f"New form: {path} ({counted(len(new), 'notice')}).",) if new else (),
        warnings=said.notices,
        pending=tuple(_pending(found)),
    )


def _row(item: Item) -> tuple[str, ...]:
    about = (item.citation, item.state, item.words, item.notice.text, reconsider.notice_id(item.notice), item.since)
    said = item.said
    return (*about, said.word, said.by, said.note, said.form, item.title)


def _pending(found: Sequence[Item]) -> Iterator[str]:
    waiting: dict[str, int] = {}
    for item in found:
        if not item.said.word:
            waiting[item.said.form] = waiting.get(item.said.form, 0) + 1
    for form, count in waiting.items():
        yield f"{counted(count, 'notice')} to be considered (keep or changed) in {form}."
