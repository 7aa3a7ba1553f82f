from pipeline.cli import main


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
