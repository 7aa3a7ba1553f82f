"""What a review has done: its searches, its questions about retractions, and the newest day on which it did anything.

A search lies in queries/runs/<date>_<search>/ and is complete once it holds run.json; a check for retractions lies in
queries/checks/<date>/. That file is the watermark: it is written last, after every count was reconciled.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import PurePosixPath

import msgspec

from pipeline.errors import Fault, FormatError
from pipeline.search import recheck, search_run
from pipeline.search.import_run import ImportRun
from pipeline.search.recheck import Check
from pipeline.search.search_run import SearchRun
from pipeline.workflow import layouts
from pipeline.workflow.folder import ReviewFolder

RUNS = "queries/runs"
CHECKS = "queries/checks"
# Files whose names begin with the day on which they were made.
_DATED = (f"{RUNS}/*/{search_run.RUN_FILE}", f"{CHECKS}/*/{recheck.CHECK_FILE}", "screening/ledger/*")
_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(?:_|\.|\Z)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A finished run and the folder that holds it, relative to the review folder."""

    place: str
    run: SearchRun | ImportRun


def runs(folder: ReviewFolder, search: str = "") -> tuple[Held, ...]:
    """List the finished runs, of one search or of all, the oldest first; those of one day in the order they were made.

    Raises:
        FormatError: a run.json is damaged, or its folder not named after it; every one that is.
    """
    found: list[Held] = []
    faults: list[Fault] = []
    for path in folder.list(f"{RUNS}/*/{search_run.RUN_FILE}"):
        held = str(PurePosixPath(path).parent)
        try:
            run = _decode(folder.read(path), path)
            _check_name(held, run)
        except FormatError as error:
            faults.extend(error.faults)
            continue
        if search in {"", run.search}:
            found.append(Held(place=held, run=run))
    if faults:
        raise FormatError(faults)
    return tuple(sorted(found, key=lambda held: (held.run.date, _ordinal(held), held.run.search)))


def _check_name(held: str, run: SearchRun | ImportRun) -> None:
    """Refuse the folder of a run that was copied or renamed: the copy would count as one more search."""
    if _as_day(run.date) is None or not re.fullmatch(rf"{re.escape(f'{RUNS}/{run.date}_{run.search}')}(_\d+)?", held):
        what = f"this folder holds the run of {run.search!r} of {run.date!r}, and is not named after it"
        remedy = "A run is never copied or renamed: delete the copy, or give the folder its name back."
        raise FormatError(Fault(what=what, file=held, accepted=f"{run.date}_{run.search}", remedy=remedy))


def place(folder: ReviewFolder, search: str, date: str) -> str:
    """Name the folder for a new run of a search: the unfinished one of that day if there is one, else the next free."""
    ordinal = 1
    while True:
        name = f"{RUNS}/{date}_{search}" + (f"_{ordinal}" if ordinal > 1 else "")
        if not folder.has(f"{name}/{search_run.RUN_FILE}"):
            return name
        ordinal += 1


def pages_kept(folder: ReviewFolder, place: str) -> Mapping[str, bytes]:
    """Find the pages that a run which was broken off left in its folder, by their name below it."""
    return folder.files(folder.list(f"{place}/pages/*"), below=place)


def ids(folder: ReviewFolder, held: Iterable[Held]) -> frozenset[str]:
    """List every PMID that any of these runs found."""
    lists = (folder.read(f"{each.place}/{each.run.ids_file}") for each in held if isinstance(each.run, SearchRun))
    return frozenset(pmid for data in lists for pmid in data.decode("ascii", "replace").split())


def by_search(held: Iterable[Held]) -> dict[str, list[Held]]:
    """Group runs by their search, the oldest first."""
    grouped: dict[str, list[Held]] = {}
    for each in held:
        grouped.setdefault(each.run.search, []).append(each)
    return grouped


def checks(folder: ReviewFolder) -> tuple[Check, ...]:
    """List the finished checks for retractions, the oldest first.

    Raises:
        FormatError: one is damaged.
    """
    found = [
        (path, layouts.read(folder.read(path), Check, name="check", file=path))
        for path in folder.list(f"{CHECKS}/*/{recheck.CHECK_FILE}")
    ]
    return tuple(check for _, check in sorted(found, key=lambda each: (each[1].date, len(each[0]), each[0])))


def check_place(folder: ReviewFolder, day: str) -> str:
    """Name the file of a new check."""
    return folder.free(f"{CHECKS}/{day}", f"/{recheck.CHECK_FILE}")


def unfinished(folder: ReviewFolder, search: str) -> tuple[str, ...]:
    """List the folders of runs of a search that were broken off."""
    pages = {path.rpartition("/pages/")[0] for path in folder.list(f"{RUNS}/*/pages/*")}
    shape = re.compile(rf"{re.escape(RUNS)}/\d{{4}}-\d{{2}}-\d{{2}}_{re.escape(search)}(_\d+)?")
    broken = (place for place in pages if not folder.has(f"{place}/{search_run.RUN_FILE}"))
    return tuple(sorted(place for place in broken if shape.fullmatch(place)))


def newest_day(folder: ReviewFolder) -> date | None:
    """Return the newest day that the history knows; None if nothing has happened yet."""
    names = (path.split("/")[2] for pattern in _DATED for path in folder.list(pattern))
    days = (_as_day(found[1]) for name in names if (found := _DAY.match(name)))
    return max(filter(None, days), default=None)


def _as_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def moment(folder: ReviewFolder, now: datetime) -> tuple[datetime, str]:
    """Return the time that a run is dated with, and a sentence where it is not the clock's.

    History only moves forward: where the clock is behind it, the run takes the newest day that the history knows.
    """
    newest = newest_day(folder)
    if newest is None or now.date() >= newest:
        return now, ""
    said = f"The clock of this machine says {now.date()}, and the history of this review goes to {newest}; "
    return datetime.combine(newest, time(), UTC), said + f"what this run adds is dated {newest}. Check the clock."


def _decode(data: bytes, path: str) -> SearchRun | ImportRun:
    if _kind(data) == "export":
        return layouts.read(data, ImportRun, name="export", file=path)
    return layouts.read(data, SearchRun, name="search run", file=path)


def _kind(data: bytes) -> str:
    try:
        return msgspec.json.decode(data, type=_Kind).kind
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


class _Kind(msgspec.Struct):
    kind: str


def _ordinal(held: Held) -> int:
    tail = held.place.removeprefix(f"{RUNS}/{held.run.date}_{held.run.search}")
    return int(tail.removeprefix("_") or 1)
