from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from pipeline.errors import FormError
from pipeline.workflow import run
from pipeline.workflow.account import Account
from pipeline.workflow.folder import ReviewFolder
from pipeline.workflow.run import Stage, Work

NOW = datetime(2026, 11, 22, tzinfo=UTC)


@dataclass(frozen=True)
class Settings:
    words: str = "some"
    more: str = ""
    other: str = ""


@pytest.fixture
def work(tmp_path):
    (tmp_path / "workflow.yaml").write_text("")
    (tmp_path / "in.txt").write_text("a")

    def make(settings=Settings()):
        return Work(folder=ReviewFolder(tmp_path), protocol=settings, now=NOW, tool="t", progress=lambda *_: None)

    return make


def copying(source, target):
    def copy(work):
        work.folder.derive(target, work.folder.read(source))
        return Account(did=(f"copied {source}",))

    return copy


STAGES = (
    Stage(
        name="second",
        title="",
        after=("first",),
        reads=("outputs/one.txt",),
        writes=("two.txt",),
        run=copying("outputs/one.txt", "two.txt"),
    ),
    Stage(
        name="first",
        title="",
        reads=("in.txt",),
        settings=("words", "more"),
        writes=("one.txt",),
        run=copying("in.txt", "one.txt"),
    ),
)


def reasons(work, stages=STAGES):
    return {result.stage.name: result.because for result in run.run(stages, work, tell=lambda _: None)}


def test_stages_run_in_the_order_of_their_needs_and_then_not_again(work):
    assert reasons(work()) == {"first": "it has not run yet", "second": "it has not run yet"}
    assert reasons(work()) == {"first": "", "second": ""}


def test_a_skipped_stage_gives_the_account_of_its_last_run(work):
    reasons(work())
    results = run.run(STAGES, work(), tell=lambda _: None)
    assert [result.account.did for result in results] == [("copied in.txt",), ("copied outputs/one.txt",)]


def test_only_what_depends_on_a_change_runs_again(work, tmp_path):
    reasons(work())
    (tmp_path / "in.txt").write_text("b")
    assert reasons(work()) == {"first": "in.txt changed", "second": "outputs/one.txt changed"}
    assert (tmp_path / "outputs/two.txt").read_text() == "b"


def test_a_setting_that_a_stage_obeys_makes_it_stale_and_no_other(work):
    reasons(work())
    assert reasons(work(Settings(other="x"))) == {"first": "", "second": ""}
    assert reasons(work(Settings(words="x"))) == {"first": "workflow.yaml changed (words)", "second": ""}


def test_a_derived_file_that_somebody_edited_is_made_again(work, tmp_path):
    reasons(work())
    (tmp_path / "outputs/two.txt").write_text("edited")
    assert reasons(work()) == {"first": "", "second": "outputs/two.txt changed since it was written"}
    assert (tmp_path / "outputs/two.txt").read_text() == "a"


def test_outputs_that_were_deleted_come_back_byte_for_byte(work, tmp_path):
    reasons(work())
    before = {path.name: path.read_bytes() for path in (tmp_path / "outputs").iterdir()}
    for path in (tmp_path / "outputs").iterdir():
        path.unlink()
    reasons(work())
    assert {path.name: path.read_bytes() for path in (tmp_path / "outputs").iterdir()} == before


def test_a_new_version_of_the_program_trusts_no_old_file(work, monkeypatch):
    reasons(work())
    monkeypatch.setattr(run, "code_digest", lambda: "another")
    assert reasons(work()) == {"first": "the program changed", "second": "the program changed"}


def test_a_run_that_fails_changes_nothing(work, tmp_path):
    reasons(work())
    (tmp_path / "in.txt").write_text("b")
    before = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def fail(_):
        raise FormError("no")

    with pytest.raises(FormError):
        reasons(work(), (Stage(name="second", title="", after=("first",), run=fail), STAGES[1]))
    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    assert reasons(work()) == {"first": "in.txt changed", "second": "outputs/one.txt changed"}


def test_a_derived_file_that_is_no_longer_made_goes(work, tmp_path):
    def once(work):
        if not (tmp_path / "stop").exists():
            work.folder.derive("one.txt", b"1")
        return Account()

    stage = Stage(name="only", title="", reads=("stop",), writes=("*.txt",), run=once)
    reasons(work(), (stage,))
    (tmp_path / "stop").touch()
    reasons(work(), (stage,))
    assert not (tmp_path / "outputs/one.txt").exists()


@pytest.mark.parametrize("damage", [b"", b"{", b'{"schema": 99}', b"\xff"])
def test_a_damaged_manifest_is_as_good_as_none(work, tmp_path, damage):
    reasons(work())
    (tmp_path / "outputs/manifest.json").write_bytes(damage)
    (tmp_path / "outputs/.code.json").write_bytes(damage)
    assert reasons(work()) == {"first": "it has not run yet", "second": "it has not run yet"}


def test_stale_tells_without_running(work, tmp_path):
    assert run.stale(STAGES, work()) == {"first": "it has not run yet", "second": "it has not run yet"}
    assert not (tmp_path / "outputs").exists()
