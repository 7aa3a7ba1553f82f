import errno
import hashlib
import os
import stat
import sys

import msgspec
import pytest
from filelock import FileLock

from pipeline.errors import LockError, ProtocolError, ReviewError
from pipeline.workflow import files
from pipeline.workflow.folder import LOCK, MOVES, STAGED, ReviewFolder
from tests.workflow import disk


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "workflow.yaml").write_text("schema: 1\n")
    return ReviewFolder(tmp_path)


def test_a_folder_without_a_workflow_is_no_review_folder(tmp_path):
    with pytest.raises(ProtocolError, match=r"there is no workflow\.yaml in .* 'living-review init DIR'\.$"):
        ReviewFolder(tmp_path)


@pytest.mark.parametrize("path", ["a\0b", "a/" + "b" * 256, "queries/" + "ä" * 128])
def test_a_path_that_no_disk_takes_is_one_sentence(folder, path):
    with pytest.raises(ProtocolError, match=r"cannot be the path of a file; accepted: names of up to 255 bytes"):
        folder.has(path)


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


@pytest.mark.skipif(sys.platform == "win32", reason="open files cannot be moved there")
def test_whenever_it_ends_a_transaction_has_happened_or_not_once_the_next_run_begins(folder, tmp_path_factory):
    folder.derive("a.txt", b"old a")
    folder.derive("gone.txt", b"old")
    old = disk.tree(folder.root)
    with disk.watching(folder.root) as seen, folder.locked(), folder.transaction():
        folder.derive("a.txt", b"new a")
        folder.create("screening/b.csv", b"new b")
        folder.drop("gone.txt")
    new = disk.tree(folder.root)
    assert new == {"workflow.yaml": b"schema: 1\n", "outputs/a.txt": b"new a", "screening/b.csv": b"new b"}
    outcomes = []
    for state in seen.kills + seen.strict + seen.loose:
        left = ReviewFolder(disk.lay_out(tmp_path_factory.mktemp("left"), state))
        with left.locked():
            outcomes.append(disk.tree(left.root))
    assert [outcome for outcome in outcomes if outcome not in (old, new)] == []
    assert old in outcomes
    assert new in outcomes


def broken_off(folder, moves, **staged):
    """Leave what a run leaves that is killed among its last writes."""
    room = folder.root / STAGED
    room.mkdir()
    for name, text in staged.items():
        (room / name.removeprefix("n")).write_text(text)
    (room / MOVES).write_bytes(msgspec.json.encode({"layout": 1, "moves": moves}))


@pytest.mark.parametrize("read", [ReviewFolder.read, ReviewFolder.stream])
def test_outputs_are_not_read_while_they_are_half_old_and_half_new(folder, read):
    folder.derive("a.txt", b"old")
    broken_off(folder, {"outputs/a.txt": "0"}, n0="new")
    with pytest.raises(ReviewError) as caught:
        read(folder, "outputs/a.txt")
    assert str(caught.value) == (
        "a run is at its last writes, or was broken off among them, so that outputs/ is half old, half new. "
        "Run 'living-review run': it finishes them."
    )
    with folder.locked():
        assert folder.read("outputs/a.txt") == b"new"


def test_what_a_person_put_at_the_place_of_a_new_file_is_never_overwritten(folder):
    def write():
        with folder.transaction():
            folder.create("screening/a.csv", b"the program's")
            (folder.root / "screening").mkdir()
            (folder.root / "screening/a.csv").write_bytes(b"a person's")

    says = r"^screening/a\.csv: exists already and is not the program's to change\. Move it away, then run again\.$"
    with pytest.raises(ReviewError, match=says):
        write()
    broken_off(folder, {"screening/a.csv": "0"}, n0="the program's")
    with pytest.raises(ReviewError, match=says), folder.locked():
        pass
    assert folder.read("screening/a.csv") == b"a person's"
    (folder.root / "screening/a.csv").rename(folder.root / "screening/mine.csv")
    with folder.locked():
        assert folder.read("screening/a.csv") == b"the program's"


@pytest.mark.parametrize(
    ("moves", "says"),
    [
        (
            {"report/key": "../../key"},
            "this list moves '../../key' to 'report/key', and no run of this program does so",
        ),
        ({"workflow.yaml": ""}, "this list moves '' to 'workflow.yaml', and no run of this program does so"),
        ({"../x": "0"}, "the path '../x' leads out of the review folder"),
        ({"workflow.yaml": "0"}, "workflow.yaml: exists already and is not the program's to change"),
    ],
)
def test_a_list_of_moves_that_somebody_sent_moves_nothing_out_in_or_over(tmp_path, moves, says):
    (tmp_path / "key").write_text("secret")
    (tmp_path / "review").mkdir()
    (tmp_path / "review" / "workflow.yaml").write_text("schema: 1\n")
    folder = ReviewFolder(tmp_path / "review")
    broken_off(folder, moves, n0="hostile")
    with pytest.raises(ReviewError) as caught, folder.locked():
        pass
    assert says in str(caught.value)
    assert (tmp_path / "key").read_text() == "secret"
    assert folder.read("workflow.yaml") == b"schema: 1\n"
    assert not (tmp_path / "x").exists()


def test_a_list_of_moves_that_is_damaged_or_of_a_newer_program_is_told_with_what_to_do(folder):
    folder.derive("a.txt", b"old")
    broken_off(folder, {})
    for data, says in (
        (b"{", "Delete the folder .living-review.staged, then run again: what people gave is not in it, the rest is"),
        (b'{"layout": 2}', "a newer version of living-review wrote this list of moves (layout 2, and 1 is known)."),
    ):
        (folder.root / STAGED / MOVES).write_bytes(data)
        with pytest.raises(ReviewError) as caught, folder.locked():
            pass
        assert says in str(caught.value)
    assert (folder.root / "outputs/a.txt").read_bytes() == b"old"


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights there")
@pytest.mark.parametrize("name", [LOCK, STAGED])
def test_a_link_where_the_program_writes_its_own_files_is_refused(folder, tmp_path_factory, name):
    target = tmp_path_factory.mktemp("outside") / "notes"
    target.write_text("not to be emptied")
    (folder.root / name).symlink_to(target if name == LOCK else target.parent)
    with (
        pytest.raises(ProtocolError, match=rf"^{name}: is a link, and the program writes its own files here\."),
        folder.locked(),
    ):
        pass
    assert target.read_text() == "not to be emptied"


def test_an_error_of_the_disk_in_a_run_is_not_taken_for_one_of_the_lock(folder):
    with pytest.raises(OSError, match=r"^of a stage$"), folder.locked():
        raise OSError("of a stage")
    with folder.locked():
        pass


def test_a_folder_that_cannot_be_written_is_told_once_before_anything_is_moved(folder, monkeypatch):
    folder.derive("a.txt", b"old")
    closed, access = folder.root / "outputs", os.access
    monkeypatch.setattr(os, "access", lambda place, mode: place != closed and access(place, mode))

    def write():
        with folder.transaction():
            folder.create("screening/a.csv", b"new")
            folder.derive("a.txt", b"new")
            folder.derive("b.txt", b"new")

    with pytest.raises(ReviewError) as caught:
        write()
    assert str(caught.value) == (
        "outputs: is a folder in which nothing can be written. Make it writable, then run again."
    )
    assert folder.read("outputs/a.txt") == b"old"
    assert not folder.has("screening/a.csv")


def test_a_folder_that_cannot_be_looked_into_is_told_since_its_files_would_be_missed(folder, monkeypatch):
    (folder.root / "screening/full-text/anna").mkdir(parents=True)
    scandir = os.scandir

    def refuse(place):
        if str(place).endswith("anna"):
            raise PermissionError(13, "Permission denied", str(place))
        return scandir(place)

    monkeypatch.setattr(os, "scandir", refuse)
    says = r"^screening/full-text/anna: cannot be read \(Permission denied\)\. Close it in the program that has it open"
    with pytest.raises(ReviewError, match=says), folder.locked():
        pass


def test_a_disk_that_knows_no_lock_is_one_sentence(folder, monkeypatch):
    def refuse(*_, **__):
        raise NotImplementedError("no flock here")

    monkeypatch.setattr(FileLock, "acquire", refuse)
    says = r"the folder cannot be locked \(no flock here\)\. Make the folder writable, or put it on a disk that knows"
    with pytest.raises(ReviewError, match=says), folder.locked():
        pass


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


@pytest.mark.skipif(sys.platform != "linux", reason="there is no file that is always full")
def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(folder, monkeypatch):
    folder.derive("a.txt", b"old")
    opened = files.Path.open
    monkeypatch.setattr(
        files.Path, "open", lambda self, mode: opened(files.Path("/dev/full") if "w" in mode else self, mode)
    )
    with pytest.raises(ReviewError) as caught:
        folder.derive("a.txt", b"new")
    assert str(caught.value) == (
        "outputs/a.txt: cannot be written (No space left on device). Free some space or make the folder writable, "
        "then run again. What was there before is unharmed."
    )
    monkeypatch.undo()
    assert folder.read("outputs/a.txt") == b"old"
    assert [path.name for path in (folder.root / "outputs").iterdir()] == ["a.txt"]


def test_a_disk_that_knows_no_flush_of_a_folder_is_written_to_all_the_same(folder, monkeypatch):
    flush = os.fsync

    def refuse(handle):
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        flush(handle)

    monkeypatch.setattr(os, "fsync", refuse)
    folder.derive("a.txt", b"new")
    assert folder.read("outputs/a.txt") == b"new"


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
    assert (folder.root / "outputs/a.csv").read_bytes() == b"old"
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


def test_marks_of_a_merge_conflict_in_a_text_are_told_and_a_markdown_heading_is_none(folder):
    (folder.root / "x.md").write_text("Summary\n=======\nWords.\n")
    assert folder.text("x.md") == "Summary\n=======\nWords.\n"
    (folder.root / "q.txt").write_text("liver\n<<<<<<< HEAD\nAND a\n=======\nAND b\n>>>>>>> other\n")
    with pytest.raises(ReviewError, match=r"^q\.txt, line 2: the marks of a git merge conflict stand here \('<{7}'\)"):
        folder.text("q.txt")
