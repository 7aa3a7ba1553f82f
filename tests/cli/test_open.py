import webbrowser

import pytest

from pipeline.cli import main
from pipeline.cli.main import COMMANDS
from pipeline.cli.open import open_report


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "workflow.yaml").write_text("schema: 1\nreview:\n  title: T\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def report(folder):
    outputs = folder / "outputs"
    outputs.mkdir()
    for ending in ("html", "pdf"):
        (outputs / f"report.{ending}").write_bytes(b"x")
    return outputs / "report.html"


@pytest.fixture
def opened(monkeypatch):
    found = []
    monkeypatch.setattr(webbrowser, "open", lambda address: found.append(address) or True)
    return found


def test_the_report_is_opened_in_the_browser(folder, report, opened, capsys):
    assert main.run(["open", str(folder)]) == 0
    assert opened == [report.as_uri()]
    assert capsys.readouterr().out == ""


def test_the_pdf_is_opened_on_request(folder, report, opened):
    assert main.run(["open", str(folder), "--pdf"]) == 0
    assert opened == [report.with_suffix(".pdf").as_uri()]


def test_the_path_is_printed_on_request(folder, report, opened, capsys):
    assert main.run(["open", str(folder), "--path"]) == 0
    assert (opened, capsys.readouterr().out) == ([], f"{report}\n")


@pytest.mark.parametrize("failure", [lambda _: False, None])
def test_the_path_is_printed_where_there_is_no_browser(folder, report, monkeypatch, capsys, failure):
    def fails(_):
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "open", failure or fails)
    assert main.run(["open", str(folder)]) == 0
    assert capsys.readouterr().out == f"{report}\n"


def test_without_a_report_one_sentence_says_how_to_make_it(folder, capsys):
    assert main.run(["open", str(folder)]) == 2
    expected = "outputs/report.html: there is no report yet. Make it with 'living-review run'.\n"
    assert capsys.readouterr().err == expected


def test_the_sentence_of_the_list_of_commands_is_its_own():
    assert (open_report.help or "").splitlines()[0] == COMMANDS["open"][1]
