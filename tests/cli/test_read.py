import json

import pytest

from pipeline.cli import main

RIS = "TY  - JOUR\nTI  - Nothing at all\nAU  - Nobody, Ann\nPY  - 2001\nDO  - 10.5555/fict.1\nER  - \n"


@pytest.fixture
def export(tmp_path):
    path = tmp_path / "export.ris"
    path.write_text(RIS + RIS.replace("Nothing at all", "A chapter").replace("JOUR", "CHAP"))
    return path


def test_a_file_is_told_in_plain_lines_where_there_is_no_terminal(export, capsys):
    assert main.run(["read", str(export)]) == 0
    assert capsys.readouterr().out == (
        "export.ris  RIS\n"
        "  2 records: 1 article, 1 chapter, 0 faults\n"
        "  title 2, authors 2, year 2, doi 2\n"
        "\n"
        "  Nobody 2001, Nothing at all; 10.5555/fict.1\n"
        "  Nobody 2001, A chapter; 10.5555/fict.1\n"
    )


def test_what_could_not_be_read_is_told_and_is_exit_2(export, capsys):
    export.write_text(RIS + "TY  - JOUR\nTI  - Cut o")
    assert main.run(["read", str(export), "--preview", "0"]) == 2
    said = capsys.readouterr().out
    assert "1 record, 1 fault\n" in said
    assert "  fault: export.ris, line 7: the last record has no ER line, so that the file may be cut off." in said


def test_a_file_that_nobody_knows_does_not_hide_the_others(export, tmp_path, capsys):
    other = tmp_path / "page.html"
    other.write_text("<html>\x1b[31mBlocked</html>")
    assert main.run(["read", str(other), str(export)]) == 2
    said = capsys.readouterr().out
    assert "fault: page.html: the format is not recognised" in said
    assert "\x1b" not in said
    assert "export.ris  RIS" in said


def test_records_come_as_json_lines_and_nothing_else(export, capsysbinary):
    assert main.run(["read", str(export), "--json"]) == 0
    lines = capsysbinary.readouterr().out.splitlines()
    assert [json.loads(line)["title"] for line in lines] == ["Nothing at all", "A chapter"]


def test_a_format_that_is_not_known_is_refused(export, capsys):
    assert main.run(["read", str(export), "--format", "rsi"]) == 2
    assert "there is no format 'rsi'" in capsys.readouterr().out


MESSY = "Ref;Heading;Who;Yr\n1;Nothing, plainly;Nobody, Ann;2001\n"


def test_the_columns_of_a_plain_table_can_be_named(tmp_path, capsys):
    path = tmp_path / "messy.csv"
    path.write_text(MESSY)
    assert main.run(["read", str(path)]) == 2
    capsys.readouterr()
    named = ["--column", "title=Heading", "--column", "authors=Who", "--column", "year = Yr"]
    assert main.run(["read", str(path), *named]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "  Nobody 2001, Nothing, plainly"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("titel=Heading", "Did you mean 'title'?"),
        ("title", "--column 'title' names no column"),
    ],
)
def test_a_column_that_is_not_well_named_is_refused(tmp_path, capsys, said, answer):
    path = tmp_path / "messy.csv"
    path.write_text(MESSY)
    assert main.run(["read", str(path), "--column", said]) == 2
    assert answer in "".join(capsys.readouterr())
