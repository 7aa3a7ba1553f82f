import hashlib
import os
import subprocess
import sys

import pytest

from pipeline.errors import LockError, ProtocolError, ReviewError
from pipeline.workflow import files
from pipeline.workflow.folder import ReviewFolder


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "workflow.yaml").write_text("schema: 1\n")
    return ReviewFolder(tmp_path)


def test_a_folder_without_a_workflow_is_no_review_folder(tmp_path):
    with pytest.raises(ProtocolError, match=r"there is no workflow\.yaml in .* 'living-review init DIR'\.$"):
        ReviewFolder(tmp_path)


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../../x", "..\\x", "C:\\x", "link/x", ""])
def test_no_path_leads_out_of_the_folder(folder, tmp_path_factory, path):
    (folder.root / "link").symlink_to(tmp_path_factory.mktemp("outside"))
    with pytest.raises(ProtocolError, match="leads out of the review folder"):
        folder.path(path)


def test_a_file_is_created_once(folder):
    folder.create("screening/a.csv", b"1")
    with pytest.raises(ReviewError, match=r"^screening/a\.csv: exists already and is not the program's to change\."):
        folder.create("screening/a.csv", b"2")
    assert folder.read("screening/a.csv") == b"1"


def test_a_derived_file_is_written_only_if_its_bytes_change(folder):
    folder.derive("a.txt", b"1")
    place = folder.root / "outputs/a.txt"
    os.utime(place, (1, 1))
    folder.derive("a.txt", b"1")
    assert place.stat().st_mtime == 1
    folder.derive("a.txt", b"2")
    assert place.read_bytes() == b"2"


def test_what_an_open_spreadsheet_leaves_beside_a_file_is_no_file(folder):
    for name in ("a.csv", ".~lock.a.csv#", "~$a.csv", ".DS_Store", "b.csv"):
        (folder.root / "screening").mkdir(exist_ok=True)
        (folder.root / "screening" / name).write_text("x")
    assert folder.list("screening/*") == ("screening/a.csv", "screening/b.csv")


def test_two_runs_do_not_meet(folder):
    with folder.locked(), pytest.raises(LockError, match="another run is at work"), ReviewFolder(folder.root).locked():
        pass
    with folder.locked():
        pass


KILLED = """
import os, pathlib, signal, sys
from pipeline.workflow import files
from pipeline.workflow.folder import ReviewFolder

root, last = pathlib.Path(sys.argv[1]), int(sys.argv[2])
calls = 0


def counted(original):
    def call(*arguments):
        global calls
        calls += 1
        if calls == last:
            os.kill(os.getpid(), signal.SIGKILL)
        return original(*arguments)

    return call


files.os.replace, files.os.fsync = counted(os.replace), counted(os.fsync)
folder = ReviewFolder(root)
with folder.locked(), folder.transaction():
    folder.derive("a.txt", b"new a")
    folder.create("screening/b.csv", b"new b")
    folder.drop("gone.txt")
print("done")
"""


def state(folder):
    return {
        path.relative_to(folder.root).as_posix(): path.read_bytes()
        for path in folder.root.rglob("*.*")
        if path.is_file()
    }


def test_kill_9_at_any_write_leaves_the_old_state_or_the_new_one_after_the_next_lock(tmp_path_factory):
    states = set()
    for last in range(1, 40):
        root = tmp_path_factory.mktemp("review")
        (root / "workflow.yaml").write_text("schema: 1\n")
        folder = ReviewFolder(root)
        folder.derive("a.txt", b"old a")
        folder.derive("gone.txt", b"old")
        old = state(folder)
        ended = subprocess.run([sys.executable, "-c", KILLED, str(root), str(last)], check=False, capture_output=True)
        with folder.locked():
            pass
        found = state(folder)
        found.pop(".living-review.lock", None)
        new = {"workflow.yaml": b"schema: 1\n", "outputs/a.txt": b"new a", "screening/b.csv": b"new b"}
        assert found in (old, new)
        states.add("new" if found == new else "old")
        if ended.stdout == b"done\n":
            assert found == new
            break
        assert ended.returncode == -9
    else:
        pytest.fail("the program never came to its end")
    assert states == {"old", "new"}
    assert last > 8


def test_what_is_staged_can_be_read_and_listed_before_it_is_in_its_place(folder):
    folder.derive("old.csv", b"1")
    with folder.transaction():
        folder.derive("a/new.csv", iter([b"1", b"2"]))
        folder.drop("old.csv")
        assert folder.read("outputs/a/new.csv") == b"12"
        assert folder.digest("outputs/a/new.csv") == hashlib.sha256(b"12").hexdigest()
        assert folder.list("outputs/**/*.csv") == ("outputs/a/new.csv",)
        assert not folder.has("outputs/old.csv")
        assert (folder.root / "outputs/old.csv").exists()
        assert not (folder.root / "outputs/a").exists()
    assert folder.list("outputs/**/*.csv") == ("outputs/a/new.csv",)
    assert not (folder.root / "outputs/old.csv").exists()


def test_history_that_was_paid_for_is_kept_even_if_the_run_fails(folder):
    def fetch_and_fail():
        with folder.transaction():
            folder.keep("queries/runs/x/page.xml", b"1")
            folder.create("screening/a.csv", b"1")
            raise ReviewError("no")

    with pytest.raises(ReviewError, match="no"):
        fetch_and_fail()
    assert folder.has("queries/runs/x/page.xml")
    assert not folder.has("screening/a.csv")


def test_a_folder_with_the_name_of_a_table_is_refused_since_its_rows_would_be_missed(folder):
    (folder.root / "extraction" / "studies.csv").mkdir(parents=True)
    with pytest.raises(ReviewError) as caught:
        folder.list("extraction/*")
    assert str(caught.value) == (
        "extraction/studies.csv: is a folder, and a file is expected here. Put the file there, or give the folder "
        "another name."
    )


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda root: (root / "outputs/a.txt").mkdir(parents=True), "outputs/a.txt: is a folder, and a file is to be"),
        (lambda root: (root / "outputs").write_text("x"), "outputs: is a file, and a folder is to be made here"),
    ],
)
def test_what_stands_in_the_way_of_a_run_is_told_once_before_anything_is_written(folder, spoil, says):
    spoil(folder.root)
    before = sorted(folder.root.rglob("*"))

    def write():
        with folder.transaction():
            folder.derive("a.txt", b"one")
            folder.derive("b.txt", b"two")

    with pytest.raises(ReviewError) as caught:
        write()
    assert len(caught.value.faults) == 1
    assert str(caught.value).startswith(says)
    assert sorted(folder.root.rglob("*")) == before


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(folder, monkeypatch):
    folder.derive("a.txt", b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(ReviewError, match=r"outputs/a\.txt: cannot be written \(No space left on device\)"):
        folder.derive("a.txt", b"new")
    assert folder.read("outputs/a.txt") == b"old"
    assert [path.name for path in (folder.root / "outputs").iterdir()] == ["a.txt"]


def test_a_file_that_another_program_holds_open_is_named_and_the_next_run_finishes(folder, monkeypatch):
    folder.derive("a.csv", b"old")
    replace = files.os.replace

    def held(source, target):
        if str(target).endswith("a.csv"):
            raise PermissionError(13, "Permission denied")
        replace(source, target)

    def write_both():
        with folder.transaction():
            folder.derive("a.csv", b"new")
            folder.derive("b.csv", b"beside it")

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "replace", held)
        with pytest.raises(ReviewError) as caught:
            write_both()
    assert str(caught.value) == (
        "outputs/a.csv: cannot be written (Permission denied). Close it in the program that has it open, or make its "
        "folder writable; then run again. What was there before is unharmed."
    )
    assert folder.read("outputs/a.csv") == b"old"
    with ReviewFolder(folder.root).locked():
        pass
    assert (folder.read("outputs/a.csv"), folder.read("outputs/b.csv")) == (b"new", b"beside it")


def test_a_value_is_made_again_only_if_a_file_of_it_or_its_settings_change(folder):
    made = []

    def make():
        made.append(folder.read("outputs/a.csv"))
        return len(made)

    settings = object()
    folder.derive("a.csv", b"1")
    assert [folder.value("n", ["outputs/a.csv"], settings, make) for _ in range(3)] == [1, 1, 1]
    folder.derive("a.csv", b"2")
    assert folder.value("n", ["outputs/a.csv"], settings, make) == 2
    assert folder.value("n", ["outputs/a.csv"], object(), make) == 3
    assert made == [b"1", b"2", b"2"]


def test_a_missing_file_and_a_file_that_is_no_text_are_one_sentence(folder):
    with pytest.raises(ReviewError, match=r"^queries/x\.txt: cannot be read \(No such file or directory\)\."):
        folder.read("queries/x.txt")
    (folder.root / "x.txt").write_bytes(b"a\nb\xff")
    with pytest.raises(
        ReviewError, match=r"^x\.txt, line 2: the byte b'\\xff' is not UTF-8\. Save the file as UTF-8\.$"
    ):
        folder.text("x.txt")
