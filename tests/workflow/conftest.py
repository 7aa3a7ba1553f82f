"""Review folders for the tests of the shell: the example, small ones, and a clock that stands still."""

import shutil
from datetime import UTC, datetime

import pytest

from pipeline.cli.run import tool
from pipeline.workflow import protocol, run
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.stages import STAGES

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
GIVEN = ("workflow.yaml", "queries", "screening", "deduplication", "extraction")


@pytest.fixture(scope="session")
def example_given(root, tmp_path_factory):
    """A copy of what people gave to the review of this repository, and of its history, without its outputs."""
    target = tmp_path_factory.mktemp("given")
    for name in GIVEN:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, target / name)
        elif source.is_file():
            shutil.copy(source, target / name)
    return target


@pytest.fixture(scope="session")
def example_ran(example_given, tmp_path_factory):
    """The example after one run; not to be changed."""
    target = tmp_path_factory.mktemp("ran") / "example"
    shutil.copytree(example_given, target)
    run_all(target)
    return target


@pytest.fixture
def example(example_given, tmp_path):
    """The example before its first run, to be changed at will."""
    return shutil.copytree(example_given, tmp_path / "example")


def run_all(root, *, client=None, now=NOW, until=STAGES[-1].name):
    """Run a review up to a stage, offline unless a client is given, and return what each stage said."""
    folder = ReviewFolder(root)
    work = run.Work(
        folder=folder,
        protocol=protocol.load(folder),
        now=now,
        tool=tool(),
        progress=lambda done, total, what: None,
        options={"client": client} if client else {},
    )
    stages = STAGES[: 1 + [stage.name for stage in STAGES].index(until)]
    with folder.locked():
        return {result.stage.name: result for result in run.run(stages, work, tell=lambda _: None)}


@pytest.fixture
def bring_up_to_date():
    """Run every stage of a review."""
    return run_all


@pytest.fixture(scope="session")
def files_of():
    """Read every file below a folder, by path; locks apart."""

    def read(root):
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and path.name != ".living-review.lock"
        }

    return read
