"""The doctor: what would stop a run, in a sentence each."""

import os
import subprocess
import sys
from importlib import metadata

import pytest
from filelock import FileLock

from pipeline.cli import main
from pipeline.sandbox import corpus, server
from pipeline.workflow import examine, packages
from pipeline.workflow.folder import LOCK


def said(capsys, *arguments):
    code = main.run(["doctor", *map(str, arguments)])
    return code, [line.strip() for line in capsys.readouterr().out.splitlines()]


def test_a_sound_review_is_fine(review, capsys):
    capsys.readouterr()
    code, lines = said(capsys, review, "--offline")
    assert code == 0
    assert "fine: The folder can be written, and no run is at work in it." in lines
    assert "fine: workflow.yaml is valid: 3 searches." in lines
    assert "look: pubmed: not yet run. 'living-review run' asks PubMed." in lines
    assert not [line for line in lines if line.startswith("wrong") or "would run" in line]


def test_a_stage_that_would_run_says_why(review, capsys):
    (review / "outputs/prisma/boxes.csv").write_text("touched")
    capsys.readouterr()
    code, lines = said(capsys, review, "--offline")
    assert code == 0
    assert "look: Counting the flow would run: outputs/prisma/boxes.csv changed since it was written." in lines


def test_a_reason_that_all_stages_share_is_told_once(review, capsys, monkeypatch):
    monkeypatch.setattr("pipeline.workflow.run.code_digest", lambda: "another")
    capsys.readouterr()
    _, lines = said(capsys, review, "--offline")
    assert [line for line in lines if "would run" in line] == ["look: Everything would run: the program changed."]


def test_without_a_review_the_machine_alone_is_examined(tmp_path, capsys):
    code, lines = said(capsys, tmp_path, "--offline")
    assert code == 0
    assert [line.split(":")[0] for line in lines] == ["fine", "fine", "look"]
    assert lines[-1] == f"look: There is no workflow.yaml in '{tmp_path}': the machine alone was examined."


def test_packages_that_the_program_cannot_work_with_are_named_with_the_remedy(tmp_path, capsys, monkeypatch):
    needed = ["typst<0.16,>=0.15", "click>=8.1.8", "no-such>=1", "hypothesis>=6; extra == 'test'"]
    monkeypatch.setattr(metadata, "requires", lambda _: needed)
    held = {"typst": "0.13.2", "click": "8.1.10"}
    monkeypatch.setattr(packages, "_installed", held.get)
    code, lines = said(capsys, tmp_path, "--offline")
    assert code == 1
    assert lines[1:4] == [
        "fine: Packages: click 8.1.10, typst 0.13.2.",
        "wrong: no-such is not installed, and no-such>=1 is needed: python -m pip install 'no-such>=1'.",
        "wrong: typst 0.13.2 is installed, and typst<0.16,>=0.15 is needed: python -m pip install 'typst<0.16,>=0.15'.",
    ]


def test_a_command_that_lacks_a_package_says_which(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(packages, "unmet", lambda: ("lxml is not installed, and lxml>=5 is needed: ...",))
    monkeypatch.setitem(sys.modules, "pipeline.workflow.examine", None)
    code = main.run(["doctor", str(tmp_path)])
    assert (code, capsys.readouterr().err) == (2, "lxml is not installed, and lxml>=5 is needed: ....\n")


@pytest.mark.parametrize(("encoding", "prints"), [("utf-8", "神"), ("ascii", "\\u795e"), ("cp1252", "\\u795e")])
def test_a_letter_that_the_output_cannot_hold_stops_nothing(tmp_path, encoding, prints):
    (tmp_path / "a.ris").write_text("TY  - JOUR\nTI  - 神\nPY  - 2020\nER  - \n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "read", str(tmp_path / "a.ris")],
        env=os.environ | {"PYTHONIOENCODING": encoding}, capture_output=True, check=True,
    )  # fmt: skip
    assert prints in done.stdout.decode(encoding)


def test_it_is_said_where_text_cannot_be_printed_whole(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "pipeline", "doctor", str(tmp_path), "--offline"],
        env=os.environ | {"PYTHONIOENCODING": "ascii"}, capture_output=True, check=True, text=True,
    )  # fmt: skip
    lost = "letters that it lacks are printed by their number, in files they are whole"
    assert f"look: Text is printed as ascii: {lost}. Set PYTHONUTF8=1 to see them." in done.stdout


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("schedule: {every_dais: 7}\n", "'every_dais' is not a key here"),
        ("schedule: {notify: {webhook: true}}\n", "LIVING_REVIEW_WEBHOOK is not set in the environment."),
        ("schedule: {notify: {email: [a@example.org]}}\n", "LIVING_REVIEW_SMTP is not set in the environment."),
        ("schedule: {notify: {command: [/not/there]}}\n", "there is no program '/not/there' here."),
    ],
)
def test_what_would_stop_a_run_or_a_message_is_exit_1(review, capsys, monkeypatch, more, says):
    monkeypatch.delenv("LIVING_REVIEW_WEBHOOK", raising=False)
    monkeypatch.delenv("LIVING_REVIEW_SMTP", raising=False)
    (review / "workflow.yaml").write_text((review / "workflow.yaml").read_text() + more)
    capsys.readouterr()
    code, lines = said(capsys, review, "--offline")
    assert code == 1
    assert [line for line in lines if line.startswith("wrong: ") and says in line]


def test_a_clock_behind_the_history_and_a_source_that_is_due_are_found(review, capsys, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")  # 2023-11-14
    capsys.readouterr()
    code, lines = said(capsys, review, "--offline")
    assert code == 1
    assert "wrong: The clock of this machine says 2023-11-14, before the newest day. Set the clock." in lines
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795348800")  # 2026-11-22
    text = (review / "workflow.yaml").read_text()
    (review / "workflow.yaml").write_text(text.replace("embase/*]", "embase/*]\n    remind_after_days: 30"))
    due = "look: embase: last searched on 2026-01-01, and was due on 2026-01-31. It is a person's to export."
    assert due in said(capsys, review, "--offline")[1]


def test_a_run_at_work_is_told_and_not_waited_for(review, capsys):
    capsys.readouterr()
    with FileLock(review / LOCK):
        code, lines = said(capsys, review, "--offline")
    assert code == 0
    assert "look: another run is at work in this review folder. Wait until it has ended, then run again." in lines


def test_it_is_said_whether_the_source_answers(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("NCBI_API_KEY", "secretsecret")
    with server.serving(corpus.bundled()) as sandbox:
        code, lines = said(capsys, tmp_path, "--pubmed", sandbox.address)
    assert code == 0
    assert any(line.startswith("fine: PubMed answers, with an API key") for line in lines)
    assert "secretsecret" not in str(lines)
    code, lines = said(capsys, tmp_path, "--pubmed", "http://127.0.0.1:9/")
    assert code == 1
    assert any(line.startswith("wrong: PubMed: ") for line in lines)


def test_little_space_and_a_folder_that_is_copied_elsewhere_are_told(review, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(examine, "LEAST_SPACE", 1 << 60)
    monkeypatch.setattr(examine, "SYNCED", (review.name.casefold(),))
    capsys.readouterr()
    lines = said(capsys, review, "--offline")[1]
    assert any(line.startswith("look: ") and line.endswith("GB are free on its disk.") for line in lines)
    assert any(line.startswith("look: The folder seems to be copied to other machines") for line in lines)
