"""Which stages are stale, in which order they run, and what came of them.

A stage is stale when a file it reads, a setting it obeys, the program's own code, or a file it wrote is not what it
was when the stage last ran. What each stage read and wrote stands in outputs/manifest.json, by content, without a
clock; the digest of the code stands apart, in a hidden file, since a manifest is kept under version control and code
changes daily.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Protocol

import msgspec

from pipeline.errors import Fault, ReviewError
from pipeline.workflow import inputs
from pipeline.workflow.account import Account
from pipeline.workflow.folder import OUTPUTS, ReviewFolder

MANIFEST = "manifest.json"
CODE = ".code.json"
SCHEMA = 2
_LEDGER = "screening/ledger/"


class Progress(Protocol):
    """What a long stage tells while it works."""

    def __call__(self, done: int, total: int, what: str) -> None:
        """Tell that `done` of `total` are done; a total of 0 is not known."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What every stage is given.

    Attributes:
        folder: the review folder, locked.
        protocol: the settings of workflow.yaml, checked.
        now: the one clock of the run; only history may hold it.
        tool: this program and its version.
        progress: called by long stages.
        options: what the command line asked for.
    """

    folder: ReviewFolder
    protocol: Any
    now: datetime
    tool: str
    progress: Progress
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One step of the pipeline.

    Attributes:
        name: one word, as on the command line.
        title: what it does, for the person who waits.
        after: names of the stages whose files it reads.
        reads: glob patterns of the files it depends on.
        named: True if it also depends on the files that workflow.yaml names, wherever they lie.
        settings: sections of workflow.yaml it obeys.
        writes: glob patterns, below outputs/, of the derived files that are its own.
        run: loads values, calls the core, saves values, and says what it did.
        always: True if only the stage itself can know whether there is work (a source may have changed).
    """

    name: str
    title: str
    run: Callable[[Work], Account]
    after: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    named: bool = False
    settings: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    always: bool = False


class Trace(msgspec.Struct, frozen=True, kw_only=True):
    """What one stage depended on and made, sha256 by section of workflow.yaml and by path, and how it left things."""

    stage: str
    settings: dict[str, str]
    reads: dict[str, str]
    writes: dict[str, str]
    account: Account = Account()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one run of a review depended on and made."""

    schema: int = SCHEMA
    tool: str = ""
    stages: tuple[Trace, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Result:
    """What became of a stage: why it ran (empty if nothing had changed) and what it said."""

    stage: Stage
    because: str
    account: Account


def run(stages: Sequence[Stage], work: Work, *, tell: Callable[[Result], None]) -> tuple[Result, ...]:
    """Run every stage that is stale, in order, and record what each read and wrote.

    All of it is one transaction: after an error no file has changed.
    """
    with work.folder.transaction():
        return _run(stages, work, tell)


def _run(stages: Sequence[Stage], work: Work, tell: Callable[[Result], None]) -> tuple[Result, ...]:
    folder = work.folder
    code = code_digest()
    codes = _codes(folder)
    traces = {trace.stage: trace for trace in manifest(folder).stages}
    _check_ledger(folder, traces.values())
    results = []
    for stage in in_order(stages):
        because = _stale(stage, work, traces.get(stage.name), same_code=codes.get(stage.name) == code)
        if because or stage.always:
            before = _paths(folder, _below_outputs(stage))
            with folder.watched() as written:
                account = stage.run(work)
            for left in sorted(before - written):
                folder.drop(left.removeprefix(f"{OUTPUTS}/"))
            if not stage.always:
                traces[stage.name] = _trace(stage, work, replace(account, news=()))
                codes[stage.name] = code
        else:
            account = traces[stage.name].account
        result = Result(stage=stage, because=because, account=account)
        tell(result)
        results.append(result)
    kept = tuple(traces[each.name] for each in in_order(stages) if each.name in traces)
    folder.derive(MANIFEST, _pretty(Manifest(tool=work.tool, stages=kept)))
    folder.derive(CODE, _pretty(codes))
    return tuple(results)


def _check_ledger(folder: ReviewFolder, traces: Iterable[Trace]) -> None:
    """Refuse to go on without a file of the ledger: what it says was handed out would be handed out again.

    Raises:
        ReviewError: each file that the last run read and that is gone.
    """
    read = {path for trace in traces for path in trace.reads if path.startswith(_LEDGER)}
    remedy = "Put it back as git or your backup has it; to do without it, delete the folder outputs/ and run again."
    what = "this file of the ledger is gone, and with it what was handed out and decided"
    if lost := sorted(path for path in read if not folder.has(path)):
        raise ReviewError([Fault(what=what, file=path, remedy=remedy) for path in lost])


def in_order(stages: Iterable[Stage]) -> tuple[Stage, ...]:
    """Sort stages so that each comes after those it needs; ties keep the order of the list."""
    by_name = {stage.name: stage for stage in stages}
    sorter = TopologicalSorter({stage.name: stage.after for stage in by_name.values()})
    return tuple(by_name[name] for name in sorter.static_order())


def manifest(folder: ReviewFolder) -> Manifest:
    """Read the manifest of the last run; one that is missing, damaged or of another schema is as good as none."""
    relative = f"{OUTPUTS}/{MANIFEST}"
    if not folder.has(relative):
        return Manifest()
    try:
        found = msgspec.json.decode(folder.read(relative), type=Manifest)
    except msgspec.DecodeError:
        return Manifest()
    return found if found.schema == SCHEMA else Manifest()


def stale(stages: Sequence[Stage], work: Work) -> dict[str, str]:
    """Say for each stage why it would run now; empty where nothing changed, and without those that always run."""
    code, codes = code_digest(), _codes(work.folder)
    traces = {trace.stage: trace for trace in manifest(work.folder).stages}
    return {
        stage.name: _stale(stage, work, traces.get(stage.name), same_code=codes.get(stage.name) == code)
        for stage in in_order(stages)
        if not stage.always
    }


@cache
def code_digest() -> str:
    """Return one sha256 for the whole program, so that a new version never trusts an older one's files."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for place in sorted(root.rglob("*")):
        if place.is_file() and "__pycache__" not in place.parts:
            digest.update(place.relative_to(root).as_posix().encode() + b"\0" + place.read_bytes())
    return digest.hexdigest()


def _stale(stage: Stage, work: Work, trace: Trace | None, *, same_code: bool) -> str:
    if trace is None:
        return "it has not run yet"
    if sections := _moved(trace.settings, _settings(stage, work)):
        return f"workflow.yaml changed ({', '.join(sections)})"
    if changed := _difference(trace.reads, _read(stage, work)):
        return changed
    if changed := _difference(trace.writes, _digests(work.folder, _below_outputs(stage))):
        return f"{changed} since it was written"
    return "" if same_code else "the program changed"


def moved(stages: Sequence[Stage], work: Work) -> dict[str, str]:
    """Say of every file outside outputs/ that is not what the outputs were made from: `new`, `gone` or `changed`."""
    before: dict[str, str] = {}
    now: dict[str, str] = {}
    for stage, trace in _traced(stages, work):
        before |= trace.reads
        now |= _read(stage, work)
    return {path: how for path, how in _moved(before, now).items() if not path.startswith(f"{OUTPUTS}/")}


def resettled(stages: Sequence[Stage], work: Work) -> tuple[str, ...]:
    """Name the sections of workflow.yaml that are not what the outputs were made by."""
    changed = (_moved(trace.settings, _settings(stage, work)) for stage, trace in _traced(stages, work))
    return tuple(sorted({section for sections in changed for section in sections}))


def _traced(stages: Sequence[Stage], work: Work) -> list[tuple[Stage, Trace]]:
    traces = {trace.stage: trace for trace in manifest(work.folder).stages}
    return [(stage, traces[stage.name]) for stage in stages if stage.name in traces]


def _difference(before: Mapping[str, str], now: Mapping[str, str]) -> str:
    """Name the first file that differs, and how many there are."""
    said = [path + (" changed" if how == "changed" else f" is {how}") for path, how in _moved(before, now).items()]
    if not said:
        return ""
    return said[0] + (f", and {len(said) - 1} more" if len(said) > 1 else "")


def _moved(before: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """Say of every file or section that differs how: those that are new come first, then those that are gone."""
    new = dict.fromkeys((path for path in now if path not in before), "new")
    gone = dict.fromkeys((path for path in before if path not in now), "gone")
    return new | gone | {path: "changed" for path in now if path in before and before[path] != now[path]}


def _trace(stage: Stage, work: Work, account: Account) -> Trace:
    return Trace(
        stage=stage.name,
        settings=_settings(stage, work),
        reads=_read(stage, work),
        writes=_digests(work.folder, _below_outputs(stage)),
        account=account,
    )


def _read(stage: Stage, work: Work) -> dict[str, str]:
    """Map every file that a stage depends on to its sha256."""
    paths = _paths(work.folder, stage.reads)
    if stage.named:
        paths |= inputs.named(work.folder, work.protocol)
    return {path: work.folder.digest(path) for path in sorted(paths)}


def _below_outputs(stage: Stage) -> tuple[str, ...]:
    return tuple(f"{OUTPUTS}/{pattern}" for pattern in stage.writes)


def _digests(folder: ReviewFolder, patterns: Iterable[str]) -> dict[str, str]:
    return {path: folder.digest(path) for path in sorted(_paths(folder, patterns))}


def _paths(folder: ReviewFolder, patterns: Iterable[str]) -> set[str]:
    return {path for pattern in patterns for path in folder.list(pattern)}


def _settings(stage: Stage, work: Work) -> dict[str, str]:
    """Map every section of workflow.yaml that a stage obeys to its sha256."""
    written = {
        name: msgspec.json.encode(getattr(work.protocol, name), order="deterministic") for name in stage.settings
    }
    return {name: hashlib.sha256(data).hexdigest() for name, data in written.items()}


def _pretty(value: Manifest | dict[str, str]) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=1) + b"\n"


def _codes(folder: ReviewFolder) -> dict[str, str]:
    """Read the digest of the code that last ran each stage; a damaged file is as good as none."""
    relative = f"{OUTPUTS}/{CODE}"
    try:
        return msgspec.json.decode(folder.read(relative), type=dict[str, str]) if folder.has(relative) else {}
    except msgspec.DecodeError:
        return {}
