"""Does the review add up: everything is made again from what people gave and from the history, and compared."""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

from pipeline.errors import Fault, ProtocolError, did_you_mean
from pipeline.workflow import files, history, inputs, protocol, release, run, versions
from pipeline.workflow.folder import OUTPUTS, ReviewFolder
from pipeline.workflow.run import Progress, Stage
from pipeline.workflow.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of a comparison.

    Attributes:
        compared: how many outputs were made again and held against those that stand.
        differences: what is not as it should be, a sentence each; empty if the review adds up.
        notes: what explains differences, or was out of reach.
    """

    compared: int
    differences: tuple[str, ...]
    notes: tuple[str, ...] = ()


def verify(
    folder: ReviewFolder, stages: Sequence[Stage], *, tool: str, progress: Progress, label: str = "", into: str = ""
) -> Verdict:
    """Make the outputs again in a copy, and compare them byte for byte.

    Args:
        folder: the review, which is only read.
        stages: the stages.
        tool: this program and its version.
        progress: is told how far it is.
        label: a released version to make again; empty: the review as it stands.
        into: a folder that keeps the copy; empty: a temporary one.

    Raises:
        ProtocolError: there is no such version, or the folder for the copy is not empty.
        ReviewError: the review cannot be run at all.
    """
    version = _version(folder, label) if label else None
    with tempfile.TemporaryDirectory(prefix="living-review-") as temporary:
        target = _empty(into) if into else Path(temporary) / "review"
        sources = set()
        for path, data in _of_version(folder, version) if version else _of_today(folder):
            files.write(_inside(target, path), data, known_as=path)
            sources.add(path)
        copy = ReviewFolder(target)
        newest = date.fromisoformat(version.date) if version else history.newest_day(copy)
        work = run.Work(
            folder=copy,
            protocol=protocol.load(copy),
            now=datetime.combine(newest or date(1970, 1, 1), time(), UTC),
            tool=version.tool if version else run.manifest(folder).tool or tool,
            progress=progress,
        )
        run.run(stages, work, tell=lambda _: None)
        made = {path.removeprefix(f"{OUTPUTS}/"): copy.digest(path) for path in release.outputs(copy)}
        stands = versions.made(folder, version) if version else _standing(folder)
        added = tuple(sorted({*inputs.given(copy, work.protocol), *inputs.history(copy)} - sources))
    differences = (*_added(added), *_differing(stands, made), *_history(folder))
    return Verdict(compared=len(made), differences=differences, notes=tuple(_notes(folder, version, tool, differences)))


def _version(folder: ReviewFolder, label: str) -> Version:
    known = {version.label: version for version in versions.released(folder)}
    if label not in known:
        remedy = did_you_mean(label, list(known)) or "Release one with 'living-review release'."
        accepted = ", ".join(known) or "there is none yet"
        raise ProtocolError(Fault(what=f"there is no version {label!r}", accepted=accepted, remedy=remedy))
    return known[label]


def _empty(into: str) -> Path:
    target = Path(into)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ProtocolError(Fault(what=f"{into!r} is there already and not empty", remedy="Name a new folder."))
    return target


def _inside(target: Path, path: str) -> Path:
    """Find the place of a file in the copy; an archive may hold any name.

    Raises:
        ProtocolError: the path leads out of the copy.
    """
    place = (target / path).resolve()
    if not place.is_relative_to(target.resolve()):
        raise ProtocolError(Fault(what=f"the path {path!r} leads out of the review folder"))
    return place


def _of_today(folder: ReviewFolder) -> Iterator[tuple[str, bytes]]:
    settings = protocol.load(folder)
    paths = {*inputs.given(folder, settings), *inputs.history(folder)}
    for pattern in inputs.VERSIONS:
        paths.update(folder.list(pattern))
    for path in sorted(paths):
        yield path, folder.read(path)


def _of_version(folder: ReviewFolder, version: Version) -> Iterator[tuple[str, bytes]]:
    """Gather what a version rested on: its given files from the archives, its history from where it lies."""
    yield from versions.given(folder, version).items()
    for path in version.inputs:
        if path not in version.kept:
            yield path, folder.read(path)
    for each in versions.released(folder):
        if each.number <= version.number:
            for path in folder.list(f"{versions.ROOM}/{each.label}/*"):
                yield path, folder.read(path)


def _standing(folder: ReviewFolder) -> Mapping[str, str]:
    return {path.removeprefix(f"{OUTPUTS}/"): folder.digest(path) for path in release.outputs(folder)}


def _added(added: Sequence[str]) -> Iterator[str]:
    """Say what a run would add to the review: it is behind what people did."""
    for path in added:
        yield f"{path}: would be made by 'living-review run'; the review is not up to date."


def _differing(stands: Mapping[str, str], made: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*stands, *made}):
        if name not in made:
            yield f"{OUTPUTS}/{name}: stands there, and nothing makes it."
        elif name not in stands:
            yield f"{OUTPUTS}/{name}: is missing."
        elif stands[name] != made[name]:
            yield f"{OUTPUTS}/{name}: is not what the review gives."


def _history(folder: ReviewFolder) -> Iterator[str]:
    """Hold the history against the hashes that released versions keep of it."""
    for version in versions.released(folder):
        for path, digest in version.inputs.items():
            if path not in version.kept:
                if not folder.has(path):
                    yield f"{path}: version {version.label} rests on it, and it is gone."
                elif folder.digest(path) != digest:
                    yield f"{path}: is not what version {version.label} rests on."


def _notes(folder: ReviewFolder, version: Version | None, tool: str, differences: Sequence[str]) -> Iterator[str]:
    before = version.tool if version else run.manifest(folder).tool
    if differences and before and before != tool:
        yield f"They were made by {before}, and this is {tool}: install that version to compare byte for byte."
    if differences and version is not None and version.environment != release.environment():
        yield f"The packages differ, too; versions/{version.label}/version.json lists those of the release."
