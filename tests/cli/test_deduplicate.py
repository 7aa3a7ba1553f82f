from pathlib import Path

import pytest

from pipeline.cli import main
from pipeline.records import tables

RECORD = """\
TY  - JOUR
AU  - {authors}
TI  - {title}
T2  - Fictitious Surgery
PY  - 2015
VL  - 12
SP  - {pages}
ER  -

"""
GRAFTS = "Cold storage of hepatic grafts in octogenarians"


def export(path: Path, *records: dict[str, str]) -> Path:
    usual = {"authors": "Alder, A\nAU  - Birk, B", "pages": "101-109"}
    text = "".join(RECORD.format(**usual | each) for each in records)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def exports(tmp_path: Path) -> list[str]:
    one = export(tmp_path / "embase.ris", {"title": GRAFTS}, {"title": "A lonely record of nothing", "pages": "7"})
    two = export(tmp_path / "scopus.ris", {"title": GRAFTS.upper()}, {"title": f"Erratum: {GRAFTS}", "pages": "300"})
    return [str(one), str(two)]


def test_files_become_one_list_of_documents_with_every_pair_and_two_sentences(exports, tmp_path, capsys):
    out = tmp_path / "out"
    assert main.run(["deduplicate", *exports, "--out", str(out)]) == 0
    assert sorted(path.name for path in out.iterdir()) == ["citations.csv", "method.txt", "pairs.csv", "unique.ris"]
    assert capsys.readouterr().out.splitlines() == [
        f"{exports[0]}: 2 records.",
        f"{exports[1]}: 2 records.",
        "4 records in 3 citations: 1 duplicate joined.",
        "1 pair of related documents linked, not joined: erratum 1.",
        f"Written to {out}: unique.ris, citations.csv, pairs.csv, method.txt.",
    ]
    assert (out / "unique.ris").read_text(encoding="utf-8").count("TY  - ") == 3
    citations = tables.read((out / "citations.csv").read_bytes(), file="citations.csv").rows
    assert [(row["records"], row["title"], row["related"].partition(":")[0]) for row in citations] == [
        ("2", GRAFTS, "erratum"),
        ("1", "A lonely record of nothing", ""),
        ("1", f"Erratum: {GRAFTS}", "erratum"),
    ]
    assert (out / "method.txt").read_text(encoding="utf-8").count("\n") == 2


def test_running_again_changes_no_byte(exports, tmp_path):
    def run() -> dict[str, bytes]:
        assert main.run(["deduplicate", *exports, "--out", str(tmp_path / "out")]) == 0
        return {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}

    assert run() == run()


def test_a_doubtful_pair_is_asked_once_and_the_answer_is_obeyed(tmp_path, capsys):
    one = export(tmp_path / "a.ris", {"title": GRAFTS, "pages": "101"})
    two = export(tmp_path / "b.ris", {"title": GRAFTS, "pages": "555"})
    command = ["deduplicate", str(one), str(two), "--out", str(tmp_path / "out")]
    form = tmp_path / "out" / "questions.csv"
    assert main.run(command) == 0
    asked = f"wait: 1 doubtful pair: answer same or different in {form}, and run this again."
    assert asked in capsys.readouterr().out.splitlines()
    assert main.run(command) == 0
    assert asked in capsys.readouterr().out.splitlines()
    form.write_bytes(form.read_bytes().replace(b'"","",', b'"same","Ann",', 1))
    assert main.run(command) == 0
    said = capsys.readouterr().out.splitlines()
    assert "2 records in 1 citation: 1 duplicate joined." in said
    assert "1 pair decided by a person." in said
    assert [path.name for path in (tmp_path / "out").glob("questions*")] == ["questions.csv"]


def test_one_file_named_twice_is_two_deliveries_of_each_record(exports, tmp_path, capsys):
    assert main.run(["deduplicate", exports[0], exports[0], "--out", str(tmp_path / "out")]) == 0
    assert "4 records in 2 citations: 2 duplicates joined." in capsys.readouterr().out


def test_files_that_cannot_be_read_are_all_told_and_nothing_is_written(exports, tmp_path, capsys):
    (tmp_path / "notes.ris").write_text("Dear diary\n")
    wrong = [str(tmp_path / "notes.ris"), str(tmp_path / "absent.ris")]
    assert main.run(["deduplicate", *exports, *wrong, "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(": ")[0].partition(",")[0] for line in said] == wrong
    assert not (tmp_path / "out").exists()


def test_blocks_that_cannot_be_read_are_listed(exports, tmp_path, capsys):
    with Path(exports[0]).open("a", encoding="utf-8") as stream:
        stream.write("TY  - JOUR\nTI  - A record that breaks off\n")
    assert main.run(["deduplicate", *exports, "--out", str(tmp_path / "out")]) == 0
    assert f"look: 1 block could not be read; see {tmp_path / 'out' / 'unread.csv'}." in capsys.readouterr().out
    assert len(tables.read((tmp_path / "out" / "unread.csv").read_bytes(), file="unread.csv").rows) == 1


def test_processes_write_the_same_bytes(exports, tmp_path):
    def run(*engine: str) -> dict[str, bytes]:
        out = tmp_path / "-".join(("out", *engine))
        assert main.run(["deduplicate", *exports, "--out", str(out), *engine]) == 0
        return {path.name: path.read_bytes() for path in out.iterdir()}

    assert run("--engine", "processes") == run()
