"""A strategy becomes a reconciled run, against the sandbox."""

import msgspec
import pytest

from pipeline.errors import ProtocolError
from pipeline.sandbox import corpus, server
from pipeline.search import retrieval, search_run
from pipeline.search.eutils import Client
from pipeline.search.fetching import unpack
from pipeline.search.replies import page_pmids
from pipeline.search.strategy import Dates, Limits, Seeds, Strategy

NIGRI = '("liver" OR "hepatic") AND (metastasis OR metastases) AND ("pancreatic neuroendocrine tumor" OR "PNET")'


@pytest.fixture(scope="module")
def client():
    with server.serving(corpus.bundled()) as running, Client(running.address) as client:
        yield client


def test_every_counted_record_is_on_exactly_one_page(client):
    pages = {}
    strategy = Strategy(query="q.txt", limits=Limits(dates=Dates(until="2018-05"), languages=("english",)))
    found = retrieval.retrieve(client, strategy, search="n", published=NIGRI, sink=pages.__setitem__)
    on_pages = [pmid for page in found.run.pages for pmid in page_pmids(unpack(pages[page.file])[0])]
    assert sorted(on_pages) == sorted(found.pmids)
    assert found.run.count == found.run.identified == len(found.pmids) == 15


def test_a_record_that_comes_in_while_the_others_are_fetched_is_seen_in_the_last_count(pretended):
    def grow(pubmed, name, what):
        if name == "fetch":
            pubmed.pmids.add(77)

    found = retrieval.retrieve(
        pretended(range(1, 6), grow), Strategy(query="q.txt"), search="s", published="liver", sink=lambda *_: None
    )
    assert (found.run.count, found.run.recount, found.run.identified, found.run.moved) == (5, 6, 5, True)
    assert found.pmids == ("1", "2", "3", "4", "5")


def test_each_limit_is_counted_by_itself(client):
    strategy = Strategy(query="q.txt", limits=Limits(dates=Dates(until="2018-05"), languages=("english",)))
    found = retrieval.retrieve(client, strategy, search="n", published=NIGRI, sink=lambda *_: None)
    assert [(step.limit, step.count) for step in found.run.steps] == [("", 18), ("dates", 15), ("languages", 15)]


def test_a_limit_that_pubmed_does_not_know_is_refused_instead_of_finding_nothing(client):
    strategy = Strategy(query="q.txt", limits=Limits(publication_types=("rondomized trial",)))
    with pytest.raises(ProtocolError, match="rondomized trial"):
        retrieval.retrieve(client, strategy, search="n", published=NIGRI, sink=lambda *_: None)


def test_a_run_says_that_it_came_from_the_sandbox(client):
    found = retrieval.retrieve(client, Strategy(query="q"), search="n", published=NIGRI, sink=lambda *_: None)
    assert found.run.sandbox is True
    assert msgspec.json.decode(msgspec.json.encode(found.run), type=search_run.SearchRun) == found.run


def test_links_are_followed_from_seeds_and_narrowed_by_limits(client):
    strategy = Strategy(
        kind="similar",
        via="citation-searching",
        seeds=Seeds(pmids=("900000187",), at_most=20),
        limits=Limits(dates=Dates(until="2018-05")),
    )
    found = retrieval.retrieve(client, strategy, search="s", seeds=("900000187",), sink=lambda *_: None)
    assert [(seed.linked, seed.taken) for seed in found.run.seeds] == [(100, 20)]
    assert "900000187" not in found.pmids
    assert found.run.steps[0].count == 20
    assert found.run.count == len(found.pmids) < 20
