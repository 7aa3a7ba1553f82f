"""Review folders for the tests of the shell: the example, small ones, and a clock that stands still."""

import shutil
from datetime import UTC, datetime

import pytest

from pipeline.workflow import protocol, run
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.stages import STAGES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GIVEN = ("workflow.yaml", "queries", "screening", "deduplication", "extraction")


@pytest.fixture
def example(root, tmp_path):
    """A copy of the review of this repository: what people gave and its history, without its outputs."""
    target = tmp_path / "example"
    target.mkdir()
    for name in GIVEN:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        elif source.is_file():
            shutil.copy(source, target / name)
    return target


@pytest.fixture
def bring_up_to_date():
    """Run every stage of a review, offline unless a client is given, and return what each said."""

    def call(root, *, client=None, now=NOW):
        folder = ReviewFolder(root)
        work = run.Work(
            folder=folder,
            protocol=protocol.load(folder),
            now=now,
            tool="living-review test",
            progress=lambda done, total, what: None,
            options={"client": client} if client else {},
        )
        with folder.locked():
            return {result.stage.name: result for result in run.run(STAGES, work, tell=lambda _: None)}

    return call


@pytest.fixture
def files_of():
    """Read every file below a folder, by path; locks apart."""

    def read(root):
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.name != ".living-review.lock"
        }

    return read
