"""The screening stage: worksheets in, statuses and the ledger's new events out, and new worksheets for people."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from pipeline.deduplicate.citation import ById, Citation, Cluster
from pipeline.errors import did_you_mean
from pipeline.records import tables
from pipeline.screening import batches, decisions, forms, guide, ledger, progress
from pipeline.screening.batches import Plan
from pipeline.screening.decisions import Decision, Screening
from pipeline.screening.forms import Returned
from pipeline.screening.ledger import Ledger
from pipeline.screening.progress import StageProgress
from pipeline.screening.settings import ScreeningSettings
from pipeline.workflow import derived
from pipeline.workflow.account import Account, counted
from pipeline.workflow.folder import OUTPUTS, ReviewFolder
from pipeline.workflow.protocol import Protocol
from pipeline.workflow.run import Work

ROOM = "screening"
LEDGER = f"{ROOM}/ledger"
STATUS = ("citation", "stage", "state", "basis", "reason", "about", "reviewers", "study", "title")


@dataclass(frozen=True, kw_only=True)  # without slots: what is cached needs a place
class Screened:
    """Everything that the worksheets and the ledger say now.

    Attributes:
        citations: in retrieval order; each is read from its file whenever it is asked for.
        clusters: which records each of them joins.
        ledger: what was handed out, and decided so far.
        returned: what the worksheets say.
        screening: where each citation stands.
    """

    citations: Sequence[Citation]
    clusters: Sequence[Cluster]
    ledger: Ledger
    returned: Returned
    screening: Screening

    @cached_property
    def by_id(self) -> Mapping[str, Citation]:
        """Return the citations by id."""
        return ById(self.citations, (cluster.id for cluster in self.clusters))

    @cached_property
    def home(self) -> Mapping[str, str]:
        """Map each record to the id of its citation."""
        return {record: cluster.id for cluster in self.clusters for record in cluster.members}


def load(folder: ReviewFolder, protocol: Protocol) -> Screened:
    """Read the ledger and every worksheet, and settle where each citation stands.

    Raises:
        FormError: a worksheet or the ledger holds what cannot be taken; every fault of every file.
    """
    events, sheets = folder.list(f"{LEDGER}/*.csv"), tuple(worksheets(folder, protocol.screening))
    paths = (f"{OUTPUTS}/{derived.CITATIONS}", *events, *sheets)
    return folder.value("screened", paths, protocol, lambda: _read(folder, protocol, events, sheets))


def _read(folder: ReviewFolder, protocol: Protocol, events: Sequence[str], paths: Sequence[str]) -> Screened:
    citations, clusters = derived.citations(folder), derived.clusters(folder)
    before = ledger.replay(ledger.read(folder.files(events)))
    returned = forms.read(folder.files(paths), forms.register(citations, before), protocol.screening)
    via = {name: search.via for name, search in protocol.searches.items()}
    settled = decisions.settle(clusters, returned.decisions, protocol.screening, via=via)
    return Screened(citations=citations, clusters=clusters, ledger=before, returned=returned, screening=settled)


def worksheets(folder: ReviewFolder, settings: ScreeningSettings) -> Iterator[str]:
    """List the worksheets of every stage."""
    for stage in settings.stages:
        yield from folder.list(f"{ROOM}/{stage.id}/*/*")


def misplaced(folder: ReviewFolder, settings: ScreeningSettings) -> Iterator[str]:
    """Say which folders of worksheets belong to no stage, and which files lie in no reviewer's: none of it counts."""
    stages = [stage.id for stage in settings.stages]
    paths = folder.list(f"{ROOM}/*/*/*")
    for path in sorted({*folder.list(f"{ROOM}/**/*")}.difference(paths, folder.list(f"{LEDGER}/*"))):
        yield f"{path}: nothing in this file counts. Worksheets lie in {ROOM}/<stage>/<reviewer>/: move it there."
    for name in sorted({path.split("/")[1] for path in paths}.difference(stages)):
        near = did_you_mean(name, stages) or f"The stages are {', '.join(stages)}."
        yield f"{ROOM}/{name}: workflow.yaml has no stage {name!r}, so nothing in this folder counts. {near}"


def run(work: Work) -> Account:
    """Take in decisions, write down what is new, hand out worksheets for what nobody was handed yet."""
    account, plan = _take_in(work)
    found = measure(load(work.folder, work.protocol), work.protocol.screening, plan)
    return replace(account, pending=tuple(progress.sentences(found)))


def _take_in(work: Work) -> tuple[Account, Plan]:
    """Do what a run does; what waits for people then is not yet said."""
    folder, settings = work.folder, work.protocol.screening
    now = load(folder, work.protocol)
    plan = batches.plan(now.clusters, now.screening, now.ledger, settings, by_id=now.by_id)
    name = _free_name(folder, work.now.date().isoformat())
    issued = _hand_out(folder, settings, now, plan, name)
    happened = ledger.events(now.ledger, now.returned.decisions, issued, date=work.now.date().isoformat())
    if happened:
        folder.create(f"{LEDGER}/{name}.csv", ledger.write(happened))
    folder.derive("screening/status.csv", tables.pieces(STATUS, _statuses(now)))
    words = tables.write(guide.COLUMNS, guide.accepted_words(settings), form=True)
    folder.derive("screening/accepted_words.csv", words)
    account = Account(
        did=(*_decided(now), *_skipped(now.screening)) or ("Nothing to screen yet.",),
        news=(*_events(happened), *_handed(plan, name)),
        warnings=(*misplaced(folder, settings), *now.returned.notices, *now.returned.gone, *_unused(now.screening)),
    )
    return account, plan


def measure(now: Screened, settings: ScreeningSettings, plan: Plan) -> tuple[StageProgress, ...]:
    """Measure how far every stage is."""
    withheld = [citation for waiting in plan.withheld.values() for citation in waiting]
    return progress.measure(now.clusters, now.screening, now.returned, now.ledger, settings, withheld=withheld)


def free(folder: ReviewFolder, stage: str, reviewer: str, stem: str) -> str:
    """Find a path for one more worksheet of a reviewer."""
    return folder.free(f"{ROOM}/{stage}/{reviewer}/{stem}", ".csv", mark="-{}")


def add(folder: ReviewFolder, settings: ScreeningSettings, now: Screened, made: Mapping[str, bytes]) -> Iterator[str]:
    """Create worksheets, by path, once all of them can be read beside those there are: all or none; yield each path.

    Raises:
        FormError: one of them contradicts another.
    """
    there = folder.files(worksheets(folder, settings))
    forms.read({**there, **made}, forms.register(now.citations, now.ledger), settings)
    with folder.transaction():
        for path, data in made.items():
            folder.create(path, data)
    yield from made


def _free_name(folder: ReviewFolder, date: str) -> str:
    """Name this run's batch: no worksheet and no ledger file of that name exists yet."""
    stems = (path.rpartition("/")[2].partition(".")[0] for path in folder.list(f"{ROOM}/**/*.csv"))
    taken = set(map(batches.run_of, stems))
    names = (date if n == 1 else f"{date}_{n:02}" for n in range(1, 1 << 30))
    return next(name for name in names if name not in taken)


def _hand_out(
    folder: ReviewFolder, settings: ScreeningSettings, now: Screened, plan: Plan, run: str
) -> Iterator[tuple[str, str, str, tuple[str, ...], str]]:
    """Create the worksheets of a plan, and yield the rows handed out as the ledger takes them."""
    heard: dict[tuple[str, str], list[Decision]] = {}
    for decision in now.returned.decisions:
        for record in decision.records:
            heard.setdefault((decision.stage, record), []).append(decision)
    for batch in plan.batches:
        stage, name = batch.stage, batch.name(run)
        citations = [now.by_id[citation] for citation in batch.citations]
        said = dict.fromkeys(d for one in citations for record in one.members for d in heard.get((stage, record), ()))
        sheet = forms.worksheet(settings.stage(stage), batch.reviewer, citations, decisions=said, joint=batch.joint)
        folder.create(f"{ROOM}/{stage}/{batch.reviewer}/{name}.csv", sheet)
        for citation, (_, records) in zip(citations, batch.rows(), strict=True):
            yield stage, batch.reviewer, name, records, citation.record.title or citation.record.original_title


def _statuses(now: Screened) -> Iterator[tuple[str, ...]]:
    for citation in now.citations:
        for status in now.screening.statuses[citation.id]:
            yield (
                citation.id,
                status.stage,
                status.state,
                status.basis,
                status.reason,
                status.about,
                " | ".join(status.voters),
                status.study,
                citation.record.title,
            )


def _decided(now: Screened) -> Iterator[str]:
    for stage, states in _by_stage(now.screening).items():
        counts = ", ".join(f"{count:,} {state}" for state, count in states.items())
        yield f"{stage}: {counts}."


def _by_stage(screening: Screening) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for reached in screening.statuses.values():
        for status in reached:
            states = found.setdefault(status.stage, {})
            states[status.state] = states.get(status.state, 0) + 1
    return found


def _events(happened: Sequence[ledger.Event]) -> Iterator[str]:
    words = {"decided": "new", "changed": "changed", "withdrawn": "withdrawn"}
    counts = {word: sum(event.kind == kind for event in happened) for kind, word in words.items()}
    if any(counts.values()):
        yield "Decisions since the last run: " + ", ".join(f"{n:,} {word}" for word, n in counts.items() if n) + "."


def _skipped(screening: Screening) -> Iterator[str]:
    """Say what was decided where nothing had to be: citations of other methods go straight to the reports."""
    kept = sum(decision.answer != "exclude" for decision in screening.skipped)
    if kept:
        what = "at a stage that citations found by other methods do not pass"
        yield f"{counted(kept, 'decision')} {what}: kept, and not needed."


def _unused(screening: Screening) -> Iterator[str]:
    contrary = sum(decision.answer == "exclude" for decision in screening.skipped)
    if contrary:
        what = "to exclude, at a stage that citations found by other methods do not pass"
        remedy = "Exclude their reports, or set 'other_methods: screen' for that stage."
        yield f"{counted(contrary, 'decision')} {what}: kept, and not used. {remedy}"
    for label, found in (
        ("at a stage that the citation has not reached", screening.ahead),
        ("of the arbiter on records that are no longer one citation", screening.void),
        ("on records that are in no citation", screening.astray),
    ):
        if found:
            yield f"{counted(len(found), 'decision')} {label}: kept, and not used."


def _handed(plan: Plan, run: str) -> Iterator[str]:
    for batch in plan.batches:
        path = f"{ROOM}/{batch.stage}/{batch.reviewer}/{batch.name(run)}.csv"
        yield f"New worksheet ({counted(len(batch.citations), 'row')}): {path}"
