"""Searches by `living-review run` that are broken off, that fail, and that are watched."""

import contextlib
import gzip
import os
import subprocess
import sys
from collections import Counter

import pytest

from pipeline.cli import main
from pipeline.cli.run import introduce
from pipeline.sandbox import corpus, server
from pipeline.sandbox.endpoint import Reply
from pipeline.search import eutils
from pipeline.workflow import history, stages
from pipeline.workflow.folder import ReviewFolder

NIGRI = '("liver" OR "hepatic") AND (metastasis OR metastases) AND ("pancreatic neuroendocrine tumor" OR "PNET")\n'
KEY = "0123456789abcdefSECRET"
RUN = "sandbox/queries/runs/2026-11-22_pubmed"


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Stop the clock, and be patient for a moment only."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795348800")  # 2026-11-22
    patience = eutils.Patience(tries=3, first_wait=0.001, longest_wait=0.01)
    monkeypatch.setitem(eutils.Client.__init__.__kwdefaults__, "patience", patience)


@pytest.fixture
def review(tmp_path, capsys):
    assert main.run(["init", str(tmp_path / "review"), "--title", "A review"]) == 0
    (tmp_path / "review/queries/pubmed.txt").write_text(NIGRI, "utf-8")
    capsys.readouterr()
    return tmp_path / "review"


@pytest.fixture
def alone(monkeypatch):
    """Let a run only search."""
    monkeypatch.setattr(stages, "STAGES", tuple(stage for stage in stages.STAGES if stage.name == "search"))


@pytest.fixture(scope="module")
def sandbox():
    with server.serving(corpus.Generated(450)) as running:
        yield running


@pytest.fixture(autouse=True)
def counted(sandbox):
    """Count what is asked of the sandbox."""
    asked = Counter()

    def count(utility, fields):
        asked[utility] += 1

    sandbox.intercept = count
    return asked


def run(review, sandbox):
    return main.run(["run", str(review), "--pubmed", sandbox.address])


def interrupt(review, sandbox, counted, monkeypatch):
    """Press Ctrl-C after two pages."""
    fetch = eutils.Client.fetch

    def interrupted(client, pmids):
        if counted["efetch"] == 2:
            raise KeyboardInterrupt
        return fetch(client, pmids)

    with monkeypatch.context() as during:
        during.setattr(eutils.Client, "fetch", interrupted)
        assert run(review, sandbox) == 130


def held(review):
    return {path.name: path.read_bytes() for path in (review / RUN).rglob("*") if path.is_file()}


@pytest.mark.usefixtures("alone")
def test_ctrl_c_leaves_the_finished_pages_and_the_same_command_goes_on_from_them(
    review, sandbox, counted, capsys, monkeypatch
):
    interrupt(review, sandbox, counted, monkeypatch)
    assert "What was finished is kept; run the same command to go on." in capsys.readouterr().err
    before = held(review)
    assert sorted(before) == ["0001.xml.gz", "0002.xml.gz"]
    assert run(review, sandbox) == 0
    assert "pubmed: 450 records found and fetched." in capsys.readouterr().out
    after = held(review)
    assert counted["efetch"] == 3
    assert sorted(after) == [*(f"000{number}.xml.gz" for number in (1, 2, 3)), "ids.txt", "run.json"]
    assert {name: after[name] for name in before} == before


@pytest.mark.parametrize(("days", "fetched"), [(0, 1), (3, 1), (4, 3)])
@pytest.mark.usefixtures("alone")
def test_pages_are_taken_up_for_three_days_and_older_ones_are_fetched_anew(  # noqa: PLR0917 - fixtures
    review, sandbox, counted, monkeypatch, days, fetched
):
    interrupt(review, sandbox, counted, monkeypatch)
    counted.clear()
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1795348800 + days * 86400))
    assert run(review, sandbox) == 0
    assert counted["efetch"] == fetched
    (found,) = history.runs(ReviewFolder(review / "sandbox"), "pubmed")
    assert found.run.identified == sum(page.records for page in found.run.pages) == 450
    assert found.run.date == f"2026-11-{22 + days}"
    assert [page.fetched[:10] for page in found.run.pages] == ["2026-11-22"] * (3 - fetched) + [
        found.run.date
    ] * fetched
    assert [path.name for path in (review / RUN).parent.iterdir()] == [f"{found.run.date}_pubmed"]


@pytest.mark.parametrize("utility", ["esearch", "efetch"])
@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html><head><title>WWW Error Blocked Diagnostic</title></head></html>", kind="text/html"),
        Reply(b'{"error":"API rate limit exceeded","count":"4","limit":"3"}', 429),
        Reply(b"<PubmedArticleSet></PubmedArticleSet>"),
        Reply(b""),
    ],
    ids=["blocked", "too fast", "an empty set", "an empty body"],
)
@pytest.mark.usefixtures("alone")
def test_a_source_that_fails_is_exit_3_one_sentence_and_no_run(review, sandbox, utility, reply, capsys):
    sandbox.intercept = lambda called, fields: reply if called == utility else None
    assert run(review, sandbox) == 3
    said = capsys.readouterr().out
    assert said.count("away: pubmed: not yet run. ") == 1
    assert not (review / RUN / "run.json").exists()


@pytest.mark.usefixtures("alone")
def test_each_repetition_is_told(review, sandbox, counted, capsys):
    failing = [Reply(b"", 502)]
    sandbox.intercept = lambda called, fields: failing.pop() if called == "efetch" and failing else None
    assert run(review, sandbox) == 0
    assert "ESearch" not in (said := capsys.readouterr().err)
    assert "EFetch: an empty body with HTTP status 502; asking again in 0 s." in said


def test_no_file_of_a_review_holds_the_key(review, sandbox, capsys, monkeypatch):
    monkeypatch.setenv("NCBI_API_KEY", KEY)
    assert run(review, sandbox) == 0
    files = [path for path in review.rglob("*") if path.is_file()]
    bodies = [gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files]
    assert len(bodies) > 10
    assert [path for path, body in zip(files, bodies, strict=True) if KEY.encode() in body] == []
    said = capsys.readouterr()
    assert KEY not in said.out + said.err


@pytest.mark.usefixtures("alone")
def test_a_key_inside_the_review_folder_is_refused(review, sandbox, counted, capsys, monkeypatch):
    (review / "sandbox").mkdir()
    (review / "sandbox/key.txt").write_text(KEY)
    monkeypatch.setenv("NCBI_API_KEY_FILE", str(review / "sandbox/key.txt"))
    assert run(review, sandbox) == 2
    said = capsys.readouterr().err
    assert "the file of the API key lies inside the review folder" in said
    assert KEY not in said
    assert counted["esearch"] == 0


@pytest.mark.usefixtures("alone")
def test_a_sandbox_that_is_named_by_its_address_is_run_in_the_copy_too(review, sandbox):
    assert run(review, sandbox) == 0
    assert not (review / "queries/runs").exists()
    assert (review / RUN / "run.json").exists()
    assert run(review, sandbox) == 0


@pytest.mark.usefixtures("alone")
def test_what_pubmed_said_of_a_string_is_told_at_once(review, sandbox, capsys):
    (review / "queries/pubmed.txt").write_text('("liver" OR "no such phrase anywhere")\n', "utf-8")
    assert run(review, sandbox) == 0
    assert 'look: pubmed: the sandbox said of the string: "no such phrase anywhere"' in capsys.readouterr().out


@pytest.mark.parametrize(
    ("endpoint", "email", "said"), [(eutils.PUBMED, "", 1), (eutils.PUBMED, "a@example.org", 0), ("http://x/", "", 0)]
)
def test_pubmed_is_not_asked_by_a_stranger_without_a_word(endpoint, email, said, capsys):
    introduce(endpoint, eutils.Credentials(email))
    assert capsys.readouterr().err.count("PubMed is asked without an e-mail address") == said


def read_all(terminal):
    """Read what was drawn on a terminal until nobody draws any more."""
    drawn = b""
    with contextlib.suppress(OSError):  # Linux says so by an error, macOS by nothing left to read
        while part := os.read(terminal, 65_536):
            drawn += part
    os.close(terminal)
    return drawn.decode()


@pytest.mark.skipif(os.name != "posix", reason="opens a terminal")
def test_the_bar_shows_one_thing_at_a_time_and_goes_when_nothing_is_at_work(root):
    code = (
        "import sys, time\n"
        "from pipeline.cli.terminal import progress\n"
        "with progress() as show:\n"
        "    for done in range(0, 401, 200): show(done, 10135, 'nigri: fetching')\n"
        "    time.sleep(0.5)\n"
        "    show(0, 0, 'nigri: counting')\n"
        "    time.sleep(0.5)\n"
        "    print('FIRST', file=sys.stderr)\n"
        "    show(0, 0, '')\n"
        "    print('SECOND', file=sys.stderr)\n"
    )
    shown, inside = os.openpty()
    environ = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    with subprocess.Popen([sys.executable, "-c", code], stderr=inside, env=environ, cwd=root):
        os.close(inside)
        drawn = read_all(shown)
    before, first, rest = drawn.partition("FIRST")
    middle, second, after = rest.partition("SECOND")
    assert (first, second) == ("FIRST", "SECOND")
    assert "400 of 10,135" in before
    assert "nigri: counting" in middle
    assert "fetching" not in middle
    assert "nigri" not in after
