"""What a scheduler calls: update, release, verify, schedule."""

import socket
import sys
from contextlib import ExitStack
from types import SimpleNamespace

import pytest

from pipeline.cli import main
from pipeline.cli import update as updating
from pipeline.records import tables
from pipeline.sandbox import corpus, server

TELL = "import sys; open('told.md', 'w').write(sys.stdin.read())"
NOTIFY = f"schedule:\n  notify: {{command: ['{sys.executable}', -c, \"{TELL}\"]}}\n"


@pytest.fixture
def address():
    with server.serving(corpus.bundled()) as sandbox:
        yield sandbox.address


def test_an_update_tells_what_is_new_and_verify_finds_it_sound(review, address, monkeypatch, capsys):
    (review / "workflow.yaml").write_text((review / "workflow.yaml").read_text() + NOTIFY)
    monkeypatch.chdir(review)
    assert main.run(["update", ".", "--pubmed", address, "--notify"]) == 0
    told = (review / "told.md").read_text()
    assert "## Waits for people\n\n- Title and abstract: " in told
    assert f"Told by the program {sys.executable!r}." in capsys.readouterr().out.splitlines()
    assert main.run(["release", "1.0", "sandbox", "--note", "The first."]) == 0
    assert "Version 1.0 stands in versions/1.0/." in capsys.readouterr().out
    assert main.run(["verify", "sandbox"]) == 0
    assert "outputs were made again and are the same, byte for byte." in capsys.readouterr().out
    (review / "sandbox/outputs/prisma/boxes.csv").write_text("touched")
    assert main.run(["verify", "sandbox"]) == 1
    assert "outputs/prisma/boxes.csv: is not what the review gives (line 1: 'touched' for " in capsys.readouterr().out


def test_a_wish_to_tell_where_nobody_is_named_is_said(review, address, capsys):
    assert main.run(["update", str(review), "--pubmed", address, "--notify"]) == 0
    said = "Nobody was told: workflow.yaml names nobody under 'schedule: notify:'."
    assert capsys.readouterr().out.splitlines()[-1] == said


def test_a_source_out_of_reach_is_exit_3_and_is_told(review, monkeypatch):
    (review / "workflow.yaml").write_text((review / "workflow.yaml").read_text() + NOTIFY)
    monkeypatch.chdir(review)
    assert main.run(["update", ".", "--pubmed", "http://127.0.0.1:9/", "--notify"]) == 3
    assert "## Could not be reached\n\n- pubmed: " in (review / "told.md").read_text()


@pytest.mark.parametrize(("retries", "code"), [(1, 3), (2, 0)])
def test_a_source_out_of_reach_is_asked_again_after_a_pause_and_told_once(review, monkeypatch, capsys, retries, code):
    count = "open('told.md', 'a').write('told')"
    more = f"schedule:\n  notify: {{command: ['{sys.executable}', -c, \"{count}\"]}}\n"
    (review / "workflow.yaml").write_text((review / "workflow.yaml").read_text() + more)
    monkeypatch.chdir(review)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    waited = []
    with ExitStack() as stack:

        def sleep(seconds):
            waited.append(seconds)
            if len(waited) == 2:
                stack.enter_context(server.serving(corpus.bundled(), port=port))

        monkeypatch.setattr(updating, "time", SimpleNamespace(sleep=sleep))
        arguments = ["--pubmed", f"http://127.0.0.1:{port}/", "--notify", "--retries", str(retries)]
        assert main.run(["update", ".", *arguments]) == code
    assert waited == [15 * 60] * retries
    assert (review / "told.md").read_text() == "told"
    assert (review / "sandbox/outputs/report.html").is_file() == (code == 0)  # fictitious records stay apart
    assert "What could not be reached is asked again in 15 minutes." in capsys.readouterr().err


def test_a_failure_is_told_and_keeps_its_exit_code(review, address, monkeypatch, capsys):
    (review / "workflow.yaml").write_text((review / "workflow.yaml").read_text() + NOTIFY)
    sheet = next((review / "screening/title-abstract/anna").glob("*.csv"))
    table = tables.read(sheet.read_bytes(), file="sheet")
    rows = [[{**row.cells, "decision": "perhaps"}[name] for name in table.header] for row in table.rows]
    sheet.write_bytes(tables.write(table.header, rows, form=True))
    monkeypatch.chdir(review)
    assert main.run(["update", ".", "--pubmed", address, "--notify"]) == 2
    told = (review / "told.md").read_text()
    assert told.startswith("The review is as it was; searches that were finished are kept.")
    assert "'perhaps'" in told
    assert "'perhaps'" in capsys.readouterr().err


def test_who_could_not_be_told_is_said_and_is_exit_1(review, address, capsys):
    broken = "schedule:\n  notify: {command: [/nowhere/to/be/found]}\n"
    (review / "workflow.yaml").write_text((review / "workflow.yaml").read_text() + broken)
    assert main.run(["update", str(review), "--pubmed", address, "--notify"]) == 1
    assert "untold: the program '/nowhere/to/be/found' did not work" in capsys.readouterr().err


def test_a_schedule_is_printed_or_written_once(review, tmp_path, capsys):
    assert main.run(["schedule", "cron", str(review), "--day", "friday", "--hour", "3", "--minute", "9"]) == 0
    assert f"\n9 3 * * 5 cd {review} || exit; " in capsys.readouterr().out
    out = tmp_path / "made"
    assert main.run(["schedule", "github", str(review), "--out", str(out)]) == 0
    assert (out / ".github/workflows/living-review.yml").is_file()
    capsys.readouterr()
    assert main.run(["schedule", "github", str(review), "--out", str(out)]) == 2
    assert "exists already" in capsys.readouterr().err


def test_a_source_that_is_searched_daily_makes_a_daily_schedule(review, capsys):
    (review / "workflow.yaml").write_text((review / "workflow.yaml").read_text() + "schedule: {every_days: 1}\n")
    assert main.run(["schedule", "systemd", str(review)]) == 0
    said = capsys.readouterr().out
    assert "\n# living-review.timer\n" in said or said.startswith("# living-review.service\n")
    assert "OnCalendar=*-*-* 04:" in said
