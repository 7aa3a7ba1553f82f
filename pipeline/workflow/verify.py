"""Does the review add up: everything is made again from what people gave and from the history, and compared."""

import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import zip_longest
from pathlib import Path

from pipeline.errors import Fault, ProtocolError, did_you_mean
from pipeline.workflow import files, history, inputs, packages, protocol, release, run, versions
from pipeline.workflow.account import counted
from pipeline.workflow.folder import OUTPUTS, PROTOCOL, ReviewFolder
from pipeline.workflow.run import Progress, Stage, Work
from pipeline.workflow.versions import Version

_PUT_BACK = "It is history: put it back as git or your backup has it."
_BEHIND = "'living-review run' brings them up to date."
_NAMED = 5  # missing outputs that are named
_AROUND = 30  # letters shown on either side of the first difference


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
        made = _outputs(copy)
        stands = versions.made(folder, version).outputs if version else _outputs(folder)
        broken = dict(_history(folder))
        if version:
            differing = tuple(_differing(stands, made, lambda _: ""))
        else:
            differing = tuple(_compare(stages, replace(work, folder=folder), copy, told=broken))
        added = _added({*inputs.given(copy, work.protocol), *inputs.history(copy)} - sources)
    differences = (*broken.values(), *added, *differing)
    notes = (*_notes(folder, version, tool, differences), *(() if version else _away(stands, made)))
    return Verdict(compared=len(made.keys() & stands), differences=differences, notes=notes)


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


def _outputs(folder: ReviewFolder) -> Mapping[str, str]:
    return {path.removeprefix(f"{OUTPUTS}/"): folder.digest(path) for path in release.outputs(folder)}


def _compare(stages: Sequence[Stage], work: Work, copy: ReviewFolder, *, told: Collection[str]) -> Iterator[str]:
    """Compare the outputs that stand with those of the copy; what explains that they differ comes first."""
    folder = work.folder
    moved = tuple(_moved(stages, work, told))
    yield from moved
    stands, manifest = _outputs(folder), f"{OUTPUTS}/{run.MANIFEST}"
    made = {name: digest for name, digest in _outputs(copy).items() if name in stands}

    def where(path: str) -> str:
        with folder.stream(path) as stands, copy.stream(path) as made:
            return _where(stands, made)

    yield from _differing(stands, made, where)
    if stands == made and not moved and not told and folder.has(manifest):
        yield from _differing({run.MANIFEST: folder.digest(manifest)}, {run.MANIFEST: copy.digest(manifest)}, where)


def _moved(stages: Sequence[Stage], work: Work, told: Collection[str]) -> Iterator[str]:
    """Name what is not as it was when the outputs were made, but for files of which more is told already."""
    sections = run.resettled(stages, work)
    if sections:
        yield f"{PROTOCOL}: changed under {', '.join(sections)} since the outputs were made; {_BEHIND}"
    for path, how in run.moved(stages, work).items():
        if path in told or (path == PROTOCOL and sections):
            continue
        was = "changed" if how == "changed" else f"is {how}"
        if inputs.is_history(path) and how != "new":
            yield f"{path}: {was} since the outputs were made. {_PUT_BACK}"
        else:
            yield f"{path}: {was} since the outputs were made; {_BEHIND}"


def _added(added: Collection[str]) -> Iterator[str]:
    """Say what a run would add to the review: it is behind what people did."""
    for path in sorted(added):
        yield f"{path}: would be made by 'living-review run'; the review is not up to date."


def _differing(stands: Mapping[str, str], made: Mapping[str, str], where: Callable[[str], str]) -> Iterator[str]:
    for name in sorted({*stands, *made}):
        path = f"{OUTPUTS}/{name}"
        if name not in made:
            yield f"{path}: stands there, and nothing makes it."
        elif name not in stands:
            yield f"{path}: is missing."
        elif stands[name] != made[name]:
            yield f"{path}: is not what the review gives{where(path)}."


def _where(stands: Iterable[bytes], made: Iterable[bytes]) -> str:
    r"""Say at which line two files first differ, and in what if that is text.

    >>> _where([b"one\n", b"two"], [b"one\n", b"too"]), _where([b"one"], [b"one\n", b"two"])
    (" (line 2: 'two' for 'too')", " (line 2: nothing for 'two')")
    >>> _where([b"a\n", b"\xffa"], [b"a\n", b"\xffb"]), _where([b"one\r\n"], [b"one\n"])
    (' (from byte 4 on)', ' (in the ends of lines alone)')
    """
    passed = 0
    for number, (line, should) in enumerate(zip_longest(stands, made, fillvalue=b""), start=1):
        if line.rstrip(b"\r\n") != should.rstrip(b"\r\n"):
            try:
                texts = [each.decode().rstrip("\r\n") for each in (line, should)]
            except UnicodeDecodeError:
                return f" (from byte {passed + _first(line, should) + 1:,} on)"
            return f" (line {number:,}: {_excerpt(*texts)} for {_excerpt(*reversed(texts))})"
        passed += len(line)
    return " (in the ends of lines alone)"


def _first(one: str | bytes, other: str | bytes) -> int:
    """Return the place at which two texts first differ."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))


def _excerpt(line: str, other: str) -> str:
    """Show a line around the first letter in which it differs from another."""
    if not line:
        return "nothing"
    first = _first(line, other)
    shown = line[max(first - _AROUND, 0) : first + _AROUND]
    return repr("…" * (first > _AROUND) + shown + "…" * (first + _AROUND < len(line)))


def _history(folder: ReviewFolder) -> Iterator[tuple[str, str]]:
    """Hold the history against the hashes that released versions keep of it, and their files against their own."""
    for version in versions.released(folder):
        rests = {path: digest for path, digest in version.inputs.items() if path not in version.kept}
        frozen = versions.made(folder, version).files
        rests |= {versions.place(version.label, name): digest for name, digest in frozen.items()}
        for path, digest in rests.items():
            if not folder.has(path):
                yield path, f"{path}: version {version.label} rests on it, and it is gone. {_PUT_BACK}"
            elif folder.digest(path) != digest:
                yield path, f"{path}: is not what version {version.label} rests on. {_PUT_BACK}"


def _away(stands: Mapping[str, str], made: Mapping[str, str]) -> Iterator[str]:
    """Say which outputs do not stand there: they may be deleted, and git may not keep them."""
    away = sorted(made.keys() - stands)
    if away:
        named = ", ".join(f"{OUTPUTS}/{name}" for name in away[:_NAMED]) + (", ..." if len(away) > _NAMED else "")
        yield f"{counted(len(away), 'output')} not there; 'living-review run' makes what is missing: {named}."


def _notes(folder: ReviewFolder, version: Version | None, tool: str, differences: Sequence[str]) -> Iterator[str]:
    before = version.tool if version else run.manifest(folder).tool
    if differences and before and before != tool:
        yield f"They were made by {before}, and this is {tool}: install that version to compare byte for byte."
    if differences and version is not None and version.environment != packages.environment():
        yield f"The packages differ, too; versions/{version.label}/version.json lists those of the release."
