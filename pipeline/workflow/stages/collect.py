"""The collecting stage: pages of searches and exports to records, in the order in which they were retrieved."""

import gzip
import hashlib
import io
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass, field

from msgspec.structs import replace

from pipeline import formats
from pipeline.errors import Fault, FormatError
from pipeline.formats import pubmed_xml
from pipeline.prisma.sources import Removal
from pipeline.records import tables
from pipeline.records.record import Record, from_line, to_line
from pipeline.search.import_run import ImportedFile, ImportRun
from pipeline.search.search_run import RUN_FILE, Page, SearchRun
from pipeline.search.strategy import Strategy
from pipeline.workflow import derived, history, inputs, layouts
from pipeline.workflow.account import Account, counted
from pipeline.workflow.changes import Revision, compare
from pipeline.workflow.files import Spool
from pipeline.workflow.folder import OUTPUTS, ReviewFolder
from pipeline.workflow.history import Held
from pipeline.workflow.run import Work
from pipeline.workflow.stages import search

UNREAD_FILE = "unread.csv"
SHOWN = 8  # files of a search that a run names
LARGEST = 1 << 30  # bytes that a page may unpack to; pages of 200 records have a few million
RETRIEVED = ("record_id", "first", "last")
REVISED = ("record_id", "date", "field", "before", "after")
UNREAD = ("search", "date", "file", "line", "row", "what", "remedy", "raw")
SEARCHES = ("search", "database", "via", "kind", "state", "first_run", "last_run", "runs", "records", "unread", "again")


@dataclass
class Shelf:
    """What one search has delivered so far.

    Attributes:
        name: id of the search.
        strategy: its settings.
        held: its runs, the oldest first.
        spool: the lines of records, of all searches.
        records: where the line of each begins, by id, in the order of their first retrieval; a newer form of a record
            replaces the older one.
        days: by record id, the days on which it first came and last was found.
        revisions: what a newer form of a record says otherwise than the one before it.
        unread: the blocks that no reader could read.
        unread_days: the day on which each of them came.
        again: how many times a record came that had come before.
        notices: what was unusual in the exports that are read for the first time, and was taken all the same.
    """

    name: str
    strategy: Strategy
    held: list[Held]
    spool: Spool
    records: dict[str, int] = field(default_factory=dict)
    days: dict[str, tuple[str, str]] = field(default_factory=dict)
    revisions: list[Revision] = field(default_factory=list)
    unread: list[Fault] = field(default_factory=list)
    unread_days: list[str] = field(default_factory=list)
    again: int = 0
    notices: list[str] = field(default_factory=list)

    def stay(self, record: str) -> tuple[str, str]:
        """Return the day on which a record first came, and the last on which it did: empty while the newest run has it.

        So a search that finds the same again changes no row, and git shows which records left.
        """
        first, last = self.days[record]
        return first, "" if last == self.held[-1].run.date else last

    def take(self, found: Iterable[Record | Fault], day: str) -> tuple[int, int, int]:
        """Put what a file or page of a day holds on the shelf; return how many records, how many new, how many unread.

        A record that comes again and is the same keeps its first form, with the page on which it first stood.
        """
        read = new = unread = 0
        once = (day, day)
        for each in found:
            if isinstance(each, Fault):
                unread += 1
                self.unread.append(each)
                self.unread_days.append(day)
                continue
            read += 1
            if each.id not in self.records:
                new += 1
                self.days[each.id] = once
                self.records[each.id] = self.spool.add(to_line(each))
                continue
            self.days[each.id] = (self.days[each.id][0], day)
            known = from_line(self.spool.line(self.records[each.id]))
            if each.version >= known.version and replace(each, origin=known.origin) != known:
                self.revisions.extend(compare(known, each, day))
                self.records[each.id] = self.spool.add(to_line(each))
        self.again += read - new
        return read, new, unread


def run(work: Work) -> Account:
    """Read everything that was ever retrieved, and write it as records.jsonl, first retrieved first."""
    with work.folder.spool() as spool:
        shelves = shelve(work, spool)
        ordered = in_retrieval_order(shelves)
        work.folder.derive(derived.RECORDS, (spool.line(shelf.records[name]) for shelf, name in ordered))
    work.folder.derive("searches.csv", tables.write(SEARCHES, map(_row, shelves)))
    retrieved = ((name, *shelf.stay(name)) for shelf, name in ordered)
    work.folder.derive(derived.RETRIEVED, tables.pieces(RETRIEVED, retrieved))
    revisions = (each for shelf in shelves for each in shelf.revisions)
    work.folder.derive(derived.REVISED, tables.pieces(REVISED, map(astuple, revisions)))
    work.folder.derive(UNREAD_FILE, tables.pieces(UNREAD, (row for shelf in shelves for row in _unread_rows(shelf))))
    return Account(
        did=(*filter(None, map(_did, shelves)), f"{counted(len(ordered), 'record')} in all."),
        warnings=(
            *(each for shelf in shelves for each in (*_warnings(shelf), *shelf.notices)),
            *_orphans(work),
            *_strays(work),
        ),
        pending=tuple(
            search.not_yet_run(shelf.name, shelf.strategy)
            for shelf in shelves
            if shelf.strategy.kind == "export" and not shelf.held
        ),
    )


def shelve(work: Work, spool: Spool) -> list[Shelf]:
    """Read the runs of every search, and the exports that no run knows yet, for which a run is created.

    Args:
        work: as a stage is given it.
        spool: takes the records, which may be too many for the memory.

    Raises:
        FormatError: an export cannot be read whole, or is not what it was, or a page is damaged; every fault of all.
    """
    held = history.by_search(history.runs(work.folder))
    shelves = [Shelf(name, strategy, held.get(name, []), spool) for name, strategy in work.protocol.searches.items()]
    faults: list[Fault] = []
    for shelf in shelves:
        try:
            if shelf.strategy.kind == "export":
                _read_exports(work, shelf)
            else:
                _read_pages(work.folder, shelf)
        except FormatError as error:
            faults.extend(error.faults)
    if faults:
        raise FormatError(faults)
    return shelves


def unread(folder: ReviewFolder) -> tuple[tables.Row, ...]:
    """Read the list of the blocks that no reader could read."""
    path = f"{OUTPUTS}/{UNREAD_FILE}"
    return tables.read(folder.read(path), file=path, own=True).rows


def removals(folder: ReviewFolder) -> Iterator[tuple[str, Removal]]:
    """List the blocks that no reader could read and that a person accepted to lose, each with the day it came."""
    for row in unread(folder):
        name = f"{row['search']}:unread:{row['file']}#{row['line'] or row['row']}"
        yield row["date"], Removal(record=name, by="other", reason="could not be read")


def in_retrieval_order(shelves: Iterable[Shelf]) -> list[tuple[Shelf, str]]:
    """List records by shelf and id, in the order of the day they first came; those of one day as in workflow.yaml."""
    found = [(shelf, name) for shelf in shelves for name in shelf.records]
    return sorted(found, key=lambda each: each[0].days[each[1]][0])


def _read_exports(work: Work, shelf: Shelf) -> None:
    folder = work.folder
    runs = [(held.place, held.run) for held in shelf.held if isinstance(held.run, ImportRun)]
    known = {file.file: (place, run.date, file) for place, run in runs for file in run.files}
    present = list(dict.fromkeys(path for pattern in shelf.strategy.files for path in folder.list(pattern)))
    faults = [_changed(folder, file, place, present) for place, _, file in known.values()]
    if any(faults):
        raise FormatError([fault for fault in faults if fault])
    for path, (_, day, _) in known.items():
        _read_file(folder, shelf, path, day)
    date = work.now.date().isoformat()
    new = [_first_read(folder, shelf, path, date) for path in present if path not in known]
    _check_counts(shelf, present)
    if new:
        strategy = shelf.strategy
        run = ImportRun(
            search=shelf.name,
            date=date,
            searched=strategy.searched,
            tool=work.tool,
            database=strategy.database,
            platform=strategy.platform,
            via=strategy.via,
            files=tuple(new),
        )
        place = history.place(folder, shelf.name, date)
        folder.create(f"{place}/{RUN_FILE}", layouts.write(run))
        shelf.held.append(Held(place=place, run=run))


def _changed(folder: ReviewFolder, file: ImportedFile, place: str, present: Collection[str]) -> Fault | None:
    """Say what happened to an export since it was first read; None if nothing did."""
    if file.file not in present:
        remedy = (
            "Put it back; records of the review came from it. If it never belonged to the review, delete the folder "
            f"{place} as well: its other files are then read anew."
        )
        return Fault(what="this export was read before and is gone", file=file.file, remedy=remedy)
    if folder.digest(file.file) != file.sha256:
        remedy = "Put the file back as it was, and the new export beside it under another name."
        return Fault(what="this export was read before and has been edited since", file=file.file, remedy=remedy)
    return None


def _first_read(folder: ReviewFolder, shelf: Shelf, path: str, day: str) -> ImportedFile:
    reading, (read, new, unread) = _read_file(folder, shelf, path, day)
    shelf.notices.extend(reading.notices)
    return ImportedFile(
        file=path,
        sha256=folder.digest(path),
        size=folder.size(path),
        format=reading.format.name,
        records=read,
        new=new,
        unread=unread,
    )


def _read_file(folder: ReviewFolder, shelf: Shelf, path: str, day: str) -> tuple[formats.Reading, tuple[int, int, int]]:
    """Put what an export of a day holds on the shelf; return how it was read, and what `take` says."""
    strategy = shelf.strategy
    with folder.stream(path) as stream:
        reading = formats.read(
            stream, name=path, search=shelf.name, format=strategy.format, columns=strategy.columns or None
        )
        return reading, shelf.take(reading, day)


def _check_counts(shelf: Shelf, present: list[str]) -> None:
    """Hold what was read against what a person accepted to lose, and against what the platform announced."""
    accepted, hits = shelf.strategy.accept_unread, shelf.strategy.hits
    if len(shelf.unread) > accepted:
        raise FormatError(shelf.unread)
    found = len(shelf.records) + len(shelf.unread)
    if hits is not None and present and found != hits:
        what = f"{shelf.strategy.database} announced {counted(hits, 'record')}, and its exports hold {found:,}"
        remedy = "Export again, or correct 'hits' in workflow.yaml."
        raise FormatError(Fault(what=what, file="workflow.yaml", column=f"searches.{shelf.name}.hits", remedy=remedy))


def _read_pages(folder: ReviewFolder, shelf: Shelf) -> None:
    for held in shelf.held:
        if isinstance(held.run, SearchRun):
            for page in held.run.pages:
                path = f"{held.place}/{page.file}"
                body = _body(folder, path, page)
                shelf.take(pubmed_xml.read_articles(io.BytesIO(body), search=shelf.name, file=path), held.run.date)
    for held in shelf.held:
        if isinstance(held.run, SearchRun):
            _reconcile(folder, shelf, held.place, held.run)


def _reconcile(folder: ReviewFolder, shelf: Shelf, place: str, run: SearchRun) -> None:
    """Hold the list of what a run found against the records on the shelf: each has come, now or earlier.

    Raises:
        FormatError: the list was edited, or records that an earlier run brought are gone.
    """
    path = f"{place}/{run.ids_file}"
    data = folder.read(path)
    if hashlib.sha256(data).hexdigest() != run.ids_sha256:
        remedy = "It is the program's own history: put the file back as git or your backup has it."
        raise FormatError(Fault(what="this is not the list that the search left", file=path, remedy=remedy))
    found = [f"{shelf.name}:{pmid}" for pmid in data.decode("ascii").split()]
    absent = [name for name in found if name not in shelf.records]
    if len(absent) > len(shelf.unread):
        records = counted(len(absent), "record")
        what = f"{records} of this search ({absent[0]}, ...) are on no page: the folder of an earlier run is gone"
        remedy = "Put queries/runs/ back as git or your backup has it, or run 'living-review update --refetch'."
        raise FormatError(Fault(what=what, file=path, remedy=remedy))
    spans: dict[str, tuple[str, str]] = {}
    for name in found:
        if name in shelf.days:
            first = shelf.days[name][0]
            shelf.days[name] = spans.setdefault(first, (first, run.date))


def _body(folder: ReviewFolder, path: str, page: Page) -> bytes:
    """Unpack a page and check that it is what PubMed delivered."""
    why = ""
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(folder.read(path))) as packed:
            body = packed.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error) as error:
        body, why = b"", f" ({error})"
    if len(body) > LARGEST:
        body, why = b"", f" (it unpacks to more than {LARGEST:,} bytes)"
    if hashlib.sha256(body).hexdigest() != page.sha256:
        remedy = "Put it back as git or your backup has it, or delete the folder of this run and search again."
        raise FormatError(Fault(what=f"this page is not what PubMed delivered{why}", file=path, remedy=remedy))
    return body


def _did(shelf: Shelf) -> str:
    if not shelf.held:
        return ""
    run = shelf.held[-1].run
    count = counted(len(shelf.records), "record")
    if isinstance(run, ImportRun):
        files = [file for held in shelf.held if isinstance(held.run, ImportRun) for file in held.run.files]
        again = f"; {shelf.again:,} of them delivered more than once" if shelf.again else ""
        return f"{shelf.name}: {count} {_delivered(files)}{again}."
    return f"{shelf.name}: {count}, last searched on {run.date}."


def _delivered(files: Sequence[ImportedFile]) -> str:
    """Say which files delivered how many records."""
    names = [file.file.rpartition("/")[2] for file in files]
    if len(files) == 1:
        kind = formats.FORMATS[files[0].format].title.partition(" (")[0]
        return f"from {names[0]} ({kind})"
    each = [f"{file.records:,} from {name}" for file, name in zip(files, names, strict=True)]
    more = f" and {len(each) - SHOWN:,} files more" if len(each) > SHOWN else ""
    return f"in {len(files):,} files: {', '.join(each[:SHOWN])}{more}"


def _warnings(shelf: Shelf) -> Iterator[str]:
    if shelf.unread:
        blocks = counted(len(shelf.unread), "block")
        yield f"{shelf.name}: {blocks} could not be read and are not in the review; see outputs/unread.csv."


def _orphans(work: Work) -> Iterator[str]:
    """Name the searches that were run and that workflow.yaml no longer names."""
    for name, held in sorted(history.by_search(history.runs(work.folder)).items()):
        if name not in work.protocol.searches:
            days = f"on {held[0].run.date}" + (f", last on {held[-1].run.date}" if len(held) > 1 else "")
            yield f"{name}: was run {days}, but workflow.yaml no longer names it; its records are left out."


def _strays(work: Work) -> Iterator[str]:
    """Name the files among the exports that no search reads: dropped beside the folder, or of a search never named."""
    patterns = [each for strategy in work.protocol.searches.values() for each in strategy.files]
    read = {path for pattern in patterns for path in work.folder.list(pattern)}
    reads = f"Searches read {', '.join(patterns)}." if patterns else "No search of workflow.yaml reads exports."
    for path in work.folder.list(f"{inputs.IMPORTS}/**/*"):
        if path not in read:
            yield f"{path}: no search reads this file. {reads} Move it, or name it under 'files' of a search."


def _row(shelf: Shelf) -> tuple[str, ...]:
    strategy, held = shelf.strategy, shelf.held
    first, last = (held[0].run.date, held[-1].run.date) if held else ("", "")
    state = "run" if held else "not yet run"
    counts = (len(held), len(shelf.records), len(shelf.unread), shelf.again) if held else ("", "", "", "")
    return (shelf.name, strategy.database, strategy.via, strategy.kind, state, first, last, *map(str, counts))


def _unread_rows(shelf: Shelf) -> Iterator[tuple[str, ...]]:
    for fault, day in zip(shelf.unread, shelf.unread_days, strict=True):
        place = (str(fault.line or ""), str(fault.row or ""))
        yield (shelf.name, day, fault.file, *place, fault.what, fault.remedy, fault.raw)
