"""`living-review lint` shows every finding at its place and says by its exit code whether there is an error."""

from pathlib import Path

from pipeline.cli.lint import tell
from pipeline.cli.main import run
from pipeline.search.lint import Linted, lint


def test_a_faulty_query_is_shown_with_a_caret_and_fails(capsys, tmp_path):
    path = tmp_path / "q.txt"
    path.write_text("# as published\n(liver[tiab]) OR hepatic[tiab])\n", "utf-8")
    assert run(["lint", str(path)]) == 1
    shown = capsys.readouterr().out
    assert shown == (
        f"{path.as_posix()}:2:31: error unbalanced-parenthesis\n"
        "    (liver[tiab]) OR hepatic[tiab])\n"
        "                                  ^\n"
        "    There is a closing parenthesis that was never opened.\n"
        "    Instead: Take away this closing parenthesis: (liver[tiab]) OR hepatic[tiab] "
        "(All 4 changes of this size mean the same.)\n\n"
        "1 query: 1 error, 0 warnings, 0 notes. What each means, and what to do: docs/lint.md\n"
    )


def test_warnings_fail_only_if_asked_for(capsys):
    assert run(["lint", "--query", "liver or hepatic"]) == 0
    assert run(["lint", "--strict", "--query", "liver or hepatic"]) == 1
    assert capsys.readouterr().out.count("the query:1:7: warning lower-case-operator") == 2


def test_a_clean_query_has_nothing_to_say(capsys):
    assert run(["lint", "--query", "liver[tiab] OR hepatic[tiab]", "--query", "NETs[ti]"]) == 0
    assert capsys.readouterr().out == "2 queries: 0 errors, 0 warnings, 0 notes.\n"


def test_a_published_string_that_was_answered_is_shown_and_does_not_fail(capsys):
    assert tell([Linted("a.txt", "(liver", lint("(liver"), "b.txt")], strict=True) == 0
    assert "a.txt: b.txt is run instead." in capsys.readouterr().out


def test_without_a_file_the_searches_of_the_review_are_checked_and_an_answered_string_does_not_fail(
    review, capsys, monkeypatch
):
    monkeypatch.chdir(review)
    Path("queries/pubmed.txt").write_text("(liver[tiab]\n", "utf-8")
    Path("queries/accepted.txt").write_text("(liver[tiab])\n", "utf-8")
    assert run(["lint"]) == 1
    protocol = Path("workflow.yaml")
    answer = "query: queries/pubmed.txt\n    accepted: queries/accepted.txt\n    accepted_because: It was not closed."
    protocol.write_text(protocol.read_text().replace("query: queries/pubmed.txt", answer))
    capsys.readouterr()
    assert run(["lint", "--strict"]) == 0
    said = capsys.readouterr().out
    assert "queries/pubmed.txt:1:1: error unbalanced-parenthesis" in said
    assert "queries/pubmed.txt: queries/accepted.txt is run instead." in said
    assert "2 queries: 1 error, 0 warnings, 0 notes." in said


def test_without_a_query_or_with_a_file_that_is_not_text_there_is_one_sentence(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["lint"]) == 2
    (tmp_path / "q.txt").write_bytes(b"\xff\xfe\x00")
    assert run(["lint", str(tmp_path / "q.txt")]) == 2
    assert run(["lint", str(tmp_path / "absent.txt")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("there is nothing to check")
    assert "this is not UTF-8 text" in said
    assert "cannot be read" in said


def test_what_would_steer_a_terminal_is_not_passed_through(capsys):
    run(["lint", "--query", "liver\x1b[31m or hepatic"])
    assert "\x1b" not in capsys.readouterr().out
