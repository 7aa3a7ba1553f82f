"""`living-review recall` against the sandbox: found, missed, and which concept fails."""

from pathlib import Path

import pytest

from pipeline.cli.main import run

NIGRI = '("liver" OR "hepatic") AND (metastasis OR metastases) AND ("pancreatic neuroendocrine tumor" OR "PNET")'


@pytest.fixture
def query(tmp_path):
    path = tmp_path / "q.txt"
    path.write_text(f"# accepted\n{NIGRI}\n", "utf-8")
    return str(path)


def test_what_is_missed_is_named_with_the_concepts_that_fail(query, capsys):
    assert run(["recall", query, "900000187", "900000005", "31452104", "--pubmed", "sandbox"]) == 0
    shown = capsys.readouterr().out
    assert shown == (
        "SANDBOX: fictitious PMIDs, not PubMed.\n"
        "Found 1 of 2 known records: relative recall 50.0%.\n"
        "Not in PubMed, and not counted: 31452104.\n"
        "Concepts, and how many of the known records meet each:\n"
        '  1.    2 of 2  ("liver" OR "hepatic")\n'
        "  2.    2 of 2  (metastasis OR metastases)\n"
        '  3.    1 of 2  ("pancreatic neuroendocrine tumor" OR "PNET")\n'
        "Missed:\n"
        "  900000005  Que 1995, Hepatic resection for metastatic neuroendocrine carcinomas  [fails: 3]\n"
    )


def test_a_recall_below_the_one_asked_for_fails(query):
    known = ["900000187", "900000005", "--pubmed", "sandbox"]
    assert run(["recall", query, *known, "--at-least", "50"]) == 0
    assert run(["recall", query, *known, "--at-least", "51"]) == 1


def test_known_records_may_come_from_a_file_with_comments(query, tmp_path, capsys):
    listed = tmp_path / "known.txt"
    listed.write_text("# included in the earlier review\n900000187\nPMID: 900000005 # Que\n\n900000187\n", "utf-8")
    assert run(["recall", query, "--known", str(listed), "--pubmed", "sandbox"]) == 0
    assert "Found 1 of 2 known records" in capsys.readouterr().out


def test_every_fault_of_a_list_is_told_at_once_and_nobody_is_asked(query, tmp_path, capsys):
    listed = tmp_path / "known.txt"
    listed.write_text("900000187\nno pmid\n", "utf-8")
    assert run(["recall", query, "x1", "--known", str(listed), "--pubmed", "sandbox"]) == 2
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2
    assert "'x1' is not a PMID" in said[0]
    assert "line 2: 'no pmid' is not a PMID" in said[1]
    assert run(["recall", query]) == 2


def test_a_faulty_query_is_refused_with_its_repair(tmp_path, capsys):
    path = tmp_path / "q.txt"
    path.write_text("(liver))", "utf-8")
    assert run(["recall", str(path), "900000187", "--pubmed", "sandbox"]) == 2
    assert "The smallest repair: (liver)" in capsys.readouterr().err


def test_a_source_that_cannot_be_reached_exits_with_3(query, capsys):
    assert run(["recall", query, "900000187", "--pubmed", "http://127.0.0.1:9/"]) == 3
    assert "cannot be reached" in capsys.readouterr().err


def test_a_search_of_the_review_is_asked_as_it_is_run_with_its_limits(review, capsys, monkeypatch):
    monkeypatch.chdir(review)
    Path("queries/pubmed.txt").write_text(NIGRI, "utf-8")
    protocol = Path("workflow.yaml")
    limited = "query: queries/pubmed.txt\n    limits: {dates: {until: 2009}}"
    protocol.write_text(protocol.read_text().replace("query: queries/pubmed.txt", limited))
    capsys.readouterr()
    assert run(["recall", "pubmed", "900000187", "--pubmed", "sandbox"]) == 0
    assert '  4.    0 of 1  ("1000/01/01"[pdat] : "2009/12/31"[pdat])' in capsys.readouterr().out.splitlines()


def test_what_is_neither_a_file_nor_a_search_is_said_with_what_may_be_meant(review, capsys, monkeypatch):
    monkeypatch.chdir(review)
    assert run(["recall", "pubmde", "900000187", "--pubmed", "sandbox"]) == 2
    said = capsys.readouterr().err
    assert "'pubmde' is neither a file nor a search of the review in this folder" in said
    assert "Did you mean 'pubmed'?" in said


def test_known_records_of_which_none_is_in_pubmed_give_no_recall_and_pass_no_check(query, capsys):
    assert run(["recall", query, "31452104", "--pubmed", "sandbox", "--at-least", "0"]) == 2
    assert capsys.readouterr().err == (
        "PubMed holds none of the known records (31452104), so there is no recall. Check the PMIDs.\n"
    )
