"""What PubMed says of documents that a review rests on."""

import msgspec
import pytest

from pipeline.errors import SearchError
from pipeline.records.record import Link, Origin, Record
from pipeline.sandbox import corpus, server
from pipeline.search import listing, recheck, retrieval
from pipeline.search.eutils import Client
from pipeline.search.pmids import Pmids
from pipeline.search.recheck import Notice
from pipeline.search.strategy import Dates, Limits, Seeds, Strategy

RETRACTION = Link(kind="retraction-in", pmid="900000009", text="J Fict Surg. 2027;1:9")
ERRATUM = Link(kind="erratum-in", text="J Fict Surg. 2026;1:2")


def record(number, *, revised="20200101", **fields):
    pmid = str(900_000_000 + number)
    made = {"id": f"s:{pmid}", "origin": Origin(search="s"), "title": f"Liver {number}", "year": 2020, "pmid": pmid}
    return Record(**{**made, "extra": (("LR", revised),), **fields})


HELD = [
    record(1),
    record(2, links=(ERRATUM, RETRACTION), publication_types=("Retracted Publication",), revised="20261120"),
    record(3, publication_types=("Retracted Publication",)),
]


@pytest.fixture
def client():
    with server.serving(corpus.Held(HELD)) as running, Client(running.address) as client:
        yield client


def pmids(*numbers):
    return tuple(str(900_000_000 + number) for number in numbers)


def test_notices_come_gravest_first_and_a_type_without_a_notice_is_one(client):
    found = recheck.recheck(client, pmids(3, 1, 2))
    assert found.pmids == pmids(1, 2, 3)
    assert {each.pmid: [(n.kind, n.pmid, n.text) for n in each.notices] for each in found.found} == {
        "900000002": [
            ("retraction-in", "900000009", "J Fict Surg. 2027;1:9"),
            ("erratum-in", "", "J Fict Surg. 2026;1:2"),
        ],
        "900000003": [("retracted", "", "")],
    }


def test_what_pubmed_no_longer_has_is_named_and_no_error(client):
    found = recheck.recheck(client, pmids(1, 77))
    assert (found.pmids, found.absent, found.found) == (pmids(1, 77), pmids(77), ())


def test_a_document_that_was_merged_into_another_is_told_by_the_other(pretended):
    pubmed = pretended([1, 9])
    pubmed.merged = {2: 9}
    assert recheck.recheck(pubmed, ["1", "2", "9"]).replaced == (("2", "9"),)


def test_a_check_says_that_it_came_from_the_sandbox_and_comes_back_from_its_file(client):
    found = recheck.recheck(client, pmids(2))
    assert found.sandbox
    assert msgspec.json.decode(msgspec.json.encode(found), type=recheck.Check) == found


def test_a_record_that_cannot_be_read_is_an_error_and_no_clean_check(pretended, monkeypatch):
    monkeypatch.setattr(recheck.pubmed_xml, "read_articles", lambda *_, **__: iter([recheck.Fault(what="torn")]))
    with pytest.raises(SearchError, match=r"a record cannot be read \(torn\)"):
        recheck.recheck(pretended([1]), ["1"])


@pytest.mark.parametrize("kind", [*recheck.NOTICES, recheck.RETRACTED])
def test_every_notice_has_words(kind):
    assert f"it has {Notice(kind=kind).words}".startswith(("it has a", "it has been "))


def test_only_revised_and_new_records_are_fetched_again(client):
    strategy = Strategy(query="q", limits=Limits(dates=Dates(until="2026")))
    found = retrieval.retrieve(
        client,
        strategy,
        search="s",
        published="liver",
        sink=lambda *_: None,
        held=pmids(1, 2),
        revised_since="2026-11-15",
    )
    assert found.pmids == pmids(1, 2, 3)
    run = found.run
    assert (run.identified, run.held, run.revised, run.revised_since) == (3, 1, 1, "2026-11-15")
    assert sum(page.records for page in run.pages) == 2


def test_links_are_asked_by_number_what_was_revised(client):
    assert listing.revised(client, Pmids(pmids(1, 2, 3)), "2026-11-20") == pmids(2)
    assert listing.revised(client, Pmids(pmids(1, 2, 3)), "2026-11-21") == ()
    strategy = Strategy(kind="similar", via="citation-searching", seeds=Seeds(pmids=pmids(1)))
    found = retrieval.retrieve(
        client,
        strategy,
        search="s",
        seeds=pmids(1),
        sink=lambda *_: None,
        held=pmids(2, 3),
        revised_since="2026-11-15",
    )
    assert (found.run.held, found.run.revised) == (1, 1)


def test_without_a_day_nothing_held_is_fetched_again(client):
    found = retrieval.retrieve(
        client, Strategy(query="q"), search="s", published="liver", sink=lambda *_: None, held=pmids(1, 2, 3)
    )
    assert (found.run.held, found.run.pages) == (3, ())
