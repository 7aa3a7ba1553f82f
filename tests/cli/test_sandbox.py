"""`living-review sandbox` prints an address that answers, and stops on Ctrl-C."""

import os
import signal
import subprocess
import sys
from urllib.request import urlopen

import pytest

from pipeline.cli.main import run


@pytest.mark.skipif(os.name != "posix", reason="sends the signal of Ctrl-C")
def test_it_serves_until_ctrl_c(root):
    command = [sys.executable, "-u", "-m", "pipeline", "sandbox", "--generated", "12"]
    # What a shell starts in the background ignores Ctrl-C, and so would everything that is started from there.
    with subprocess.Popen(
        command,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - nothing runs beside it
    ) as process:
        assert process.stdout.readline() == "The sandbox serves 12 records with fictitious PMIDs at\n"
        address = process.stdout.readline().strip()
        with urlopen(f"{address}esearch.fcgi?db=pubmed&term=liver+OR+hepatic") as answer:
            assert b"<Count>12</Count>" in answer.read()
        assert process.stdout.readline() == "Press Ctrl-C to stop.\n"
        process.send_signal(signal.SIGINT)
        try:
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
        assert (process.returncode, err) == (0, "")
        assert out == "Stopped.\n"


def test_two_sources_of_records_cannot_be_combined(tmp_path, capsys):
    assert run(["sandbox", "--generated", "5", "--records", str(tmp_path / "r.jsonl")]) == 2
    assert "--records and --generated cannot be combined" in capsys.readouterr().err


def test_a_file_that_holds_no_records_is_refused(tmp_path, capsys):
    path = tmp_path / "r.jsonl"
    path.write_text('{"no": "record"}\n', "utf-8")
    assert run(["sandbox", "--records", str(path)]) == 2
    assert "line 1: this is no record" in capsys.readouterr().err
