"""Freezing a version of a review: what it rests on, what it had reached, its report, and the hashes of all it made."""

import re
from collections.abc import Callable, Iterator, Sequence

from pipeline.errors import Fault, ProtocolError
from pipeline.prisma.versions import baseline
from pipeline.records import tables
from pipeline.report.compose.front import open_work
from pipeline.workflow import baselines, history, inputs, layouts, packages, run, versions
from pipeline.workflow.folder import OUTPUTS, ReviewFolder
from pipeline.workflow.run import Result, Stage, Work
from pipeline.workflow.stages import collect, report, screen, standing
from pipeline.workflow.versions import Made, Version

_LABEL = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")
REPORTS = ("report.html", "report.pdf", "whats_new.md")
# Not outputs of a version: what only tells the next run what it need not do again.
_PASSING = frozenset({f"{OUTPUTS}/{run.MANIFEST}", f"{OUTPUTS}/{run.CODE}"})


def release(stages: Sequence[Stage], work: Work, label: str, note: str, *, tell: Callable[[Result], None]) -> Version:
    """Bring a review up to date and freeze it as a version; all of it is one transaction.

    Args:
        stages: the stages.
        work: as for a run; no source is asked.
        label: what the version is called ("2.0").
        note: what is to be said of it.
        tell: is told what each stage did.

    Raises:
        ProtocolError: the label is taken or cannot be the name of a folder, nothing was ever searched, or nothing
            changed since the last version.
    """
    folder = work.folder
    _check(folder, label, note)
    with folder.transaction():
        run.run(stages, work, tell=tell)
        if not history.runs(folder):
            remedy = "Search first, with 'living-review run': a version is what later ones count against."
            raise ProtocolError(Fault(what="no search of this review was ever run", remedy=remedy))
        known = versions.released(folder)
        same = versions.current(folder, work.protocol, known)
        if same is not None:
            what = f"nothing changed since version {same.label}"
            raise ProtocolError(Fault(what=what, remedy="There is nothing to release."))
        version = _version(work, known, label, note)
        _freeze(work, version)
        run.run(stages, work, tell=lambda _: None)
        made = {path.removeprefix(f"{OUTPUTS}/"): folder.digest(path) for path in outputs(folder)}
        for name in REPORTS:
            folder.create(versions.place(label, name), folder.read(f"{OUTPUTS}/{name}"))
        frozen = {path.rpartition("/")[2]: folder.digest(path) for path in folder.list(versions.place(label, "*"))}
        folder.create(versions.place(label, versions.MADE), layouts.write(Made(outputs=made, files=frozen)))
    return version


def outputs(folder: ReviewFolder) -> tuple[str, ...]:
    """List the derived files that a version is made of."""
    return tuple(path for path in folder.list(f"{OUTPUTS}/**/*") if path not in _PASSING)


def _check(folder: ReviewFolder, label: str, note: str) -> None:
    if not _LABEL.fullmatch(label) or label.endswith("."):
        accepted = "letters, digits, '.', '-' and '_', such as 2.0"
        raise ProtocolError(Fault(what=f"{label!r} cannot be the label of a version", accepted=accepted))
    taken = next((v for v in versions.released(folder) if v.label.casefold() == label.casefold()), None)
    if taken is not None:
        remedy = "A version is never changed: choose another label."
        raise ProtocolError(Fault(what=f"there is a version {taken.label!r} already, of {taken.date}", remedy=remedy))
    if not note.strip():
        remedy = "Say with --note in a sentence what led to this version."
        raise ProtocolError(Fault(what="the version has no note", remedy=remedy))


def _version(work: Work, known: Sequence[Version], label: str, note: str) -> Version:
    folder, protocol = work.folder, work.protocol
    review = report.load(folder, protocol, tool=work.tool)
    day = work.now.date().isoformat()
    digests = inputs.digests(folder, protocol)
    return Version(
        number=len(known) + 1,
        label=label,
        date=max([day, *(version.date for version in known)]),
        note=" ".join(note.split()),
        previous=known[-1].label if known else "",
        tool=work.tool,
        environment=packages.environment(),
        runs=tuple(held.place for held in history.runs(folder)),
        events=len(screen.load(folder, protocol).ledger.events),
        unfinished=open_work(review),
        kept=dict(_kept(inputs.given(folder, protocol), digests, known, label)),
        inputs=digests,
    )


def _kept(
    given: Sequence[str], digests: dict[str, str], known: Sequence[Version], label: str
) -> Iterator[tuple[str, str]]:
    """Say in which version's archive each given file lies: an earlier one, if it has the same content there."""
    lies = {(path, known_as.inputs[path]): kept_in for known_as in known for path, kept_in in known_as.kept.items()}
    for path in given:
        if not path.startswith(f"{inputs.IMPORTS}/"):
            yield path, lies.get((path, digests[path]), label)


def _freeze(work: Work, version: Version) -> None:
    """Create the files of a version that the stages read."""
    folder = work.folder
    stands = standing.load(folder, work.protocol)
    now = stands.now
    reached = baseline(version.title, now.clusters, now.screening, work.protocol.screening, named=stands.studies)
    reached = baselines.with_removed(reached, (removal.record for _, removal in collect.removals(folder)))
    new = {path: folder.read(path) for path, kept_in in version.kept.items() if kept_in == version.label}
    for name, data in (
        (versions.VERSION_FILE, layouts.write(version)),
        (versions.REACHED, tables.write(versions.REACHED_COLUMNS, reached.outcomes.items())),
        (versions.INCLUDED, tables.write(versions.INCLUDED_COLUMNS, reached.reports.items())),
        (versions.GIVEN, versions.pack(new)),
    ):
        folder.create(versions.place(version.label, name), data)
