"""The released versions of a review: what each was, and whether the review as it stands still is one of them.

A version lies in versions/<label>/: version.json, what it had reached (reached.csv, included.csv), the files that
people had given as they stood then (given.zip), its report, and the hashes of all its outputs (outputs.json). It is
enough to make the version again, byte for byte, with the same version of the program.
"""

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import msgspec

from pipeline.prisma.versions import Baseline
from pipeline.records import tables
from pipeline.workflow import inputs, layouts
from pipeline.workflow.archives import Archive
from pipeline.workflow.folder import ReviewFolder

ROOM = "versions"
VERSION_FILE = "version.json"
REACHED, REACHED_COLUMNS = "reached.csv", ("record_id", "outcome")
INCLUDED, INCLUDED_COLUMNS = "included.csv", ("citation", "study")
GIVEN = "given.zip"
MADE = "outputs.json"
_PUT_BACK = "Put it back as git or your backup has it."
# What a stage depends on that counts against a version: not the report that was made of it.
FILES = (f"{ROOM}/*/{VERSION_FILE}", f"{ROOM}/*/{REACHED}", f"{ROOM}/*/{INCLUDED}")


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """One released version.

    Attributes:
        layout: version of this layout.
        number: 1 for the first, and so on: the order of versions.
        label: how people call it ("2.0").
        date: the day of the release.
        note: what the person who released it said of it.
        previous: label of the version before; empty for the first.
        tool: the program and its version.
        environment: Python and the packages that the program rests on, with their versions.
        runs: the search runs that it rests on, by their folders.
        events: how many events of the ledger it rests on.
        unfinished: what was not finished when it was released, a sentence each; empty if nothing was.
        kept: by path, the version in whose given.zip the content of a given file lies; exports are never edited and
            stay where they are.
        inputs: sha256 of every given and history file, by path.
    """

    layout: int = 1
    number: int
    label: str
    date: str
    note: str
    previous: str = ""
    tool: str = ""
    environment: dict[str, str] = {}
    runs: tuple[str, ...] = ()
    events: int = 0
    unfinished: tuple[str, ...] = ()
    kept: dict[str, str] = {}
    inputs: dict[str, str] = {}

    @property
    def title(self) -> str:
        """Name the version in a sentence."""
        return f"version {self.label}, {self.date}"


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What a version consists of, by sha256: its outputs by path below outputs/, its other files by their names."""

    layout: int = 1
    outputs: dict[str, str]
    files: dict[str, str] = {}


def place(label: str, name: str) -> str:
    """Name a file of a version."""
    return f"{ROOM}/{label}/{name}"


def released(folder: ReviewFolder) -> tuple[Version, ...]:
    """List the released versions, the oldest first.

    Raises:
        FormatError: a version.json is damaged.
    """
    found = [
        layouts.read(folder.read(path), Version, name="version", file=path)
        for path in folder.list(f"{ROOM}/*/{VERSION_FILE}")
    ]
    return tuple(sorted(found, key=lambda version: version.number))


def current(folder: ReviewFolder, protocol: Any, known: Sequence[Version]) -> Version | None:  # noqa: ANN401
    """Return the version that the review is as it stands; None if anything changed since the last one, or none is."""
    if known and inputs.digests(folder, protocol) == known[-1].inputs:
        return known[-1]
    return None


def before(folder: ReviewFolder, protocol: Any) -> Version | None:  # noqa: ANN401
    """Return the version that a report compares with: the last, or the one before while nothing has changed since."""
    known = released(folder)
    if current(folder, protocol, known):
        known = known[:-1]
    return known[-1] if known else None


def baseline(folder: ReviewFolder, version: Version) -> Baseline:
    """Read what a version had reached."""
    outcomes = _pairs(folder, place(version.label, REACHED), REACHED_COLUMNS)
    reports = _pairs(folder, place(version.label, INCLUDED), INCLUDED_COLUMNS)
    return Baseline(label=version.title, outcomes=outcomes, reports=reports)


def _pairs(folder: ReviewFolder, path: str, columns: tuple[str, str]) -> dict[str, str]:
    table = tables.read(folder.read(path), file=path, expected=columns, own=True)
    return {row[columns[0]]: row[columns[1]] for row in table.rows}


def made(folder: ReviewFolder, version: Version) -> Made:
    """Read the hashes of the outputs of a version, and of its files."""
    path = place(version.label, MADE)
    return layouts.read(folder.read(path), Made, name="list of outputs", file=path)


def given(folder: ReviewFolder, version: Version) -> dict[str, bytes]:
    """Unpack the given files of a version, by path.

    Raises:
        FormatError: an archive is damaged, or a file in it is not what was packed.
    """
    paths = {label: place(label, GIVEN) for label in sorted({*version.kept.values()})}
    archives = {label: Archive(folder.read(path), file=path, remedy=_PUT_BACK) for label, path in paths.items()}
    unpacked = {}
    for path, label in version.kept.items():
        unpacked[path] = archives[label].read(path)
        if hashlib.sha256(unpacked[path]).hexdigest() != version.inputs.get(path, ""):
            raise archives[label].fault(f"{path!r} in this archive is not what was packed")
    return unpacked


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack files into an archive that is the same whenever and wherever it is made."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[path])
    return target.getvalue()
