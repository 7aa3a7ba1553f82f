import pytest

from pipeline.cli import main

RIS = "TY  - JOUR\nTI  - Nothing at all\nAU  - Nobody, Ann\nPY  - 2001\nZZ  - kept\nER  - \n"


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.ris"
    path.write_text(RIS)
    return path


def test_a_file_is_written_in_another_format_and_what_that_cannot_hold_is_told(export, capsys):
    out = export.with_name("out.bib")
    assert main.run(["convert", str(export), "--to", "bibtex", "--out", str(out)]) == 0
    assert "author = {Nobody, Ann},\n  title = {Nothing at all},\n  year = {2001}\n}" in out.read_text()
    assert capsys.readouterr().err.splitlines() == [
        f"1 record as BibTeX in {out}",
        "  not held by this format, in so many records: extra (1)",
    ]


def test_several_files_become_one(export, tmp_path):
    other = tmp_path / "other.ris"
    other.write_text(RIS.replace("Nothing", "Something"))
    out = tmp_path / "out.csv"
    assert main.run(["convert", str(export), str(other), "--to", "rayyan", "--out", str(out)]) == 0
    rows = out.read_text(encoding="utf-8-sig").splitlines()
    assert [row.split(",")[1] for row in rows] == ['"title"', '"Nothing at all"', '"Something at all"']
    assert [row.partition(":")[0] for row in rows[1:]] == ['"export', '"other']  # ids say which file a record came from


def test_a_file_that_is_there_is_not_replaced_unless_forced(export, capsys):
    assert main.run(["convert", str(export), "--to", "csv", "--out", str(export)]) == 2
    assert "the file is already there. Add --force to replace it, or write elsewhere." in capsys.readouterr().err
    assert export.read_text() == RIS
    out = export.with_name("out.csv")
    for _ in range(2):
        assert main.run(["convert", str(export), "--to", "csv", "--out", str(out), "--force"]) == 0


def test_nothing_is_written_where_a_block_could_not_be_read_unless_that_is_asked_for(export, capsys):
    export.write_text(RIS + "TY  - JOUR\nTI  - Cut")
    out = export.with_name("out.csv")
    arguments = ["convert", str(export), "--to", "csv", "--out", str(out)]
    assert main.run(arguments) == 2
    assert not out.exists()
    assert main.run([*arguments, "--leave-out-faults"]) == 0
    assert out.read_text().count("Nothing at all") == 1
    assert "left out: export.ris, line 7: the last record has no ER line" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("target", "says"),
    [("bibtx", "there is no format 'bibtx'"), ("endnote-xml", "EndNote XML is only read, not written; accepted: ris")],
)
def test_a_format_that_cannot_be_written_is_refused_first(export, capsys, target, says):
    assert main.run(["convert", str(export), "--to", target, "--out", str(export.with_name("o"))]) == 2
    assert says in capsys.readouterr().err
