"""The searches that were run: queries/runs/<date>_<search>/, one folder a run, complete once it holds run.json."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import msgspec

from pipeline.errors import Fault, FormatError
from pipeline.search import search_run
from pipeline.search.import_run import ImportRun
from pipeline.search.search_run import SearchRun
from pipeline.workflow.folder import ReviewFolder

RUNS = "queries/runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A finished run and the folder that holds it, relative to the review folder."""

    place: str
    run: SearchRun | ImportRun


def runs(folder: ReviewFolder, search: str = "") -> tuple[Held, ...]:
    """List the finished runs, of one search or of all, the oldest first; those of one day in the order they were made.

    Raises:
        FormatError: a run.json is damaged; every one that is.
    """
    found: list[Held] = []
    faults: list[Fault] = []
    for path in folder.list(f"{RUNS}/*/{search_run.RUN_FILE}"):
        try:
            run = _decode(folder.read(path))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            remedy = "It is the program's own history: put the file back as git or your backup has it."
            faults.append(Fault(what=f"this is not a search run ({error})", file=path, remedy=remedy))
            continue
        if search in {"", run.search}:
            found.append(Held(place=str(PurePosixPath(path).parent), run=run))
    if faults:
        raise FormatError(faults)
    return tuple(sorted(found, key=lambda held: (held.run.date, _ordinal(held), held.run.search)))


def place(folder: ReviewFolder, search: str, date: str) -> str:
    """Name the folder for a new run of a search: the unfinished one of that day if there is one, else the next free."""
    ordinal = 1
    while True:
        name = f"{RUNS}/{date}_{search}" + (f"_{ordinal}" if ordinal > 1 else "")
        if not folder.has(f"{name}/{search_run.RUN_FILE}"):
            return name
        ordinal += 1


def pages_kept(folder: ReviewFolder, place: str) -> Mapping[str, bytes]:
    """Read the pages that a run which was broken off left in its folder, by their name below it."""
    return {path.removeprefix(f"{place}/"): folder.read(path) for path in folder.list(f"{place}/pages/*")}


def by_search(held: Iterable[Held]) -> dict[str, list[Held]]:
    """Group runs by their search, the oldest first."""
    grouped: dict[str, list[Held]] = {}
    for each in held:
        grouped.setdefault(each.run.search, []).append(each)
    return grouped


def _decode(data: bytes) -> SearchRun | ImportRun:
    kind = msgspec.json.decode(data, type=_Kind).kind
    return msgspec.json.decode(data, type=ImportRun) if kind == "export" else search_run.from_json(data)


class _Kind(msgspec.Struct):
    kind: str


def _ordinal(held: Held) -> int:
    tail = held.place.rpartition(f"_{held.run.search}")[2]
    return int(tail.removeprefix("_") or 1)
