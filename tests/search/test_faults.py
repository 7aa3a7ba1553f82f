"""Fault x endpoint x moment: whatever goes wrong, the result is complete, or there is one clear error.

The bodies are rebuilt by us after failures that NCBI's users reported (facts/pubmed.md, "What goes wrong"); a test in
test_replies.py judges the real ones.
"""

import gzip
import re
from collections import Counter
from dataclasses import replace
from json import loads

import pytest

from pipeline.errors import ReviewError, SearchError
from pipeline.sandbox import corpus, server
from pipeline.sandbox.endpoint import Endpoint, Reply
from pipeline.search import retrieval
from pipeline.search.eutils import Client, Credentials, Key, Patience
from pipeline.search.fetching import unpack
from pipeline.search.replies import page_pmids
from pipeline.search.strategy import Limits, Seeds, Strategy

NIGRI = '("liver" OR "hepatic") AND (metastasis OR metastases) AND ("pancreatic neuroendocrine tumor" OR "PNET")'
KEY = "0123456789abcdefSECRET"
QUICK = Patience(tries=3, first_wait=0.001, longest_wait=0.5)
IMPATIENT = Patience(read=1.0, answer=1.5, tries=2, first_wait=0.001)  # for answers that do not come


def xml(root, inside):
    return f'<?xml version="1.0" encoding="UTF-8" ?>\n<{root}>{inside}</{root}>\n'.encode()


def error(text, status=200):
    return lambda utility, real: Reply(xml(f"e{utility[1:].capitalize()}Result", f"<ERROR>{text}</ERROR>"), status)


def json(text, status, **headers):
    return lambda utility, real: Reply(text.encode(), status, "application/json", headers)


def html(title, status, **headers):
    body = f"<html><head><title>{title}</title></head><body>...</body></html>".encode()
    return lambda utility, real: Reply(body, status, "text/html", headers)


def changed(change):
    return lambda utility, real: replace(real, body=change(real.body))


LIMITED = f'{{"error":"API rate limit exceeded","api-key":"{KEY}","count":"4","limit":"3"}}'

# name: (the answer in place of the real one; what comes of it if it happens once, and if it never ends)
OVERCOME, FAILS = "overcome", "fails"
FAULTS = {
    "429 with JSON": (json(LIMITED, 429), OVERCOME, FAILS),
    "429 with Retry-After": (json(LIMITED, 429, **{"Retry-After": "0"}), OVERCOME, FAILS),
    "429 that asks for an hour": (json(LIMITED, 429, **{"Retry-After": "3600"}), FAILS, FAILS),
    "the same JSON with 200": (json(LIMITED, 200), OVERCOME, FAILS),
    "a key that is not valid": (json(f'{{"error":"API key invalid","api-key":"{KEY}"}}', 400), FAILS, FAILS),
    "broken JSON": (json('{"esearchresult":{"ERROR":"Search Backend failed:\n', 200), OVERCOME, FAILS),
    "a page that says blocked": (html("WWW Error Blocked Diagnostic", 200), FAILS, FAILS),
    "a redirection to the misuse page": (html("Moved", 302, Location="https://misuse.ncbi.nlm.nih.gov/"), FAILS, FAILS),
    "a redirection elsewhere": (html("Moved", 301, Location="https://example.org/"), FAILS, FAILS),
    "500 with HTML": (html("WWW Error 500 Diagnostic", 500), OVERCOME, FAILS),
    "500 in HTML with 200": (html("WWW Error 500 Diagnostic", 200), OVERCOME, FAILS),
    "502 with HTML": (html("502 Bad Gateway", 502), OVERCOME, FAILS),
    "503 without a body": (lambda utility, real: Reply(b"", 503), OVERCOME, FAILS),
    "404": (html("404 Not Found", 404), OVERCOME, FAILS),
    "an outage told as ERROR": (error("Search Backend failed: Database is not supported: pubmed"), OVERCOME, FAILS),
    "a lost connection told as ERROR": (error("Search Backend failed: Unable to open connection"), OVERCOME, FAILS),
    "a time-out told as ERROR": (error(" Error: External viewer error: Status: Timeout"), OVERCOME, FAILS),
    "a limit told as ERROR": (error("'retstart' cannot be larger than 9998.", 400), FAILS, FAILS),
    "an empty body": (changed(lambda body: b""), OVERCOME, FAILS),
    "white space for a body": (changed(lambda body: b" \n"), OVERCOME, FAILS),
    "a body cut and announced as whole": (changed(lambda body: body[: len(body) * 2 // 3]), OVERCOME, FAILS),
    "a body without its last tag": (changed(lambda body: body.rstrip()[:-4]), OVERCOME, FAILS),
    "a connection that ends early": (lambda utility, real: replace(real, cut=len(real.body) // 2), OVERCOME, FAILS),
    "one that ends early, of no announced length": (
        lambda utility, real: replace(real, body=real.body[: len(real.body) // 2], announced=False),
        OVERCOME,
        FAILS,
    ),
    "a connection that is reset": (lambda utility, real: replace(real, cut=30, reset=True), OVERCOME, FAILS),
    "a body that drips": (lambda utility, real: replace(real, drip=0.02), OVERCOME, FAILS),
    "silence": (lambda utility, real: replace(real, drip=30.0), OVERCOME, FAILS),
    "damaged gzip": (
        lambda utility, real: Reply(b"\x1f\x8b" + real.body, headers={"Content-Encoding": "gzip"}),
        OVERCOME,
        FAILS,
    ),
    "gzip cut short": (
        lambda utility, real: Reply(gzip.compress(real.body)[:-12], headers={"Content-Encoding": "gzip"}),
        OVERCOME,
        FAILS,
    ),
    "gzip as it should be": (
        lambda utility, real: Reply(gzip.compress(real.body), headers={"Content-Encoding": "gzip"}),
        OVERCOME,
        OVERCOME,
    ),
    "another content type": (lambda utility, real: replace(real, kind="text/html"), OVERCOME, OVERCOME),
    "another root": (lambda utility, real: Reply(xml("eSomethingResult", "")), OVERCOME, FAILS),
    "plain words": (lambda utility, real: Reply(b"The service is being maintained."), OVERCOME, FAILS),
    "a status of failure round a good body": (lambda utility, real: replace(real, status=500), OVERCOME, FAILS),
}
RECORD = re.compile(rb"<PubmedArticle>(?:(?!</PubmedArticle>).)*>900000187<.*?</PubmedArticle>", re.DOTALL)
# Faults that only one utility can have.
ONLY = {
    ("esearch", "a list that is short"): (
        changed(lambda body: body.replace(b"<Id>900000187</Id>\n", b"")),
        OVERCOME,
        FAILS,
    ),
    ("esearch", "an id twice"): (
        changed(lambda body: re.sub(rb"<Id>(\d+)</Id>\n<Id>\d+</Id>", rb"<Id>\1</Id>\n<Id>\1</Id>", body)),
        OVERCOME,
        FAILS,
    ),
    ("esearch", "no Count"): (changed(lambda body: body.replace(b"Count>", b"Cuont>")), OVERCOME, FAILS),
    ("efetch", "an empty set"): (lambda utility, real: Reply(xml("PubmedArticleSet", "")), OVERCOME, FAILS),
    ("efetch", "a record that is missing"): (
        changed(lambda body: RECORD.sub(b"", body)),
        OVERCOME,
        FAILS,
    ),
    ("efetch", "a record nobody asked for"): (
        changed(lambda body: body.replace(b'<PMID Version="1">900000187</PMID>', b'<PMID Version="1">777</PMID>')),
        OVERCOME,
        OVERCOME,  # PubMed has merged one PMID into another: the run says so
    ),
    ("elink", "the links of another PMID"): (changed(lambda body: body.replace(b"900000187", b"777")), OVERCOME, FAILS),
}
SLOW = {"a body that drips", "silence"}
UTILITIES = ("einfo", "esearch", "efetch", "elink")
LISTS = {"a list that is short", "an id twice"}
FIRST, SECOND, ALWAYS = "the first time", "the second time", "always"
WHEN = {FIRST: lambda n: n == 1, SECOND: lambda n: n == 2, ALWAYS: lambda n: True}


def matrix():
    """Every fault at every utility that can have it, at every moment that there is: only ESearch is asked twice."""
    for utility in UTILITIES:
        own = {name: fault for (only, name), fault in ONLY.items() if only == utility}
        for name, (fault, once, always) in (FAULTS | own).items():
            slow = name in SLOW and utility in {"einfo", "elink"}
            for moment in (FIRST, SECOND, ALWAYS) if utility == "esearch" and name not in SLOW else (FIRST, ALWAYS):
                # The first ESearch answer only counts: there is no list in it that could be wrong.
                counts_only = name in LISTS and moment == FIRST
                outcome = OVERCOME if counts_only else always if moment == ALWAYS else once
                if not slow:
                    yield pytest.param(name, utility, moment, fault, outcome, id=f"{utility}: {name}, {moment}")


@pytest.fixture(scope="module")
def sandbox():
    held = corpus.bundled()
    with server.serving(held) as running:
        yield running


def run(sandbox, intercept, utility, pages, patience=QUICK):
    """Run a search that uses the utility; every page goes into `pages`."""
    strategy, seeds, published = Strategy(query="q.txt", limits=Limits(languages=("english",))), (), NIGRI
    if utility == "elink":
        seeds, published = ("900000187",), ""
        strategy = Strategy(kind="references", via="citation-searching", seeds=Seeds(pmids=seeds))
    sandbox.intercept = intercept
    try:
        with Client(sandbox.address, credentials=Credentials("a@example.org", Key(KEY)), patience=patience) as client:
            return retrieval.retrieve(
                client, strategy, search="n", published=published, seeds=seeds, sink=pages.__setitem__
            )
    finally:
        sandbox.intercept = None


def faulty(sandbox, utility, fault, when):
    """Answer by the fault when this utility is asked for the n-th time, if `when(n)`."""
    asked = Counter()
    endpoint: Endpoint = sandbox.endpoint

    def intercept(called, fields):
        asked[called] += 1
        if called != utility or not when(asked[called]):
            return None
        return fault(utility, endpoint.answer(called, fields))

    return intercept


def check(outcome, expected, retrieve):
    """Hold what a search came to against what was expected; a short result is neither."""
    pages = {}
    try:
        found = retrieve(pages)
    except ReviewError as failure:
        found = failure
    if outcome == FAILS:
        assert isinstance(found, SearchError), found
        assert (found.exit_code, len(found.faults)) == (3, 1)
        assert KEY not in str(found)
        return
    assert not isinstance(found, ReviewError), found
    on_pages = sorted(pmid for page in found.run.pages for pmid in page_pmids(unpack(pages[page.file])[0]))
    assert on_pages == sorted(found.pmids)
    assert len(found.pmids) == found.run.count == expected


EXPECTED = {"elink": 112}


@pytest.mark.parametrize(("name", "utility", "moment", "fault", "outcome"), tuple(matrix()))
def test_a_fault_is_overcome_or_a_clear_error(sandbox, name, utility, moment, fault, outcome):  # noqa: PLR0917
    intercept = faulty(sandbox, utility, fault, WHEN[moment])
    patience = IMPATIENT if name in SLOW else QUICK
    check(outcome, EXPECTED.get(utility, 18), lambda pages: run(sandbox, intercept, utility, pages, patience))


REAL = (
    "blocked.html",
    "efetch_history_out_of_range.xml",
    "efetch_retstart_cap.xml",
    "efetch_timeout.xml",
    "empty_pubmedarticleset.xml",
    "esearch_backend_conn.xml",
    "esearch_db_not_supported.xml",
    "esearch_quoted_phrase_not_found.json",
    "esearch_restrictions_achieved.json",
    "esearch_retstart_cap.json",
    "rate_limit.json",
    "rate_limit_keyed.json",
    "server_error_500.html",
    "zero_bytes.txt",
)
FOR_GOOD = {"blocked.html", "efetch_history_out_of_range.xml", "efetch_retstart_cap.xml"}  # no second try mends these


@pytest.mark.shared
@pytest.mark.parametrize("status", [200, "its own"])
@pytest.mark.parametrize("moment", [FIRST, ALWAYS])
@pytest.mark.parametrize("utility", UTILITIES)
@pytest.mark.parametrize("name", REAL)
def test_a_body_that_pubmed_really_sent_never_makes_a_short_result(sandbox, shared, name, utility, moment, status):  # noqa: PLR0917
    folder = shared / "data/pubmed/faults"
    about = loads((folder / "manifest.json").read_text("utf-8"))
    assert tuple(sorted(about)) == REAL
    real = about[name]
    reply = Reply((folder / name).read_bytes(), 200 if status == 200 else real["status"], real["content_type"])
    intercept = faulty(sandbox, utility, lambda utility, answer: reply, WHEN[moment])
    outcome = FAILS if moment == ALWAYS or name in FOR_GOOD else OVERCOME
    check(outcome, EXPECTED.get(utility, 18), lambda pages: run(sandbox, intercept, utility, pages))


def test_10135_records_come_whole_through_nine_faults_at_nine_moments():
    faults = {
        ("einfo", 1): "429 with JSON",
        ("esearch", 2): "an outage told as ERROR",
        ("esearch", 3): "an empty body",
        ("esearch", 5): "a body cut and announced as whole",
        ("efetch", 1): "502 with HTML",
        ("efetch", 20): "a connection that ends early",
        ("efetch", 21): "a connection that is reset",
        ("efetch", 40): "the same JSON with 200",
        ("efetch", 55): "gzip cut short",
    }
    asked = Counter()
    with server.serving(corpus.Generated(10_135)) as generated:

        def intercept(called, fields):
            asked[called] += 1
            name = faults.pop((called, asked[called]), "")
            return FAULTS[name][0](called, generated.endpoint.answer(called, fields)) if name else None

        generated.endpoint.answer(
            "esearch", {"term": [f"({NIGRI}) AND english[la]"]}
        )  # builds the index, so that no time-out waits for it
        check(OVERCOME, 10_135, lambda pages: run(generated, intercept, "esearch", pages))
    assert faults == {}
