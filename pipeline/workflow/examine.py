"""What would stop a run, or spoil its results: of this machine, of the review folder, of the schedule."""

import codecs
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline.errors import LockError, ReviewError
from pipeline.workflow import history, notify, packages, protocol, run
from pipeline.workflow.account import counted
from pipeline.workflow.folder import MOVES, STAGED, ReviewFolder
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.run import Stage, Work

LEAST_SPACE = 1 << 30  # bytes
# Parts of paths below which a program of somebody else copies, renames and locks files while they are written.
SYNCED = ("onedrive", "dropbox", "google drive", "googledrive", "icloud", "nextcloud")

State = Literal["fine", "look", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined: how it is, and what it is; with the remedy where one is needed."""

    state: State
    text: str


def machine(encoding: str) -> Iterator[Finding]:
    """Examine Python, the packages that the program rests on, and how text is printed.

    Args:
        encoding: of what is printed.
    """
    installed = packages.environment()
    yield Finding("fine", f"Python {installed.pop('python')} on {sys.platform}.")
    listed = ", ".join(f"{name} {version}" for name, version in installed.items())
    yield Finding("fine", f"Packages: {listed}." if listed else "The program runs from its source, not installed.")
    for sentence in packages.unmet():
        yield Finding("wrong", f"{sentence}.")
    if codecs.lookup(encoding).name != "utf-8":
        lost = "letters that it lacks are printed by their number, in files they are whole"
        yield Finding("look", f"Text is printed as {encoding}: {lost}. Set PYTHONUTF8=1 to see them.")


def review(
    folder: ReviewFolder,
    stages: Sequence[Stage],
    work: Callable[[Protocol], Work],
    environment: Mapping[str, str],
) -> Iterator[Finding]:
    """Examine a review folder; nothing in it is changed, but the last writes of a run that was killed are finished.

    Args:
        folder: the review.
        stages: the stages.
        work: makes what stages are given from the settings.
        environment: where secrets would stand.
    """
    from pipeline.workflow.stages.search import outstanding

    yield from _place(folder)
    try:
        settings = protocol.load(folder)
    except ReviewError as error:
        yield Finding("wrong", str(error))
        return
    yield Finding("fine", f"workflow.yaml is valid: {counted(len(settings.searches), 'search', 'searches')}.")
    yield from _telling(settings, environment)
    given = work(settings)
    try:
        yield from _history(folder, given.now)
        yield from (Finding("look", sentence) for sentence in outstanding(folder, settings, given.now.date()))
        reasons = run.stale(stages, given)
    except ReviewError as error:
        yield Finding("wrong", str(error))
        return
    yield from _stale(stages, reasons)


def _stale(stages: Sequence[Stage], reasons: Mapping[str, str]) -> Iterator[Finding]:
    """Say which stages would run and why, once for each reason."""
    titles: dict[str, list[str]] = {}
    for stage in stages:
        if because := reasons.get(stage.name):
            titles.setdefault(because, []).append(stage.title)
    for because, named in titles.items():
        what = "Everything" if len(named) == len(reasons) > 1 else ", ".join(named)
        yield Finding("look", f"{what} would run: {because}.")


def _place(folder: ReviewFolder) -> Iterator[Finding]:
    """Examine where the folder lies, and whether a run could begin."""
    free = shutil.disk_usage(folder.root).free
    state: State = "fine" if free >= LEAST_SPACE else "look"
    yield Finding(state, f"{free / (1 << 30):,.1f} GB are free on its disk.")
    unfinished = (folder.root / STAGED / MOVES).is_file()
    try:
        with folder.locked():
            yield Finding("fine", "The folder can be written, and no run is at work in it.")
        if unfinished:
            yield Finding("look", "A run was broken off among its last writes; they were finished now.")
    except LockError as error:
        yield Finding("look", str(error))
    except ReviewError as error:
        yield Finding("wrong", str(error))
    synced = [word for word in SYNCED if any(word in part.casefold() for part in folder.root.parts)]
    if synced:
        advice = "Two machines that run at once make two histories: run it on one, or keep it in git."
        yield Finding("look", f"The folder seems to be copied to other machines ({synced[0]}). {advice}")
    if (folder.root / ".git").exists() and not (folder.root / ".gitattributes").is_file():
        advice = "Take the one that 'living-review init' writes."
        yield Finding("look", f"There is no .gitattributes: git on Windows would change the ends of lines. {advice}")


def _history(folder: ReviewFolder, now: datetime) -> Iterator[Finding]:
    held = history.runs(folder)
    newest = history.newest_day(folder)
    known = f", the newest of {newest}" if newest else ""
    yield Finding("fine", f"{counted(len(held), 'run')} of searches in its history{known}.")
    if newest and newest > now.date():
        yield Finding("wrong", f"The clock of this machine says {now.date()}, before the newest day. Set the clock.")
    for search in sorted({each.run.search for each in held}):
        for place in history.unfinished(folder, search):
            yield Finding("look", f"{place} was broken off; the next run goes on from it or begins anew.")


def _telling(settings: Protocol, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Examine whether those whom workflow.yaml names can be told; nobody is."""
    told = settings.schedule.notify
    if told.command and not shutil.which(told.command[0]):
        yield Finding("wrong", f"schedule.notify.command: there is no program {told.command[0]!r} here.")
    if told.email and not environment.get(notify.SMTP):
        yield Finding("wrong", f"schedule.notify.email: {notify.SMTP} is not set in the environment.")
    if told.webhook and not environment.get(notify.WEBHOOK):
        yield Finding("wrong", f"schedule.notify.webhook: {notify.WEBHOOK} is not set in the environment.")
