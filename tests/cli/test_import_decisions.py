import zipfile

from pipeline.cli import main

ROWS = "title,doi,decision\n,10.1000/alpha,include\n,10.1000/beta,exclude\nUnknown things,10.1000/none,include\n"


def test_decisions_come_in_as_worksheets_and_the_rest_is_told(review, tmp_path, capsys):
    own = tmp_path / "own.csv"
    own.write_text(ROWS)
    capsys.readouterr()
    command = ["import-decisions", str(own), "--from", "columns", "--folder", str(review), "--reviewer", "columns=anna"]
    assert main.run([*command, "--account", str(tmp_path / "account.csv")]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out == [
        "2 decisions carried, 0 ambiguous, 1 lost; 0 references not decided there.",
        "columns is anna here.",
        f"  lost: {own}, row 4, anonymous n.d., Unknown things: no record of this review fits.",
        "Written: screening/title-abstract/anna/imported-columns.csv",
    ]
    assert (tmp_path / "account.csv").read_text(encoding="utf-8-sig").count("\n") == 4
    assert main.run(["run", str(review), "--offline"]) == 0
    capsys.readouterr()
    main.run(["status", str(review)])
    assert "Title and abstract  anna               2        2     0" in capsys.readouterr().out


def test_a_reviewer_whom_the_review_does_not_have_is_refused_and_nothing_is_written(review, tmp_path, capsys):
    (tmp_path / "own.csv").write_text(ROWS)
    before = sorted(review.rglob("*"))
    code = main.run(["import-decisions", str(tmp_path / "own.csv"), "--from", "columns", "--folder", str(review)])
    assert code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        "workflow.yaml: 'columns-1' is no reviewer of this review. Add 'columns-1: {}' under 'screening: "
        "reviewers:', or "
        "say who it is with --reviewer THEIRS=OURS."
    )
    assert sorted(path for path in review.rglob("*") if path.name != ".living-review.lock") == [
        path for path in before if path.name != ".living-review.lock"
    ]


def test_a_decision_that_contradicts_a_worksheet_is_refused_before_anything_is_written(review, tmp_path, capsys):
    sheet = review / "screening" / "title-abstract" / "anna" / "2026-01-01.csv"
    lines = sheet.read_text(encoding="utf-8-sig").splitlines()
    lines[1:] = [line.replace('"","",""', '"exclude","",""') for line in lines[1:]]
    sheet.write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "own.csv").write_text(ROWS)
    command = ["import-decisions", str(tmp_path / "own.csv"), "--from", "columns", "--folder", str(review)]
    assert main.run([*command, "--reviewer", "columns=anna"]) == 2
    assert "'include' here and 'exclude' in" in capsys.readouterr().err
    assert not sheet.with_name("imported-columns.csv").exists()


def test_a_dry_run_writes_nothing(review, tmp_path, capsys):
    (tmp_path / "own.csv").write_text(ROWS)
    command = ["import-decisions", str(tmp_path / "own.csv"), "--from", "columns", "--folder", str(review), "--dry-run"]
    assert main.run(command) == 0
    said = capsys.readouterr().out
    assert "Written" not in said
    assert "  look: workflow.yaml: 'columns-1' is no reviewer of this review. Add 'columns-1: {}' under" in said


def test_a_zip_of_rayyan_is_opened(review, tmp_path, capsys):
    notes = '"RAYYAN-INCLUSION: {""Kofi""=>""Included""}"'
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.writestr("articles.csv", f"key,title,doi,notes\nrayyan-1,x,10.1000/alpha,{notes}\n")
    command = ["import-decisions", str(tmp_path / "export.zip"), "--from", "rayyan", "--folder", str(review)]
    assert main.run([*command, "--reviewer", "Kofi=ben"]) == 0
    assert "1 decision carried" in capsys.readouterr().out


def test_what_is_exported_can_be_imported_again(review, tmp_path, capsys):
    (tmp_path / "own.csv").write_text(ROWS)
    command = ["import-decisions", str(tmp_path / "own.csv"), "--from", "columns", "--folder", str(review)]
    main.run([*command, "--reviewer", "columns=anna"])
    for tool in ("rayyan", "covidence", "asreview", "colrev", "columns"):
        out = tmp_path / tool
        assert main.run(["export-decisions", "--to", tool, "--folder", str(review), "--out", str(out)]) == 0
        assert list(out.iterdir())
    capsys.readouterr()
    again = ["import-decisions", str(tmp_path / "rayyan" / "articles.csv"), "--from", "rayyan", "--folder", str(review)]
    assert main.run([*again, "--reviewer", "anna=ben", "--dry-run"]) == 0
    assert capsys.readouterr().out.startswith("2 decisions carried, 0 ambiguous, 0 lost; 0 references not decided")
    assert main.run([*again, "--dry-run"]) == 0  # who is called there as here needs no --reviewer
    assert "no reviewer" not in capsys.readouterr().out


def test_what_an_export_has_no_place_for_is_counted(review, tmp_path, capsys):
    rows = "title,doi,decision\n,10.1000/alpha,include\n,10.1000/gamma,include\n"  # gamma is of a reference list
    (tmp_path / "own.csv").write_text(rows)
    command = ["import-decisions", str(tmp_path / "own.csv"), "--from", "columns", "--folder", str(review)]
    main.run([*command, "--reviewer", "columns=anna"])
    capsys.readouterr()
    assert main.run(["export-decisions", "--to", "asreview", "--folder", str(review), "--out", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"Written: {tmp_path / 'asreview.csv'}",
        "2 citations at 'title-abstract': 0 included, 0 excluded, 2 undecided.",
        "Not written: 1 decision on what does not pass 'title-abstract', or has not reached it.",
    ]


def test_options_that_cannot_be_are_refused(review, tmp_path, capsys):
    (tmp_path / "own.csv").write_text(ROWS)
    base = ["import-decisions", str(tmp_path / "own.csv"), "--from", "columns", "--folder", str(review)]
    for option, says in (
        (["--stage", "titel"], "'titel' is not accepted; accepted: title-abstract, full-text."),
        (["--column", "decison=x"], "'decison' is not accepted; accepted: decision, reviewer, stage, reason, note."),
        (["--reviewer", "kofi"], "'kofi' is not accepted; accepted: two names with '=' between."),
    ):
        assert main.run([*base, *option]) == 2
        assert says in capsys.readouterr().err


def test_an_export_never_replaces_a_file_without_being_asked(review, tmp_path, capsys):
    theirs = tmp_path / "articles.csv"
    theirs.write_text("downloaded from Rayyan")
    command = ["export-decisions", "--to", "rayyan", "--folder", str(review), "--out", str(tmp_path)]
    assert main.run(command) == 2
    said = f"{theirs}: the file is already there. Add --force to replace it, or write elsewhere.\n"
    assert capsys.readouterr().err == said
    assert theirs.read_text() == "downloaded from Rayyan"
    assert main.run([*command, "--force"]) == 0
    assert theirs.read_text() != "downloaded from Rayyan"


def test_a_damaged_zip_is_one_sentence(review, tmp_path, capsys):
    path = tmp_path / "export.zip"
    path.write_bytes(b"PK\3\4 torn")
    assert main.run(["import-decisions", str(path), "--from", "rayyan", "--folder", str(review)]) == 2
    assert capsys.readouterr().err == (
        f"{path}: this archive is damaged (File is not a zip file). "
        "Export it again, or unpack it and name the files in it.\n"
    )
