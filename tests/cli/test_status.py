from pipeline.cli import main
from pipeline.records import tables


def test_status_says_who_owes_what(review, capsys):
    capsys.readouterr()
    assert main.run(["status", str(review)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Stage               Citations  Settled  Awaiting  Conflict  Excluded  Not retrieved  Passed",
        "Title and abstract          2        0         2         0         0              0       0",
        "Full text                   1        0         1         0         0              0       0",
        "",
        "Stage               Reviewer  Handed out  Decided  Owed  Second votes  Not needed  Missing",
        "Title and abstract  anna               2        0     2             0           0        0",
        "Title and abstract  ben                2        0     2             0           0        0",
        "Full text           anna               1        0     1             0           0        0",
        "Full text           ben                1        0     1             0           0        0",
        "",
        "pubmed: not yet run. 'living-review run' asks PubMed.",
        "Title and abstract: 2 citations wait for decisions.",
        "Title and abstract: anna owes 2 decisions.",
        "Title and abstract: ben owes 2 decisions.",
        "Full text: 1 citation waits for decisions.",
        "Full text: anna owes 1 decision.",
        "Full text: ben owes 1 decision.",
    ]


def test_a_scheduler_learns_from_the_exit_code_that_decisions_are_owed(review):
    assert main.run(["status", str(review), "--check"]) == 1


def test_days_are_listed_on_request(review, capsys):
    capsys.readouterr()
    main.run(["status", str(review), "--days"])
    assert "2026-01-01  title-abstract        0          4" in capsys.readouterr().out.splitlines()


def test_status_says_which_stages_would_run_and_why(review, capsys):
    (review / "queries/imports/embase/embase.ris").unlink()
    (review / "outputs/extraction/studies.csv").write_text("touched")
    capsys.readouterr()
    main.run(["status", str(review)])
    lines = capsys.readouterr().out.splitlines()
    table = lines[lines.index(next(line for line in lines if line.startswith("Stage of the program"))) + 1 :][:8]
    assert [" ".join(line.split()) for line in table] == [
        "Reading records yes: queries/imports/embase/embase.ris is gone",
        "Joining duplicates if 'Reading records' makes something new",
        "Screening if 'Reading records' makes something new",
        "Extraction yes: outputs/extraction/studies.csv is new since it was written",
        "Looking for retractions and corrections if 'Reading records' makes something new",
        "Synthesis if 'Reading records' makes something new",
        "Counting the flow yes: queries/imports/embase/embase.ris is gone",
        "Report yes: outputs/extraction/studies.csv is new, and 1 more",
    ]


def test_a_source_that_was_never_searched_keeps_status_from_saying_that_nothing_waits(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    assert main.run(["init", str(tmp_path / "new")]) == 0
    assert main.run(["run", str(tmp_path / "new"), "--offline"]) == 0
    capsys.readouterr()
    assert main.run(["status", str(tmp_path / "new"), "--check"]) == 1
    assert capsys.readouterr().out.splitlines()[-2:] == [
        "pubmed: not yet run. 'living-review run' asks PubMed.",
        "embase: not yet run. Put the export of Embase into queries/imports/embase/*.",
    ]


def test_what_waits_in_extraction_is_told_as_the_last_run_left_it(review, capsys):
    for name in ("anna", "ben"):
        sheet = review / f"screening/full-text/{name}/2026-01-01.csv"
        table = tables.read(sheet.read_bytes(), file=sheet.name)
        rows = [["include" if column == "decision" else row[column] for column in table.header] for row in table.rows]
        sheet.write_bytes(tables.write(table.header, rows, form=True))
    main.run(["run", str(review), "--offline"])
    capsys.readouterr()
    main.run(["status", str(review)])
    assert "2 rows of the extraction forms to be filled in." in capsys.readouterr().out.splitlines()


def test_a_review_that_was_never_run_is_told_so(tmp_path, capsys):
    main.run(["init", str(tmp_path / "new")])
    capsys.readouterr()
    for command in (["status"], ["why", "x"], ["restore"]):
        assert main.run([*command, str(tmp_path / "new")]) == 2
        assert capsys.readouterr().err.endswith("'living-review run' makes it: run that first.\n")
