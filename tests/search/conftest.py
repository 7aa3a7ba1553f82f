"""A PubMed without a network: a list of PMIDs that answers as the client would, and can be made to change."""

from datetime import UTC, datetime

import pytest

from pipeline.records.record import Origin, Record
from pipeline.sandbox import articles
from pipeline.search.replies import Found, Links, page_pmids
from pipeline.search.slices import CAP

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Pretended:
    """Answers from a set of PMIDs. `before` is called with each request's name, and may change what is held."""

    endpoint = "http://pretended/"
    source = "PubMed"
    tool = "living-review test"
    sandbox = False

    def __init__(self, pmids=(), before=lambda *_: None):
        self.pmids = set(map(int, pmids))
        self.before = before
        self.requests = self.repeats = 0
        self.asked = []
        self.withheld = set()
        self.merged = {}
        self.now = lambda: NOON

    def _note(self, name, what):
        self.requests += 1
        self.asked.append((name, what))
        self.before(self, name, what)

    def search(self, term, *, listed=CAP):
        self._note("search", term)
        held = self.pmids
        if term.endswith("[uid]") and ":" in term:
            low, high = map(int, term.removesuffix("[uid]").rpartition(" ")[2].split(":"))
            held = {pmid for pmid in held if low <= pmid <= high}
        elif term.endswith("[uid]"):
            held = held & {int(term.removesuffix("[uid]"))}
        ordered = sorted(held, reverse=True)
        return Found(len(ordered), tuple(map(str, ordered[:listed])), "understood")

    def fetch(self, pmids):
        self._note("fetch", tuple(pmids))
        given = [int(pmid) for pmid in pmids]
        there = [self.merged.get(pmid, pmid) for pmid in given if pmid not in self.withheld]
        body = articles.article_set(
            Record(id=f"p:{pmid}", origin=Origin(search="p"), pmid=str(pmid), title="Made for a test")
            for pmid in dict.fromkeys(there)
            if pmid in self.pmids
        )
        return body, page_pmids(body)

    def links(self, pmids, *, linkname, scored=False):
        self._note("links", tuple(pmids))
        return tuple(Links(pmid, ()) for pmid in pmids)

    def updated(self):
        return "2026/11/22 06:00"


@pytest.fixture
def pretended():
    return Pretended


@pytest.fixture
def noon():
    return NOON


class Time:
    """A clock that moves only when somebody sleeps."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.slept.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def frozen():
    return Time()
