from pipeline.cli import main
from pipeline.errors import Fault, ReviewError
from pipeline.workflow import files


def test_a_worksheet_that_was_deleted_is_restored_once(review, capsys):
    sheet = review / "screening/title-abstract/anna/2026-01-01.csv"
    was = sheet.read_bytes()
    sheet.unlink()
    capsys.readouterr()
    assert main.run(["restore", str(review), "--reviewer", "ben"]) == 0
    assert capsys.readouterr().out == "No row is missing.\n"
    assert main.run(["restore", str(review)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Written: screening/title-abstract/anna/restored.csv",
        "2 rows restored. Look at what they say before the next run counts it.",
    ]
    assert sheet.with_name("restored.csv").read_bytes() == was
    assert main.run(["restore", str(review)]) == 0
    assert capsys.readouterr().out == "No row is missing.\n"


def test_a_reviewer_whom_the_review_does_not_have_is_refused(review, capsys):
    assert main.run(["restore", str(review), "--reviewer", "dora"]) == 2
    assert "'dora' is not accepted; accepted: anna, ben, arbiter." in capsys.readouterr().err


def test_where_the_disk_is_full_no_worksheet_is_restored_rather_than_some(review, capsys, monkeypatch):
    for name in ("anna", "ben"):
        (review / f"screening/title-abstract/{name}/2026-01-01.csv").unlink()
    prepare = files.prepare

    def full(path, pieces, *, known_as):
        if "/ben/" in known_as:
            raise ReviewError(Fault(what="cannot be written (No space left on device)", file=known_as))
        prepare(path, pieces, known_as=known_as)

    monkeypatch.setattr(files, "prepare", full)
    capsys.readouterr()
    assert main.run(["restore", str(review)]) == 2
    assert capsys.readouterr().out == ""
    assert not list(review.glob("screening/*/*/restored.csv"))
