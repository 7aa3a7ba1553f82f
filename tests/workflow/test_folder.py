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


def test_a_killed_run_frees_the_lock_and_its_unfinished_file_is_cleared(folder):
    program = (
        "import os, signal, pathlib, sys\n"
        "from pipeline.workflow.folder import ReviewFolder\n"
        "from pipeline.workflow import files\n"
        "with ReviewFolder(pathlib.Path(sys.argv[1])).locked():\n"
        "    files.os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    files.write(pathlib.Path(sys.argv[1]) / 'outputs/a.txt', b'half')\n"
    )
    folder.derive("a.txt", b"whole")
    ended = subprocess.run([sys.executable, "-c", program, str(folder.root)], check=False)
    assert ended.returncode == -9
    assert len(list((folder.root / "outputs").iterdir())) == 2
    with folder.locked():
        assert [path.name for path in (folder.root / "outputs").iterdir()] == ["a.txt"]
    assert folder.read("outputs/a.txt") == b"whole"


def test_a_full_disk_is_one_sentence_and_leaves_the_old_file(folder, monkeypatch):
    folder.derive("a.txt", b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(ReviewError, match=r"outputs/a\.txt: cannot be written \(No space left on device\)"):
        folder.derive("a.txt", b"new")
    assert folder.read("outputs/a.txt") == b"old"
    assert [path.name for path in (folder.root / "outputs").iterdir()] == ["a.txt"]


def test_a_missing_file_and_a_file_that_is_no_text_are_one_sentence(folder):
    with pytest.raises(ReviewError, match=r"^queries/x\.txt: cannot be read \(No such file or directory\)\."):
        folder.read("queries/x.txt")
    (folder.root / "x.txt").write_bytes(b"a\nb\xff")
    with pytest.raises(
        ReviewError, match=r"^x\.txt, line 2: the byte b'\\xff' is not UTF-8\. Save the file as UTF-8\.$"
    ):
        folder.text("x.txt")
